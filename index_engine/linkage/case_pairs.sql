-- Cases that two sources may both have, see case_pairs.py, with what was answered.
--   is_answered  a delivery made since both sources are there says whether they are the same
--   is_same      what the last such delivery says

WITH answers AS (
    SELECT earlier_name, later_name, ARG_MAX(same_cases, source_id) AS is_same
    FROM (SELECT DISTINCT earlier_name, later_name, both_since FROM case_claims)
    JOIN sources ON name IN (earlier_name, later_name) AND source_id >= both_since
    WHERE kind = 'cases'
    GROUP BY ALL
)

SELECT
    matched_cases.*,
    is_same IS NOT NULL AS is_answered,
    COALESCE(is_same, FALSE) AS is_same
FROM matched_cases
JOIN answers USING (earlier_name, later_name)
