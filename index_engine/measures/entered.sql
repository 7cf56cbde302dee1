-- Spells that came under observation in a period, by age at that moment: filings at age 0, and the
-- stock open when a source's window begins at the age it then had (delayed entry).
-- elapsed: days of the age bin already passed, summed, so that the bin's exposure is exact.

SELECT
    clock,
    court_id,
    from_period AS period,
    CAST(FLOOR((from_day - start_day) / bin_days) AS SMALLINT) AS age_bin,
    CAST(COUNT(*) AS INTEGER) AS n,
    CAST(SUM((from_day - start_day) % bin_days) AS INTEGER) AS elapsed
FROM spells
CROSS JOIN parameters
WHERE from_day - start_day < horizon_days
GROUP BY 1, 2, 3, 4
