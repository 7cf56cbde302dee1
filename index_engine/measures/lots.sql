-- Lots: the rounds of one lot rolled up. Its state is that of the last round; a sale that was
-- defaulted on has status 'defaulted' in its round, so it is no sale here either.

SELECT
    lot_id,
    MIN(source_id) AS source_id,
    min_by(court_id, round_no) AS court_id,
    MIN(listed_on) AS listed_on,
    min_by(reference_price, round_no) AS reference_price,
    max_by(stage, round_no) AS stage,
    max_by(COALESCE(status, ''), round_no) AS status,
    max_by(ended_on, round_no) AS ended_on,
    max_by(final_price, round_no) AS final_price
FROM auction_rounds
GROUP BY lot_id
