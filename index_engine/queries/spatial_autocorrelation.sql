-- Moran's I by layer of the map. Parameters: method, level, period.

SELECT layer, i, expected, z, p, n, islands, status FROM index.spatial
WHERE method = $1 AND level = $2 AND period = $3
ORDER BY layer
