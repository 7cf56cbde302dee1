-- Estimates as published, on the bases that pages show. One of another mix or drawn to peers stands only where it is
-- an estimate.
SELECT method, basis, level, place_id, period, indicator,
       CASE WHEN basis <> 'adjusted' OR status = 'estimated' THEN value END AS value,
       CASE WHEN basis <> 'adjusted' OR status = 'estimated' THEN se END AS se,
       n, NULLIF(n_suppression, '') AS n_suppression, status
FROM estimates.published_indicators
WHERE basis IN ('observed', 'adjusted', 'shrunk') AND period <= $period AND list_contains($methods, method)
ORDER BY method, basis, level, place_id, period, indicator
