-- Collateral cases paid by a sale: the lot that pays, laid out backwards from the day the money is
-- paid out, and what it brings. The more rounds it takes, the longer the case: stages are dealt by
-- the rank of the delay between listing and cash.

CREATE OR REPLACE TEMP TABLE paying_lots AS
WITH draws AS (
    SELECT
        n, tier, filing_day, first_listing_day,
        n * 16 + 1 AS lot,
        slot(asset_draw(n * 16 + 1)) AS asset_slot,
        slot(normal_rank(z2)) AS rounds_slot,
        LEAST(year(on_date(first_listing_day)), 2026) AS rates_year,
        lot_u(n * 16 + 1, 8) < default_rate AS has_default,
        planned_closing_day - GREATEST(3, round(payout_lag * (0.4 - 0.6 * ln(u(fate, 16)))))::INTEGER AS sold_day
    FROM planned_outcomes
    WHERE route = 'sale' AND planned_closing_day < 99999
),
candidates AS (
    SELECT
        draws.*,
        notice_days AS notice,
        repeat_notice_days AS repeat_notice,
        slot_rounds AS rounds
    FROM draws
    JOIN asset_slots ON asset_slots.slot = asset_slot
    JOIN lot_slots
        ON lot_slots.kind = 'key' AND lot_slots.tier = draws.tier
        AND lot_slots.rates_year = draws.rates_year AND lot_slots.slot = rounds_slot
),
schedules AS (
    SELECT
        *,
        sold_day
        - first_days(lot, notice)
        - CASE WHEN rounds >= 2 THEN first_gap(lot) + second_days(lot, repeat_notice) ELSE 0 END
        - CASE WHEN rounds = 3 THEN second_gap(lot) + sale_days(lot, 'sold') ELSE 0 END
        - CASE WHEN has_default THEN relisting_gap(lot) + notice + 1 ELSE 0 END AS natural_listing
    FROM candidates
),
-- Little time to spare makes the notice longer; much of it means that another lot was listed first.
fitted_schedules AS (
    SELECT
        *,
        CASE WHEN natural_listing - first_listing_day BETWEEN 0 AND param().notice_slack
             THEN natural_listing - first_listing_day ELSE 0 END AS slack
    FROM schedules
    WHERE natural_listing >= filing_day + param().earliest_listing
)
SELECT
    n,
    rounds,
    has_default,
    sold_day,
    slack,
    natural_listing - slack AS listing_day,
    natural_listing - first_listing_day > param().notice_slack AS follows_another_lot
FROM fitted_schedules;
