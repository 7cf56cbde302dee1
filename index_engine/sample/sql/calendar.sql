-- The calendar: how many cases are filed on a day, and how fast the courts' clock runs on it.

CREATE OR REPLACE TEMP TABLE calendar AS
WITH days AS (
    SELECT k().first_day + d::INTEGER AS day, d::INTEGER AS d
    FROM range((k().horizon - k().first_day)::INTEGER + 1) AS numbers(d)
),
festive AS (
    SELECT DISTINCT d
    FROM days
    JOIN festivals
        ON days.day BETWEEN festivals.day - k().festival_before
                        AND festivals.day + k().festival_after
),
shocked AS (
    SELECT d, product(filings) AS filings, product(pace) AS pace
    FROM days
    JOIN shocks ON days.day BETWEEN begins AND ends
    GROUP BY d
),
-- Each factor on its own line, so that a changed assumption is a changed number.
raw AS (
    SELECT
        days.d,
        days.day,
        years.filed,
        CASE WHEN month = 12 AND year >= k().lifted_from THEN k().lifted_december
             ELSE months.filings END
            * CASE WHEN festive.d IS NOT NULL THEN k().festival_filings ELSE 1 END
            * CASE WHEN isodow(days.day) > 5 THEN k().weekend_filings ELSE 1 END
            * COALESCE(shocked.filings, 1) AS filings,
        months.pace
            * CASE WHEN festive.d IS NOT NULL THEN k().festival_pace ELSE 1 END
            * CASE WHEN isodow(days.day) > 5 THEN k().weekend_pace ELSE 1 END
            * COALESCE(shocked.pace, 1) AS pace
    FROM days
    JOIN months ON month = month(days.day)
    LEFT JOIN years ON years.year = year(days.day)
    LEFT JOIN festive ON festive.d = days.d
    LEFT JOIN shocked ON shocked.d = days.d
),
scaled AS (
    SELECT
        d,
        day,
        -- a year's filings add up to its index, whatever its season and shocks
        CASE WHEN day <= k().observed_to
             THEN filings * filed / SUM(filings) OVER (PARTITION BY year(day) ORDER BY d
                 ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING)
             ELSE 0 END AS filings,
        pace / (SELECT AVG(pace) FROM raw WHERE day BETWEEN k().observed_from AND k().observed_to)
            AS pace
    FROM raw
)
SELECT
    d,
    day,
    SUM(filings) OVER before_day AS filed_before,
    COALESCE(SUM(pace) OVER before_day, 0) AS clock   -- the court's clock as the day begins
FROM scaled
WINDOW before_day AS (ORDER BY d ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING);

-- Filing days by their share of all filings.
CREATE OR REPLACE TEMP TABLE filing_days AS
SELECT d, clock, COALESCE(filed_before, 0) / (SELECT MAX(filed_before) FROM calendar) AS from_share
FROM calendar
WHERE day <= k().observed_to;

-- The clock read backwards: the day on which it shows so many eighths.
CREATE OR REPLACE TEMP TABLE clock_days AS
WITH spans AS (
    SELECT
        d,
        ceil(clock * 8)::BIGINT AS opens,
        ceil(LEAD(clock) OVER (ORDER BY d) * 8)::BIGINT AS shuts
    FROM calendar
)
SELECT unnest(range(opens, shuts))::INTEGER AS eighth, d
FROM spans
WHERE shuts > opens;
