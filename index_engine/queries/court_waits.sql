-- Waits by court at each step in a window. Parameters: first and last period, steps as (node, process,
-- limit_bin: the bin of age of a limit, NULL without one). flow and waiting as in waiting_times.sql; beyond: of
-- those, past the limit.

WITH steps AS (
    SELECT unnest(CAST($3 AS STRUCT(node VARCHAR, process VARCHAR, limit_bin INTEGER)[]), recursive := true)
),

flows AS (
    SELECT court_id, process, age_bin, 'entry' AS flow, n, FALSE AS waiting
    FROM measures.entries WHERE period BETWEEN $1 AND $2
    UNION ALL
    SELECT court_id, process, age_bin, 'entry', n, FALSE FROM measures.opening_stock WHERE period = $1
    UNION ALL
    SELECT court_id, process, age_bin, 'leave', n, TRUE FROM measures.opening_stock WHERE period = $2 + 1
    UNION ALL
    SELECT court_id, process, age_bin, CASE WHEN event = 'open' THEN 'leave' ELSE event::VARCHAR END, n,
           event = 'open' AND period = $2
    FROM measures.exits WHERE period BETWEEN $1 AND $2
)

SELECT steps.node, flows.court_id::VARCHAR AS court_id, flow, waiting,
       COALESCE(waiting AND age_bin > limit_bin, FALSE) AS beyond, SUM(n)::DOUBLE AS n
FROM flows JOIN steps ON steps.process = flows.process::VARCHAR
GROUP BY ALL
