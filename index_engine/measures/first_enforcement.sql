-- Cases of first enforcement with the window of their court in their source, what that source holds,
-- the event that their closing is, and their stratum: class of cause, band of the claim and kind of
-- debtor, in one number.

SELECT
    cases.case_id,
    cases.court_id,
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
    CAST(cases.claim_amount AS DOUBLE) AS claim,
    CAST(cases.recovered_amount AS DOUBLE) AS recovered,
    cases.source_id,
    cases.court_id AS recording_court, -- who records its steps, whatever court_id is made to stand for
    closing_events.event AS closing_event,
    court_windows.holds,
    court_windows.from_day,
    court_windows.end_day,
    court_windows.clock_end_day
FROM linked_cases AS cases
JOIN measures.court_windows
    ON court_windows.source_id = cases.source_id AND court_windows.court_id = cases.court_id
JOIN closing_events
    ON closing_events.close_mode = COALESCE(cases.close_mode, '')
    AND closing_events.recovery_mode = COALESCE(cases.recovery_mode, '')
JOIN case_classes ON case_classes.cause = COALESCE(cases.cause, '')
JOIN debtor_kinds ON debtor_kinds.debtor_kind = COALESCE(cases.debtor_kind, '')
CROSS JOIN parameters
-- Of open cases alone, and of one creditor's, nothing of a court can be said.
WHERE cases.case_type = 'first'
    AND court_windows.holds IN ('all_cases', 'closed_cases', 'zhongben_list')
