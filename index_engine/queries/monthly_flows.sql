-- Flows of a place by calendar month. Parameters: level, place_id.

SELECT flow, month, n, adjusted FROM estimates.monthly_flows
WHERE level = $1 AND place_id = $2
ORDER BY list_position(['filed', 'closed', 'paid', 'sold'], flow), month
