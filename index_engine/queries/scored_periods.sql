SELECT DISTINCT period FROM index.scores ORDER BY period
