-- The list of one asset manager: claims of banks that it bought in a few provinces, each while its case was
-- open, under numbers of its own. The courts have the same cases.

CREATE OR REPLACE TEMP TABLE staged_creditor_list AS
WITH offers AS (
    SELECT
        cases.*,
        whole_between(u(case_id[2:]::BIGINT, 43), 0, param().oldest_acquired_months * 365 // 12) AS acquired_age
    FROM cases
    JOIN court_parameters USING (court_id)
    WHERE case_type = 'first'
        AND cause = 'financial_loan'
        AND u(case_id[2:]::BIGINT, 42) < param().acquired_share
        AND province IN (
            SELECT province FROM court_parameters GROUP BY province ORDER BY SUM(share) DESC, province
            LIMIT (SELECT param().acquired_provinces))
)
SELECT
    row_number() OVER (ORDER BY case_id) AS row_no,
    'M' || case_id[2:] AS case_id,
    court_id,
    successor_court_id,
    case_type,
    filed_on,
    closed_on,
    close_mode,
    close_reason,
    claim_amount,
    recovered_amount,
    paid_out_on,
    debtor_kind,
    cause,
    filed_on + acquired_age AS acquired_on
FROM offers
WHERE filed_on + acquired_age <= param().observed_to AND COALESCE(closed_on > filed_on + acquired_age, TRUE)
ORDER BY case_id;
