-- Flows of first-enforcement cases by court, stratum and period, in the words of official reports.
-- initial_stock: open when the window of their source began, or taken over later, less those that another
-- court took over, and those of which a source tells no more while another goes on observing the court;
-- filed + initial_stock - closed, summed from the beginning, is the stock pending. A case of a list of closed cases comes under observation on the
-- day it is closed, whenever it was filed.
-- claimed, recovered: closed cases with both amounts known, a claim capped so that it weighs at most
-- claim_cap, its recovery in the same proportion and at most whole; the *_x_* columns are sums of
-- products, from which the standard error of the ratio follows. zhongben_* of them: those closed so.
-- recovered_cash ... recovered_restructuring: completed cases by how most of the claim was recovered;
-- recovered_known is their sum.

WITH last_days AS (
    SELECT court_id, MAX(end_day) AS last_end_day
    FROM measures.court_windows
    WHERE kind = 'cases' AND holds = 'all_cases'
    GROUP BY court_id
),

flows AS (
    SELECT
        first_enforcement.court_id,
        stratum,
        close_mode,
        recovery_mode,
        unix_date(filed_on) AS filed_day,
        unix_date(closed_on) AS closed_day,
        CASE WHEN holds = 'all_cases' THEN GREATEST(unix_date(filed_on), from_day)
            ELSE unix_date(closed_on) END AS entry_day,
        CASE WHEN holds = 'all_cases' AND unix_date(filed_on) >= from_day THEN 1 ELSE 0 END
            AS is_filing,
        CASE WHEN EXTRACT(MONTH FROM closed_on) = 12 THEN 1 ELSE 0 END AS in_december,
        claim,
        recovered,
        from_day,
        end_day,
        CASE WHEN left_day <= end_day THEN left_day
             WHEN holds = 'all_cases' AND end_day < last_end_day THEN end_day
             ELSE left_day END AS left_day,
        is_last,
        claim_cap
    FROM first_enforcement
    LEFT JOIN last_days ON last_days.court_id = first_enforcement.recording_court
    CROSS JOIN parameters
),

observed AS (
    SELECT * FROM flows
    WHERE COALESCE(closed_day, end_day) >= from_day AND from_day < end_day
        -- Of a time before the case was filed only that it came is told, and once.
        AND (filed_day < end_day OR is_last)
),

moves AS (
    SELECT court_id, stratum, entry_day AS on_day, is_filing, 1 - is_filing AS stock
    FROM observed
    UNION ALL
    SELECT court_id, stratum, left_day AS on_day, 0 AS is_filing, -1 AS stock
    FROM observed
    WHERE left_day >= entry_day AND COALESCE(closed_day, left_day) >= left_day
),

opened AS (
    SELECT
        court_id,
        stratum,
        period,
        CAST(SUM(is_filing) AS INTEGER) AS filed,
        CAST(SUM(stock) AS INTEGER) AS initial_stock
    FROM moves
    JOIN days ON days.day = moves.on_day
    GROUP BY 1, 2, 3
),

closings AS (
    SELECT
        court_id,
        stratum,
        period,
        in_december,
        close_mode,
        CASE WHEN close_mode = 'completed' THEN recovery_mode END AS recovery_mode,
        closed_day - filed_day AS days_to_close,
        CASE WHEN claim > 0 AND recovered >= 0 THEN
            CAST(ROUND(LEAST(claim, claim_cap)) AS BIGINT) END AS claimed,
        CASE WHEN claim > 0 AND recovered >= 0 THEN
            CAST(ROUND(LEAST(claim, claim_cap) * LEAST(recovered / claim, 1)) AS BIGINT) END
            AS recovered
    FROM flows
    JOIN days ON days.day = closed_day
    WHERE closed_day >= from_day AND closed_day < end_day
),

amounts AS (
    SELECT
        *,
        CASE WHEN close_mode = 'zhongben' THEN claimed END AS zhongben_claimed,
        CASE WHEN close_mode = 'zhongben' THEN recovered END AS zhongben_recovered
    FROM closings
),

