-- Lots of the collateral cases that were listed, with the way each goes through its rounds.

CREATE OR REPLACE TEMP TABLE lots AS
WITH listed AS (
    SELECT *, LEAST(year(on_date(lists)), 2026) AS law_year
    FROM amounts
    WHERE n <= getvariable('last_number')
      AND lists < closes AND lists <= day_number(k().observed_to)
),
counted AS (
    SELECT
        listed.*,
        -- up to 6 lots beside the first
        CASE WHEN has_key_lot THEN 1 + key_not_first::INTEGER + poisson(u(n, 42), k().free_lots)
             ELSE 1 + poisson(u(n, 42), mean_lots - 1) END AS lots
    FROM listed
    JOIN left_lots ON left_lots.tier = listed.tier AND left_lots.year = law_year
),
each_lot AS (
    SELECT
        *,
        n * 16 + lot_no AS lot,
        CASE WHEN NOT has_key_lot THEN 'left' WHEN lot_no = 1 THEN 'key' ELSE 'free' END AS kind,
        slot(asset_draw(n * 16 + lot_no)) AS asset_slot,
        slot(lot_u(n * 16 + lot_no, 11)) AS way_slot
    FROM counted
    JOIN range(1, 9) AS numbers(lot_no) ON lot_no <= lots
),
-- a key lot's rounds are known already; its draw finds one of three rows that it does not use
on_its_way AS (
    SELECT each_lot.*, asset, notice_days AS notice, again_days AS again, law_rounds, law_ending
    FROM each_lot
    JOIN asset_slots ON asset_slots.slot = asset_slot
    JOIN lot_slots
        ON lot_slots.kind = each_lot.kind AND lot_slots.tier = each_lot.tier
        AND lot_slots.law_year = each_lot.law_year AND lot_slots.slot = way_slot
)
SELECT
    n, lot, kind, court, law_year, fate, reason, closes, claim, proceeds_share,
    bidders AS mean_bidders,
    asset, notice, again,
    CASE WHEN kind = 'key' THEN key_slack ELSE 0 END AS slack,
    CASE WHEN kind = 'key' THEN key_rounds ELSE law_rounds END AS rounds,
    CASE WHEN kind = 'key' THEN 'sold' ELSE law_ending END AS ending,
    CASE WHEN kind = 'key' THEN key_resold
         ELSE law_ending = 'sold' AND lot_u(lot, 8) < defaulted END AS resold,
    CASE WHEN kind = 'key' THEN key_listed
         -- the first lot keeps the day of the case's first listing, further ones follow
         WHEN kind = 'left' AND lot_no = 1 OR key_not_first AND lot_no = 2 THEN lists
         ELSE lists + whole_between(lot_u(lot, 9), 0, 20) END AS listed,
    fate = 'terminated' AND reason = 'settled' AND lot_no = 1 AND lot_u(lot, 10) < k().setoff
        AS initial_stock
FROM on_its_way;

-- Prices. The lot that pays a case is valued from what it brings, every other from the claim.
CREATE OR REPLACE TEMP TABLE priced_lots AS
WITH drawn AS (
    SELECT lots.*, premium_times, slot(lot_u(lot, 12)) AS start_slot
    FROM lots
    JOIN years ON years.year = law_year
),
levels AS (
    SELECT
        drawn.*,
        first_level,
        first_level * k().second_cut AS later_level,
        lot_u(lot, 14) < CASE rounds WHEN 1 THEN k().single_first WHEN 2 THEN k().single_second
                                     ELSE k().single_sale END AS single,
        CASE rounds WHEN 1 THEN k().premium_first ELSE k().premium_later END
            * premium_times * exp(k().premium_sigma * lot_z(lot, 15)) AS premium_if_many
    FROM drawn
    JOIN start_slots ON start_slots.law_year = drawn.law_year AND start_slots.slot = start_slot
),
winning AS (
    SELECT
        *,
        CASE WHEN rounds = 1 THEN first_level ELSE later_level END
            * (1 + CASE WHEN single THEN 0 ELSE premium_if_many END) AS price_ratio
    FROM levels
)
SELECT
    *,
    GREATEST(100, claim * CASE
        WHEN kind = 'key' THEN proceeds_share / (1 - k().sale_costs) / price_ratio
        ELSE k().reference_median * exp(k().reference_sigma * lot_z(lot, 17)) END)
        ::DECIMAL(18, 2) AS reference_price
FROM winning;
