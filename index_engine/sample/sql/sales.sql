-- Collateral cases paid by a sale: the lot that pays, laid out backwards from the day the money is
-- paid out, and what it brings. The more rounds it takes, the longer the case: stages are dealt by
-- the rank of the delay between listing and cash.

CREATE OR REPLACE TEMP TABLE key_lots AS
WITH drawn AS (
    SELECT
        n, tier, filed, lists,
        n * 16 + 1 AS lot,
        slot(asset_draw(n * 16 + 1)) AS asset_slot,
        slot(normal_rank(z2)) AS rounds_slot,
        LEAST(year(on_date(lists)), 2026) AS law_year,
        lot_u(n * 16 + 1, 8) < defaulted AS resold,
        ends - GREATEST(3, round(payout_lag * (0.4 - 0.6 * ln(u(n, 16)))))::INTEGER AS sold_day
    FROM honest
    WHERE route = 'sale' AND ends < 99999
),
candidates AS (
    SELECT
        drawn.*,
        notice_days AS notice,
        again_days AS again,
        law_rounds AS rounds
    FROM drawn
    JOIN asset_slots ON asset_slots.slot = asset_slot
    JOIN lot_slots
        ON lot_slots.kind = 'key' AND lot_slots.tier = drawn.tier
        AND lot_slots.law_year = drawn.law_year AND lot_slots.slot = rounds_slot
),
laid_out AS (
    SELECT
        *,
        sold_day
        - first_days(lot, notice)
        - CASE WHEN rounds >= 2 THEN first_gap(lot) + second_days(lot, again) ELSE 0 END
        - CASE WHEN rounds = 3 THEN second_gap(lot) + sale_days(lot, 'sold') ELSE 0 END
        - CASE WHEN resold THEN again_gap(lot) + notice + 1 ELSE 0 END AS natural_listing
    FROM candidates
),
-- Little time to spare makes the notice longer; much of it means that another lot was listed first.
fitted AS (
    SELECT
        *,
        CASE WHEN natural_listing - lists BETWEEN 0 AND k().notice_slack
             THEN natural_listing - lists ELSE 0 END AS slack
    FROM laid_out
    WHERE natural_listing >= filed + k().earliest_listing
)
SELECT
    n,
    rounds,
    resold,
    sold_day,
    slack,
    natural_listing - slack AS listed,
    natural_listing - lists > k().notice_slack AS not_first
FROM fitted;
