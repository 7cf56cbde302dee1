-- The score and its indicators a year before, now, and now with the cases of a year before; and the
-- change split into performance and case mix.
-- Parameters: method, level, place_id, period, the period a year before.

WITH estimates_by_basis AS (
    SELECT 'score' AS item, basis, period, score AS value FROM index.scores
    WHERE method = $1 AND level = $2 AND place_id = $3
    UNION ALL
    SELECT indicator, basis, period, CASE WHEN status = 'estimated' THEN value END
    FROM estimates.published_indicators
    WHERE method = $1 AND level = $2 AND place_id = $3
),

states AS (
    SELECT item,
           max(value) FILTER (basis = 'observed' AND period = $5) AS before,
           max(value) FILTER (basis = 'constant_mix' AND period = $4) AS constant,
           max(value) FILTER (basis = 'observed' AND period = $4) AS now
    FROM estimates_by_basis
    WHERE period IN ($4, $5)
    GROUP BY item
)

SELECT item, before, constant, now, constant - before AS performance, now - constant AS mix
FROM states
