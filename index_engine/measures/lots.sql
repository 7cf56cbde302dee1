-- Lots: the rounds of one lot rolled up. The reference price is that of the first listing; state,
-- end and price are those of the last round, unknown where that round does not tell. A sale that was
-- defaulted on has status 'defaulted' in its round, so it is no sale here either.
-- A lot is watched from the window of its first round's source to the end of its last one's.

WITH ends AS (
    SELECT lot_id, MIN(round_no) AS first_round, MAX(round_no) AS last_round
    FROM auction_rounds
    GROUP BY lot_id
)

SELECT
    ends.lot_id,
    first_round.court_id,
    first_round.listed_on,
    first_round.reference_price,
    last_round.stage,
    last_round.status,
    last_round.ended_on,
    last_round.final_price,
    first_window.from_day,
    last_window.until_day
FROM ends
JOIN auction_rounds AS first_round
    ON first_round.lot_id = ends.lot_id AND first_round.round_no = ends.first_round
JOIN auction_rounds AS last_round
    ON last_round.lot_id = ends.lot_id AND last_round.round_no = ends.last_round
JOIN measures.windows AS first_window ON first_window.source_id = first_round.source_id
JOIN measures.windows AS last_window ON last_window.source_id = last_round.source_id
