-- Scores of one place in all periods, as observed, at the national mix, and shrunk.
-- Parameters: method, level, place_id.

WITH place_scores AS (
    SELECT * FROM index.scores WHERE method = $1 AND level = $2 AND place_id = $3
)

SELECT observed.period, observed.score, observed.low, observed.high, observed.low90,
       observed.high90, observed.status, CAST(observed.n AS DOUBLE) AS n, observed.n_suppression, adjusted.score AS adjusted,
       adjusted.low AS adjusted_low, adjusted.high AS adjusted_high, shrunk.score AS shrunk
FROM (SELECT * FROM place_scores WHERE basis = 'observed') AS observed
LEFT JOIN (SELECT * FROM place_scores WHERE basis = 'adjusted') AS adjusted USING (period)
LEFT JOIN (SELECT * FROM place_scores WHERE basis = 'shrunk') AS shrunk USING (period)
ORDER BY observed.period
