-- Since when a court records a step, by the files of its source: the first day it dates that step of
-- any case, NULL where it never does. A file may lack a column, a court leave it empty, and either
-- may begin to fill it one day; a case filed before that shows no date however soon the step came.
-- Deliveries of one source are read together: one that brings the dates leaves a case on which
-- nothing has happened to the delivery before. A day before filing is doubtful and tells nothing,
-- but of a seizure or a listing, which may be older than the case.

WITH firsts AS (
    SELECT
        source_id,
        court_id,
        MIN(CASE WHEN notified_on >= filed_on THEN notified_on END) AS notified,
        MIN(CASE WHEN queried_on >= filed_on THEN queried_on END) AS queried,
        MIN(CASE WHEN seized_on < filed_on THEN filed_on ELSE seized_on END) AS seized,
        MIN(CASE WHEN priced_on >= filed_on THEN priced_on END) AS priced,
        MIN(CASE WHEN first_listed_on < filed_on THEN filed_on ELSE first_listed_on END) AS listed
    FROM cases
    WHERE case_type = 'first'
    GROUP BY 1, 2
)

SELECT
    firsts.source_id,
    firsts.court_id,
    unix_date(MIN(notified) OVER deliveries) AS notified_since,
    unix_date(MIN(queried) OVER deliveries) AS queried_since,
    unix_date(MIN(seized) OVER deliveries) AS seized_since,
    unix_date(MIN(priced) OVER deliveries) AS priced_since,
    unix_date(MIN(listed) OVER deliveries) AS listed_since
FROM firsts
JOIN sources ON sources.source_id = firsts.source_id
WINDOW deliveries AS (PARTITION BY sources.name, firsts.court_id)
