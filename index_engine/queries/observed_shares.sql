-- Which share of every place was observed in a window. Parameter: period.

SELECT level, place_id, share FROM estimates.observed_shares WHERE period = $1
