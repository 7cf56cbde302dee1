-- One statistic beside the score, of all places of a level. Parameters: statistic, level, period.

SELECT place_id, value, numerator, denominator, suppression, numerator_suppression,
       denominator_suppression FROM estimates.published_statistics
WHERE statistic = $1 AND level = $2 AND period = $3
ORDER BY place_id
