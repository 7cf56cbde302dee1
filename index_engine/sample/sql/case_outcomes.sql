-- The fate of each first-enforcement case: its path, how it will end, and when. A case whose end
-- lies after the window stays open; the law is the same for cases filed before the window.

CREATE OR REPLACE TEMP TABLE paths AS
WITH shares AS (
    SELECT
        filings.*,
        laws.* EXCLUDE (tier),
        -- a court that makes more debtors pay takes them from those with nothing to seize
        LEAST(quick * pays * CASE WHEN reformed THEN k().reform_pays ELSE 1 END,
              quick + nothing * 0.9) AS quick_here,
        LEAST(0.6, unsaleable / pays
            - CASE WHEN filings.tier IN ('T3', 'T4') AND on_date(filed) >= k().crossed_from
                   THEN k().crossed_gain ELSE 0 END) AS unsaleable_here,
        LEAST(0.95, sale_route * sells) AS sale_here,
        u(n, 5) AS path_draw,
        u(n, 6) AS fate_draw
    FROM filings
    JOIN tier_laws AS laws USING (tier)
    WHERE NOT is_preservation
),
pathed AS (
    SELECT
        *,
        CASE WHEN path_draw < collateral THEN 'collateral'
             WHEN path_draw < collateral + quick_here THEN 'quick'
             WHEN path_draw < collateral + quick + nothing THEN 'none'
             WHEN path_draw < collateral + quick + nothing + walk THEN 'walk'
             ELSE 'other' END AS path
    FROM shares
)
SELECT
    *,
    CASE path
        WHEN 'quick' THEN 'completed'
        WHEN 'none' THEN 'zhongben'
        WHEN 'walk' THEN 'terminated'
        WHEN 'other' THEN CASE WHEN fate_draw < 0.5 THEN 'cancelled'
                               WHEN fate_draw < 0.8 THEN 'rejected' ELSE 'refused' END
        ELSE CASE WHEN fate_draw < k().collateral_ends THEN 'terminated'
                  WHEN fate_draw < k().collateral_ends
                       + (1 - k().collateral_ends) * unsaleable_here THEN 'zhongben'
                  ELSE 'completed' END
    END AS fate,
    -- how collateral is turned into cash, or fails to be
    CASE WHEN path = 'collateral' THEN
        CASE WHEN fate_draw < k().collateral_ends THEN 'ends'
             WHEN fate_draw < k().collateral_ends + (1 - k().collateral_ends) * unsaleable_here
             THEN CASE WHEN u(n, 7) < k().unsaleable_unlisted THEN 'unlisted' ELSE 'failed' END
             WHEN u(n, 7) < sale_here THEN 'sale'
             ELSE 'paid' END
    END AS route,
    -- creditors from elsewhere wait longer, those of the city so much less that the median stays
    CASE WHEN creditor_local THEN (1 + nonlocal_delay) ** (k().local_share - 1)
         ELSE (1 + nonlocal_delay) ** k().local_share END AS local_factor,
    CASE WHEN u(n, 8) < stayed THEN whole_between(u(n, 9), k().stay_least, k().stay_most)
         ELSE 0 END AS stay_days
FROM pathed;

-- Durations on the court's clock, and the calendar days between which a 终本 falls.
CREATE OR REPLACE TEMP TABLE durations AS
WITH timed AS (
    SELECT
        *,
        z(n, 10) AS z1,
        z(n, 12) AS z2,
        slower * local_factor AS stretch,
        CASE WHEN fate = 'zhongben' AND COALESCE(route, '') <> 'failed'
             THEN slot(u(n, 14)) END AS band_slot
    FROM paths
),
banded AS (
    SELECT timed.*, band_least, band_most
    FROM timed
    LEFT JOIN band_slots ON band_slots.tier = timed.tier AND band_slots.slot = timed.band_slot
)
SELECT
    *,
    CASE WHEN path = 'collateral'
         THEN listing_median * stretch * exp(listing_sigma * z1) END AS to_listing,
    CASE
        WHEN path = 'quick' THEN quick_median * stretch * exp(quick_sigma * z1) + stay_days
        WHEN path = 'walk' THEN k().walk_median * slower * exp(k().walk_sigma * z1) + stay_days
        WHEN path = 'other' THEN k().other_median * slower * exp(k().other_sigma * z1)
        WHEN fate = 'completed' THEN cash_median * stretch * exp(cash_sigma * (
                k().cash_listing_corr * z1 + sqrt(1 - k().cash_listing_corr ** 2) * z2)) + stay_days
        WHEN fate = 'terminated' THEN cash_median * k().collateral_walk * stretch
                * exp(cash_sigma * z2) + stay_days
        WHEN route = 'failed' THEN listing_median * stretch * exp(listing_sigma * z1)
    END AS to_end
FROM banded;

-- From the clock to days. ends: the day the case will be closed; lists: the day its first lot would
-- be listed. A day beyond the calendar is a day nobody will see.
CREATE OR REPLACE TEMP TABLE honest AS
WITH clocked AS (
    SELECT
        durations.*,
        CASE WHEN band_least IS NULL THEN durations.clock + to_end
             ELSE low.clock + u(n, 15) * (high.clock - low.clock) END AS end_clock,
        durations.clock + to_listing AS listing_clock
    FROM durations
    LEFT JOIN calendar AS low ON low.d = filed + band_least
    LEFT JOIN calendar AS high ON high.d = filed + band_most
),
dated AS (
    SELECT
        clocked.*,
        COALESCE(end_days.d, 99999) AS end_day,
        COALESCE(listing_days.d, 99999) AS listing_day
    FROM clocked
    LEFT JOIN clock_days AS end_days ON end_days.eighth = floor(end_clock * 8)::INTEGER
    LEFT JOIN clock_days AS listing_days ON listing_days.eighth = floor(listing_clock * 8)::INTEGER
)
SELECT
    * EXCLUDE (end_day, listing_day),
    CASE
        -- 终本 after failed auctions waits until the last of them is over
        WHEN route = 'failed' THEN end_day
            + whole_between(u(n, 15), k().late_zhongben_least, k().late_zhongben_most)
        ELSE GREATEST(end_day, filed + COALESCE(band_least, 1)) END AS ends,
    CASE WHEN path = 'collateral' AND route <> 'unlisted'
         THEN GREATEST(listing_day, filed + k().earliest_listing) END AS lists
FROM dated;
