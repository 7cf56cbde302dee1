-- Lots under two ids, of one case and court; where a source names no cases, of one title and court, and then
-- only at one reference price.
-- Rounds in succession, as of platforms that number each offer: the last round known under one id, and the
-- first under the other. The earlier did not end the lot, and the later was listed after it. It either goes
-- on with the next stage, at one reference price, or begins anew with a first auction, as after a new
-- appraisal or a sale on which the buyer defaulted. Pairs are one to one: of several that look alike the
-- first ended goes with the first listed.
-- One round of two sources, as of a platform and of the court: of one stage, listed on one day, at one
-- price. Of several that look alike the ids go together in order. Of what is left, rounds listed some days
-- apart, as by the notice and by its registration, at prices that are one in the coarser unit of the two.
--   is_sure      in succession: the titles are one, and no two lots of the case share it; or a later stage
--                goes on at the same reference price. Of two sources: no other round of either looks alike,
--                and both prices are known to be one
--   is_answered  a delivery made since the sources of both are there says whether such are one lot
--   is_same      what the last such delivery says

WITH deliveries AS (
    SELECT source_id, name, same_lots, MIN(source_id) OVER (PARTITION BY name) AS first_id
    FROM sources
    WHERE kind = 'auctions'
),

ids AS (
    SELECT
        name,
        first_id,
        lot_id,
        COALESCE(linked_id, ANY_VALUE(case_id), MAX(title)) AS lot_case,
        ANY_VALUE(case_id) IS NULL AS is_case_unknown,
        ANY_VALUE(court_id) AS court_id,
        MAX(title) AS title,
        ARG_MIN(reference_price, round_no) AS first_reference,
        ARG_MAX(reference_price, round_no) AS last_reference,
        ARG_MIN(stage, round_no) AS first_stage,
        ARG_MAX(stage, round_no) AS last_stage,
        ARG_MAX(status, round_no) AS last_status,
        -- An inferred day may lie before the end of the round before it; bidding did begin after that.
        MIN(CASE WHEN listing_inferred THEN bidding_on ELSE listed_on END) AS listed_on,
        MAX(COALESCE(ended_on, listed_on)) AS ended_on,
        -- One row an id, and not only first auctions: the file numbers offers, not lots.
        MAX(COUNT(*)) OVER (PARTITION BY name) = 1
            AND MAX(ARG_MIN(stage, round_no) <> 'first') OVER (PARTITION BY name) AS is_per_round
    FROM auction_rounds
    JOIN deliveries USING (source_id)
    LEFT JOIN linked_ids USING (case_id)
    WHERE case_id IS NOT NULL OR title IS NOT NULL
    GROUP BY name, first_id, lot_id, linked_id
),

-- A title that two lots have at one time names neither.
fragments AS (
    SELECT
        * EXCLUDE (title),
        CASE WHEN NOT BOOL_OR(is_beside_another) OVER (PARTITION BY lot_case, court_id, title) THEN title END
            AS title
    FROM (
        SELECT *, COALESCE(LAG(ended_on) OVER (
            PARTITION BY lot_case, court_id, title ORDER BY listed_on, ended_on
        ) > listed_on, FALSE) AS is_beside_another
        FROM ids
    )
),

pairs AS (
    SELECT
        earlier.name AS earlier_name,
        later.name AS later_name,
        GREATEST(earlier.first_id, later.first_id) AS both_since,
        earlier.lot_id AS earlier_lot,
        later.lot_id AS later_lot,
        earlier.lot_case,
        earlier.court_id,
        earlier.ended_on,
        later.listed_on,
        earlier.last_reference,
        earlier.last_stage,
        later.first_stage,
        COALESCE(earlier.title = later.title, FALSE) AS is_of_one_title,
        COALESCE(earlier.last_reference = later.first_reference, FALSE) AS is_of_one_price,
        CASE later.first_stage WHEN 'second' THEN earlier.last_stage = 'first'
            WHEN 'sale' THEN earlier.last_stage IN ('first', 'second')
            ELSE FALSE END AS goes_on
    FROM fragments AS earlier
    JOIN fragments AS later USING (lot_case, court_id)
    WHERE earlier.lot_id <> later.lot_id
        AND later.listed_on >= earlier.ended_on
        AND COALESCE(earlier.title = later.title, TRUE)
        AND NOT (earlier.is_case_unknown AND later.last_reference IS DISTINCT FROM earlier.last_reference)
        AND COALESCE(earlier.last_status, 'failed') NOT IN ('setoff', 'paid')
        AND (
            -- The next stage of a lot that was not sold.
            goes_on AND earlier.last_status IN ('failed', 'withdrawn', 'stopped', 'defaulted')
                AND (is_of_one_title OR COALESCE(earlier.last_reference = later.first_reference, TRUE))
            -- Offered anew.
            OR later.first_stage = 'relisted' AND (is_of_one_title OR is_of_one_price)
            OR later.first_stage = 'first' AND is_of_one_title
            OR later.first_stage = 'first' AND earlier.is_per_round AND later.is_per_round
                AND earlier.last_status <> 'sold'
                AND later.first_reference BETWEEN 0.3 * earlier.last_reference AND earlier.last_reference
        )
),

