-- The source that observes a court for longest among those with all its cases.

SELECT court_id, source_id
FROM (
    SELECT
        court_id,
        source_id,
        ROW_NUMBER() OVER (PARTITION BY court_id ORDER BY end_day - from_day DESC, source_id) AS place
    FROM measures.court_windows
    WHERE kind = 'cases' AND holds = 'all_cases'
) AS ranked
WHERE place = 1
