-- The staged auction rounds of one chunk. Nothing after the window is known: a round listed but not
-- yet ended has no status; and a round in progress when its case is closed is withdrawn. Some courts tell of results
-- weeks after the auction, in a file of their own. A few prices of sales are typed in 万元, or in yuan as 万元.

CREATE OR REPLACE TEMP TABLE round_rows AS
WITH schedules AS (
    SELECT
        *,
        listing_day + first_days(lot, notice) + slack AS first_end,
        first_end + first_gap(lot) AS second_listing_day,
        second_listing_day + second_days(lot, repeat_notice) AS second_end,
        second_end + second_gap(lot) AS third_listing_day,
        third_listing_day + sale_days(lot, lot_result) AS third_end,
        CASE rounds WHEN 1 THEN first_end WHEN 2 THEN second_end ELSE third_end END AS last_end
    FROM priced_lots
),
-- round_no 4 stands for the auction after a default, whatever the number of rounds before it
planned_rounds AS (
    SELECT
        *,
        CASE step WHEN 1 THEN listing_day WHEN 2 THEN second_listing_day WHEN 3 THEN third_listing_day
                  ELSE last_end + relisting_gap(lot) END AS opening_day,
        CASE step WHEN 1 THEN first_end WHEN 2 THEN second_end WHEN 3 THEN third_end
                  ELSE last_end + relisting_gap(lot) + notice + 1 END AS planned_end,
        CASE WHEN step = 4 THEN CASE WHEN kind = 'key' THEN 'sold' ELSE 'failed' END
             WHEN step < rounds THEN 'failed'
             WHEN lot_result = 'sold' AND has_default THEN 'defaulted'
             WHEN lot_result = 'failed' AND is_setoff THEN 'setoff'
             ELSE lot_result END AS planned_result
    FROM schedules
    JOIN court_parameters USING (court)
    JOIN range(1, 5) AS steps(step) ON step <= rounds OR (step = 4 AND has_default)
),
-- a withdrawal comes some days before the auction
due_rounds AS (
    SELECT
        *,
        CASE WHEN planned_result = 'withdrawn'
             THEN opening_day + whole_between(lot_u(lot, 20 + step), 1, planned_end - opening_day - 1)
             ELSE planned_end END AS due_day
    FROM planned_rounds
),
held_rounds AS (
    SELECT
        *,
        CASE WHEN due_day > closing_day THEN 'withdrawn' ELSE planned_result END AS round_result,
        LEAST(due_day, closing_day) AS end_day
    FROM due_rounds
    WHERE opening_day < closing_day AND opening_day <= day_number(param().observed_to)
),
observed_rounds AS (
    SELECT
        *,
        end_day <= day_number(param().observed_to)
            AND (role IS DISTINCT FROM 'late_results'
                 -- a round that another follows is over
                 OR LEAD(step) OVER (PARTITION BY lot ORDER BY step) IS NOT NULL
                 OR end_day - param().result_report_days * ln(lot_u(lot, 30 + step))
                    <= day_number(param().observed_to)) AS is_known,
        -- what was over before the window is in nobody's records
        MAX(CASE WHEN round_result = 'failed' THEN 99999 ELSE end_day END) OVER (PARTITION BY lot)
            >= day_number(param().observed_from) AS is_recorded,
        row_number() OVER (PARTITION BY lot ORDER BY step) AS round_no,
        CASE WHEN step = 1 OR rounds = 1 THEN first_level ELSE repeat_level END AS level
    FROM held_rounds
),
recorded_rounds AS (
    SELECT
        *,
        CASE WHEN step = 1 AND lot_u(lot, 25) < param().wrong_start_share
             THEN round(reference_price::DOUBLE * (0.45 + 0.2 * lot_u(lot, 26)), 2)
             ELSE ceil(reference_price::DOUBLE * level * 100 - 1e-6) / 100 END AS start_price,
        CASE WHEN is_known THEN round_result END AS status,
        CASE WHEN has_single_bidder THEN 1 ELSE 2 + poisson(lot_u(lot, 27), mean_bidders) END AS bidder_count,
        CASE WHEN lot_u(lot, 35) >= param().slipped_share THEN 1 WHEN lot_u(lot, 36) < 0.5 THEN 1e-4 ELSE 1e4 END AS slip
    FROM observed_rounds
    WHERE is_recorded
)
SELECT
    lot,
    step,
    role IS NOT DISTINCT FROM 'late_results' AS is_told_late,
    -- the courts of one platform in so many: there every round has an id of its own
    'L' || format('{:011d}', lot)
        || CASE WHEN court % param().platforms = 0 THEN format('-{}', round_no) ELSE '' END AS lot_id,
    'F' || format('{:010d}', n) AS case_id,
    CASE WHEN on_date(opening_day) > last_day THEN successor_id ELSE court_id END AS court_id,
    asset AS asset_class,
    round_no::INTEGER AS round_no,
    CASE step WHEN 1 THEN 'first' WHEN 2 THEN 'second' WHEN 3 THEN 'sale'
              ELSE 'relisted' END AS stage,
    on_date(opening_day) AS listed_on,
    CASE WHEN is_known THEN on_date(end_day) END AS ended_on,
    reference_price,
    CASE WHEN lot_u(lot, 28) < param().inquiry_share THEN 'online'
         WHEN lot_u(lot, 28) < param().inquiry_share + param().appraisal_share THEN 'appraisal'
         WHEN lot_u(lot, 28) < param().inquiry_share + param().appraisal_share + param().market_share
         THEN 'targeted' ELSE 'agreement' END AS reference_method,
    start_price::DECIMAL(18, 2) AS start_price,
    CASE WHEN status IN ('sold', 'defaulted')
         THEN round(GREATEST(start_price, reference_price::DOUBLE * price_ratio) * slip, 2)::DECIMAL(18, 2)
         WHEN status = 'setoff' THEN start_price::DECIMAL(18, 2) END AS final_price,
    CASE WHEN status IN ('sold', 'defaulted') THEN bidder_count
         WHEN status IN ('failed', 'setoff') THEN 0 END AS bidders,
    status
FROM recorded_rounds;

CREATE OR REPLACE TEMP TABLE staged_auctions AS
SELECT row_number() OVER (ORDER BY lot, step) AS row_no, * EXCLUDE (lot, step, is_told_late)
FROM round_rows
WHERE NOT is_told_late
ORDER BY lot, step;

CREATE OR REPLACE TEMP TABLE staged_late_auctions AS
SELECT row_number() OVER (ORDER BY lot, step) AS row_no, * EXCLUDE (lot, step, is_told_late)
FROM round_rows
WHERE is_told_late
ORDER BY lot, step;
