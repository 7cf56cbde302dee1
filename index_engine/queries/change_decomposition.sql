-- What a score and its indicators were a year before, are now, and would be now with the cases of a
-- year before. Parameters: method, level, place_id, period, the period a year before.

SELECT 'score' AS item, basis, period, score AS value, se FROM index.scores
WHERE method = $1 AND level = $2 AND place_id = $3 AND basis IN ('observed', 'constant_mix')
      AND period IN ($4, $5)
UNION ALL
SELECT indicator, basis, period, CASE WHEN status = 'estimated' THEN value END, se
FROM estimates.indicators
WHERE method = $1 AND level = $2 AND place_id = $3 AND basis IN ('observed', 'constant_mix')
      AND period IN ($4, $5)
