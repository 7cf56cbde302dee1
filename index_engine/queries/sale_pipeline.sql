-- Auction rounds and sale prices by stage, not yet cleared of what is not published. Parameters: court ids,
-- first and last period, width of a price bin. The median is read off the
-- histogram, in the middle of its bin.

WITH rounds AS (
    SELECT stage, SUM(rounds_ended) AS ended, SUM(held) AS held, SUM(sold) AS sold, SUM(failed) AS failed,
           SUM(defaulted) AS defaulted, SUM(setoff) AS setoff, SUM(withdrawn) AS withdrawn
    FROM measures.round_counts
    WHERE court_id IN (SELECT unnest($1)::measures.court) AND period BETWEEN $2 AND $3
    GROUP BY stage
),

ratios AS (
    SELECT stage, ratio_bin, SUM(n) AS n
    FROM measures.price_ratios
    WHERE court_id IN (SELECT unnest($1)::measures.court) AND period BETWEEN $2 AND $3
    GROUP BY stage, ratio_bin
),

running AS (
    SELECT stage, ratio_bin, SUM(n) OVER (PARTITION BY stage ORDER BY ratio_bin) AS up_to,
           SUM(n) OVER (PARTITION BY stage) AS total
    FROM ratios
),

medians AS (
    SELECT stage, (MIN(ratio_bin) + 0.5) * $4 AS price_ratio, MIN(total) AS price_count
    FROM running WHERE up_to >= total / 2.0 GROUP BY stage
)

SELECT stage, ended::BIGINT AS ended, held::BIGINT AS held, sold::BIGINT AS sold, failed::BIGINT AS failed,
       defaulted::BIGINT AS defaulted, setoff::BIGINT AS setoff, withdrawn::BIGINT AS withdrawn,
       price_ratio,
       COALESCE(price_count, 0)::BIGINT AS price_count,
       CASE WHEN held > 0 THEN sold / held::DOUBLE END AS sale_rate
FROM rounds LEFT JOIN medians USING (stage)
ORDER BY array_position(['first', 'second', 'sale', 'relisted'], stage)
