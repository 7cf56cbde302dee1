-- Received are the different first-enforcement cases filed under observation, whatever source and delivery
-- they came with; expected are the numbers from the lowest that the window of their source can hold up to
-- the highest seen.
WITH observed AS (
    SELECT source_id, min(observed_from) OVER (PARTITION BY kind, name) AS since FROM sources
),

numbered AS (
    SELECT court_id, number_year, count(DISTINCT case_id) AS received
    FROM cases
    JOIN observed USING (source_id)
    WHERE case_type = 'first' AND number_year IS NOT NULL AND filed_on >= coalesce(since, filed_on)
    GROUP BY ALL
),

seen AS (
    SELECT court_id, number_year, min(lowest) AS lowest, max(highest) AS highest
    FROM case_sequences
    WHERE case_type = 'first'
    GROUP BY ALL
)

SELECT court_id, courts.name, number_year AS year, received, highest,
       greatest(highest - lowest + 1 - received, 0) AS missing
FROM seen
JOIN numbered USING (court_id, number_year)
JOIN courts USING (court_id)
ORDER BY court_id, year
