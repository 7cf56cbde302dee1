-- Spells open on the first day of a period that were already under observation the day before, by
-- age on that day: they leave the period before and enter this one. Ages beyond the grid share one
-- bin more, so that everything open is counted.
-- claims: spells whose claim is known; claim: what they weigh in yuan, summed; *_x_*: sums of products.

SELECT
    spells.process,
    spells.court_id,
    spells.stratum,
    period_crossings.period,
    age_bin,
    CAST(COUNT(*) AS INTEGER) AS n,
    CAST(SUM(elapsed_days) AS INTEGER) AS elapsed_days,
    CAST(COUNT(claim) AS INTEGER) AS claims,
    COALESCE(CAST(SUM(claim) AS BIGINT), 0) AS claim,
    COALESCE(SUM(CAST(claim AS DECIMAL(38, 0)) * claim), 0) AS claim_x_claim
FROM spells
JOIN period_crossings
    ON period_crossings.from_period = spells.from_period AND period_crossings.stop_period = spells.stop_period
JOIN ages ON ages.age = period_crossings.starts_day - spells.start_day
GROUP BY 1, 2, 3, 4, 5
