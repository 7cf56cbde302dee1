-- Cases by the courts that had them: one row, or two where the court that filed a case was abolished
-- while it was open and another took it over.
--   holder_id         the court that has the case
--   entered_day       first day on which it has it: taken over; NULL: since it was filed
--   left_day          first day on which it has it no more: abolished; NULL: it keeps it
--   window_source_id  the source that tells from when to when that court is observed: the list that has
--                     the case may be that of its successor alone, so that of an abolished court it is
--                     the one that observes it for longest, see table home_sources

SELECT
    linked_cases.*,
    court_id AS holder_id,
    CAST(NULL AS INTEGER) AS entered_day,
    CAST(NULL AS INTEGER) AS left_day,
    source_id AS window_source_id
FROM linked_cases
WHERE successor_court_id IS NULL
UNION ALL
SELECT
    linked_cases.*,
    linked_cases.court_id AS holder_id,
    CAST(NULL AS INTEGER) AS entered_day,
    unix_date(courts.valid_to) + 1 AS left_day,
    COALESCE(home_sources.source_id, linked_cases.source_id) AS window_source_id
FROM linked_cases
JOIN courts ON courts.court_id = linked_cases.court_id
LEFT JOIN home_sources ON home_sources.court_id = linked_cases.court_id
WHERE successor_court_id IS NOT NULL
UNION ALL
SELECT
    linked_cases.*,
    successor_court_id AS holder_id,
    unix_date(courts.valid_to) + 1 AS entered_day,
    CAST(NULL AS INTEGER) AS left_day,
    linked_cases.source_id AS window_source_id
FROM linked_cases
JOIN courts ON courts.court_id = linked_cases.court_id
WHERE successor_court_id IS NOT NULL AND courts.valid_to IS NOT NULL
