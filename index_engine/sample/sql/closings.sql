-- What becomes of each first-enforcement case: the honest fate, or in the gamed courts the 终本 that
-- came before it; claims and recoveries; which cases are resumed.

-- A gamed case is still open on its day between the 95th and the 180th, nothing of it has been
-- sold, and it closes as 终本 on that day. The twin without gaming draws the same cases and leaves
-- them their honest fate. Gaming starts with the window, so that both worlds record the same cases.
CREATE OR REPLACE TEMP TABLE closings AS
WITH recorded AS (
    SELECT
        honest.* EXCLUDE (lists, ends, fate),
        honest.ends AS honest_end,
        honest.fate AS honest_fate,
        LEAST(honest.lists, key_lots.listed) AS lists,
        key_lots.n IS NOT NULL AS has_key_lot,
        key_lots.rounds AS key_rounds,
        key_lots.resold AS key_resold,
        key_lots.listed AS key_listed,
        key_lots.slack AS key_slack,
        key_lots.sold_day,
        COALESCE(key_lots.not_first, FALSE) AS key_not_first,
        filed + whole_between(u(honest.n, 17), k().gaming_least, k().gaming_most) AS gaming_day
    FROM honest
    LEFT JOIN key_lots ON key_lots.n = honest.n
    -- cases closed before the window are in nobody's records
    WHERE honest.ends >= day_number(k().observed_from)
),
decided AS (
    SELECT
        *,
        getvariable('gaming') AND role = 'gamed' AND u(n, 18) < k().gaming_share
            AND gaming_day < COALESCE(sold_day, honest_end)
            AND gaming_day >= day_number(k().observed_from) AS is_gamed
    FROM recorded
)
SELECT
    *,
    CASE WHEN is_gamed THEN gaming_day ELSE honest_end END AS closes,
    CASE WHEN is_gamed THEN 'zhongben' ELSE honest_fate END AS fate
FROM decided;

CREATE OR REPLACE TEMP TABLE amounts AS
WITH claimed AS (
    SELECT
        closings.*,
        median_claim * claim_factor * exp(k().claim_sigma * z(n, 19)) AS claim,
        coverage * exp(k().coverage_sigma * z(n, 21)) AS proceeds_share,
        CASE WHEN fate = 'terminated' THEN slot(u(n, 23)) END AS reason_slot
    FROM closings
    JOIN claims USING (path)
),
reasoned AS (
    SELECT claimed.*, reason
    FROM claimed
    LEFT JOIN reason_slots ON reason_slots.slot = reason_slot
)
SELECT
    *,
    claim * CASE
        WHEN fate = 'completed' AND path = 'collateral' THEN LEAST(1, proceeds_share)
        WHEN fate = 'completed' THEN 1
        WHEN fate = 'zhongben' THEN LEAST(0.9, -zhongben_recovered * ln(u(n, 24)))
        -- a creditor who settles or withdraws has mostly been paid outside the court
        WHEN reason IN ('settled', 'withdrawn')
            THEN CASE WHEN u(n, 24) < walk_paid THEN 0.75 + 0.25 * u(n, 25) ELSE 0.3 * u(n, 25) END
        WHEN reason = 'bankruptcy' THEN 0.15 * u(n, 24)
        ELSE 0
    END AS recovered
FROM reasoned;

-- 终本 cases that creditors have resumed, by the day of the new filing. The honest ones are counted
-- to know where the sample ends, so that the twin ends at the same case.
CREATE OR REPLACE TEMP TABLE resumptions AS
WITH drawn AS (
    SELECT
        n,
        closes,
        fate,
        honest_end,
        honest_fate,
        u(n, 26) < resumed AS resumes,
        (k().resumed_least + (k().resumed_most - k().resumed_least)
            * u(n, 27) ** k().resumed_skew)::INTEGER AS wait
    FROM closings
)
SELECT
    n,
    closes + wait AS filed,
    fate = 'zhongben' AND closes + wait <= day_number(k().observed_to) AS is_recorded,
    honest_fate = 'zhongben' AND honest_end + wait <= day_number(k().observed_to) AS honest
FROM drawn
WHERE resumes;

-- Preservation cases (执保): no recovery, closed within weeks. Recorded like the others.
CREATE OR REPLACE TEMP TABLE preservations AS
WITH clocked AS (
    SELECT
        *,
        clock + k().preservation_median * slower * exp(k().preservation_sigma * z(n, 10))
            AS end_clock
    FROM filings
    WHERE is_preservation
)
SELECT n, court, filed, creditor_local, GREATEST(d, filed + 1) AS closes
FROM clocked
JOIN clock_days ON eighth = floor(end_clock * 8)::INTEGER
WHERE d >= day_number(k().observed_from);

-- Rows of each case number, from which the generator finds where the sample is full.
CREATE OR REPLACE TEMP TABLE rows_per_number AS
SELECT n, 1 + COALESCE(honest::INTEGER, 0) AS rows
FROM closings
LEFT JOIN resumptions USING (n)
UNION ALL
SELECT n, 1 FROM preservations;
