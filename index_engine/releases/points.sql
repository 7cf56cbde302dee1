-- Points in the score as observed, as pages show them: none of a place's own few, one decimal beside a withheld n.
SELECT points.method, points.level, points.place_id, points.period, points.indicator,
       CASE WHEN NOT points.own OR estimated.n_suppression = '' THEN points.points
            WHEN estimated.n_suppression = 'secondary' THEN round(points.points, 1) END AS points,
       points.weight, points.own
FROM index.points AS points
LEFT JOIN estimates.indicators AS estimated USING (method, basis, level, place_id, period, indicator)
WHERE points.basis = 'observed' AND points.period <= $period AND list_contains($methods, points.method)
ORDER BY points.method, points.level, points.place_id, points.period, points.indicator
