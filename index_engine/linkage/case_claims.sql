-- Cases of first enforcement of courts that two sources have, once for each two sources, with their claims
-- in the unit of the coarser one, rounded in each way that it may have rounded them.
--   unit         in yuan, to which the claims are rounded that are compared: the coarser one of the two
--   rounding     'nearest', 'down' or 'up'
--   both_since   the first delivery made when both sources were there

WITH deliveries AS (
    SELECT source_id, name, MIN(source_id) OVER (PARTITION BY name) AS first_id
    FROM sources
    WHERE kind = 'cases'
),

courts_by_name AS (
    SELECT DISTINCT name, court_id FROM (SELECT DISTINCT court_id, source_id FROM cases) JOIN deliveries USING (source_id)
),

shared_courts AS (
    SELECT court_id FROM courts_by_name GROUP BY court_id HAVING COUNT(*) > 1
),

known AS (
    SELECT case_id, court_id, filed_on, cause, closed_on, claim_amount, name, first_id
    FROM cases
    JOIN deliveries USING (source_id)
    SEMI JOIN shared_courts USING (court_id)
    WHERE case_type = 'first' AND claim_amount > 0
),

claim_units AS (
    SELECT name, first_id, rounding_unit(claim_amount) AS unit
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
    SELECT name_pairs.*, known.* EXCLUDE (first_id)
    FROM (
        SELECT *, earlier_name AS name, later_name AS other_name FROM name_pairs
        UNION ALL SELECT *, later_name AS name, earlier_name AS other_name FROM name_pairs
    ) AS name_pairs
    JOIN known USING (name)
    SEMI JOIN (SELECT name AS other_name, court_id FROM courts_by_name) USING (other_name, court_id)
    -- What both have under one number is one case already.
    ANTI JOIN (SELECT name AS other_name, case_id FROM known) USING (other_name, case_id)
)

SELECT
    * EXCLUDE (other_name, claim_amount),
    CAST(CASE rounding
        WHEN 'nearest' THEN ROUND(claim_amount / unit)
        WHEN 'down' THEN FLOOR(claim_amount / unit)
        ELSE CEIL(claim_amount / unit) END AS BIGINT) AS claim
FROM compared
CROSS JOIN (VALUES ('nearest'), ('down'), ('up')) AS roundings (rounding)
