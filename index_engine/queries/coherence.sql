-- The audit of the index. Parameters: method, level.

SELECT kind, item, other, value, n FROM index.coherence
WHERE method = $1 AND level = $2
