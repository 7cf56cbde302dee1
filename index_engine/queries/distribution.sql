-- The distribution over the places of one level: of the score, every dimension, indicator, check and
-- statistic the minimum, the quartiles and the maximum. Quantiles interpolate between neighbours in rank, each place
-- counted once. Special courts are left out.
-- Parameters: method, level, period.

WITH scored AS (
    SELECT place_id, score FROM index.scores
    WHERE method = $1 AND basis = 'observed' AND level = $2 AND period = $3 AND score IS NOT NULL
),

measured AS (
    SELECT 'score' AS kind, 'score' AS item, place_id, score AS value FROM scored
    UNION ALL
    SELECT 'dimension', dimension, place_id,
           CASE WHEN withheld.place_id IS NULL THEN points ELSE round(points, 1) END
    FROM index.dimensions
    LEFT JOIN (
        SELECT DISTINCT method, basis, level, place_id, period FROM estimates.indicators WHERE n_suppression <> ''
    ) AS withheld USING (method, basis, level, place_id, period)
    WHERE method = $1 AND basis = 'observed' AND level = $2 AND period = $3
    UNION ALL
    SELECT 'indicator', indicator, place_id, value FROM estimates.published_indicators
    WHERE method = $1 AND basis = 'observed' AND level = $2 AND period = $3
      AND status = 'estimated'
    UNION ALL
    -- A statistic has no minimum n of its own: a place with a score has cases enough.
    SELECT 'statistic', statistic, place_id, value FROM estimates.published_statistics
    WHERE level = $2 AND period = $3 AND place_id IN (SELECT place_id FROM scored)
)

SELECT kind, item, min(value) AS minimum, quantile_cont(value, 0.25) AS q25,
       quantile_cont(value, 0.5) AS median, quantile_cont(value, 0.75) AS q75,
       max(value) AS maximum, count(*) AS place_count
FROM measured
WHERE value IS NOT NULL
  AND NOT ($2 = 'court' AND place_id IN (SELECT court_id FROM courts WHERE special))
GROUP BY kind, item
ORDER BY kind, item
