-- Scores of all units of a level that have one in two periods.
-- Parameters: method, level, period, the other period.

WITH mine AS (
    SELECT place_id, period, score, low, high, n FROM index.scores
    WHERE method = $1 AND basis = 'observed' AND level = $2 AND score IS NOT NULL
)

SELECT now.place_id, now.score, now.low, now.high, now.n, earlier.score AS score_before,
       earlier.low AS low_before, earlier.high AS high_before, earlier.n AS n_before
FROM (SELECT * FROM mine WHERE period = $3) AS now
JOIN (SELECT * FROM mine WHERE period = $4) AS earlier USING (place_id)
ORDER BY now.place_id
