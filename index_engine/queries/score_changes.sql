-- Scores of all places of a level that have one in two periods.
-- Parameters: method, level, period, the other period.

WITH level_scores AS (
    SELECT place_id, period, score, rank, low, high, CAST(n AS DOUBLE) AS n, n_suppression FROM index.scores
    WHERE method = $1 AND basis = 'observed' AND level = $2 AND score IS NOT NULL
)

SELECT later.place_id, later.score, later.low, later.high, later.n, later.n_suppression, earlier.score AS score_before,
       CAST(later.rank AS DOUBLE) AS rank, CAST(earlier.rank AS DOUBLE) AS rank_before,
       earlier.low AS low_before, earlier.high AS high_before, earlier.n AS n_before,
       earlier.n_suppression AS n_before_suppression
FROM (SELECT * FROM level_scores WHERE period = $3) AS later
JOIN (SELECT * FROM level_scores WHERE period = $4) AS earlier USING (place_id)
ORDER BY later.place_id
