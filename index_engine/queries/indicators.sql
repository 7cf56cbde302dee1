-- The indicators of one unit and period, beside the nation's values.
-- Parameters: level, unit_id, period.

WITH mine AS (
    SELECT indicator, value, se, n, status FROM estimates.indicators
    WHERE level = $1 AND unit_id = $2 AND period = $3
),

nation AS (
    SELECT indicator, value AS nation FROM estimates.indicators
    WHERE level = 'nation' AND period = $3
),

points AS (
    SELECT indicator, points, weight FROM index.points
    WHERE level = $1 AND unit_id = $2 AND period = $3
)

SELECT indicator, value, se, n, status, points, weight, nation
FROM mine
LEFT JOIN points USING (indicator)
LEFT JOIN nation USING (indicator)
