-- Spells: from the start of a clock to its event, one row a case or lot and clock.
--   start_day  day the clock starts          from_day  first day it is observed
--   stop_day   day of the event; for 'open', the first day no longer observed
-- Three clocks: case (filing to closing), listing (filing to first listing, where property must be
-- sold), lot (first listing to sale). A spell that ended before its window was never observed.

WITH first_enforcement AS (
    SELECT
        cases.court_id,
        cases.has_assets,
        unix_date(cases.filed_on) AS filed_day,
        unix_date(cases.first_listed_on) AS listed_day,
        -- Money is in on the day it is paid out, which a court may record before or after closing.
        unix_date(CASE WHEN cases.close_mode = 'completed' AND cases.paid_out_on IS NOT NULL
                       THEN cases.paid_out_on ELSE cases.closed_on END) AS closed_day,
        closing_events.event AS closing_event,
        windows.from_day AS window_from,
        windows.until_day AS window_until
    FROM cases
    JOIN windows ON windows.source_id = cases.source_id
    JOIN closing_events ON closing_events.close_mode = COALESCE(cases.close_mode, '')
    WHERE cases.case_type = 'first'
),

lots AS (
    SELECT
        lots.court_id,
        unix_date(lots.listed_on) AS listed_day,
        unix_date(lots.ended_on) AS ended_day,
        CASE WHEN lots.status = 'sold' THEN 'sold'
             WHEN lots.status IN ('withdrawn', 'setoff') THEN 'gone' END AS event,
        windows.from_day AS window_from,
        windows.until_day AS window_until
    FROM lots
    JOIN windows ON windows.source_id = lots.source_id
),

clocks AS (
    SELECT 'case' AS clock, court_id, filed_day AS start_day, window_from, window_until,
           closed_day AS event_day, closing_event AS event
    FROM first_enforcement
    UNION ALL
    SELECT 'listing' AS clock, court_id, filed_day AS start_day, window_from, window_until,
           COALESCE(listed_day, closed_day) AS event_day,
           CASE WHEN listed_day IS NOT NULL THEN 'listed' ELSE 'closed' END AS event
    FROM first_enforcement
    WHERE has_assets
    UNION ALL
    SELECT 'lot' AS clock, court_id, listed_day AS start_day, window_from, window_until,
           CASE WHEN event IS NOT NULL THEN ended_day END AS event_day, event
    FROM lots
),

observed AS (
    SELECT
        clock,
        court_id,
        start_day,
        GREATEST(start_day, window_from) AS from_day,
        CASE WHEN event_day < window_until THEN event_day ELSE window_until END AS stop_day,
        CASE WHEN event_day < window_until THEN event ELSE 'open' END AS event,
        window_until
    FROM clocks
)

SELECT
    observed.clock,
    observed.court_id,
    observed.start_day,
    observed.from_day,
    observed.stop_day,
    observed.event,
    -- 0: begun before it was observed, so it belongs to no filing cohort
    CASE WHEN observed.from_day = observed.start_day THEN from_days.period ELSE 0 END AS cohort,
    from_days.period AS from_period,
    stop_days.period AS stop_period
FROM observed
JOIN days AS from_days ON from_days.day = observed.from_day
JOIN days AS stop_days
    ON stop_days.day = CASE WHEN observed.event = 'open' THEN observed.stop_day - 1
                            ELSE observed.stop_day END
WHERE observed.stop_day >= observed.from_day AND observed.from_day < observed.window_until