closed AS (
    SELECT
        court_id,
        stratum,
        period,
        CAST(COUNT(*) AS INTEGER) AS closed,
        CAST(SUM(in_december) AS INTEGER) AS closed_december,
        CAST(SUM(CASE WHEN close_mode = 'completed' THEN 1 ELSE 0 END) AS INTEGER) AS completed,
        CAST(SUM(CASE WHEN close_mode = 'zhongben' THEN 1 ELSE 0 END) AS INTEGER) AS zhongben,
        CAST(SUM(CASE WHEN close_mode = 'zhongben' AND days_to_close <= 120 THEN 1 ELSE 0 END)
            AS INTEGER) AS zhongben_within_120,
        CAST(SUM(CASE WHEN close_mode = 'zhongben' AND days_to_close < 90 THEN 1 ELSE 0 END)
            AS INTEGER) AS zhongben_before_90,
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
        CAST(SUM(CAST(days_to_close AS BIGINT) * days_to_close) AS BIGINT)
            AS days_to_close_x_days_to_close,
        CAST(COUNT(claimed) AS INTEGER) AS amount_cases,
        CAST(SUM(claimed) AS BIGINT) AS claimed,
        CAST(SUM(recovered) AS BIGINT) AS recovered,
        SUM(CAST(claimed AS DECIMAL(38, 0)) * claimed) AS claimed_x_claimed,
        SUM(CAST(claimed AS DECIMAL(38, 0)) * recovered) AS claimed_x_recovered,
        SUM(CAST(recovered AS DECIMAL(38, 0)) * recovered) AS recovered_x_recovered,
        CAST(COUNT(zhongben_claimed) AS INTEGER) AS zhongben_amount_cases,
        CAST(SUM(zhongben_claimed) AS BIGINT) AS zhongben_claimed,
        CAST(SUM(zhongben_recovered) AS BIGINT) AS zhongben_recovered,
        SUM(CAST(zhongben_claimed AS DECIMAL(38, 0)) * zhongben_claimed)
            AS zhongben_claimed_x_zhongben_claimed,
        SUM(CAST(zhongben_claimed AS DECIMAL(38, 0)) * zhongben_recovered)
            AS zhongben_claimed_x_zhongben_recovered,
        SUM(CAST(zhongben_recovered AS DECIMAL(38, 0)) * zhongben_recovered)
            AS zhongben_recovered_x_zhongben_recovered
    FROM amounts
    GROUP BY 1, 2, 3
)

SELECT
    COALESCE(opened.court_id, closed.court_id) AS court_id,
    COALESCE(opened.stratum, closed.stratum) AS stratum,
    COALESCE(opened.period, closed.period) AS period,
    COALESCE(filed, 0) AS filed,
    COALESCE(initial_stock, 0) AS initial_stock,
    COALESCE(closed, 0) AS closed,
    COALESCE(closed_december, 0) AS closed_december,
    COALESCE(completed, 0) AS completed,
    COALESCE(zhongben, 0) AS zhongben,
    COALESCE(zhongben_within_120, 0) AS zhongben_within_120,
    COALESCE(zhongben_before_90, 0) AS zhongben_before_90,
    COALESCE(recovered_known, 0) AS recovered_known,
    COALESCE(recovered_cash, 0) AS recovered_cash,
    COALESCE(recovered_instalment, 0) AS recovered_instalment,
    COALESCE(recovered_setoff, 0) AS recovered_setoff,
    COALESCE(recovered_asset_swap, 0) AS recovered_asset_swap,
    COALESCE(recovered_restructuring, 0) AS recovered_restructuring,
    COALESCE(days_to_close, 0) AS days_to_close,
    COALESCE(days_to_close_x_days_to_close, 0) AS days_to_close_x_days_to_close,
    COALESCE(amount_cases, 0) AS amount_cases,
    COALESCE(claimed, 0) AS claimed,
    COALESCE(recovered, 0) AS recovered,
    COALESCE(claimed_x_claimed, 0) AS claimed_x_claimed,
    COALESCE(claimed_x_recovered, 0) AS claimed_x_recovered,
    COALESCE(recovered_x_recovered, 0) AS recovered_x_recovered,
    COALESCE(zhongben_amount_cases, 0) AS zhongben_amount_cases,
    COALESCE(zhongben_claimed, 0) AS zhongben_claimed,
    COALESCE(zhongben_recovered, 0) AS zhongben_recovered,
    COALESCE(zhongben_claimed_x_zhongben_claimed, 0) AS zhongben_claimed_x_zhongben_claimed,
    COALESCE(zhongben_claimed_x_zhongben_recovered, 0) AS zhongben_claimed_x_zhongben_recovered,
    COALESCE(zhongben_recovered_x_zhongben_recovered, 0)
        AS zhongben_recovered_x_zhongben_recovered
FROM opened
FULL OUTER JOIN closed
    ON closed.court_id = opened.court_id
    AND closed.stratum = opened.stratum
    AND closed.period = opened.period
