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
        -- Listed for another case before this one was filed: listed from the start.
        unix_date(CASE WHEN cases.first_listed_on < cases.filed_on THEN cases.filed_on
                       ELSE cases.first_listed_on END) AS listed_day,
        -- Money is in on the day it is paid out, which a court may record before or after closing;
        -- a payment dated before filing is doubtful, and the closing stands.
        unix_date(CASE WHEN cases.close_mode = 'completed' AND cases.paid_out_on >= cases.filed_on
                       THEN cases.paid_out_on ELSE cases.closed_on END) AS closed_day,
        closing_events.event AS closing_event,
        windows.from_day AS window_from,
        windows.until_day AS window_until
    FROM cases
    JOIN measures.windows ON windows.source_id = cases.source_id
    JOIN closing_events
        ON closing_events.close_mode = COALESCE(cases.close_mode, '')
        AND closing_events.recovery_mode = COALESCE(cases.recovery_mode, '')
    WHERE cases.case_type = 'first'
),

offers AS (
    SELECT
        court_id,
        unix_date(listed_on) AS listed_day,
        unix_date(ended_on) AS ended_day,
        CASE WHEN status = 'sold' THEN 'sold'
             WHEN status IN ('withdrawn', 'setoff') THEN 'gone' END AS event,
        from_day AS window_from,
        until_day AS window_until
    FROM lots
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
    FROM offers
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
