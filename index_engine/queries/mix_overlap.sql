-- Share of the national case mix that a place has cases of. Parameters: level, place_id, period.

SELECT process, overlap FROM estimates.mix_overlap
WHERE level = $1 AND place_id = $2 AND period = $3
ORDER BY process
