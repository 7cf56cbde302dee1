-- Categories drawn by their shares, as tables of slots: see slot() in macros.sql.

CREATE OR REPLACE TEMP TABLE asset_slots AS
WITH running AS (
    SELECT *, SUM(share) OVER (ORDER BY rowid ROWS UNBOUNDED PRECEDING) AS cumulative_share FROM assets
)
SELECT asset, notice_days, repeat_notice_days, unnest(slots_between(cumulative_share - share, cumulative_share))::INTEGER AS slot
FROM running;

CREATE OR REPLACE TEMP TABLE reason_slots AS
WITH running AS (
    SELECT *, SUM(share) OVER (ORDER BY rowid ROWS UNBOUNDED PRECEDING) AS cumulative_share FROM reasons
)
SELECT reason, unnest(slots_between(cumulative_share - share, cumulative_share))::INTEGER AS slot
FROM running;

CREATE OR REPLACE TEMP TABLE cause_slots AS
WITH kinds AS (
    SELECT rowid AS position, cause, person_share, company_share, TRUE AS has_assets,
           collateral_share AS share
    FROM causes
    UNION ALL
    SELECT rowid, cause, person_share, company_share, FALSE, other_share FROM causes
),
running AS (
    SELECT *, SUM(share) OVER (PARTITION BY has_assets ORDER BY position
                               ROWS UNBOUNDED PRECEDING) AS cumulative_share
    FROM kinds
)
SELECT has_assets, cause, person_share, company_share,
       unnest(slots_between(cumulative_share - share, cumulative_share))::INTEGER AS slot
FROM running;

-- When 终本 falls: a tier's early violations, and the rest by the shares of the intervals.
CREATE OR REPLACE TEMP TABLE zhongben_slots AS
WITH kinds AS (
    SELECT tier, interval_name, min_day, max_day,
           CASE WHEN interval_name = 'early' THEN early_zhongben
                ELSE share * (1 - early_zhongben) END AS share
    FROM tiers CROSS JOIN zhongben_intervals
),
running AS (
    SELECT *, SUM(share) OVER (PARTITION BY tier ORDER BY interval_name ROWS UNBOUNDED PRECEDING) AS cumulative_share
    FROM kinds
)
SELECT tier, min_day AS min_zhongben_day, max_day AS max_zhongben_day,
       unnest(slots_between(cumulative_share - share, cumulative_share))::INTEGER AS slot
FROM running;

-- The first start price over the reference price, by year: the floor of .70, or one of the levels.
CREATE OR REPLACE TEMP TABLE start_slots AS
WITH kinds AS (
    SELECT year, 0.70 AS level, start_70 AS share FROM years
    UNION ALL
    SELECT year, level, (1 - start_70) * share FROM years CROSS JOIN start_levels
),
running AS (
    SELECT *, SUM(share) OVER (PARTITION BY year ORDER BY level ROWS UNBOUNDED PRECEDING) AS cumulative_share
    FROM kinds
)
SELECT year AS rates_year, level AS first_level,
       unnest(slots_between(cumulative_share - share, cumulative_share))::INTEGER AS slot
FROM running;
