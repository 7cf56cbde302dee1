-- Covariances of indicators whose counts are both published.
SELECT method, basis, level, place_id, period, indicator, other_indicator, covariance
FROM estimates.covariances AS covariances
JOIN (
    SELECT method, basis, level, place_id, period, indicator FROM estimates.indicators WHERE n_suppression = ''
) AS estimated USING (method, basis, level, place_id, period, indicator)
JOIN (
    SELECT method, basis, level, place_id, period, indicator AS other_indicator FROM estimates.indicators
    WHERE n_suppression = ''
) AS other_estimated USING (method, basis, level, place_id, period, other_indicator)
WHERE basis IN ('observed', 'adjusted', 'shrunk') AND covariance IS NOT NULL AND period <= $period
      AND list_contains($methods, method)
ORDER BY method, basis, level, place_id, period, indicator, other_indicator
