-- Shares as ranges of a uniform draw: from_draw <= draw < to_draw. The last range ends at 1 exactly.

CREATE OR REPLACE TEMP MACRO range_end(share, running, total) AS
    CASE WHEN running >= total - 1e-9 THEN 1 ELSE running / total END;

CREATE OR REPLACE TEMP TABLE asset_ranges AS
WITH running AS (
    SELECT *, SUM(share) OVER (ORDER BY rowid ROWS UNBOUNDED PRECEDING) AS upto,
           (SELECT SUM(share) FROM assets) AS total
    FROM assets
)
SELECT asset, notice_days, again_days, (upto - share) / total AS from_draw,
       range_end(share, upto, total) AS to_draw
FROM running;

CREATE OR REPLACE TEMP TABLE reason_ranges AS
WITH running AS (
    SELECT *, SUM(share) OVER (ORDER BY rowid ROWS UNBOUNDED PRECEDING) AS upto,
           (SELECT SUM(share) FROM reasons) AS total
    FROM reasons
)
SELECT reason, (upto - share) / total AS from_draw, range_end(share, upto, total) AS to_draw
FROM running;

CREATE OR REPLACE TEMP TABLE cause_ranges AS
WITH kinds AS (
    SELECT rowid AS place, cause, person_share, company_share, TRUE AS collateral_case,
           collateral_share AS share
    FROM causes
    UNION ALL
    SELECT rowid, cause, person_share, company_share, FALSE, other_share FROM causes
),
running AS (
    SELECT *, SUM(share) OVER (PARTITION BY collateral_case ORDER BY place
                               ROWS UNBOUNDED PRECEDING) AS upto,
           SUM(share) OVER (PARTITION BY collateral_case ORDER BY place
                            ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) AS total
    FROM kinds
)
SELECT collateral_case, cause, person_share, company_share, (upto - share) / total AS from_draw,
       range_end(share, upto, total) AS to_draw
FROM running;

-- When 终本 falls: the tier's early violations first, the rest by the shares of the bands.
CREATE OR REPLACE TEMP TABLE band_ranges AS
WITH kinds AS (
    SELECT tier, zhongben_bands.rowid AS place, least, most,
           CASE WHEN band = 'early' THEN early_zhongben ELSE share * (1 - early_zhongben) END AS share
    FROM tiers CROSS JOIN zhongben_bands
),
running AS (
    SELECT *, SUM(share) OVER (PARTITION BY tier ORDER BY place ROWS UNBOUNDED PRECEDING) AS upto
    FROM kinds
)
SELECT tier, least, most, upto - share AS from_draw, range_end(share, upto, 1) AS to_draw
FROM running
WHERE share > 0;

-- The first start price over the reference price, by year: the floor of .70, or one of the levels.
CREATE OR REPLACE TEMP TABLE start_ranges AS
WITH kinds AS (
    SELECT year, -1 AS place, 0.70 AS level, start_70 AS share FROM years
    UNION ALL
    SELECT year, start_levels.rowid, level, (1 - start_70) * share FROM years CROSS JOIN start_levels
),
running AS (
    SELECT *, SUM(share) OVER (PARTITION BY year ORDER BY place ROWS UNBOUNDED PRECEDING) AS upto
    FROM kinds
)
SELECT year, level, upto - share AS from_draw, range_end(share, upto, 1) AS to_draw
FROM running;
