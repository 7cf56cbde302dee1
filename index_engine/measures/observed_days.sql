-- Days of a period on which a court is observed, by what the sources tell: clocks and flows of all
-- cases, closings, closings as 终本, a part of its cases, auctions; of files that have cases of it; and on
-- which it existed. Days of two sources count once.

WITH spans AS (
    SELECT court_id, 'clocks' AS scope, from_day, clock_end_day AS end_day
    FROM measures.court_windows WHERE kind = 'cases' AND holds = 'all_cases'
    UNION
    SELECT court_id, 'flows' AS scope, from_day, end_day
    FROM measures.court_windows WHERE kind = 'cases' AND holds = 'all_cases'
    UNION
    SELECT court_id, 'closings' AS scope, from_day, end_day
    FROM measures.court_windows WHERE kind = 'cases' AND holds IN ('all_cases', 'closed_cases')
    UNION
    SELECT court_id, 'zhongben' AS scope, from_day, end_day
    FROM measures.court_windows
    WHERE kind = 'cases' AND holds IN ('all_cases', 'closed_cases', 'zhongben_list')
    UNION
    SELECT court_windows.court_id, 'part' AS scope, windows.from_day, windows.end_day
    FROM measures.court_windows
    JOIN measures.windows ON windows.source_id = court_windows.source_id
    WHERE court_windows.kind = 'cases' AND holds <> 'all_cases'
    UNION
    SELECT court_windows.court_id, 'in_file' AS scope, windows.from_day, windows.end_day
    FROM measures.court_windows
    JOIN measures.windows ON windows.source_id = court_windows.source_id
    WHERE court_windows.kind = 'cases'
    UNION
    SELECT court_id, 'auctions' AS scope, from_day, end_day
    FROM measures.court_windows WHERE kind = 'auctions'
    UNION
    SELECT courts.court_id, 'existing' AS scope,
           COALESCE(unix_date(valid_from), span.from_day) AS from_day,
           COALESCE(unix_date(valid_to) + 1, span.end_day) AS end_day
    FROM courts
    CROSS JOIN (SELECT MIN(day) AS from_day, MAX(day) AS end_day FROM days) AS span
    WHERE courts.court_id IN (SELECT court_id FROM measures.court_windows)
),

-- Of each span what those that began before it, or with it, do not cover.
reached AS (
    SELECT court_id, scope, end_day,
           GREATEST(from_day, COALESCE(MAX(end_day) OVER (
               PARTITION BY court_id, scope ORDER BY from_day, end_day
               ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), from_day)) AS from_day
    FROM spans
),

periods AS (
    SELECT period, MIN(day) AS first_day, MAX(day) + 1 AS next_day
    FROM days
    GROUP BY 1
),

observed AS (
    SELECT court_id, scope, period, LEAST(end_day, next_day) - GREATEST(from_day, first_day) AS n
    FROM reached
    JOIN periods ON periods.first_day < end_day AND periods.next_day > from_day
    WHERE from_day < end_day
)

SELECT
    court_id,
    period,
    CAST(SUM(CASE WHEN scope = 'clocks' THEN n ELSE 0 END) AS INTEGER) AS clocks,
    CAST(SUM(CASE WHEN scope = 'flows' THEN n ELSE 0 END) AS INTEGER) AS flows,
    CAST(SUM(CASE WHEN scope = 'closings' THEN n ELSE 0 END) AS INTEGER) AS closings,
    CAST(SUM(CASE WHEN scope = 'zhongben' THEN n ELSE 0 END) AS INTEGER) AS zhongben,
    CAST(SUM(CASE WHEN scope = 'part' THEN n ELSE 0 END) AS INTEGER) AS part,
    CAST(SUM(CASE WHEN scope = 'auctions' THEN n ELSE 0 END) AS INTEGER) AS auctions,
    CAST(SUM(CASE WHEN scope = 'in_file' THEN n ELSE 0 END) AS INTEGER) AS in_file,
    CAST(SUM(CASE WHEN scope = 'existing' THEN n ELSE 0 END) AS INTEGER) AS existing
FROM observed
GROUP BY 1, 2
