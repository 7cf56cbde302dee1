-- Local and non-local creditors of the places of a level, as observed and at one case mix.
-- Parameters: level, period or NULL for all, place_id or NULL for all, indicator, standard errors of
-- an interval either way.

WITH gaps AS (
    SELECT *, gap - $5 * gap_se AS low, gap + $5 * gap_se AS high FROM estimates.published_creditor_gaps
    WHERE level = $1 AND ($2 IS NULL OR period = $2) AND ($3 IS NULL OR place_id = $3)
          AND indicator = $4
),

adjusted AS (SELECT * FROM gaps WHERE basis = 'adjusted')

SELECT place_id, period, observed.local, observed.local_n, observed.local_n_suppression,
       observed.non_local, observed.non_local_n, observed.non_local_n_suppression, observed.gap, observed.low AS gap_low, observed.high AS gap_high,
       observed.status, adjusted.local AS adjusted_local, adjusted.non_local AS adjusted_non_local,
       adjusted.gap AS adjusted_gap, adjusted.low AS adjusted_low, adjusted.high AS adjusted_high,
       adjusted.status AS adjusted_status
FROM (SELECT * FROM gaps WHERE basis = 'observed') AS observed
LEFT JOIN adjusted USING (place_id, period)
ORDER BY place_id, period
