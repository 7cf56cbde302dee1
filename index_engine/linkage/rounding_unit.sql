-- The unit in yuan that the amounts of a group are rounded to, as where a bank writes 万元; 1 where too few
-- tell.
CREATE OR REPLACE TEMP MACRO rounding_unit(amount) AS
    CASE
        WHEN COUNT(amount) < 20 THEN 1
        WHEN AVG(CAST(amount % 10000 = 0 AS INTEGER)) >= 0.99 THEN 10000
        WHEN AVG(CAST(amount % 1000 = 0 AS INTEGER)) >= 0.99 THEN 1000
        WHEN AVG(CAST(amount % 100 = 0 AS INTEGER)) >= 0.99 THEN 100
        ELSE 1 END