judged AS (
    SELECT *, is_of_one_title OR (goes_on OR first_stage = 'relisted') AND is_of_one_price AS is_sure
    FROM pairs
),

-- Of each id the likeliest other one: by title, by price, the last that ended.
ranked AS (
    SELECT
        *,
        DENSE_RANK() OVER (alike ORDER BY ended_on, earlier_lot) AS earlier_rank,
        DENSE_RANK() OVER (alike ORDER BY listed_on, later_lot) AS later_rank
    FROM judged
    WINDOW alike AS (
        PARTITION BY lot_case, court_id, last_stage, first_stage, is_of_one_title, is_of_one_price, last_reference
    )
),

-- Several alike: the first ended with the first listed; where one has several unlike, the likeliest.
chosen AS (
    SELECT *
    FROM ranked
    QUALIFY ROW_NUMBER() OVER (
        PARTITION BY later_lot
        ORDER BY is_sure DESC, is_of_one_title DESC, is_of_one_price DESC,
                 earlier_rank <> later_rank, ended_on DESC, earlier_lot
    ) = 1
),

one_to_one AS (
    SELECT *
    FROM chosen
    QUALIFY ROW_NUMBER() OVER (
        PARTITION BY earlier_lot
        ORDER BY is_sure DESC, is_of_one_title DESC, is_of_one_price DESC,
                 earlier_rank <> later_rank, listed_on, later_lot
    ) = 1
),

-- The unit in yuan that the prices of a source are rounded to, as where a court writes 万元.
price_units AS (
    SELECT name, rounding_unit(reference_price) AS reference_unit, rounding_unit(start_price) AS start_unit
    FROM auction_rounds
    JOIN deliveries USING (source_id)
    GROUP BY name
),

known_rounds AS (
    SELECT auction_rounds.*, COALESCE(listing_inferred, FALSE) AS is_inferred, name, first_id,
           COALESCE(linked_id, case_id) AS lot_case, reference_unit, start_unit
    FROM auction_rounds
    JOIN deliveries USING (source_id)
    JOIN price_units USING (name)
    LEFT JOIN linked_ids USING (case_id)
    WHERE case_id IS NOT NULL
),

rounds_of_two_sources AS (
    SELECT
        earlier.name AS earlier_name,
        later.name AS later_name,
        later.first_id AS both_since,
        earlier.lot_id AS earlier_lot,
        later.lot_id AS later_lot,
        earlier.round_no AS earlier_round,
        later.round_no AS later_round,
        COALESCE(earlier.reference_price = later.reference_price AND earlier.start_price = later.start_price, FALSE)
            AS is_of_both_prices,
        COUNT(*) OVER alike AS n_alike,
        DENSE_RANK() OVER (alike ORDER BY earlier.lot_id) AS earlier_rank,
        DENSE_RANK() OVER (alike ORDER BY later.lot_id) AS later_rank
    FROM known_rounds AS earlier
    JOIN known_rounds AS later USING (lot_case, court_id, stage)
    WHERE earlier.first_id < later.first_id
        -- A day that is not told is no other day: the end of the round tells it.
        AND (earlier.listed_on = later.listed_on
            OR (earlier.is_inferred OR later.is_inferred) AND earlier.ended_on = later.ended_on)
        AND earlier.lot_id <> later.lot_id
        AND COALESCE(earlier.reference_price = later.reference_price, TRUE)
        AND COALESCE(earlier.start_price = later.start_price, TRUE)
        AND (earlier.reference_price = later.reference_price OR earlier.start_price = later.start_price)
    WINDOW alike AS (
        PARTITION BY earlier.name, later.name, lot_case, court_id, stage, later.listed_on,
            COALESCE(earlier.reference_price, later.reference_price), COALESCE(earlier.start_price, later.start_price)
    )
),

