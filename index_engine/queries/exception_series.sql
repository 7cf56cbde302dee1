-- The quarters behind every exception. Parameters: level, period.

SELECT place_id, statistic, quarter, value, CAST(n AS DOUBLE) AS n, expected, low, high, total, alarm
FROM index.exception_series
WHERE level = $1 AND period = $2
ORDER BY place_id, statistic, quarter
