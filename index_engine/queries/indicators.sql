-- Indicators and checks of one place and period on every basis, beside the nation's values.
-- Parameters: method, level, place_id, period.

WITH place_estimates AS (
    SELECT * FROM estimates.published_indicators
    WHERE method = $1 AND level = $2 AND place_id = $3 AND period = $4
),

observed AS (
    SELECT indicator, value, se, n, n_suppression, status FROM place_estimates WHERE basis = 'observed'
),

adjusted AS (
    SELECT indicator, value AS adjusted, se AS adjusted_se FROM place_estimates
    WHERE basis = 'adjusted' AND status = 'estimated'
),

shrunk AS (
    SELECT indicator, value AS shrunk, se AS shrunk_se FROM place_estimates WHERE basis = 'shrunk'
),

shrinkage AS (
    SELECT indicator, weight AS own_weight, centre AS peers_value FROM estimates.shrinkage
    WHERE method = $1 AND level = $2 AND place_id = $3 AND period = $4
),

nation AS (
    SELECT indicator, value AS nation, se AS nation_se, n AS nation_n,
           n_suppression AS nation_n_suppression FROM estimates.published_indicators
    WHERE method = $1 AND basis = 'observed' AND level = 'nation' AND period = $4
),

points AS (
    SELECT indicator, points, weight, own FROM index.points
    WHERE method = $1 AND basis = 'observed' AND level = $2 AND place_id = $3 AND period = $4
)

SELECT indicator, value, se, n, n_suppression, status,
       CASE WHEN NOT own OR n_suppression = '' THEN points
            WHEN n_suppression = 'secondary' THEN round(points, 1) END AS points, weight, own, nation, nation_se, nation_n,
       nation_n_suppression, adjusted, adjusted_se, shrunk, shrunk_se,
       CASE WHEN n_suppression = '' THEN own_weight END AS own_weight, peers_value
FROM observed
LEFT JOIN points USING (indicator)
LEFT JOIN nation USING (indicator)
LEFT JOIN adjusted USING (indicator)
LEFT JOIN shrunk USING (indicator)
LEFT JOIN shrinkage USING (indicator)
