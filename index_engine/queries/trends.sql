-- A measure of some units over all periods, as observed and brought to the national mix.
-- Parameters: method, units as (level, place_id), kind ('score' | 'dimension' | 'indicator'), id of
-- the dimension or indicator, standard errors of an interval either way.

WITH wanted AS (
    SELECT units.level, units.place_id, position
    FROM (
        SELECT unnest(listed) AS units, unnest(range(len(listed))) AS position
        FROM (SELECT CAST($2 AS STRUCT(level VARCHAR, place_id VARCHAR)[]) AS listed)
    )
),

scores AS (
    SELECT basis, level, place_id, period, score, low, high, n, status
    FROM index.scores
    WHERE method = $1 AND place_id IN (SELECT place_id FROM wanted)
),

measures AS (
    SELECT basis, level, place_id, period, score AS value, low, high, n, status
    FROM scores WHERE $3 = 'score'
    UNION ALL
    SELECT basis, level, place_id, period, points, points - $5 * se, points + $5 * se, n,
           CASE WHEN points IS NULL THEN status ELSE 'estimated' END
    FROM index.dimensions
    JOIN scores USING (basis, level, place_id, period)
    WHERE $3 = 'dimension' AND method = $1 AND dimension = $4
    UNION ALL
    SELECT basis, level, place_id, period, value, value - $5 * se, value + $5 * se, n, status
    FROM estimates.indicators
    WHERE $3 = 'indicator' AND method = $1 AND indicator = $4
          AND place_id IN (SELECT place_id FROM wanted)
)

SELECT own.level, own.place_id, own.period, own.value, own.low, own.high, own.n, own.status,
       adjusted.value AS adjusted, adjusted.low AS adjusted_low, adjusted.high AS adjusted_high
FROM measures AS own
JOIN wanted ON wanted.level = own.level AND wanted.place_id = own.place_id
LEFT JOIN measures AS adjusted
    ON adjusted.basis = 'adjusted' AND adjusted.level = own.level
       AND adjusted.place_id = own.place_id AND adjusted.period = own.period
       AND adjusted.status IN ('estimated', 'scored')
WHERE own.basis = 'observed'
ORDER BY position, own.period
