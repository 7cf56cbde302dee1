-- Auction rounds by court and stage, and sales of which the price over reference is known. Parameters: first
-- and last period.

WITH rounds AS (
    SELECT court_id, stage, SUM(rounds_ended) AS ended, SUM(held) AS held, SUM(sold) AS sold,
           SUM(failed) AS failed, SUM(defaulted) AS defaulted, SUM(setoff) AS setoff, SUM(withdrawn) AS withdrawn
    FROM measures.round_counts WHERE period BETWEEN $1 AND $2 GROUP BY ALL
),

prices AS (
    SELECT court_id, stage, SUM(n) AS price_count
    FROM measures.price_ratios WHERE period BETWEEN $1 AND $2 GROUP BY ALL
)

SELECT rounds.* REPLACE (CAST(court_id AS VARCHAR) AS court_id), COALESCE(price_count, 0) AS price_count
FROM rounds LEFT JOIN prices USING (court_id, stage)
