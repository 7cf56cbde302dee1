-- Spells open on the first day of a period that were already under observation the day before, by
-- age on that day: they leave the period before and enter this one.

SELECT
    spells.clock,
    spells.court_id,
    crossed.period,
    CAST(FLOOR((crossed.starts_day - spells.start_day) / bin_days) AS SMALLINT) AS age_bin,
    CAST(COUNT(*) AS INTEGER) AS n,
    CAST(SUM((crossed.starts_day - spells.start_day) % bin_days) AS INTEGER) AS elapsed
FROM spells
JOIN crossed
    ON crossed.from_period = spells.from_period AND crossed.stop_period = spells.stop_period
CROSS JOIN parameters
WHERE crossed.starts_day - spells.start_day < horizon_days
GROUP BY 1, 2, 3, 4
