-- Courts that stood on a day, where each serves, and whether it is the only basic court there.
-- Parameter: the day.

WITH courts_of_day AS (
    SELECT court_id, level, region FROM courts
    WHERE NOT special AND coalesce(valid_from, $1) <= $1 AND coalesce(valid_to, $1) >= $1
),

alone AS (
    SELECT region FROM courts_of_day WHERE level = 'basic' GROUP BY region HAVING count(*) = 1
)

SELECT court_id AS place_id, level AS tier, region,
       level = 'basic' AND region IN (SELECT region FROM alone) AS alone
FROM courts_of_day
ORDER BY court_id
