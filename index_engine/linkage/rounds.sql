-- Auction rounds with what other rows say of them, each of its lot whatever ids its source gave.
--   status   'defaulted' in place of 'sold' where the lot was listed again after the sale: the buyer did
--            not pay (悔拍), whatever the platform goes on to say of the round. 'paid' in place of
--            'withdrawn' or 'stopped' where the claim was paid before the lot could be offered again.
--   stage    'relisted' in place of 'first' where the lot was offered before: appraised anew, or listed
--            anew after a withdrawal, it is no first auction.
--   left_on  the day on which the round takes the lot off offer, should no other follow. A lot that is
--            withdrawn may be listed again, and is on offer for as long as that usually takes.
--   is_first_listing  the round begins the lot: one known from a later round on was listed on a day
--            that nobody knows.

WITH told AS (
    -- A day of listing that one source works out is that which another one tells.
    SELECT
        auction_rounds.* REPLACE (
            linked_id AS lot_id,
            CASE WHEN listing_inferred THEN COALESCE(told_on, listed_on) ELSE listed_on END AS listed_on,
            listing_inferred AND told_on IS NULL AS listing_inferred
        ),
        name
    FROM auction_rounds
    JOIN linked_lots USING (lot_id)
    JOIN sources USING (source_id)
    LEFT JOIN (
        SELECT linked_id, stage, ended_on, MIN(listed_on) AS told_on
        FROM auction_rounds JOIN linked_lots USING (lot_id)
        WHERE listing_inferred IS NOT TRUE
        GROUP BY ALL
    ) USING (linked_id, stage, ended_on)
),

-- Rounds of a stage listed within days of one another: two sources may date one round so far apart.
begun AS (
    SELECT *, listed_on - LAG(listed_on) OVER listings <= $days_apart::INTEGER AS goes_on
    FROM told
    WINDOW listings AS (PARTITION BY lot_id, stage ORDER BY listed_on, name, round_no)
),

listings AS (
    SELECT * EXCLUDE (goes_on), SUM(CASE WHEN goes_on THEN 0 ELSE 1 END) OVER (
        PARTITION BY lot_id, stage ORDER BY listed_on, name, round_no ROWS UNBOUNDED PRECEDING
    ) AS listing
    FROM begun
),

versions AS (
    SELECT
        *,
        -- Of several rounds of one source, which one a round of another source is.
        ROW_NUMBER() OVER (
            PARTITION BY lot_id, name, stage, listing ORDER BY listed_on, ended_on NULLS LAST, round_no
        ) AS number_of_listing
    FROM listings
),

-- One row a round, though several sources have it: as the newest tells it, and what that does not tell, as
-- the next one does.
merged AS (
    SELECT
        lot_id,
        stage,
        ARG_MAX(listed_on, source_id) AS listed_on,
        ARG_MAX(case_id, source_id) AS case_id,
        ARG_MAX(court_id, source_id) AS court_id,
        ARG_MAX(asset_class, source_id) AS asset_class,
        MIN(round_no) AS round_no,
        ARG_MAX(bidding_on, source_id) AS bidding_on,
        BOOL_AND(listing_inferred) AS listing_inferred,
        ARG_MAX(ended_on, source_id) AS ended_on,
        ARG_MAX(reference_price, source_id) AS reference_price,
        ARG_MAX(reference_method, source_id) AS reference_method,
        ARG_MAX(start_price, source_id) AS start_price,
        ARG_MAX(final_price, source_id) AS final_price,
        ARG_MAX(bidders, source_id) AS bidders,
        ARG_MAX(status, source_id) AS status,
        ARG_MAX(title, source_id) AS title,
        -- Its days are those observed by who knows how it ended.
        COALESCE(MAX(source_id) FILTER (status IS NOT NULL), MAX(source_id)) AS source_id
    FROM versions
    GROUP BY lot_id, stage, listing, number_of_listing
),

numbered AS (
    SELECT * FROM auction_rounds ANTI JOIN linked_lots USING (lot_id)
    UNION ALL BY NAME
    -- Under one id, counted on from the first round that is known.
    SELECT merged.* REPLACE (FIRST_VALUE(round_no) OVER lot - 1 + ROW_NUMBER() OVER lot AS round_no)
    FROM merged
    WINDOW lot AS (PARTITION BY lot_id ORDER BY listed_on, ended_on NULLS LAST, round_no)
),

sequences AS (
    SELECT
        numbered.* REPLACE (COALESCE(linked_id, case_id) AS case_id),
        LAG(round_no) OVER lot IS NULL AS is_first_known,
        LEAD(listed_on) OVER lot AS next_listed_on
    FROM numbered
    LEFT JOIN linked_ids USING (case_id)
    WINDOW lot AS (PARTITION BY lot_id ORDER BY round_no)
),

-- The usual days from the withdrawal of a lot to its next listing: 95 of a hundred come sooner.
relisting AS (
    SELECT COALESCE(QUANTILE_DISC(next_listed_on - ended_on, 0.95), 0)::INTEGER AS days
    FROM sequences
    WHERE status = 'withdrawn' AND next_listed_on >= ended_on
),

payments AS (
    SELECT
        case_id,
        MIN(CASE WHEN paid_out_on >= filed_on THEN paid_out_on ELSE closed_on END) AS paid_on
    FROM linked_cases
    WHERE close_mode = 'completed'
    GROUP BY case_id
),

paid_rounds AS (
    SELECT lot_id, round_no, paid_on
    FROM sequences
    JOIN payments USING (case_id)
    CROSS JOIN relisting
    WHERE next_listed_on IS NULL AND paid_on >= listed_on
        -- Stopped is not withdrawn: it is on offer until it is over.
        AND (status = 'stopped'
            OR status = 'withdrawn' AND paid_on <= ended_on + GREATEST(days, $payment_days::INTEGER))
)

SELECT
    sequences.* EXCLUDE (is_first_known, next_listed_on) REPLACE (
        CASE WHEN status = 'sold' AND next_listed_on >= ended_on THEN 'defaulted'
             WHEN paid_on IS NOT NULL THEN 'paid'
             ELSE status END AS status,
        CASE WHEN stage = 'first' AND NOT is_first_known THEN 'relisted' ELSE stage END AS stage
    ),
    CASE WHEN paid_on IS NOT NULL THEN GREATEST(ended_on, paid_on)
         WHEN status = 'withdrawn' THEN ended_on + days
         ELSE ended_on END AS left_on,
    is_first_known AND round_no = 1 AND stage = 'first' AS is_first_listing
FROM sequences
CROSS JOIN relisting
LEFT JOIN paid_rounds USING (lot_id, round_no)
