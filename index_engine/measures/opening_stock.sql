-- Spells open on the first day of a period that were already under observation the day before, by
-- age on that day: they leave the period before and enter this one. Ages beyond the grid share one
-- bin more, so that everything open is counted.

SELECT
    spells.process,
    spells.court_id,
    spells.stratum,
    period_crossings.period,
    age_bin,
    CAST(COUNT(*) AS INTEGER) AS n,
    CAST(SUM(elapsed_days) AS INTEGER) AS elapsed_days
FROM spells
JOIN period_crossings
    ON period_crossings.from_period = spells.from_period AND period_crossings.stop_period = spells.stop_period
JOIN ages ON ages.age = period_crossings.starts_day - spells.start_day
GROUP BY 1, 2, 3, 4, 5
