-- What follows from the tiers before any case is drawn.

-- Shares of the paths: collateral cases end in their own way, the other paths fill up the tier's
-- closing mix. quick pays at once, none has nothing to seize, walk is settled or withdrawn.
CREATE OR REPLACE TEMP TABLE tier_laws AS
SELECT
    *,
    completed - collateral * (1 - k().collateral_ends) * (1 - unsaleable) AS quick,
    zhongben - collateral * (1 - k().collateral_ends) * unsaleable AS nothing,
    terminated - collateral * k().collateral_ends AS walk
FROM tiers;

-- The ways of a lot through its rounds, with their chances: at each round it is withdrawn, or held
-- and sold or failed; after a failure it goes on or ends unsold.
CREATE OR REPLACE TEMP TABLE lot_ways AS
WITH stages AS (
    SELECT
        tier,
        year,
        LEAST(p_first * p_first_times, 0.9) AS p1,
        p_second AS p2,
        p_sale AS p3,
        k().withdrawn AS w,
        k().second_share AS c1,
        k().third_share AS c2
    FROM tiers CROSS JOIN years
),
reached AS (
    SELECT
        *,
        (1 - w) * (1 - p1) * c1 AS second,
        (1 - w) * (1 - p1) * c1 * (1 - w) * (1 - p2) * c2 AS third
    FROM stages
)
SELECT tier, year, rounds, ending, chance
FROM reached,
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
) AS ways(rounds, ending, chance);

-- The same for three kinds of lots: 'free' follows the law, 'key' is the lot whose sale pays the
-- case, 'left' is a lot of a case that is not paid by auction.
CREATE OR REPLACE TEMP TABLE lot_slots AS
WITH kinds AS (
    SELECT 'free' AS kind, * FROM lot_ways
    UNION ALL
    SELECT 'key', * FROM lot_ways WHERE ending = 'sold'
    UNION ALL
    SELECT 'left', * FROM lot_ways WHERE ending <> 'sold'
),
running AS (
    SELECT
        *,
        chance / SUM(chance) OVER (PARTITION BY kind, tier, year ORDER BY rounds, ending
            ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) AS share
    FROM kinds
),
summed AS (
    SELECT *, SUM(share) OVER (PARTITION BY kind, tier, year ORDER BY rounds, ending
                               ROWS UNBOUNDED PRECEDING) AS upto
    FROM running
)
SELECT kind, tier, year AS law_year, rounds AS law_rounds, ending AS law_ending,
       unnest(slots_between(upto - share, upto))::INTEGER AS slot
FROM summed;

-- Keeping the law per lot although the fate of the case comes first: so many lots must be left
-- unsold in each case not paid by auction that lots sold are the law's share of all lots.
CREATE OR REPLACE TEMP TABLE left_lots AS
WITH sold AS (
    SELECT tier, year, SUM(CASE WHEN ending = 'sold' THEN chance ELSE 0 END) AS p_lot
    FROM lot_ways
    GROUP BY tier, year
),
listed AS (
    SELECT
        tier,
        (1 - k().collateral_ends) * (1 - unsaleable) * sale_route AS by_auction,
        (1 - k().collateral_ends) * (1 - unsaleable) * (1 - sale_route) * k().listed_paid
            + (1 - k().collateral_ends) * unsaleable * (1 - k().unsaleable_unlisted)
            + k().collateral_ends * k().listed_ended AS otherwise
    FROM tiers
)
SELECT tier, year, GREATEST(by_auction * (1 - p_lot) / p_lot / otherwise, 1) AS mean_lots
FROM sold
JOIN listed USING (tier);
