-- One indicator of all places of a level, as observed, with the points that it has in the score.
-- Parameters: method, level, period, indicator.

SELECT estimated.place_id, estimated.value, estimated.se, estimated.n, estimated.n_suppression, estimated.status,
       CASE WHEN NOT points.own THEN NULL WHEN estimated.n_suppression = '' THEN points.points
            WHEN estimated.n_suppression = 'secondary' THEN round(points.points, 1) END AS points
FROM (
    SELECT * FROM estimates.published_indicators
    WHERE method = $1 AND basis = 'observed' AND level = $2 AND period = $3 AND indicator = $4
) AS estimated
LEFT JOIN (
    SELECT place_id, points, own FROM index.points
    WHERE method = $1 AND basis = 'observed' AND level = $2 AND period = $3 AND indicator = $4
) AS points USING (place_id)
ORDER BY estimated.place_id
