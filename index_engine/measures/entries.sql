-- Spells that came under observation in a period, by age at that moment: filings at age 0, and the
-- stock open when a source's window begins at the age it then had (delayed entry).
-- Ages beyond the grid share one bin more.
-- elapsed_days: days of the age bin already over, summed, so that the bin's exposure is exact.

SELECT
    process,
    court_id,
    stratum,
    from_period AS period,
    age_bin,
    CAST(COUNT(*) AS INTEGER) AS n,
    CAST(SUM(elapsed_days) AS INTEGER) AS elapsed_days
FROM spells
JOIN ages ON ages.age = from_day - start_day
GROUP BY 1, 2, 3, 4, 5
