-- Cases of first enforcement that two sources may both have under numbers of their own: of one court and
-- filing day, with one claim and one cause, where both know it. Pairs are one to one: of several that look
-- alike the first closed goes with the first closed.
--   unit         in yuan, to which the claims are rounded that are compared: the coarser one of the two
--   is_answered  a delivery made since both sources are there says whether they are the same
--   is_same      what the last such delivery says

WITH deliveries AS (
    SELECT source_id, name, same_cases, MIN(source_id) OVER (PARTITION BY name) AS first_id
    FROM sources
    WHERE kind = 'cases'
),

shared_courts AS (
    SELECT court_id
    FROM (SELECT DISTINCT court_id, source_id FROM cases)
    JOIN deliveries USING (source_id)
    GROUP BY court_id
    HAVING MIN(name) <> MAX(name)
),

known AS (
    SELECT case_id, court_id, filed_on, cause, closed_on, claim_amount, name, first_id
    FROM cases
    JOIN deliveries USING (source_id)
    SEMI JOIN shared_courts USING (court_id)
    WHERE case_type = 'first' AND claim_amount > 0
),

-- The unit in yuan that the claims of a source are rounded to, as where a bank writes 万元.
claim_units AS (
    SELECT
        name,
        first_id,
        CASE
            WHEN COUNT(*) < 20 THEN 1
            WHEN AVG(CAST(claim_amount % 10000 = 0 AS INTEGER)) >= 0.99 THEN 10000
            WHEN AVG(CAST(claim_amount % 1000 = 0 AS INTEGER)) >= 0.99 THEN 1000
            WHEN AVG(CAST(claim_amount % 100 = 0 AS INTEGER)) >= 0.99 THEN 100
            ELSE 1 END AS unit
    FROM known
    GROUP BY name, first_id
),

name_pairs AS (
    SELECT
        earlier.name AS earlier_name,
        later.name AS later_name,
        later.first_id AS both_since,
        GREATEST(earlier.unit, later.unit) AS unit
    FROM claim_units AS earlier
    JOIN claim_units AS later ON earlier.first_id < later.first_id
),

compared AS (
    SELECT name_pairs.*, known.*, CAST(ROUND(claim_amount / unit) AS BIGINT) AS claim
    FROM (
        SELECT *, earlier_name AS name FROM name_pairs
        UNION ALL SELECT *, later_name AS name FROM name_pairs
    ) AS name_pairs
    JOIN known USING (name)
),

alike AS (
    SELECT compared.*
    FROM compared
    SEMI JOIN (
        SELECT earlier_name, later_name, court_id, filed_on, claim
        FROM compared
        GROUP BY ALL
        HAVING MIN(name) <> MAX(name)
    ) USING (earlier_name, later_name, court_id, filed_on, claim)
),

pairs AS (
    SELECT
        earlier_name,
        later_name,
        earlier.both_since,
        earlier.unit,
        court_id,
        filed_on,
        claim,
        earlier.case_id AS earlier_case,
        later.case_id AS later_case,
        earlier.closed_on AS earlier_closing,
        later.closed_on AS later_closing
    FROM alike AS earlier
    JOIN alike AS later USING (earlier_name, later_name, court_id, filed_on, claim)
    WHERE earlier.name = earlier_name
        AND later.name = later_name
        AND COALESCE(earlier.cause = later.cause, TRUE)
),

-- What both have under one number is one case already.
numbered_otherwise AS (
    SELECT *
    FROM pairs
    ANTI JOIN (
        SELECT name AS later_name, case_id AS earlier_case FROM known
    ) USING (later_name, earlier_case)
    ANTI JOIN (
        SELECT name AS earlier_name, case_id AS later_case FROM known
    ) USING (earlier_name, later_case)
),

ranked AS (
    SELECT
        *,
        DENSE_RANK() OVER (alike_cases ORDER BY earlier_closing NULLS LAST, earlier_case) AS earlier_rank,
        DENSE_RANK() OVER (alike_cases ORDER BY later_closing NULLS LAST, later_case) AS later_rank
    FROM numbered_otherwise
    WINDOW alike_cases AS (PARTITION BY earlier_name, later_name, court_id, filed_on, claim)
),

answers AS (
    SELECT earlier_name, later_name, ARG_MAX(same_cases, source_id) AS is_same
    FROM (SELECT DISTINCT earlier_name, later_name, both_since FROM pairs)
    JOIN deliveries ON name IN (earlier_name, later_name) AND source_id >= both_since
    GROUP BY ALL
)

SELECT
    earlier_name,
    later_name,
    court_id,
    filed_on,
    unit,
    earlier_case,
    later_case,
    is_same IS NOT NULL AS is_answered,
    COALESCE(is_same, FALSE) AS is_same
FROM ranked
JOIN answers USING (earlier_name, later_name)
WHERE earlier_rank = later_rank
