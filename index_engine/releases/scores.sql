-- Scores of every place, period and method, with ranks as observed where the level is published by them. A standard
-- error beside a count that is withheld is coarse, as on the pages.
SELECT scores.method, scores.basis, scores.level, scores.place_id, scores.period, scores.score,
       CASE WHEN scores.n_suppression = '' THEN scores.se ELSE estimates.coarse_error(scores.se) END AS se,
       scores.low, scores.high, scores.low90, scores.high90,
       CASE WHEN publishes_ranks THEN scores.rank END AS rank,
       CASE WHEN publishes_ranks THEN ranks.low END AS rank_low,
       CASE WHEN publishes_ranks THEN ranks.high END AS rank_high,
       CASE WHEN publishes_ranks THEN ranks.low_joint END AS rank_low_all,
       CASE WHEN publishes_ranks THEN ranks.high_joint END AS rank_high_all,
       CASE WHEN scores.basis = 'observed' THEN scores.band END AS band,
       scores.n, NULLIF(scores.n_suppression, '') AS n_suppression, scores.status
FROM (
    SELECT *, basis = 'observed' AND list_contains($ranked_levels, level) AS publishes_ranks FROM index.scores
    WHERE basis IN ('observed', 'adjusted', 'shrunk') AND period <= $period
) AS scores
LEFT JOIN index.ranks AS ranks
ON ranks.method = scores.method AND ranks.level = scores.level AND ranks.place_id = scores.place_id
   AND ranks.period = scores.period
ORDER BY scores.method, scores.basis, scores.level, scores.place_id, scores.period
