-- The fitted funnel of a statistic. Parameters: level, period, statistic.

SELECT centre, tau, phi, n_places FROM estimates.funnel_plots
WHERE level = $1 AND period = $2 AND statistic = $3
