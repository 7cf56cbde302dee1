-- Statistics beside the score of one place. Parameters: level, place_id, period.

SELECT statistic, value, numerator, denominator, suppression, numerator_suppression,
       denominator_suppression FROM estimates.published_statistics
WHERE level = $1 AND place_id = $2 AND period = $3
