-- Cases closed and paid in a quarter by place of a level, from the months that are published; NULL where one of them
-- is not. Parameters: level, first and last month.

SELECT place_id,
       sum(n) FILTER (flow = 'closed' AND n_months = 3) AS closed,
       sum(n) FILTER (flow = 'paid' AND n_months = 3) AS paid
FROM (
    SELECT place_id, flow, sum(n) AS n, count(n) AS n_months
    FROM estimates.monthly_flows
    WHERE level = $1 AND month BETWEEN $2 AND $3 AND flow IN ('closed', 'paid')
    GROUP BY place_id, flow
) AS quarters
GROUP BY place_id
ORDER BY place_id
