-- Payments of the cases of single creditors over those expected; no row where too few were paid or are expected.
-- Parameters: level, place_id, period.

SELECT creditor, event, observed, expected, ratio, low, high, suppression
FROM estimates.published_creditor_lists
WHERE level = $1 AND place_id = $2 AND period = $3 AND ratio IS NOT NULL
ORDER BY creditor
