-- Spells that ended in a period, by age and event; 'open' left observation without an event.
-- cohort is the period of filing (0: filed before it was observed), so that the same rows give
-- both the period curve (sum over cohorts) and the cohort curve (sum over periods). Ages beyond the
-- grid share one bin more, so that every spell of a cohort is counted.
-- claims: spells whose claim is known; claim: what they weigh in yuan, summed; *_x_*: sums of products.
-- recovery: of these what was recovered; claim_unknown: claims that ended with an unknown recovery.

SELECT
    process,
    court_id,
    stratum,
    cohort,
    stop_period AS period,
    age_bin,
    event,
    CAST(COUNT(*) AS INTEGER) AS n,
    CAST(SUM(elapsed_days) AS INTEGER) AS elapsed_days,
    CAST(COUNT(claim) AS INTEGER) AS claims,
    COALESCE(CAST(SUM(claim) AS BIGINT), 0) AS claim,
    COALESCE(SUM(CAST(claim AS DECIMAL(38, 0)) * claim), 0) AS claim_x_claim,
    COALESCE(CAST(SUM(recovery) AS BIGINT), 0) AS recovery,
    COALESCE(SUM(CAST(claim AS DECIMAL(38, 0)) * recovery), 0) AS claim_x_recovery,
    COALESCE(SUM(CAST(recovery AS DECIMAL(38, 0)) * recovery), 0) AS recovery_x_recovery,
    COALESCE(CAST(SUM(CASE WHEN recovery IS NULL AND event <> 'open' THEN claim END) AS BIGINT), 0)
        AS claim_unknown
FROM spells
JOIN ages ON ages.age = stop_day - start_day
GROUP BY 1, 2, 3, 4, 5, 6, 7
