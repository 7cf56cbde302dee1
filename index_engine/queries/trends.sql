-- A measure of some places over all periods, as observed and at the national case mix.
-- Parameters: method, places as (level, place_id), kind ('score' | 'dimension' | 'indicator'), id of
-- the dimension or indicator, standard errors of an interval either way. Points of dimensions have one decimal, and
-- their errors are coarse, where an n of the place is withheld: of one indicator they are a fraction of that n.

WITH requested AS (
    SELECT places.level, places.place_id, position
    FROM (
        SELECT unnest(listed) AS places, unnest(range(len(listed))) AS position
        FROM (SELECT CAST($2 AS STRUCT(level VARCHAR, place_id VARCHAR)[]) AS listed)
    )
),

scores AS (
    SELECT basis, level, place_id, period, score, low, high, CAST(n AS DOUBLE) AS n, n_suppression, status
    FROM index.scores
    WHERE method = $1 AND place_id IN (SELECT place_id FROM requested)
),

measures AS (
    SELECT basis, level, place_id, period, score AS value, low, high, n, n_suppression, status
    FROM scores WHERE $3 = 'score'
    UNION ALL
    SELECT basis, level, place_id, period, points, points - $5 * se, points + $5 * se, n, n_suppression,
           CASE WHEN points IS NULL THEN status ELSE 'estimated' END
    FROM (
        SELECT method, basis, level, place_id, period, dimension,
               CASE WHEN withheld.place_id IS NULL THEN points ELSE round(points, 1) END AS points,
               CASE WHEN withheld.place_id IS NULL THEN se ELSE estimates.coarse_error(se) END AS se
        FROM index.dimensions
        LEFT JOIN (
            SELECT DISTINCT method, basis, level, place_id, period FROM estimates.indicators WHERE n_suppression <> ''
        ) AS withheld USING (method, basis, level, place_id, period)
    ) AS published_dimensions
    JOIN scores USING (basis, level, place_id, period)
    WHERE $3 = 'dimension' AND method = $1 AND dimension = $4
    UNION ALL
    SELECT basis, level, place_id, period, value, value - $5 * se, value + $5 * se, n, n_suppression, status
    FROM estimates.published_indicators
    WHERE $3 = 'indicator' AND method = $1 AND indicator = $4
          AND place_id IN (SELECT place_id FROM requested)
)

SELECT observed.level, observed.place_id, observed.period, observed.value, observed.low, observed.high, observed.n,
       observed.n_suppression, observed.status,
       adjusted.value AS adjusted, adjusted.low AS adjusted_low, adjusted.high AS adjusted_high
FROM measures AS observed
JOIN requested ON requested.level = observed.level AND requested.place_id = observed.place_id
LEFT JOIN measures AS adjusted
    ON adjusted.basis = 'adjusted' AND adjusted.level = observed.level
       AND adjusted.place_id = observed.place_id AND adjusted.period = observed.period
       AND adjusted.status IN ('estimated', 'scored')
WHERE observed.basis = 'observed'
ORDER BY position, observed.period
