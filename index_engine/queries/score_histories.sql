-- Scores of all places of a level in all periods. Parameters: method, level.

SELECT place_id, period, score FROM index.scores
WHERE method = $1 AND basis = 'observed' AND level = $2
