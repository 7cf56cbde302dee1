-- Sobol indices of the groups of assumptions.
-- Parameters: method, level, place_id or NULL for the mean over all places.

SELECT choice, first, first_half, total, total_half, reason FROM index.sobol
WHERE method = $1 AND level = $2 AND place_id IS NOT DISTINCT FROM $3
