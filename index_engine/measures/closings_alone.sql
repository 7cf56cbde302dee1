-- Closings of first enforcement from sources that hold no open cases, in lists of closed cases and in
-- lists of 终本: of a court and period with one of them it is not known how many cases were filed or
-- are pending, and with one of the latter not how many were closed in other ways.

SELECT
    court_id,
    period,
    CAST(SUM(CASE WHEN holds = 'closed_cases' THEN 1 ELSE 0 END) AS INTEGER) AS closed_alone,
    CAST(SUM(CASE WHEN holds = 'zhongben_list' THEN 1 ELSE 0 END) AS INTEGER) AS zhongben_alone
FROM first_enforcement
JOIN days ON days.day = unix_date(closed_on) AND days.day >= from_day AND days.day < end_day
WHERE holds <> 'all_cases'
GROUP BY 1, 2
