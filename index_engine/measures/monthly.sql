-- Flows by court and calendar month, 12 x year + month - 1: cases filed, closed and paid, lots sold.
-- Paid: closed as cash, on the day the money was paid out, or closed where that day is not known.

WITH happened AS (
    SELECT court_id, 'filed' AS flow, filed_on AS on_day, from_day, end_day
    FROM first_enforcement
    WHERE holds = 'all_cases'
    UNION ALL
    SELECT court_id, 'closed' AS flow, closed_on AS on_day, from_day, end_day
    FROM first_enforcement
    WHERE holds IN ('all_cases', 'closed_cases')
    UNION ALL
    SELECT court_id, 'paid' AS flow,
           CASE WHEN close_mode = 'completed' AND paid_out_on >= filed_on
                THEN paid_out_on ELSE closed_on END AS on_day,
           from_day, end_day
    FROM first_enforcement
    WHERE closing_event = 'cash'
    UNION ALL
    SELECT court_id, 'sold' AS flow, ended_on AS on_day, from_day, end_day
    FROM lots
    WHERE status = 'sold'
)

SELECT
    court_id,
    CAST(EXTRACT(YEAR FROM on_day) * 12 + EXTRACT(MONTH FROM on_day) - 1 AS INTEGER) AS month,
    CAST(SUM(CASE WHEN flow = 'filed' THEN 1 ELSE 0 END) AS INTEGER) AS filed,
    CAST(SUM(CASE WHEN flow = 'closed' THEN 1 ELSE 0 END) AS INTEGER) AS closed,
    CAST(SUM(CASE WHEN flow = 'paid' THEN 1 ELSE 0 END) AS INTEGER) AS paid,
    CAST(SUM(CASE WHEN flow = 'sold' THEN 1 ELSE 0 END) AS INTEGER) AS sold
FROM happened
WHERE unix_date(on_day) >= from_day AND unix_date(on_day) < end_day
GROUP BY 1, 2
