-- Payments of a place over those expected; no row where too few are expected.
-- Parameters: level, place_id, period.

SELECT event, observed, expected, ratio, low, high, shrunk, shrunk_low, shrunk_high
FROM estimates.indirect_ratios
WHERE level = $1 AND place_id = $2 AND period = $3 AND ratio IS NOT NULL
