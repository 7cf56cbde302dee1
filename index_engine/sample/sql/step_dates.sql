-- The steps of each first-enforcement case, as shares of the time until it is listed or, where it is
-- not, closed: what is known of those days stays as it is. A step of the future is dated all the same;
-- cases.sql leaves it out.

CREATE OR REPLACE TEMP TABLE step_days AS
WITH spanned AS (
    SELECT
        *,
        -- a case that never ends has its steps within two years
        LEAST(COALESCE(lists, closes), closes, filed + k().steps_most) - filed AS span,
        exp(k().step_sigma * z(n, 44)) AS notice_pace,
        exp(k().step_sigma * z(n, 46)) AS query_pace,
        exp(k().step_sigma * z(n, 48)) AS seizure_pace
    FROM amounts
    WHERE n <= getvariable('last_number')
),
served AS (
    SELECT
        *,
        filed + round(span * LEAST(notice_share * notice_pace, k().step_most))::INTEGER AS notified
    FROM spanned
),
queried AS (
    SELECT
        *,
        notified + round(span * LEAST(query_share * query_pace, k().step_most))::INTEGER AS queried
    FROM served
),
seized AS (
    SELECT
        *,
        CASE WHEN u(n, 50) < k().preserved
             THEN filed - whole_between(u(n, 51), 1, k().preserved_most)
             ELSE queried
                 + round(span * LEAST(seizure_share * seizure_pace, k().step_most))::INTEGER
        END AS seized
    FROM queried
)
SELECT
    n,
    CASE WHEN u(n, 52) >= k().notice_missing THEN notified END AS notified,
    CASE WHEN u(n, 53) >= k().query_missing THEN queried END AS queried,
    CASE WHEN u(n, 54) < CASE WHEN path = 'collateral' THEN 1 - k().seizure_missing
                              ELSE k().seized_share END THEN seized END AS seized,
    CASE WHEN path = 'collateral'
             AND u(n, 55) < CASE WHEN lists IS NULL THEN k().unlisted_priced
                                 ELSE 1 - k().price_missing END
         THEN filed + span - round((filed + span - GREATEST(seized, filed)) * LEAST(
             k().listing_share * exp(k().step_sigma * z(n, 56)), 1))::INTEGER END AS priced
FROM seized;
