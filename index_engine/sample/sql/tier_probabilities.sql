-- What follows from the tiers before any case is drawn.

-- Shares of the pathways: collateral cases end in their own way, the other pathways fill up the tier's
-- closing mix. quick pays at once, none has nothing to seize, walk is settled or withdrawn.
CREATE OR REPLACE TEMP TABLE tier_path_shares AS
SELECT
    *,
    completed - collateral * (1 - param().collateral_termination_share) * (1 - unsaleable) AS quick_share,
    zhongben - collateral * (1 - param().collateral_termination_share) * unsaleable AS no_asset_share,
    terminated - collateral * param().collateral_termination_share AS settlement_share
FROM tiers;

-- The pathways of a lot through its rounds, with their probabilities: at each round it is withdrawn, or held
-- and sold or failed; after a failure it goes on or ends unsold.
CREATE OR REPLACE TEMP TABLE lot_pathways AS
WITH stages AS (
    SELECT
        tier,
        year,
        LEAST(p_first * p_first_factor, 0.9) AS p1,
        p_second AS p2,
        p_sale AS p3,
        param().withdrawal_rate AS w,
        param().second_share AS c1,
        param().third_share AS c2
    FROM tiers CROSS JOIN years
),
reach_probabilities AS (
    SELECT
        *,
        (1 - w) * (1 - p1) * c1 AS second,
        (1 - w) * (1 - p1) * c1 * (1 - w) * (1 - p2) * c2 AS third
    FROM stages
)
SELECT tier, year, rounds, lot_result, probability
FROM reach_probabilities,
LATERAL (VALUES
    (1, 'sold', (1 - w) * p1),
    (1, 'withdrawn', w),
    (1, 'failed', (1 - w) * (1 - p1) * (1 - c1)),
    (2, 'sold', second * (1 - w) * p2),
    (2, 'withdrawn', second * w),
    (2, 'failed', second * (1 - w) * (1 - p2) * (1 - c2)),
    (3, 'sold', third * (1 - w) * p3),
    (3, 'withdrawn', third * w),
    (3, 'failed', third * (1 - w) * (1 - p3))
) AS pathways(rounds, lot_result, probability);

-- The same for three kinds of lots: 'free' follows them, 'key' is the lot whose sale pays the
-- case, 'left' is a lot of a case that is not paid by auction.
CREATE OR REPLACE TEMP TABLE lot_slots AS
WITH kinds AS (
    SELECT 'free' AS kind, * FROM lot_pathways
    UNION ALL
    SELECT 'key', * FROM lot_pathways WHERE lot_result = 'sold'
    UNION ALL
    SELECT 'left', * FROM lot_pathways WHERE lot_result <> 'sold'
),
running AS (
    SELECT
        *,
        probability / SUM(probability) OVER (PARTITION BY kind, tier, year ORDER BY rounds, lot_result
            ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) AS share
    FROM kinds
),
summed AS (
    SELECT *, SUM(share) OVER (PARTITION BY kind, tier, year ORDER BY rounds, lot_result
                               ROWS UNBOUNDED PRECEDING) AS cumulative_share
    FROM running
)
SELECT kind, tier, year AS rates_year, rounds AS slot_rounds, lot_result AS slot_result,
       unnest(slots_between(cumulative_share - share, cumulative_share))::INTEGER AS slot
FROM summed;

-- The planned outcome of a case comes before its lots, yet lots must be sold with the probability of
-- the tier: so many are left unsold in each case not paid by auction that the share holds.
CREATE OR REPLACE TEMP TABLE unsold_lots AS
WITH sold AS (
    SELECT tier, year, SUM(CASE WHEN lot_result = 'sold' THEN probability ELSE 0 END) AS p_lot
    FROM lot_pathways
    GROUP BY tier, year
),
listed AS (
    SELECT
        tier,
        (1 - param().collateral_termination_share) * (1 - unsaleable) * sale_route AS by_auction,
        (1 - param().collateral_termination_share) * (1 - unsaleable) * (1 - sale_route) * param().paid_listed_share
            + (1 - param().collateral_termination_share) * unsaleable * (1 - param().unsaleable_unlisted_share)
            + param().collateral_termination_share * param().terminated_listed_share AS otherwise
    FROM tiers
)
SELECT tier, year, GREATEST(by_auction * (1 - p_lot) / p_lot / otherwise, 1) AS mean_lots
FROM sold
JOIN listed USING (tier);
