-- Days on which a case is observed that several sources have, as where each year has its own list: one row
-- for each time without a gap in which one list of all cases of the court that has the case follows
-- another. In the last of them alone, the case would be missing among those under way of the years
-- before; after a gap those are missing that were closed in it.
--   holds          as in court_windows; a closing that none of those lists observes, but a list of
--                  closings does, is a row of its own

WITH windows AS (
    SELECT DISTINCT case_sources.case_id, court_windows.court_id, holds, from_day, end_day, clock_end_day
    FROM case_sources
    JOIN measures.court_windows ON court_windows.source_id = case_sources.source_id
    WHERE kind = 'cases' AND holds IN ('all_cases', 'closed_cases', 'zhongben_list') AND from_day < end_day
),

-- What the windows that began before reach: clocks end before counts do where payments become known late.
reached AS (
    SELECT
        case_id,
        court_id,
        from_day,
        end_day,
        clock_end_day,
        COALESCE(MAX(clock_end_day) OVER (
            PARTITION BY case_id, court_id ORDER BY from_day, end_day, clock_end_day
            ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), from_day) AS clocks_reach,
        COALESCE(MAX(end_day) OVER (
            PARTITION BY case_id, court_id ORDER BY from_day, end_day, clock_end_day
            ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), from_day) AS counts_reach
    FROM windows
    WHERE holds = 'all_cases'
),

numbered AS (
    SELECT
        *,
        SUM(CASE WHEN from_day > clocks_reach THEN 1 ELSE 0 END) OVER (
            PARTITION BY case_id, court_id ORDER BY from_day, end_day, clock_end_day
            ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS span
    FROM reached
),

spans AS (
    SELECT
        case_id,
        court_id,
        MIN(GREATEST(from_day, counts_reach)) AS from_day,
        MAX(end_day) AS end_day,
        MAX(clock_end_day) AS clock_end_day
    FROM numbered
    GROUP BY case_id, court_id, span
),

-- The days on which a closing is known, the fullest list first.
closings AS (
    SELECT
        windows.*,
        ROW_NUMBER() OVER (
            PARTITION BY windows.case_id, windows.court_id ORDER BY holds, from_day, end_day
        ) AS place
    FROM windows
    JOIN linked_cases ON linked_cases.case_id = windows.case_id
    WHERE unix_date(closed_on) >= from_day AND unix_date(closed_on) < end_day
)

SELECT
    *,
    ROW_NUMBER() OVER (PARTITION BY case_id, court_id ORDER BY from_day DESC, end_day DESC) = 1 AS is_last
FROM (
    SELECT case_id, court_id, 'all_cases' AS holds, from_day, end_day, clock_end_day
    FROM spans
    WHERE from_day < end_day
    UNION ALL
    SELECT case_id, court_id, holds, from_day, end_day, clock_end_day
    FROM closings
    -- In order of the alphabet, too, all cases come first.
    WHERE place = 1 AND holds <> 'all_cases'
) AS observed
