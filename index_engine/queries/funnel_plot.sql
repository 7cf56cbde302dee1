-- The places of a funnel plot. Parameters: level, period, statistic.

SELECT place_id, rates.denominator AS n, rates.numerator AS part, rates.numerator_suppression AS part_suppression, rates.value, outliers.z,
       outliers.flag
FROM estimates.outliers AS outliers
JOIN estimates.published_statistics AS rates USING (level, place_id, period, statistic)
WHERE level = $1 AND period = $2 AND statistic = $3 AND flag <> ''
      AND rates.denominator_suppression = ''
ORDER BY place_id
