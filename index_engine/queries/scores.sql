-- Scores of one method, level and period on every basis, with the change on two earlier periods and
-- the uncertainty of the rank. Best first.
-- Parameters: method, level, period, the period a quarter before, the period a year before.

WITH mine AS (
    SELECT * FROM index.scores WHERE method = $1 AND level = $2
),

now AS (
    SELECT * FROM mine WHERE basis = 'observed' AND period = $3
),

other AS (
    SELECT place_id,
           max(CASE WHEN basis = 'adjusted' THEN score END) AS adjusted,
           max(CASE WHEN basis = 'adjusted' THEN low END) AS adjusted_low,
           max(CASE WHEN basis = 'adjusted' THEN high END) AS adjusted_high,
           max(CASE WHEN basis = 'shrunk' THEN score END) AS shrunk,
           max(CASE WHEN basis = 'shrunk' THEN low END) AS shrunk_low,
           max(CASE WHEN basis = 'shrunk' THEN high END) AS shrunk_high
    FROM mine
    WHERE period = $3 AND basis IN ('adjusted', 'shrunk')
    GROUP BY place_id
)

SELECT now.place_id, now.score, now.se, now.low, now.high, now.low90, now.high90, now.rank,
       CASE WHEN now.rank IS NOT NULL THEN count(*) OVER (PARTITION BY now.rank) END AS tied,
       ranks.low AS rank_low, ranks.high AS rank_high,
       ranks.low_joint AS rank_low_all, ranks.high_joint AS rank_high_all, ranks.top AS top_share,
       now.band, now.n, now.status,
       round(now.score - quarter.score, 1) AS change_quarter,
       round(now.score - year.score, 1) AS change_year,
       year.low AS low_before, year.score AS score_before, year.high AS high_before,
       other.* EXCLUDE (place_id), NULLIF(peers.peer_group, '') AS peer_group,
       CASE WHEN peers.peer_group <> '' THEN peers.n_members END AS n_peers
FROM now
LEFT JOIN (SELECT place_id, score FROM mine WHERE basis = 'observed' AND period = $4) AS quarter
USING (place_id)
LEFT JOIN (
    SELECT place_id, score, low, high FROM mine WHERE basis = 'observed' AND period = $5
) AS year USING (place_id)
LEFT JOIN other USING (place_id)
LEFT JOIN (SELECT * FROM index.ranks WHERE method = $1 AND level = $2 AND period = $3) AS ranks
USING (place_id)
LEFT JOIN (SELECT * FROM estimates.peer_groups WHERE level = $2 AND period = $3) AS peers USING (place_id)
ORDER BY now.rank NULLS LAST, now.place_id
