-- The staged case rows of one chunk, up to the last case number wanted, with the seeded defects.

CREATE OR REPLACE TEMP TABLE first_rows AS
WITH known AS (
    SELECT
        amounts.*,
        -- The list of one court is told of a closing days after it, or of the resumption that it makes sure.
        closing_day <= day_number(param().observed_to) AND (
            role IS DISTINCT FROM 'late_reports'
            OR n IN (SELECT n FROM resumptions WHERE is_recorded)
            OR closing_day - param().closing_report_days * ln(u(n, 58)) <= day_number(param().observed_to)
        ) AS is_closed,
        -- One court closes a case some time after it was paid: no more than half of that since the lot was sold.
        closing_day - CASE WHEN role = 'early_payments' THEN LEAST(
            -param().payment_lead_days * ln(u(n, 59)),
            (closing_day - GREATEST(filing_day, first_listing_day, sold_day)) / 2)::INTEGER ELSE 0 END AS payment_day,
        first_listing_day < closing_day AND first_listing_day <= day_number(param().observed_to) AS is_listed,
        path = 'collateral' AS has_assets,
        step_days.* EXCLUDE (n)
    FROM amounts
    JOIN step_days USING (n)
    WHERE n <= getvariable('last_number')
)
SELECT
    n,
    0 AS part,
    'F' || format('{:010d}', n) AS case_id,
    court,
    'first' AS case_type,
    on_date(filing_day) AS filed_on,
    CASE WHEN is_closed THEN on_date(closing_day) END AS closed_on,
    CASE WHEN is_closed THEN planned_close_mode END AS close_mode,
    CASE WHEN is_closed THEN reason END AS close_reason,
    round(claim / CASE WHEN u(n, 28) < param().wrong_unit_share THEN 10000 ELSE 1 END, 2)::DECIMAL(18, 2)
        AS claim_amount,
    CASE WHEN is_closed THEN round(recovered, 2)::DECIMAL(18, 2) END AS recovered_amount,
    CASE WHEN is_closed AND planned_close_mode = 'completed' THEN on_date(payment_day) END AS paid_out_on,
    known.has_assets,
    CASE WHEN u(fate, 30) < person_share THEN 'person'
         WHEN u(fate, 30) < person_share + company_share THEN 'company'
         ELSE 'other' END AS debtor_kind,
    creditor_local,
    cause,
    NULL::VARCHAR AS parent_case_id,
    if_seen(notice_day) AS notified_on,
    if_seen(query_day) AS queried_on,
    if_seen(seizure_day) AS seized_on,
    if_seen(pricing_day) AS priced_on,
    CASE WHEN is_listed THEN on_date(first_listing_day) END AS first_listed_on
FROM known
JOIN cause_slots
    ON cause_slots.has_assets = known.has_assets AND cause_slots.slot = slot(u(fate, 29));

