-- What the scores of all places of a level were made of in two periods: the points of each
-- indicator, its value and n. Parameters: method, level, period, the other period.

SELECT points.place_id, points.period, points.indicator, points.points, points.own,
       CASE WHEN estimated.status = 'estimated' THEN estimated.value END AS value, estimated.n,
       estimated.n_suppression
FROM (
    SELECT * FROM index.points
    WHERE method = $1 AND basis = 'observed' AND level = $2 AND period IN ($3, $4)
          AND points IS NOT NULL
) AS points
LEFT JOIN (
    SELECT place_id, period, indicator, value, n, n_suppression, status FROM estimates.published_indicators
    WHERE method = $1 AND basis = 'observed' AND level = $2 AND period IN ($3, $4)
) AS estimated USING (place_id, period, indicator)
ORDER BY points.place_id, points.period, points.indicator
