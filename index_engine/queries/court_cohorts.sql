-- Spells that began in some quarters, by court. Parameters: process, first and last quarter of the cohort.

SELECT court_id::VARCHAR AS court_id, sum(n)::DOUBLE AS n FROM measures.exits
WHERE process = $1 AND cohort BETWEEN $2 AND $3
GROUP BY ALL
