-- Local and other creditors of a level, as observed and at one mix.
-- Parameters: level, period or NULL for all, place_id or NULL for all.

WITH mine AS (
    SELECT * FROM estimates.creditor_gaps
    WHERE level = $1 AND ($2 IS NULL OR period = $2) AND ($3 IS NULL OR place_id = $3)
),

adjusted AS (
    SELECT place_id, period, indicator, local AS adjusted_local, non_local AS adjusted_non_local,
           gap AS adjusted_gap, gap_se AS adjusted_se, status AS adjusted_status
    FROM mine WHERE basis = 'adjusted'
)

SELECT place_id, period, indicator, local, local_n, non_local, non_local_n, gap, gap_se, status,
       adjusted_local, adjusted_non_local, adjusted_gap, adjusted_se, adjusted_status
FROM mine
LEFT JOIN adjusted USING (place_id, period, indicator)
WHERE basis = 'observed'
ORDER BY indicator, place_id, period
