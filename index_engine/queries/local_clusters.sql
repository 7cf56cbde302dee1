-- Local clusters on one layer of the map. Parameters: method, level, period, layer.

SELECT place_id, i, z, p, q, cluster FROM index.clusters
WHERE method = $1 AND level = $2 AND period = $3 AND layer = $4
ORDER BY place_id
