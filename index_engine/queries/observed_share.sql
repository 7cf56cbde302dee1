-- Which share of a place was observed in a window. Parameters: level, place_id, period.

SELECT share FROM estimates.observed_shares WHERE level = $1 AND place_id = $2 AND period = $3
