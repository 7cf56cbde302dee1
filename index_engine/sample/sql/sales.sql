-- Collateral cases paid by a sale: the lot that pays, laid out backwards from the day the money is
-- paid out, and what it brings. The more rounds it takes, the longer the case: stages are dealt by
-- the rank of the delay between listing and cash.

CREATE OR REPLACE TEMP TABLE key_lots AS
WITH candidates AS (
    SELECT
        honest.n,
        honest.filed,
        honest.lists,
        honest.n * 16 + 1 AS lot,
        notice_days AS notice,
        again_days AS again,
        lot_laws.rounds,
        lot_u(n * 16 + 1, 8) < defaulted AS resold,
        honest.ends - GREATEST(3, round(payout_lag * (0.4 - 0.6 * ln(u(n, 16)))))::INTEGER AS sold_day
    FROM honest
    JOIN asset_ranges
        ON asset_draw(honest.n * 16 + 1) >= from_draw AND asset_draw(honest.n * 16 + 1) < to_draw
    JOIN lot_laws
        ON kind = 'key' AND lot_laws.tier = honest.tier
        AND lot_laws.year = LEAST(year(on_date(honest.lists)), 2026)
        AND normal_rank(honest.z2) >= lot_laws.from_draw
        AND normal_rank(honest.z2) < lot_laws.to_draw
    WHERE honest.route = 'sale' AND honest.ends < 99999
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
    lot,
    rounds,
    resold,
    slack,
    natural_listing - slack AS listed,
    natural_listing - lists > k().notice_slack AS not_first
FROM fitted;
