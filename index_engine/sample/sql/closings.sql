-- How each first-enforcement case is closed: as planned, or in the gamed courts as 终本 before that;
-- claims and recoveries; which cases are resumed.

-- A gamed case is still open on its day between the 95th and the 180th, nothing of it has been
-- sold, and it closes as 终本 on that day. The twin without gaming draws the same cases and leaves
-- them their planned outcome. Gaming starts with the window, so that both worlds record the same cases.
CREATE OR REPLACE TEMP TABLE closings AS
WITH recorded_cases AS (
    SELECT
        planned_outcomes.* EXCLUDE (first_listing_day, planned_closing_day, planned_close_mode),
        planned_outcomes.planned_closing_day AS honest_closing_day,
        planned_outcomes.planned_close_mode AS honest_close_mode,
        LEAST(planned_outcomes.first_listing_day, paying_lots.listing_day) AS first_listing_day,
        paying_lots.n IS NOT NULL AS has_key_lot,
        paying_lots.rounds AS key_rounds,
        paying_lots.has_default AS key_has_default,
        paying_lots.listing_day AS key_listing_day,
        paying_lots.slack AS key_slack,
        paying_lots.sold_day,
        COALESCE(paying_lots.follows_another_lot, FALSE) AS key_follows_another_lot,
        filing_day + whole_between(u(fate, 17), param().gaming_min_days, param().gaming_max_days) AS gaming_day
    FROM planned_outcomes
    LEFT JOIN paying_lots ON paying_lots.n = planned_outcomes.n
    -- cases closed before a court's records begin are in nobody's
    WHERE planned_outcomes.planned_closing_day >= planned_outcomes.records_from
),
decisions AS (
    SELECT
        *,
        getvariable('gaming') AND role = 'gamed' AND u(fate, 18) < param().gaming_share
            AND gaming_day < COALESCE(sold_day, honest_closing_day)
            AND gaming_day >= records_from AS is_gamed
    FROM recorded_cases
)
SELECT
    *,
    CASE WHEN is_gamed THEN gaming_day ELSE honest_closing_day END AS closing_day,
    CASE WHEN is_gamed THEN 'zhongben' ELSE honest_close_mode END AS planned_close_mode
FROM decisions;

CREATE OR REPLACE TEMP TABLE amounts AS
WITH case_claims AS (
    SELECT
        closings.*,
        median_claim * claim_factor * exp(param().claim_sigma * z(n, 19)) AS claim,
        coverage * exp(param().coverage_sigma * z(n, 21)) AS proceeds_share,
        CASE WHEN planned_close_mode = 'terminated' THEN slot(u(fate, 23)) END AS reason_slot
    FROM closings
    JOIN claims USING (path)
),
case_reasons AS (
    SELECT case_claims.*, reason
    FROM case_claims
    LEFT JOIN reason_slots ON reason_slots.slot = reason_slot
)
SELECT
    *,
    claim * CASE
        WHEN planned_close_mode = 'completed' AND path = 'collateral' THEN LEAST(1, proceeds_share)
        WHEN planned_close_mode = 'completed' THEN 1
        WHEN planned_close_mode = 'zhongben' THEN LEAST(0.9, -zhongben_recovered * ln(u(n, 24)))
        -- a creditor who settles or withdraws has mostly been paid outside the court
        WHEN reason IN ('settled', 'withdrawn')
            THEN CASE WHEN u(n, 24) < settlement_paid_share THEN 0.75 + 0.25 * u(n, 25) ELSE 0.3 * u(n, 25) END
        WHEN reason = 'bankruptcy' THEN 0.15 * u(n, 24)
        ELSE 0
    END AS recovered
FROM case_reasons;

-- 终本 cases that creditors have resumed, by the day of the new filing. Those of the planned
-- outcomes decide where the sample ends, so that the twin ends at the same case.
CREATE OR REPLACE TEMP TABLE resumptions AS
WITH draws AS (
    SELECT
        n,
        closing_day,
        planned_close_mode,
        honest_closing_day,
        honest_close_mode,
        u(n, 26) < resumed_share AS is_resumed,
        (param().resumption_min_days + (param().resumption_max_days - param().resumption_min_days)
            * u(n, 27) ** param().resumption_skew)::INTEGER AS waiting_days
    FROM closings
)
SELECT
    n,
    closing_day + waiting_days AS filing_day,
    planned_close_mode = 'zhongben' AND closing_day + waiting_days <= day_number(param().observed_to) AS is_recorded,
    honest_close_mode = 'zhongben' AND honest_closing_day + waiting_days <= day_number(param().observed_to) AS is_honest_row
FROM draws
WHERE is_resumed;

-- Preservation cases (执保): no recovery, closed within weeks. Recorded like the others.
CREATE OR REPLACE TEMP TABLE preservations AS
WITH clock_times AS (
    SELECT
        *,
        court_clock + param().preservation_median * duration_factor * exp(param().preservation_sigma * z(fate, 10))
            AS end_clock
    FROM filings
    WHERE is_preservation
)
SELECT n, court, filing_day, creditor_local, GREATEST(day_number, filing_day + 1) AS closing_day
FROM clock_times
JOIN clock_days ON eighth = floor(end_clock * 8)::INTEGER
WHERE day_number >= records_from;

-- Rows of each case number, from which the generator finds where the sample is full.
CREATE OR REPLACE TEMP TABLE rows_per_number AS
SELECT n, 1 + COALESCE(is_honest_row::INTEGER, 0) AS rows
FROM closings
LEFT JOIN resumptions USING (n)
UNION ALL
SELECT n, 1 FROM preservations;
