-- What stands in for an indicator without enough cases of a place; beside a count that is withheld not at all, since
-- its error falls with that count.
SELECT method, level, place_id, period, indicator, shrinkage.value, shrinkage.se
FROM estimates.shrinkage AS shrinkage
JOIN estimates.indicators AS estimated USING (method, level, place_id, period, indicator)
WHERE estimated.basis = 'observed' AND estimated.n_suppression = '' AND shrinkage.value IS NOT NULL
      AND period <= $period AND list_contains($methods, method)
ORDER BY method, level, place_id, period, indicator
