-- Points by dimension. Parameters: method, level, period or NULL for all, place_id or NULL for all.

SELECT place_id, period, dimension, points FROM index.dimensions
WHERE method = $1 AND basis = 'observed' AND level = $2
      AND ($3 IS NULL OR period = $3) AND ($4 IS NULL OR place_id = $4)
