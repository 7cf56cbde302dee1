-- Lots of the collateral cases that were listed, with the pathway of each through its rounds.

CREATE OR REPLACE TEMP TABLE lots AS
WITH listed_cases AS (
    SELECT *, LEAST(year(on_date(first_listing_day)), 2026) AS rates_year
    FROM amounts
    WHERE n <= getvariable('last_number')
      AND first_listing_day < closing_day AND first_listing_day <= day_number(param().observed_to)
),
lot_numbers AS (
    SELECT
        listed_cases.*,
        -- up to 6 lots beside the first
        CASE WHEN has_key_lot THEN 1 + key_follows_another_lot::INTEGER + poisson(u(n, 42), param().mean_extra_lots)
             ELSE 1 + poisson(u(n, 42), mean_lots - 1) END AS lots
    FROM listed_cases
    JOIN unsold_lots ON unsold_lots.tier = listed_cases.tier AND unsold_lots.year = rates_year
),
each_lot AS (
    SELECT
        *,
        n * 16 + lot_no AS lot,
        CASE WHEN NOT has_key_lot THEN 'left' WHEN lot_no = 1 THEN 'key' ELSE 'free' END AS kind,
        slot(asset_draw(n * 16 + lot_no)) AS asset_slot,
        slot(lot_u(n * 16 + lot_no, 11)) AS pathway_slot
    FROM lot_numbers
    JOIN range(1, 9) AS numbers(lot_no) ON lot_no <= lots
),
-- a key lot's rounds are known already; its draw finds one of three rows that it does not use
lot_rounds AS (
    SELECT each_lot.*, asset, notice_days AS notice, repeat_notice_days AS repeat_notice, slot_rounds, slot_result
    FROM each_lot
    JOIN asset_slots ON asset_slots.slot = asset_slot
    JOIN lot_slots
        ON lot_slots.kind = each_lot.kind AND lot_slots.tier = each_lot.tier
        AND lot_slots.rates_year = each_lot.rates_year AND lot_slots.slot = pathway_slot
)
SELECT
    n, lot, kind, court, rates_year, planned_close_mode, reason, closing_day, claim, proceeds_share,
    bidders AS mean_bidders,
    asset, notice, repeat_notice,
    CASE WHEN kind = 'key' THEN key_slack ELSE 0 END AS slack,
    CASE WHEN kind = 'key' THEN key_rounds ELSE slot_rounds END AS rounds,
    CASE WHEN kind = 'key' THEN 'sold' ELSE slot_result END AS lot_result,
    CASE WHEN kind = 'key' THEN key_has_default
         ELSE slot_result = 'sold' AND lot_u(lot, 8) < default_rate END AS has_default,
    CASE WHEN kind = 'key' THEN key_listing_day
         -- the first lot keeps the day of the case's first listing, further ones follow
         WHEN kind = 'left' AND lot_no = 1 OR key_follows_another_lot AND lot_no = 2 THEN first_listing_day
         ELSE first_listing_day + whole_between(lot_u(lot, 9), 0, 20) END AS listing_day,
    planned_close_mode = 'terminated' AND reason = 'settled' AND lot_no = 1 AND lot_u(lot, 10) < param().setoff_share
        AS is_setoff
FROM lot_rounds;

-- Prices. The lot that pays a case is valued from what it brings, every other from the claim.
CREATE OR REPLACE TEMP TABLE priced_lots AS
WITH draws AS (
    SELECT lots.*, premium_factor, slot(lot_u(lot, 12)) AS start_slot
    FROM lots
    JOIN years ON years.year = rates_year
),
levels AS (
    SELECT
        draws.*,
        first_level,
        first_level * param().second_start_factor AS repeat_level,
        lot_u(lot, 14) < CASE rounds WHEN 1 THEN param().first_single_bidder_share WHEN 2 THEN param().second_single_bidder_share
                                     ELSE param().sale_single_bidder_share END AS has_single_bidder,
        CASE rounds WHEN 1 THEN param().premium_first ELSE param().premium_later END
            * premium_factor * exp(param().premium_sigma * lot_z(lot, 15)) AS contested_premium
    FROM draws
    JOIN start_slots ON start_slots.rates_year = draws.rates_year AND start_slots.slot = start_slot
),
winning_prices AS (
    SELECT
        *,
        CASE WHEN rounds = 1 THEN first_level ELSE repeat_level END
            * (1 + CASE WHEN has_single_bidder THEN 0 ELSE contested_premium END) AS price_ratio
    FROM levels
)
SELECT
    *,
    GREATEST(100, claim * CASE
        WHEN kind = 'key' THEN proceeds_share / (1 - param().sale_costs) / price_ratio
        ELSE param().reference_median * exp(param().reference_sigma * lot_z(lot, 17)) END)
        ::DECIMAL(18, 2) AS reference_price
FROM winning_prices;
