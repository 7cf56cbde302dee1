-- Scores of one level and period, with the change on two earlier periods. Best first.
-- Parameters: level, period, the period a quarter before, the period a year before.

SELECT now.unit_id, now.score, now.se, now.low, now.high, now.rank, now.n, now.status,
       round(now.score - quarter.score, 1) AS change_quarter,
       round(now.score - year.score, 1) AS change_year
FROM (SELECT * FROM index.scores WHERE level = $1 AND period = $2) AS now
LEFT JOIN (SELECT * FROM index.scores WHERE level = $1 AND period = $3) AS quarter USING (unit_id)
LEFT JOIN (SELECT * FROM index.scores WHERE level = $1 AND period = $4) AS year USING (unit_id)
ORDER BY now.rank NULLS LAST, now.unit_id
