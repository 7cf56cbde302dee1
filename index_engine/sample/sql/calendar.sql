-- The calendar: how many cases are filed on a day, and how fast the courts' clock runs on it.

CREATE OR REPLACE TEMP TABLE calendar AS
WITH days AS (
    SELECT param().first_day + day_number::INTEGER AS day, day_number::INTEGER AS day_number
    FROM range((param().horizon - param().first_day)::INTEGER + 1) AS numbers(day_number)
),
festival_days AS (
    SELECT DISTINCT day_number
    FROM days
    JOIN festivals
        ON days.day BETWEEN festivals.day - param().festival_lead_days
                        AND festivals.day + param().festival_trailing_days
),
shock_days AS (
    SELECT day_number, product(filings) AS filings, product(pace) AS pace
    FROM days
    JOIN shocks ON days.day BETWEEN start_day AND end_day
    GROUP BY day_number
),
-- Each factor on its own line, so that a changed assumption is a changed number.
raw AS (
    SELECT
        days.day_number,
        days.day,
        years.filings_index,
        CASE WHEN month = 12 AND year >= param().refusal_ban_year THEN param().refusal_ban_december
             ELSE months.filings END
            * CASE WHEN festival_days.day_number IS NOT NULL THEN param().festival_filings ELSE 1 END
            * CASE WHEN isodow(days.day) > 5 THEN param().weekend_filings ELSE 1 END
            * COALESCE(shock_days.filings, 1) AS filings,
        months.pace
            * CASE WHEN festival_days.day_number IS NOT NULL THEN param().festival_pace ELSE 1 END
            * CASE WHEN isodow(days.day) > 5 THEN param().weekend_pace ELSE 1 END
            * COALESCE(shock_days.pace, 1) AS pace
    FROM days
    JOIN months ON month = month(days.day)
    LEFT JOIN years ON years.year = year(days.day)
    LEFT JOIN festival_days ON festival_days.day_number = days.day_number
    LEFT JOIN shock_days ON shock_days.day_number = days.day_number
),
scaled_days AS (
    SELECT
        day_number,
        day,
        -- a year's filings add up to its index, whatever its season and shocks
        CASE WHEN day <= param().observed_to
             THEN filings * filings_index / SUM(filings) OVER (PARTITION BY year(day) ORDER BY day_number
                 ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING)
             ELSE 0 END AS filings,
        pace / (SELECT AVG(pace) FROM raw WHERE day BETWEEN param().observed_from AND param().observed_to)
            AS pace
    FROM raw
)
SELECT
    day_number,
    day,
    SUM(filings) OVER before_day AS prior_filings,
    COALESCE(SUM(pace) OVER before_day, 0) AS court_clock   -- the court's clock as the day begins
FROM scaled_days
WINDOW before_day AS (ORDER BY day_number ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING);

-- Filing days by their share of all filings.
CREATE OR REPLACE TEMP TABLE filing_days AS
SELECT day_number, court_clock, COALESCE(prior_filings, 0) / (SELECT MAX(prior_filings) FROM calendar) AS from_share
FROM calendar
WHERE day <= param().observed_to;

-- The clock read backwards: the day on which it shows so many eighths.
CREATE OR REPLACE TEMP TABLE clock_days AS
WITH spans AS (
    SELECT
        day_number,
        ceil(court_clock * 8)::BIGINT AS first_eighth,
        ceil(LEAD(court_clock) OVER (ORDER BY day_number) * 8)::BIGINT AS end_eighth
    FROM calendar
)
SELECT unnest(range(first_eighth, end_eighth))::INTEGER AS eighth, day_number
FROM spans
WHERE end_eighth > first_eighth;
