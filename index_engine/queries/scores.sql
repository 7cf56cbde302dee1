-- Scores of one method, level and period on every basis, with the change on two earlier periods and
-- the uncertainty of the rank. Best first.
-- Parameters: method, level, period, the period a quarter before, the period a year before.

WITH method_scores AS (
    SELECT * FROM index.scores WHERE method = $1 AND level = $2
),

observed AS (
    SELECT * FROM method_scores WHERE basis = 'observed' AND period = $3
),

other_bases AS (
    SELECT place_id,
           max(CASE WHEN basis = 'adjusted' THEN score END) AS adjusted,
           max(CASE WHEN basis = 'adjusted' THEN low END) AS adjusted_low,
           max(CASE WHEN basis = 'adjusted' THEN high END) AS adjusted_high,
           max(CASE WHEN basis = 'shrunk' THEN score END) AS shrunk,
           max(CASE WHEN basis = 'shrunk' THEN low END) AS shrunk_low,
           max(CASE WHEN basis = 'shrunk' THEN high END) AS shrunk_high
    FROM method_scores
    WHERE period = $3 AND basis IN ('adjusted', 'shrunk')
    GROUP BY place_id
)

SELECT observed.place_id, observed.score,
       CASE WHEN observed.n_suppression = '' THEN observed.se ELSE estimates.coarse_error(observed.se) END AS se, observed.low, observed.high,
       observed.low90, observed.high90, observed.rank,
       CASE WHEN observed.rank IS NOT NULL THEN count(*) OVER (PARTITION BY observed.rank) END AS tied,
       ranks.low AS rank_low, ranks.high AS rank_high,
       ranks.low_joint AS rank_low_all, ranks.high_joint AS rank_high_all, ranks.top AS top_share,
       observed.band, CAST(observed.n AS DOUBLE) AS n, observed.n_suppression, observed.status,
       round(observed.score - quarter.score, 1) AS change_quarter,
       round(observed.score - year.score, 1) AS change_year,
       year.low AS low_before, year.score AS score_before, year.high AS high_before,
       other_bases.* EXCLUDE (place_id), NULLIF(peers.peer_group, '') AS peer_group,
       CASE WHEN peers.peer_group <> '' THEN peers.n_members END AS n_peers
FROM observed
LEFT JOIN (SELECT place_id, score FROM method_scores WHERE basis = 'observed' AND period = $4) AS quarter
USING (place_id)
LEFT JOIN (
    SELECT place_id, score, low, high FROM method_scores WHERE basis = 'observed' AND period = $5
) AS year USING (place_id)
LEFT JOIN other_bases USING (place_id)
LEFT JOIN (SELECT * FROM index.ranks WHERE method = $1 AND level = $2 AND period = $3) AS ranks
USING (place_id)
LEFT JOIN (SELECT * FROM estimates.peer_groups WHERE level = $2 AND period = $3) AS peers USING (place_id)
ORDER BY observed.rank NULLS LAST, observed.place_id
