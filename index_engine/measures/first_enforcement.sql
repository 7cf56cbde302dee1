-- Cases of first enforcement with the window of their court in their source, what that source holds,
-- the event that their closing is, and their stratum: class of cause, band of the claim and kind of
-- debtor, in one number.
-- capped_claim: what the case weighs where money is counted, NULL where the claim is not known.
-- capped_recovery: what of it was recovered, at most the whole and in the proportion of the amounts.
-- Where no amount is recorded, a closing of known mode that is no payment recovered nothing, which
-- can only be too little; of one as paid, or of unknown mode, the amount is not known. Nor is an amount in
-- another unit than the claim.
-- left_day: first day on which the court has the case no more, NULL where it keeps it. A case that
-- another court took over has a row for each of the two, see case_courts.sql, and one that several
-- sources have a row for each time in which they observe it without a gap, see case_spans.sql.
-- is_last: the last of these.

WITH known_cases AS (
    SELECT
        *,
        -- A hundred times the claim is in another unit than it: which of the two is wrong is not known.
        CASE
            WHEN claim_amount > 0 AND CAST(recovered_amount AS DOUBLE) >= 100 * CAST(claim_amount AS DOUBLE) THEN NULL
            ELSE CAST(recovered_amount AS DOUBLE)
        END AS recovered
    FROM case_courts
)

SELECT
    cases.case_id,
    cases.holder_id AS court_id,
    (case_classes.number * claim_classes + CASE
        WHEN cases.claim_amount IS NULL OR cases.claim_amount <= 0 THEN claim_classes - 1
        WHEN cases.claim_amount >= claim_limit_3 THEN 3
        WHEN cases.claim_amount >= claim_limit_2 THEN 2
        WHEN cases.claim_amount >= claim_limit_1 THEN 1
        ELSE 0 END) * debtor_count + debtor_kinds.number AS stratum,
    cases.close_mode,
    cases.recovery_mode,
    cases.has_assets,
    cases.creditor_local,
    cases.filed_on,
    cases.closed_on,
    cases.paid_out_on,
    cases.notified_on,
    cases.queried_on,
    cases.seized_on,
    cases.priced_on,
    cases.first_listed_on,
    cases.acquired_on,
    CAST(cases.claim_amount AS DOUBLE) AS claim,
    cases.recovered,
    CASE WHEN cases.claim_amount > 0
        THEN CAST(ROUND(LEAST(CAST(cases.claim_amount AS DOUBLE), claim_cap)) AS BIGINT) END
        AS capped_claim,
    CASE
        WHEN cases.claim_amount > 0 AND cases.recovered >= 0 THEN
            CAST(ROUND(LEAST(CAST(cases.claim_amount AS DOUBLE), claim_cap)
                * LEAST(cases.recovered / CAST(cases.claim_amount AS DOUBLE), 1)) AS BIGINT)
        WHEN cases.claim_amount > 0 AND cases.recovered_amount IS NULL
            AND cases.close_mode <> 'completed' THEN 0
    END AS capped_recovery,
    cases.window_source_id AS source_id,
    cases.holder_id AS recording_court, -- who records its steps, whatever court_id is made to stand for
    closing_events.event AS closing_event,
    COALESCE(case_spans.holds, court_windows.holds) AS holds,
    CASE WHEN cases.entered_day > COALESCE(case_spans.from_day, court_windows.from_day) THEN cases.entered_day
         ELSE COALESCE(case_spans.from_day, court_windows.from_day) END AS from_day,
    COALESCE(case_spans.end_day, court_windows.end_day) AS end_day,
    COALESCE(case_spans.clock_end_day, court_windows.clock_end_day) AS clock_end_day,
    COALESCE(case_spans.is_last, TRUE) AS is_last,
    cases.left_day
FROM known_cases AS cases
LEFT JOIN case_spans ON case_spans.case_id = cases.case_id AND case_spans.court_id = cases.holder_id
LEFT JOIN measures.court_windows
    ON court_windows.source_id = cases.window_source_id AND court_windows.court_id = cases.holder_id
JOIN closing_events
    ON closing_events.close_mode = COALESCE(cases.close_mode, '')
    AND closing_events.recovery_mode = COALESCE(cases.recovery_mode, '')
    AND closing_events.is_covered
        = COALESCE(cases.claim_amount > 0 AND cases.recovered >= cases.claim_amount, FALSE)
JOIN case_classes ON case_classes.cause = COALESCE(cases.cause, '')
JOIN debtor_kinds ON debtor_kinds.debtor_kind = COALESCE(cases.debtor_kind, '')
CROSS JOIN parameters
WHERE cases.case_type = 'first'
