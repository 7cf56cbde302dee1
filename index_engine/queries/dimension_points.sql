-- Points by dimension, with one decimal where an n of the place is withheld: of one indicator they are a fraction
-- of that n. Parameters: method, level, period or NULL for all, place_id or NULL for all.

SELECT place_id, period, dimension,
       CASE WHEN withheld.place_id IS NULL THEN points ELSE round(points, 1) END AS points
FROM index.dimensions
LEFT JOIN (
    SELECT DISTINCT method, basis, level, place_id, period FROM estimates.indicators WHERE n_suppression <> ''
) AS withheld USING (method, basis, level, place_id, period)
WHERE method = $1 AND basis = 'observed' AND level = $2
      AND ($3 IS NULL OR period = $3) AND ($4 IS NULL OR place_id = $4)
