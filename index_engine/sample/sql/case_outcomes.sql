-- The planned outcome of each first-enforcement case: its pathway, how it will be closed, and when.
-- A case closed after the window stays open in it; probabilities are the same before the window.

CREATE OR REPLACE TEMP TABLE case_pathways AS
WITH shares AS (
    SELECT
        filings.*,
        path_shares.* EXCLUDE (tier),
        -- a court that makes more debtors pay takes them from those with nothing to seize
        LEAST(quick_share * payment_factor * CASE WHEN is_reform_case THEN param().reform_payment_factor ELSE 1 END,
              quick_share + no_asset_share * 0.9) AS court_quick_share,
        LEAST(0.6, unsaleable / payment_factor
            - CASE WHEN filings.tier IN ('T3', 'T4') AND on_date(filing_day) >= param().cross_enforcement_start
                   THEN param().cross_enforcement_gain ELSE 0 END) AS court_unsaleable_share,
        LEAST(0.95, sale_route * auction_factor) AS court_sale_share,
        u(fate, 5) AS path_draw,
        u(fate, 6) AS close_mode_draw
    FROM filings
    JOIN tier_path_shares AS path_shares USING (tier)
    WHERE NOT is_preservation
),
pathways AS (
    SELECT
        *,
        CASE WHEN path_draw < collateral THEN 'collateral'
             WHEN path_draw < collateral + court_quick_share THEN 'quick'
             WHEN path_draw < collateral + quick_share + no_asset_share THEN 'none'
             WHEN path_draw < collateral + quick_share + no_asset_share + settlement_share THEN 'walk'
             ELSE 'other' END AS path
    FROM shares
)
SELECT
    *,
    CASE path
        WHEN 'quick' THEN 'completed'
        WHEN 'none' THEN 'zhongben'
        WHEN 'walk' THEN 'terminated'
        WHEN 'other' THEN CASE WHEN close_mode_draw < 0.5 THEN 'cancelled'
                               WHEN close_mode_draw < 0.8 THEN 'rejected' ELSE 'refused' END
        ELSE CASE WHEN close_mode_draw < param().collateral_termination_share THEN 'terminated'
                  WHEN close_mode_draw < param().collateral_termination_share
                       + (1 - param().collateral_termination_share) * court_unsaleable_share THEN 'zhongben'
                  ELSE 'completed' END
    END AS planned_close_mode,
    -- whether and how collateral is turned into cash
    CASE WHEN path = 'collateral' THEN
        CASE WHEN close_mode_draw < param().collateral_termination_share THEN 'ends'
             WHEN close_mode_draw < param().collateral_termination_share + (1 - param().collateral_termination_share) * court_unsaleable_share
             THEN CASE WHEN u(fate, 7) < param().unsaleable_unlisted_share THEN 'unlisted' ELSE 'failed' END
             WHEN u(fate, 7) < court_sale_share THEN 'sale'
             ELSE 'paid' END
    END AS route,
    -- creditors from elsewhere wait longer, those of the city so much less that the median stays
    CASE WHEN creditor_local THEN (1 + nonlocal_delay) ** (param().local_share - 1)
         ELSE (1 + nonlocal_delay) ** param().local_share END AS local_factor,
    CASE WHEN u(fate, 8) < stay_rate THEN whole_between(u(fate, 9), param().stay_min_days, param().stay_max_days)
         ELSE 0 END AS stay_days
FROM pathways;

-- Durations on the court's clock, and the calendar days between which a 终本 falls.
CREATE OR REPLACE TEMP TABLE durations AS
WITH case_draws AS (
    SELECT
        *,
        z(fate, 10) AS z1,
        z(fate, 12) AS z2,
        duration_factor * local_factor AS stretch,
        CASE WHEN planned_close_mode = 'zhongben' AND COALESCE(route, '') <> 'failed'
             THEN slot(u(fate, 14)) END AS zhongben_slot
    FROM case_pathways
),
intervals AS (
    SELECT case_draws.*, min_zhongben_day, max_zhongben_day
    FROM case_draws
    LEFT JOIN zhongben_slots ON zhongben_slots.tier = case_draws.tier AND zhongben_slots.slot = case_draws.zhongben_slot
)
SELECT
    *,
    CASE WHEN path = 'collateral'
         THEN listing_median * stretch * exp(listing_sigma * z1) END AS listing_delay,
    CASE
        WHEN path = 'quick' THEN quick_median * stretch * exp(quick_sigma * z1) + stay_days
        WHEN path = 'walk' THEN param().settlement_median * duration_factor * exp(param().settlement_sigma * z1) + stay_days
        WHEN path = 'other' THEN param().other_median * duration_factor * exp(param().other_sigma * z1)
        WHEN planned_close_mode = 'completed' THEN cash_median * stretch * exp(cash_sigma * (
                param().cash_listing_corr * z1 + sqrt(1 - param().cash_listing_corr ** 2) * z2)) + stay_days
        WHEN planned_close_mode = 'terminated' THEN cash_median * param().collateral_settlement_factor * stretch
                * exp(cash_sigma * z2) + stay_days
        WHEN route = 'failed' THEN listing_median * stretch * exp(listing_sigma * z1)
    END AS closing_delay
FROM intervals;

-- From the court's clock to days. A first_listing_day is that of a listing not prevented by the
-- closing. 99999 is a day beyond the calendar.
CREATE OR REPLACE TEMP TABLE planned_outcomes AS
WITH clock_times AS (
    SELECT
        durations.*,
        CASE WHEN min_zhongben_day IS NULL THEN durations.court_clock + closing_delay
             ELSE low.court_clock + u(fate, 15) * (high.court_clock - low.court_clock) END AS end_clock,
        durations.court_clock + listing_delay AS listing_clock
    FROM durations
    LEFT JOIN calendar AS low ON low.day_number = filing_day + min_zhongben_day
    LEFT JOIN calendar AS high ON high.day_number = filing_day + max_zhongben_day
),
days AS (
    SELECT
        clock_times.*,
        COALESCE(end_days.day_number, 99999) AS end_day,
        COALESCE(listing_days.day_number, 99999) AS listing_day
    FROM clock_times
    LEFT JOIN clock_days AS end_days ON end_days.eighth = floor(end_clock * 8)::INTEGER
    LEFT JOIN clock_days AS listing_days ON listing_days.eighth = floor(listing_clock * 8)::INTEGER
)
SELECT
    * EXCLUDE (end_day, listing_day),
    CASE
        -- 终本 after failed auctions waits until the last of them is over
        WHEN route = 'failed' THEN end_day
            + whole_between(u(fate, 15), param().late_zhongben_min_days, param().late_zhongben_max_days)
        ELSE GREATEST(end_day, filing_day + COALESCE(min_zhongben_day, 1)) END AS planned_closing_day,
    CASE WHEN path = 'collateral' AND route <> 'unlisted'
         THEN GREATEST(listing_day, filing_day + param().earliest_listing) END AS first_listing_day
FROM days;
