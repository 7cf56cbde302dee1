-- Auction rounds by court, period of their end and stage, of sources with all rounds of their lots. held = sold + failed + defaulted;
-- a set-off is a failed round whose lot the creditor took; withdrawn are those stopped, too, and those
-- taken off because the claim was paid.

SELECT
    court_id,
    stratum,
    period,
    stage,
    CAST(COUNT(*) AS INTEGER) AS rounds_ended,
    CAST(SUM(CASE WHEN status IN ('sold', 'failed', 'defaulted', 'setoff') THEN 1 ELSE 0 END)
        AS INTEGER) AS held,
    CAST(SUM(CASE WHEN status = 'sold' THEN 1 ELSE 0 END) AS INTEGER) AS sold,
    CAST(SUM(CASE WHEN status = 'failed' THEN 1 ELSE 0 END) AS INTEGER) AS failed,
    CAST(SUM(CASE WHEN status = 'defaulted' THEN 1 ELSE 0 END) AS INTEGER) AS defaulted,
    CAST(SUM(CASE WHEN status = 'setoff' THEN 1 ELSE 0 END) AS INTEGER) AS setoff,
    CAST(SUM(CASE WHEN status IN ('withdrawn', 'stopped', 'paid') THEN 1 ELSE 0 END) AS INTEGER)
        AS withdrawn,
    SUM(CASE WHEN status = 'sold' AND start_price IS NOT NULL AND final_price IS NOT NULL
             THEN CAST(final_price - start_price AS DECIMAL(38, 2)) ELSE 0 END) AS premium,
    SUM(CASE WHEN status = 'sold' AND start_price IS NOT NULL AND final_price IS NOT NULL
             THEN CAST(start_price AS DECIMAL(38, 2)) ELSE 0 END) AS start_value
FROM rounds
JOIN days ON days.day = unix_date(ended_on) AND days.day >= from_day AND days.day < end_day
WHERE status IS NOT NULL AND has_all_rounds
GROUP BY 1, 2, 3, 4
