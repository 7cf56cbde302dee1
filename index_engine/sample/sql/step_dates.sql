-- The steps of each first-enforcement case, as shares of the time until it is listed or, where it is
-- not, closed: what is known of those days stays as it is. A step of the future is dated all the same;
-- staged_cases.sql leaves it out.

CREATE OR REPLACE TEMP TABLE step_days AS
WITH spans AS (
    SELECT
        *,
        -- a case that never ends has its steps within two years
        LEAST(COALESCE(first_listing_day, closing_day), closing_day, filing_day + param().steps_max_days) - filing_day AS span,
        exp(param().step_sigma * z(fate, 44)) AS notice_pace,
        exp(param().step_sigma * z(fate, 46)) AS query_pace,
        exp(param().step_sigma * z(fate, 48)) AS seizure_pace
    FROM amounts
    WHERE n <= getvariable('last_number')
),
notices AS (
    SELECT
        *,
        filing_day + round(span * LEAST(notice_share * notice_pace, param().step_max_share))::INTEGER AS notice_day
    FROM spans
),
queries AS (
    SELECT
        *,
        notice_day + round(span * LEAST(query_share * query_pace, param().step_max_share))::INTEGER AS query_day
    FROM notices
),
seizures AS (
    SELECT
        *,
        CASE WHEN u(fate, 50) < param().preservation_seizure_share
             THEN filing_day - whole_between(u(fate, 51), 1, param().preservation_seizure_max_days)
             ELSE query_day
                 + round(span * LEAST(seizure_share * seizure_pace, param().step_max_share))::INTEGER
        END AS seizure_day
    FROM queries
)
SELECT
    n,
    CASE WHEN u(fate, 52) >= param().notice_missing_share THEN notice_day END AS notice_day,
    CASE WHEN u(fate, 53) >= param().query_missing_share THEN query_day END AS query_day,
    CASE WHEN u(fate, 54) < CASE WHEN path = 'collateral' THEN 1 - param().seizure_missing_share
                              ELSE param().seized_share END THEN seizure_day END AS seizure_day,
    CASE WHEN path = 'collateral'
             AND u(n, 55) < CASE WHEN first_listing_day IS NULL THEN param().unlisted_priced_share
                                 ELSE 1 - param().price_missing_share END
         THEN filing_day + span - round((filing_day + span - GREATEST(seizure_day, filing_day)) * LEAST(
             param().listing_share * exp(param().step_sigma * z(n, 56)), 1))::INTEGER END AS pricing_day
FROM seizures;
