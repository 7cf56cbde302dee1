-- Waits of some courts together in a window, by process and bin of age. Parameters: court ids, first
-- and last period. flow: 'entry' (came under observation, or carried in), 'leave' (left without an
-- event, or carried out) or the event; waiting: of those that left, open when the window ended.

WITH courts AS (SELECT unnest($1)::measures.court AS court_id),

flows AS (
    SELECT process, age_bin, 'entry' AS flow, n, elapsed_days, FALSE AS waiting
    FROM measures.entries SEMI JOIN courts USING (court_id)
    WHERE period BETWEEN $2 AND $3
    UNION ALL
    SELECT process, age_bin, 'entry', n, elapsed_days, FALSE
    FROM measures.opening_stock SEMI JOIN courts USING (court_id)
    WHERE period = $2
    UNION ALL
    SELECT process, age_bin, 'leave', n, elapsed_days, TRUE
    FROM measures.opening_stock SEMI JOIN courts USING (court_id)
    WHERE period = $3 + 1
    UNION ALL
    SELECT process, age_bin, CASE WHEN event = 'open' THEN 'leave' ELSE event::VARCHAR END, n,
           elapsed_days, event = 'open' AND period = $3
    FROM measures.exits SEMI JOIN courts USING (court_id)
    WHERE period BETWEEN $2 AND $3
)

SELECT process::VARCHAR AS process, flow, age_bin::INTEGER AS age_bin, waiting,
       SUM(n)::DOUBLE AS n, SUM(elapsed_days)::DOUBLE AS elapsed_days
FROM flows
GROUP BY ALL
