-- Payments of a place over those expected; no row where too few were paid or are expected.
-- Parameters: level, place_id, period.

SELECT event, observed, expected, ratio, low, high, shrunk, shrunk_low, shrunk_high, suppression
FROM estimates.published_indirect_ratios
WHERE level = $1 AND place_id = $2 AND period = $3 AND ratio IS NOT NULL
