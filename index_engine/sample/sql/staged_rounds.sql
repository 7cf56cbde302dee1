-- The staged auction rounds of one chunk. Nothing after the window is known: a round listed but not
-- yet ended has no status; and a round in progress when its case is closed is withdrawn.

CREATE OR REPLACE TEMP TABLE staged_auctions AS
WITH scheduled AS (
    SELECT
        *,
        listed + first_days(lot, notice) + slack AS first_end,
        first_end + first_gap(lot) AS second_listed,
        second_listed + second_days(lot, again) AS second_end,
        second_end + second_gap(lot) AS third_listed,
        third_listed + sale_days(lot, ending) AS third_end,
        CASE rounds WHEN 1 THEN first_end WHEN 2 THEN second_end ELSE third_end END AS last_end
    FROM priced_lots
),
-- round_no 4 stands for the auction after a default, whatever the number of rounds before it
unrolled AS (
    SELECT
        *,
        CASE step WHEN 1 THEN listed WHEN 2 THEN second_listed WHEN 3 THEN third_listed
                  ELSE last_end + again_gap(lot) END AS opened,
        CASE step WHEN 1 THEN first_end WHEN 2 THEN second_end WHEN 3 THEN third_end
                  ELSE last_end + again_gap(lot) + notice + 1 END AS planned_end,
        CASE WHEN step = 4 THEN CASE WHEN kind = 'key' THEN 'sold' ELSE 'failed' END
             WHEN step < rounds THEN 'failed'
             WHEN ending = 'sold' AND resold THEN 'defaulted'
             WHEN ending = 'failed' AND initial_stock THEN 'setoff'
             ELSE ending END AS planned
    FROM scheduled
    JOIN range(1, 5) AS steps(step) ON step <= rounds OR (step = 4 AND resold)
),
-- a withdrawal comes some days before the auction
dated AS (
    SELECT
        *,
        CASE WHEN planned = 'withdrawn'
             THEN opened + whole_between(lot_u(lot, 20 + step), 1, planned_end - opened - 1)
             ELSE planned_end END AS due
    FROM unrolled
),
ended AS (
    SELECT
        *,
        CASE WHEN due > closes THEN 'withdrawn' ELSE planned END AS outcome,
        LEAST(due, closes) AS ends
    FROM dated
    WHERE opened < closes AND opened <= day_number(k().observed_to)
),
known AS (
    SELECT
        *,
        ends <= day_number(k().observed_to) AS is_known,
        -- what was over before the window is in nobody's records
        MAX(CASE WHEN outcome = 'failed' THEN 99999 ELSE ends END) OVER (PARTITION BY lot)
            >= day_number(k().observed_from) AS is_recorded,
        row_number() OVER (PARTITION BY lot ORDER BY step) AS round_no,
        CASE WHEN step = 1 OR rounds = 1 THEN first_level ELSE later_level END AS level
    FROM ended
),
recorded AS (
    SELECT
        *,
        CASE WHEN step = 1 AND lot_u(lot, 25) < k().wrong_start
             THEN round(reference_price::DOUBLE * (0.45 + 0.2 * lot_u(lot, 26)), 2)
             ELSE ceil(reference_price::DOUBLE * level * 100 - 1e-6) / 100 END AS start_price,
        CASE WHEN is_known THEN outcome END AS status,
        CASE WHEN single THEN 1 ELSE 2 + poisson(lot_u(lot, 27), mean_bidders) END AS bidding
    FROM known
    WHERE is_recorded
)
SELECT
    row_number() OVER (ORDER BY lot, step) AS row_no,
    'L' || format('{:011d}', lot) AS lot_id,
    'F' || format('{:010d}', n) AS case_id,
    court_id,
    asset AS asset_class,
    round_no::INTEGER AS round_no,
    CASE step WHEN 1 THEN 'first' WHEN 2 THEN 'second' WHEN 3 THEN 'sale'
              ELSE 'relisted' END AS stage,
    on_date(opened) AS listed_on,
    CASE WHEN is_known THEN on_date(ends) END AS ended_on,
    reference_price,
    CASE WHEN lot_u(lot, 28) < k().inquiry_share THEN 'online'
         WHEN lot_u(lot, 28) < k().inquiry_share + k().appraisal_share THEN 'appraisal'
         WHEN lot_u(lot, 28) < k().inquiry_share + k().appraisal_share + k().market_share
         THEN 'targeted' ELSE 'agreement' END AS reference_method,
    start_price::DECIMAL(18, 2) AS start_price,
    CASE WHEN status IN ('sold', 'defaulted')
         THEN GREATEST(start_price, round(reference_price::DOUBLE * price_ratio, 2))::DECIMAL(18, 2)
         WHEN status = 'setoff' THEN start_price::DECIMAL(18, 2) END AS final_price,
    CASE WHEN status IN ('sold', 'defaulted') THEN bidding
         WHEN status IN ('failed', 'setoff') THEN 0 END AS bidders,
    status
FROM recorded
JOIN court_bench USING (court)
ORDER BY lot, step;
