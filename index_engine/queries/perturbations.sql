-- Every assumption changed alone. Parameters: method, level.

SELECT perturbation, item, units, lost, rank_mean, rank_max, rank_moved, score_mean, score_max,
       score_moved, reason
FROM index.perturbations
WHERE method = $1 AND level = $2