-- Resumed cases take their claim from what was left of the parent's, and run on their own clock.
CREATE OR REPLACE TEMP TABLE resumed_rows AS
WITH resumed_cases AS (
    SELECT
        parents.*,
        resumptions.filing_day AS resumed_filing_day,
        amounts.claim - amounts.recovered AS remaining_claim,
        u(n, 31) < resumed_cash_share AS payment_factor,
        calendar.court_clock + param().resumed_case_median * duration_factor * exp(param().resumed_case_sigma * z(n, 32))
            AS end_clock
    FROM resumptions
    JOIN amounts USING (n)
    JOIN first_rows AS parents USING (n)
    JOIN calendar ON calendar.day_number = resumptions.filing_day
    WHERE is_recorded
),
closed AS (
    SELECT
        resumed_cases.*,
        CASE WHEN payment_factor THEN clock_days.day_number
             ELSE resumed_filing_day + whole_between(u(n, 34), 91, 121) END AS closing_day,
        CASE WHEN payment_factor THEN 'completed'
             WHEN u(n, 35) < 0.9 THEN 'zhongben' ELSE 'terminated' END AS resumed_close_mode
    FROM resumed_cases
    LEFT JOIN clock_days ON eighth = floor(end_clock * 8)::INTEGER
),
known AS (
    SELECT * REPLACE (
        CASE WHEN closing_day <= day_number(param().observed_to) THEN on_date(closing_day) END AS closed_on,
        CASE WHEN closing_day <= day_number(param().observed_to) THEN resumed_close_mode END AS close_mode)
    FROM closed
)
SELECT
    n,
    1 AS part,
    'R' || format('{:010d}', n) AS case_id,
    court,
    'resumed' AS case_type,
    on_date(resumed_filing_day) AS filed_on,
    closed_on,
    close_mode,
    CASE WHEN close_mode = 'terminated' THEN 'settled' END AS close_reason,
    round(remaining_claim, 2)::DECIMAL(18, 2) AS claim_amount,
    round(remaining_claim * CASE close_mode WHEN 'completed' THEN 1
                                 WHEN 'terminated' THEN 0.5 * u(n, 36)
                                 WHEN 'zhongben' THEN 0.02 * u(n, 36) END, 2)::DECIMAL(18, 2)
        AS recovered_amount,
    CASE WHEN close_mode = 'completed' THEN closed_on END AS paid_out_on,
    has_assets,
    debtor_kind,
    creditor_local,
    cause,
    'F' || format('{:010d}', n) AS parent_case_id,
    NULL::DATE AS notified_on,
    NULL::DATE AS queried_on,
    NULL::DATE AS seized_on,
    NULL::DATE AS priced_on,
    NULL::DATE AS first_listed_on
FROM known;

CREATE OR REPLACE TEMP TABLE preservation_rows AS
SELECT
    n,
    0 AS part,
    'P' || format('{:010d}', n) AS case_id,
    court,
    'preservation' AS case_type,
    on_date(filing_day) AS filed_on,
    CASE WHEN closing_day <= day_number(param().observed_to) THEN on_date(closing_day) END AS closed_on,
    CASE WHEN closed_on IS NOT NULL THEN 'completed' END AS close_mode,
    NULL::VARCHAR AS close_reason,
    round(median_claim * exp(param().claim_sigma * z(n, 19)), 2)::DECIMAL(18, 2) AS claim_amount,
    NULL::DECIMAL(18, 2) AS recovered_amount,
    NULL::DATE AS paid_out_on,
    NULL::BOOLEAN AS has_assets,
    CASE WHEN u(n, 30) < 0.6 THEN 'person' ELSE 'company' END AS debtor_kind,
    creditor_local,
    'preservation' AS cause,
    NULL::VARCHAR AS parent_case_id,
    NULL::DATE AS notified_on,
    NULL::DATE AS queried_on,
    NULL::DATE AS seized_on,
    NULL::DATE AS priced_on,
    NULL::DATE AS first_listed_on
FROM preservations
JOIN claims ON claims.path = 'none'
WHERE n <= getvariable('last_number');

-- Defects come as further rows: a repeated row, and a copy under its own number that was closed
-- before it was filed. Acceptance rejects both, so no sound case is lost.
CREATE OR REPLACE TEMP TABLE staged_cases AS
WITH sound AS (
    FROM first_rows UNION ALL FROM resumed_rows UNION ALL FROM preservation_rows
),
rows AS (
    FROM sound
    UNION ALL
    SELECT * REPLACE (part + 2 AS part) FROM sound WHERE u(n, 37 + part) < param().duplicate_share
    UNION ALL
    SELECT * REPLACE (
        part + 4 AS part,
        'X' || case_id[2:] AS case_id,
        filed_on - whole_between(u(n, 41), 1, 30) AS closed_on)
    FROM sound
    WHERE part = 0 AND closed_on IS NOT NULL AND u(n, 40) < param().closed_before_filing_share
)
SELECT
    row_number() OVER (ORDER BY n, part) AS row_no,
    case_id,
    CASE WHEN filed_on > last_day THEN successor_id ELSE court_id END AS court_id,
    CASE WHEN filed_on <= last_day AND COALESCE(closed_on > last_day, TRUE) THEN successor_id END AS successor_court_id,
    rows.* EXCLUDE (n, part, case_id, court)
FROM rows
JOIN court_parameters USING (court)
ORDER BY n, part;
