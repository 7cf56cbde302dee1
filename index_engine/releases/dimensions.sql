-- Points of the dimensions as observed, with one decimal where an n of the place is withheld, as on the pages.
SELECT method, level, place_id, period, dimension,
       CASE WHEN withheld.place_id IS NULL THEN points ELSE round(points, 1) END AS points
FROM index.dimensions
LEFT JOIN (
    SELECT DISTINCT method, basis, level, place_id, period FROM estimates.indicators WHERE n_suppression <> ''
) AS withheld USING (method, basis, level, place_id, period)
WHERE basis = 'observed' AND period <= $period AND list_contains($methods, method)
ORDER BY method, level, place_id, period, dimension
