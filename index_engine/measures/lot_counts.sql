-- Lots by court, asset class and the period in which their last round ended, without those that were
-- withdrawn because the claim was paid: they neither failed nor were sold.

SELECT
    court_id,
    stratum,
    period,
    CAST(COUNT(*) AS INTEGER) AS lots_finished,
    CAST(SUM(CASE WHEN status = 'sold' THEN 1 ELSE 0 END) AS INTEGER) AS lots_sold,
    SUM(CAST(COALESCE(reference_price, 0) AS DECIMAL(38, 2))) AS value_finished,
    SUM(CASE WHEN status = 'sold' THEN CAST(COALESCE(reference_price, 0) AS DECIMAL(38, 2))
             ELSE 0 END) AS value_sold
FROM lots
JOIN days ON days.day = unix_date(ended_on) AND days.day >= from_day AND days.day < end_day
WHERE status IS NOT NULL AND status <> 'paid'
GROUP BY 1, 2, 3
