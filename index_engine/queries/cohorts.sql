-- Filing years observed from filing on; a cohort is a quarter, 0 where it is not known.

SELECT DISTINCT cohort // 4 AS year FROM measures.exits WHERE cohort > 0 ORDER BY year