same_rounds AS MATERIALIZED (
    SELECT * FROM rounds_of_two_sources WHERE earlier_rank = later_rank
),

-- A case may have two lots that are as near to one another: asked about, never sure.
near_rounds AS (
    SELECT
        earlier.name AS earlier_name,
        later.name AS later_name,
        later.first_id AS both_since,
        earlier.lot_id AS earlier_lot,
        later.lot_id AS later_lot,
        earlier.round_no AS earlier_round,
        later.round_no AS later_round,
        ABS(later.listed_on - earlier.listed_on) AS days_apart,
        DENSE_RANK() OVER (alike ORDER BY earlier.lot_id) AS earlier_rank,
        DENSE_RANK() OVER (alike ORDER BY later.lot_id) AS later_rank
    FROM known_rounds AS earlier
    JOIN known_rounds AS later USING (lot_case, court_id, stage)
    ANTI JOIN same_rounds AS same_earlier
        ON same_earlier.earlier_name = earlier.name AND same_earlier.later_name = later.name
            AND same_earlier.earlier_lot = earlier.lot_id AND same_earlier.earlier_round = earlier.round_no
    ANTI JOIN same_rounds AS same_later
        ON same_later.earlier_name = earlier.name AND same_later.later_name = later.name
            AND same_later.later_lot = later.lot_id AND same_later.later_round = later.round_no
    WHERE earlier.first_id < later.first_id
        AND earlier.lot_id <> later.lot_id
        AND ABS(later.listed_on - earlier.listed_on) <= $days_apart::INTEGER
        AND COALESCE(ABS(later.reference_price - earlier.reference_price)
                     < GREATEST(earlier.reference_unit, later.reference_unit), TRUE)
        AND COALESCE(ABS(later.start_price - earlier.start_price)
                     < GREATEST(earlier.start_unit, later.start_unit), TRUE)
        AND COALESCE(earlier.reference_price + later.reference_price, earlier.start_price + later.start_price) > 0
    WINDOW alike AS (
        PARTITION BY earlier.name, later.name, lot_case, court_id, stage, later.listed_on - earlier.listed_on,
            CASE WHEN earlier.reference_unit >= later.reference_unit THEN earlier.reference_price
                 ELSE later.reference_price END
    )
),

nearest AS (
    SELECT *
    FROM near_rounds
    WHERE earlier_rank = later_rank
    QUALIFY ROW_NUMBER() OVER (
        PARTITION BY earlier_name, later_name, earlier_lot, earlier_round ORDER BY days_apart, later_lot, later_round
    ) = 1
    AND ROW_NUMBER() OVER (
        PARTITION BY earlier_name, later_name, later_lot, later_round ORDER BY days_apart, earlier_lot, earlier_round
    ) = 1
),

all_pairs AS (
    SELECT earlier_name, later_name, both_since, earlier_lot, later_lot, is_sure FROM one_to_one
    UNION ALL
    SELECT earlier_name, later_name, both_since, earlier_lot, later_lot, BOOL_OR(n_alike = 1 AND is_of_both_prices)
    FROM same_rounds
    GROUP BY ALL
    UNION ALL
    SELECT DISTINCT earlier_name, later_name, both_since, earlier_lot, later_lot, FALSE FROM nearest
),

answers AS (
    SELECT earlier_name, later_name, ARG_MAX(same_lots, source_id) AS is_same
    FROM (SELECT DISTINCT earlier_name, later_name, both_since FROM all_pairs)
    JOIN deliveries ON name IN (earlier_name, later_name) AND source_id >= both_since
    GROUP BY ALL
)

SELECT
    earlier_name,
    later_name,
    earlier_lot,
    later_lot,
    is_sure,
    is_same IS NOT NULL AS is_answered,
    COALESCE(is_same, is_sure) AS is_same
FROM all_pairs
JOIN answers USING (earlier_name, later_name)
