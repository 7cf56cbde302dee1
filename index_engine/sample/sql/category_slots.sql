-- What is chosen by shares, as tables of slots: see slot() in macros.sql.

CREATE OR REPLACE TEMP TABLE asset_slots AS
WITH running AS (
    SELECT *, SUM(share) OVER (ORDER BY rowid ROWS UNBOUNDED PRECEDING) AS upto FROM assets
)
SELECT asset, notice_days, again_days, unnest(slots_between(upto - share, upto))::INTEGER AS slot
FROM running;

CREATE OR REPLACE TEMP TABLE reason_slots AS
WITH running AS (
    SELECT *, SUM(share) OVER (ORDER BY rowid ROWS UNBOUNDED PRECEDING) AS upto FROM reasons
)
SELECT reason, unnest(slots_between(upto - share, upto))::INTEGER AS slot
FROM running;

CREATE OR REPLACE TEMP TABLE cause_slots AS
WITH kinds AS (
    SELECT rowid AS place, cause, person_share, company_share, TRUE AS has_assets,
           collateral_share AS share
    FROM causes
    UNION ALL
    SELECT rowid, cause, person_share, company_share, FALSE, other_share FROM causes
),
running AS (
    SELECT *, SUM(share) OVER (PARTITION BY has_assets ORDER BY place
                               ROWS UNBOUNDED PRECEDING) AS upto
    FROM kinds
)
SELECT has_assets, cause, person_share, company_share,
       unnest(slots_between(upto - share, upto))::INTEGER AS slot
FROM running;

-- When 终本 falls: a tier's early violations, and the rest by the shares of the bands.
CREATE OR REPLACE TEMP TABLE band_slots AS
WITH kinds AS (
    SELECT tier, band, least, most,
           CASE WHEN band = 'early' THEN early_zhongben
                ELSE share * (1 - early_zhongben) END AS share
    FROM tiers CROSS JOIN zhongben_bands
),
running AS (
    SELECT *, SUM(share) OVER (PARTITION BY tier ORDER BY band ROWS UNBOUNDED PRECEDING) AS upto
    FROM kinds
)
SELECT tier, least AS band_least, most AS band_most,
       unnest(slots_between(upto - share, upto))::INTEGER AS slot
FROM running;

-- The first start price over the reference price, by year: the floor of .70, or one of the levels.
CREATE OR REPLACE TEMP TABLE start_slots AS
WITH kinds AS (
    SELECT year, 0.70 AS level, start_70 AS share FROM years
    UNION ALL
    SELECT year, level, (1 - start_70) * share FROM years CROSS JOIN start_levels
),
running AS (
    SELECT *, SUM(share) OVER (PARTITION BY year ORDER BY level ROWS UNBOUNDED PRECEDING) AS upto
    FROM kinds
)
SELECT year AS law_year, level AS first_level,
       unnest(slots_between(upto - share, upto))::INTEGER AS slot
FROM running;
