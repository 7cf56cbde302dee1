-- Scores of one place under two methods, by period, with its ranks among the places that both rank.
-- Parameters: method, the other method, level, place.

WITH pairs AS (
    SELECT period, a.place_id, a.score, a.low, a.high, b.score AS other_score, b.low AS other_low,
           b.high AS other_high,
           CASE WHEN a.rank IS NOT NULL AND b.rank IS NOT NULL THEN 1 END AS is_ranked
    FROM index.scores AS a
    JOIN index.scores AS b USING (basis, level, period, place_id)
    WHERE a.method = $1 AND b.method = $2 AND basis = 'observed' AND level = $3
          AND a.score IS NOT NULL AND b.score IS NOT NULL
),

ranked AS (
    SELECT *,
           CASE WHEN is_ranked = 1 AND level_size > 1 THEN
               rank() OVER (PARTITION BY period, is_ranked ORDER BY score DESC) END AS rank,
           CASE WHEN is_ranked = 1 AND level_size > 1 THEN
               rank() OVER (PARTITION BY period, is_ranked ORDER BY other_score DESC) END AS other_rank
    FROM (SELECT *, count(is_ranked) OVER (PARTITION BY period) AS level_size FROM pairs)
)

SELECT period, score, low, high, other_score, other_low, other_high, rank, other_rank,
       level_size AS n_ranked
FROM ranked
WHERE place_id = $4
ORDER BY period
