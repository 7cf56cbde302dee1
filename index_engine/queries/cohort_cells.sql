-- Spells of some courts that began in some quarters, by event and bin of age.
-- Parameters: number of bins, process, first and last quarter of the cohort, court ids.

SELECT event::VARCHAR AS event, least(age_bin, $1)::INTEGER AS age_bin, sum(n)::DOUBLE AS n,
       sum(elapsed_days)::DOUBLE AS elapsed_days
FROM measures.exits
WHERE process = $2 AND cohort BETWEEN $3 AND $4
      AND court_id IN (SELECT unnest($5)::measures.court)
GROUP BY ALL
