-- Flows of first-enforcement cases by court and period, in the words of official reports.
-- taken_over: open when the window of their source began; filed + taken_over - closed, summed from
-- the beginning, is the stock pending.
-- claimed, recovered: closed cases with both amounts known, a claim capped so that it weighs at most
-- claim_cap, its recovery in the same proportion and at most whole; the *_x_* columns are sums of
-- products, from which the standard error of the ratio follows.
-- recovered_cash ... recovered_restructuring: completed cases by how most of the claim was recovered;
-- recovered_known is their sum.

WITH first_enforcement AS (
    SELECT
        court_id,
        close_mode,
        recovery_mode,
        unix_date(filed_on) AS filed_day,
        unix_date(closed_on) AS closed_day,
        CAST(claim_amount AS DOUBLE) AS claim,
        CAST(recovered_amount AS DOUBLE) AS recovered,
        from_day,
        until_day,
        claim_cap
    FROM cases
    JOIN measures.windows ON windows.source_id = cases.source_id
    CROSS JOIN parameters
    WHERE case_type = 'first'
),

opened AS (
    SELECT
        court_id,
        period,
        CAST(SUM(CASE WHEN filed_day >= from_day THEN 1 ELSE 0 END) AS INTEGER) AS filed,
        CAST(SUM(CASE WHEN filed_day < from_day THEN 1 ELSE 0 END) AS INTEGER) AS taken_over
    FROM first_enforcement
    JOIN days ON days.day = GREATEST(filed_day, from_day)
    WHERE COALESCE(closed_day, until_day) >= from_day
    GROUP BY 1, 2
),

closings AS (
    SELECT
        court_id,
        period,
        close_mode,
        CASE WHEN close_mode = 'completed' THEN recovery_mode END AS recovery_mode,
        closed_day - filed_day AS days_to_close,
        CASE WHEN claim > 0 AND recovered >= 0 THEN
            CAST(ROUND(LEAST(claim, claim_cap)) AS BIGINT) END AS claimed,
        CASE WHEN claim > 0 AND recovered >= 0 THEN
            CAST(ROUND(LEAST(claim, claim_cap) * LEAST(recovered / claim, 1)) AS BIGINT) END
            AS recovered
    FROM first_enforcement
    JOIN days ON days.day = closed_day
    WHERE closed_day >= from_day AND closed_day < until_day
),

closed AS (
    SELECT
        court_id,
        period,
        CAST(COUNT(*) AS INTEGER) AS closed,
        CAST(SUM(CASE WHEN close_mode = 'completed' THEN 1 ELSE 0 END) AS INTEGER) AS completed,
        CAST(SUM(CASE WHEN close_mode = 'zhongben' THEN 1 ELSE 0 END) AS INTEGER) AS zhongben,
        CAST(COUNT(recovery_mode) AS INTEGER) AS recovered_known,
        CAST(SUM(CASE WHEN recovery_mode = 'cash' THEN 1 ELSE 0 END) AS INTEGER) AS recovered_cash,
        CAST(SUM(CASE WHEN recovery_mode = 'instalment' THEN 1 ELSE 0 END) AS INTEGER)
            AS recovered_instalment,
        CAST(SUM(CASE WHEN recovery_mode = 'setoff' THEN 1 ELSE 0 END) AS INTEGER)
            AS recovered_setoff,
        CAST(SUM(CASE WHEN recovery_mode = 'asset_swap' THEN 1 ELSE 0 END) AS INTEGER)
            AS recovered_asset_swap,
        CAST(SUM(CASE WHEN recovery_mode = 'restructuring' THEN 1 ELSE 0 END) AS INTEGER)
            AS recovered_restructuring,
        CAST(SUM(days_to_close) AS BIGINT) AS days_to_close,
        CAST(COUNT(claimed) AS INTEGER) AS amount_cases,
        CAST(SUM(claimed) AS BIGINT) AS claimed,
        CAST(SUM(recovered) AS BIGINT) AS recovered,
        SUM(CAST(claimed AS DECIMAL(38, 0)) * claimed) AS claimed_x_claimed,
        SUM(CAST(claimed AS DECIMAL(38, 0)) * recovered) AS claimed_x_recovered,
        SUM(CAST(recovered AS DECIMAL(38, 0)) * recovered) AS recovered_x_recovered
    FROM closings
    GROUP BY 1, 2
)

SELECT
    COALESCE(opened.court_id, closed.court_id) AS court_id,
    COALESCE(opened.period, closed.period) AS period,
    COALESCE(filed, 0) AS filed,
    COALESCE(taken_over, 0) AS taken_over,
    COALESCE(closed, 0) AS closed,
    COALESCE(completed, 0) AS completed,
    COALESCE(zhongben, 0) AS zhongben,
    COALESCE(recovered_known, 0) AS recovered_known,
    COALESCE(recovered_cash, 0) AS recovered_cash,
    COALESCE(recovered_instalment, 0) AS recovered_instalment,
    COALESCE(recovered_setoff, 0) AS recovered_setoff,
    COALESCE(recovered_asset_swap, 0) AS recovered_asset_swap,
    COALESCE(recovered_restructuring, 0) AS recovered_restructuring,
    COALESCE(days_to_close, 0) AS days_to_close,
    COALESCE(amount_cases, 0) AS amount_cases,
    COALESCE(claimed, 0) AS claimed,
    COALESCE(recovered, 0) AS recovered,
    COALESCE(claimed_x_claimed, 0) AS claimed_x_claimed,
    COALESCE(claimed_x_recovered, 0) AS claimed_x_recovered,
    COALESCE(recovered_x_recovered, 0) AS recovered_x_recovered
FROM opened
FULL OUTER JOIN closed ON closed.court_id = opened.court_id AND closed.period = opened.period
