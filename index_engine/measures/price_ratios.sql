-- Lots sold, by final price over the reference price of the first listing, in narrow bins: a median
-- is not additive, a histogram is. Ratios of 3 and more share the last bin.

SELECT
    court_id,
    stratum,
    period,
    stage,
    CAST(FLOOR(LEAST(CAST(final_price AS DOUBLE) / CAST(reference_price AS DOUBLE), 3)
               / ratio_step) AS SMALLINT) AS ratio_bin,
    CAST(COUNT(*) AS INTEGER) AS n
FROM lots
JOIN days ON days.day = unix_date(ended_on) AND days.day >= from_day AND days.day < end_day
CROSS JOIN parameters
WHERE status = 'sold' AND reference_price > 0 AND final_price > 0
GROUP BY 1, 2, 3, 4, 5
