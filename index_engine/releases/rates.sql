-- Statistics beside the score, as published.
SELECT level, place_id, period, statistic, value, numerator,
       NULLIF(numerator_suppression, '') AS numerator_suppression, denominator,
       NULLIF(denominator_suppression, '') AS denominator_suppression
FROM estimates.published_statistics
WHERE period <= $period
ORDER BY level, place_id, period, statistic
