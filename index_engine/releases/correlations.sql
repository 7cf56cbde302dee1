-- Correlations of indicators over random groups of the nation's cases.
SELECT indicator, other_indicator, correlation, n_groups FROM estimates.correlations
ORDER BY indicator, other_indicator
