-- Spells that ended in a period, by age and event; 'open' left observation without an event.
-- cohort is the period of filing (0: filed before it was observed), so that the same rows give
-- both the period curve (sum over cohorts) and the cohort curve (sum over periods).

SELECT
    clock,
    court_id,
    cohort,
    stop_period AS period,
    CAST(LEAST(FLOOR((stop_day - start_day) / bin_days), horizon_bins) AS SMALLINT) AS age_bin,
    event,
    CAST(COUNT(*) AS INTEGER) AS n,
    CAST(SUM((stop_day - start_day) % bin_days) AS INTEGER) AS elapsed
FROM spells
CROSS JOIN parameters
GROUP BY 1, 2, 3, 4, 5, 6
