-- Filings of one chunk of case numbers: where, when, and what kind of case.

CREATE OR REPLACE TEMP TABLE filings AS
WITH drawn AS (
    SELECT n, u(n, 0) AS court_draw, u(n, 1) AS day_draw
    FROM range(getvariable('chunk_from'), getvariable('chunk_to')) AS numbers(n)
),
placed AS (
    SELECT n, day_draw, court, tier, city_number, province_number, role, slower, pays, sells
    FROM drawn
    ASOF JOIN court_bench ON court_draw >= from_share
),
dated AS (
    SELECT placed.*, d AS filed, clock
    FROM placed
    ASOF JOIN filing_days ON day_draw >= from_share
)
SELECT
    n, court, tier, role, slower, pays, sells, filed, clock,
    role IS NOT DISTINCT FROM 'reformed' AND on_date(filed) >= k().reform_from AS reformed,
    u(n, 2) < k().preservation_share AS is_preservation,
    u(n, 3) < k().local_share AS creditor_local
FROM dated
-- one province was locked down in the spring of 2022: most of its filings never came
WHERE NOT (
    province_number = getvariable('locked_province')
    AND filed BETWEEN day_number(k().lockdown_begins) AND day_number(k().lockdown_ends)
    AND u(n, 4) >= k().lockdown_filings
);
