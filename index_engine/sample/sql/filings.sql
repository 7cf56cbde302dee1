-- Filings of one chunk of case numbers: where, when, and what kind of case.
-- Some are filed in batches, of one debtor or one creditor: their numbers follow one another, and what
-- becomes of all of them, and when, is drawn by the number of the first, their `fate`.

CREATE OR REPLACE TEMP TABLE filings AS
WITH fates AS (
    SELECT n, n // param().batch_size * param().batch_size AS batch_start,
           CASE WHEN u(batch_start, 57) < param().batched_share THEN batch_start ELSE n END AS fate
    FROM range(getvariable('chunk_from'), getvariable('chunk_to')) AS numbers(n)
),
draws AS (
    SELECT n, fate, u(fate, 0) AS court_draw, u(fate, 1) AS day_draw
    FROM fates
),
courts_drawn AS (
    SELECT n, fate, day_draw, court, tier, city_number, province_number, role, duration_factor, payment_factor, auction_factor,
           records_from
    FROM draws
    ASOF JOIN court_parameters ON court_draw >= from_share
),
dates_drawn AS (
    SELECT courts_drawn.*, day_number AS filing_day, court_clock
    FROM courts_drawn
    ASOF JOIN filing_days ON day_draw >= from_share
)
SELECT
    n, fate, court, tier, role, duration_factor, payment_factor, auction_factor, records_from, filing_day, court_clock,
    role IS NOT DISTINCT FROM 'reformed' AND on_date(filing_day) >= param().reform_start AS is_reform_case,
    u(fate, 2) < param().preservation_share AS is_preservation,
    u(fate, 3) < param().local_share AS creditor_local
FROM dates_drawn
-- one province was locked down in the spring of 2022: most of its filings never came
WHERE NOT (
    province_number = getvariable('locked_province')
    AND filing_day BETWEEN day_number(param().lockdown_start) AND day_number(param().lockdown_end)
    AND u(fate, 4) >= param().lockdown_filings
);
