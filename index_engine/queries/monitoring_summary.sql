-- How many series were monitored, and how many gave a signal. Parameter: period.

SELECT level, statistic, series, signals, expected FROM index.monitored_series
WHERE period = $1
ORDER BY level, statistic
