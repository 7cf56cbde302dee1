-- Spells: from the start of a process to its event, one row a case or lot and process.
--   start_day  day the process starts          from_day  first day it is observed
--   stop_day   day of the event; for 'open', the first day no longer observed
-- claim, recovery: of a case, what it weighs where money is counted and what of it was recovered when
-- it ended; NULL where not known, see first_enforcement.sql, and in all other processes.
-- Clocks: case (filing to closing), listing (filing to first listing, where property must be sold),
-- lot (first listing to sale; to the payment of the claim, for which a lot is withdrawn, or to where it
-- is given up otherwise), resume (closing as 终本 to the first case that resumes it); and of
-- auctions notice_fixed and notice_movable (first listing to the end of that auction, of immovables
-- and other rights, of movables), second (first auction failed to the next listing of the lot),
-- payout (lot sold to its case paid). A spell that ended before its window was never observed.
-- Resumptions are known of the courts in a source with cases that name one they resume: elsewhere, as in a list of
-- first enforcement alone, none is seen because none is told.
-- Steps: notified, queried and seized (filing to the notice of enforcement, to the first query of
-- property, to the first seizure where property must be sold), priced (seizure to the reference
-- price), offered (reference price to first listing). A step's process runs where the court records
-- the step, see step_recording.sql; its spells are of no stratum, since nothing is adjusted by them.

WITH known AS (
    SELECT
        case_id,
        court_id,
        source_id,
        recording_court,
        stratum,
        has_assets,
        close_mode,
        unix_date(filed_on) AS filed_day,
        unix_date(notified_on) AS notified_day,
        unix_date(queried_on) AS queried_day,
        -- Preserved before the case was filed: seized from the start.
        unix_date(CASE WHEN seized_on < filed_on THEN filed_on ELSE seized_on END) AS seized_day,
        unix_date(priced_on) AS priced_day,
        -- Listed for another case before this one was filed: listed from the start.
        unix_date(CASE WHEN first_listed_on < filed_on THEN filed_on ELSE first_listed_on END)
            AS listed_day,
        -- Money is in on the day it is paid out, which a court may record before or after closing;
        -- a payment dated before filing is doubtful, and the closing stands.
        unix_date(CASE WHEN close_mode = 'completed' AND paid_out_on >= filed_on
                       THEN paid_out_on ELSE closed_on END) AS closed_day,
        closing_event,
        capped_claim,
        capped_recovery,
        left_day,
        is_last,
        from_day AS window_from,
        clock_end_day AS window_until
    FROM first_enforcement
    -- Cases chosen by that they were closed tell nothing of how long closing takes.
    WHERE holds = 'all_cases'
),

-- A case that says it resumes one not yet closed is in doubt; a later one stands all the same.
resumptions AS (
    SELECT known.case_id, MIN(unix_date(cases.filed_on)) AS resumed_day
    FROM known
    JOIN linked_cases AS cases ON cases.parent_case_id = known.case_id AND cases.case_type = 'resumed'
    WHERE unix_date(cases.filed_on) >= known.closed_day
    GROUP BY 1
),

resuming_courts AS (
    SELECT DISTINCT court_windows.court_id
    FROM measures.court_windows
    JOIN sources ON sources.source_id = court_windows.source_id
    WHERE court_windows.kind = 'cases' AND sources.name IN (
        SELECT sources.name
        FROM linked_cases
        JOIN sources ON sources.source_id = linked_cases.source_id
        WHERE case_type = 'resumed' AND parent_case_id IS NOT NULL
    )
),

offers AS (
    SELECT
        court_id,
        stratum,
        unix_date(listed_on) AS listed_day,
        unix_date(left_on) AS ended_day,
        CASE WHEN status IN ('sold', 'paid') THEN status
             WHEN status IN ('withdrawn', 'setoff') THEN 'gone' END AS event,
        from_day AS window_from,
        end_day AS window_until
    FROM lots
    WHERE is_first_listing
),

auctions AS (
    SELECT
        rounds.court_id,
        rounds.stratum,
        asset_class,
        stage,
        status,
        unix_date(listed_on) AS listed_day,
        unix_date(ended_on) AS ended_day,
        LEAD(unix_date(listed_on)) OVER (PARTITION BY lot_id ORDER BY round_no) AS next_day,
        case_id,
        from_day AS window_from,
        end_day AS window_until
    FROM rounds
),

-- A case closed before the auction ended tells nothing of what came after it.
auctions_of_cases AS (
    SELECT auctions.*, known.closed_day, close_mode, known.case_id AS known_case,
           known.window_from AS case_from, known.window_until AS case_until
    FROM auctions
    -- The court that has the case now knows how it ended.
    LEFT JOIN known ON known.case_id = auctions.case_id AND known.left_day IS NULL AND known.is_last
    WHERE status IN ('failed', 'sold')
),

recording AS (
    SELECT known.*, notified_since, queried_since, seized_since, priced_since, listed_since
    FROM known
    JOIN step_recording ON step_recording.source_id = known.source_id AND step_recording.court_id = known.recording_court
),

