-- Spells that came under observation in a period, by age at that moment: filings at age 0, and the
-- stock open when a source's window begins at the age it then had (delayed entry).
-- Ages beyond the grid share one bin more.
-- elapsed_days: days of the age bin already over, summed, so that the bin's exposure is exact.
-- claims: spells whose claim is known; claim: what they weigh in yuan, summed; *_x_*: sums of products.

SELECT
    process,
    court_id,
    stratum,
    from_period AS period,
    age_bin,
    CAST(COUNT(*) AS INTEGER) AS n,
    CAST(SUM(elapsed_days) AS INTEGER) AS elapsed_days,
    CAST(COUNT(claim) AS INTEGER) AS claims,
    COALESCE(CAST(SUM(claim) AS BIGINT), 0) AS claim,
    COALESCE(SUM(CAST(claim AS DECIMAL(38, 0)) * claim), 0) AS claim_x_claim
FROM spells
JOIN ages ON ages.age = from_day - start_day
GROUP BY 1, 2, 3, 4, 5
