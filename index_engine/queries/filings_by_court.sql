-- Cases filed by court and stratum. Parameters: first and last period.

SELECT court_id::VARCHAR AS court_id, stratum::INTEGER AS stratum, sum(filed)::DOUBLE AS filed
FROM measures.case_counts
WHERE period BETWEEN $1 AND $2
GROUP BY ALL