steps AS (
    SELECT 'notified' AS process, court_id, filed_day AS start_day, window_from, window_until,
           notified_day AS step_day, 'notified' AS step, closed_day
    FROM recording
    WHERE filed_day >= notified_since
    UNION ALL
    SELECT 'queried' AS process, court_id, filed_day AS start_day, window_from, window_until,
           queried_day AS step_day, 'queried' AS step, closed_day
    FROM recording
    WHERE filed_day >= queried_since
    UNION ALL
    SELECT 'seized' AS process, court_id, filed_day AS start_day, window_from, window_until,
           seized_day AS step_day, 'seized' AS step, closed_day
    FROM recording
    WHERE has_assets AND filed_day >= seized_since
    UNION ALL
    SELECT 'priced' AS process, court_id, seized_day AS start_day, window_from, window_until,
           priced_day AS step_day, 'priced' AS step, closed_day
    FROM recording
    WHERE has_assets AND seized_day >= priced_since
    UNION ALL
    SELECT 'offered' AS process, court_id, priced_day AS start_day, window_from, window_until,
           listed_day AS step_day, 'listed' AS step, closed_day
    FROM recording
    WHERE has_assets AND priced_day >= listed_since
),

clocks AS (
    SELECT 'listing' AS process, court_id, stratum, filed_day AS start_day, window_from, window_until,
           COALESCE(listed_day, closed_day) AS event_day,
           CASE WHEN listed_day IS NOT NULL THEN 'listed' ELSE 'closed' END AS event
    FROM known
    WHERE has_assets
    UNION ALL
    SELECT 'resume' AS process, known.court_id, stratum, closed_day AS start_day, window_from, window_until,
           resumed_day AS event_day, 'resumed' AS event
    FROM known
    JOIN resuming_courts ON resuming_courts.court_id = known.recording_court
    LEFT JOIN resumptions ON resumptions.case_id = known.case_id
    -- Closed before observation began: of those a source has none, or a few by accident.
    WHERE close_mode = 'zhongben' AND closed_day >= window_from
    UNION ALL
    SELECT 'lot' AS process, court_id, stratum, listed_day AS start_day, window_from, window_until,
           CASE WHEN event IS NOT NULL THEN ended_day END AS event_day, event
    FROM offers
    UNION ALL
    SELECT CASE WHEN asset_class = 'vehicle' THEN 'notice_movable' ELSE 'notice_fixed' END AS process,
           court_id, stratum, listed_day AS start_day, window_from, window_until,
           CASE WHEN status IS NOT NULL THEN ended_day END AS event_day,
           CASE WHEN status IN ('withdrawn', 'stopped', 'paid') THEN 'gone' ELSE 'held' END AS event
    FROM auctions
    -- Of other classes it is not known whether they are movable.
    WHERE stage = 'first'
        AND asset_class IN ('vehicle', 'residential', 'commercial', 'industrial', 'land', 'equity')
    UNION ALL
    SELECT 'second' AS process, court_id, stratum, ended_day AS start_day, window_from, window_until,
           COALESCE(next_day, CASE WHEN closed_day >= ended_day THEN closed_day END) AS event_day,
           CASE WHEN next_day IS NOT NULL THEN 'listed' ELSE 'closed' END AS event
    FROM auctions_of_cases
    WHERE stage = 'first' AND status = 'failed'
    UNION ALL
    SELECT 'payout' AS process, court_id, stratum, ended_day AS start_day,
           GREATEST(window_from, case_from) AS window_from,
           LEAST(window_until, case_until) AS window_until,
           closed_day AS event_day,
           CASE WHEN close_mode = 'completed' THEN 'paid' ELSE 'closed' END AS event
    FROM auctions_of_cases
    -- Sold and not listed again, which a sale that was defaulted on would be.
    WHERE status = 'sold' AND next_day IS NULL AND known_case IS NOT NULL
    UNION ALL
    -- What comes first, the step or the closing. A step dated before the one it is counted from
    -- makes a spell that ends before it begins: one of the two days is wrong, and it is left out.
    SELECT process, court_id, CAST(NULL AS INTEGER) AS stratum, start_day, window_from, window_until,
           LEAST(step_day, closed_day) AS event_day,
           CASE WHEN step_day <= COALESCE(closed_day, step_day) THEN step ELSE 'closed' END AS event
    FROM steps
),

weighed AS (
    SELECT 'case' AS process, court_id, stratum, filed_day AS start_day, window_from, window_until,
           closed_day AS event_day, closing_event AS event,
           capped_claim AS claim, capped_recovery AS recovery
    FROM known
    UNION ALL
    SELECT process, court_id, stratum, start_day, window_from, window_until, event_day, event,
           CAST(NULL AS BIGINT) AS claim, CAST(NULL AS BIGINT) AS recovery
    FROM clocks
),

observed AS (
    SELECT
        process,
        court_id,
        stratum,
        start_day,
        GREATEST(start_day, window_from) AS from_day,
        CASE WHEN event_day < window_until THEN event_day ELSE window_until END AS stop_day,
        CASE WHEN event_day < window_until THEN event ELSE 'open' END AS event,
        claim,
        recovery,
        window_until
    FROM weighed
)

SELECT
    observed.process,
    observed.court_id,
    observed.stratum,
    observed.start_day,
    observed.from_day,
    observed.stop_day,
    observed.event,
    observed.claim,
    observed.recovery,
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
