-- Places of a level that two methods score and rank, with their ranks among these; those that differ
-- most in rank first. Parameters: method, the other method, level, period.

WITH pairs AS (
    SELECT a.place_id, CAST(a.n AS DOUBLE) AS n, a.n_suppression, a.score, a.low, a.high, b.score AS other_score, b.low AS other_low,
           b.high AS other_high
    FROM index.scores AS a
    JOIN index.scores AS b USING (basis, level, period, place_id)
    WHERE a.method = $1 AND b.method = $2 AND basis = 'observed' AND level = $3 AND period = $4
          AND a.rank IS NOT NULL AND b.rank IS NOT NULL
),

ranked AS (
    SELECT place_id, n, n_suppression, score, low, high, rank() OVER (ORDER BY score DESC) AS rank, other_score,
           other_low, other_high, rank() OVER (ORDER BY other_score DESC) AS other_rank,
           count(*) OVER (PARTITION BY score) AS tied,
           count(*) OVER (PARTITION BY other_score) AS other_tied
    FROM pairs
)

SELECT *, other_rank - rank AS rank_difference
FROM ranked
ORDER BY abs(other_rank - rank) DESC, place_id
