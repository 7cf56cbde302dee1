-- Spells that ended in a period, by age and event; 'open' left observation without an event.
-- cohort is the period of filing (0: filed before it was observed), so that the same rows give
-- both the period curve (sum over cohorts) and the cohort curve (sum over periods). Ages beyond the
-- grid share one bin more, so that every spell of a cohort is counted.

SELECT
    process,
    court_id,
    stratum,
    cohort,
    stop_period AS period,
    age_bin,
    event,
    CAST(COUNT(*) AS INTEGER) AS n,
    CAST(SUM(elapsed_days) AS INTEGER) AS elapsed_days
FROM spells
JOIN ages ON ages.age = stop_day - start_day
GROUP BY 1, 2, 3, 4, 5, 6, 7
