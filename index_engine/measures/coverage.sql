-- First-enforcement cases with a case number: how many came, and how many there must be. Numbers run
-- from 1 per court and year, so from the lowest that a source can hold to the highest seen there are
-- as many cases as numbers. Received are the cases, so a case in two deliveries is one; lowest and
-- highest are over all deliveries. Cases filed before their source's window do not count: of those a
-- source has only what is still open.
-- In which quarter of its year a missing case was filed nobody can tell: the missing are spread as
-- the received are, in whole numbers that add up to those of the year.

WITH numbered AS (
    SELECT cases.court_id, number_year, period, COUNT(*) AS received
    FROM case_courts AS cases
    JOIN measures.court_windows
        ON court_windows.source_id = cases.window_source_id AND court_windows.court_id = cases.holder_id
    JOIN days ON days.day = unix_date(filed_on) AND days.day >= from_day
    WHERE case_type = 'first' AND number_year IS NOT NULL AND holds = 'all_cases'
        AND entered_day IS NULL -- numbered by the court that filed it
    GROUP BY 1, 2, 3
),

numbers AS (
    SELECT court_id, number_year, MAX(highest) - MIN(lowest) + 1 AS numbers
    FROM case_sequences
    WHERE case_type = 'first'
    GROUP BY 1, 2
),

running AS (
    SELECT
        numbered.court_id,
        period,
        received,
        numbers,
        SUM(received) OVER (
            PARTITION BY numbered.court_id, numbered.number_year ORDER BY period
        ) AS until_period,
        SUM(received) OVER (PARTITION BY numbered.court_id, numbered.number_year) AS of_year
    FROM numbered
    JOIN numbers
        ON numbers.court_id = numbered.court_id AND numbers.number_year = numbered.number_year
),

expected AS (
    SELECT
        court_id,
        period,
        received,
        FLOOR(CAST(GREATEST(numbers, of_year) * until_period AS DOUBLE) / of_year)
            - FLOOR(CAST(GREATEST(numbers, of_year) * (until_period - received) AS DOUBLE)
                    / of_year) AS expected
    FROM running
)

SELECT
    court_id,
    period,
    CAST(SUM(received) AS INTEGER) AS numbered_received,
    CAST(SUM(expected) AS INTEGER) AS numbered_expected
FROM expected
GROUP BY 1, 2
