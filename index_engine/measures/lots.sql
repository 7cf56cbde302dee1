-- Lots: the rounds of one lot rolled up. Court, stratum and reference price are those of the first
-- listing; state, end and price are those of the last round, unknown where that round does not tell.
-- A sale that was defaulted on has status 'defaulted' in its round, so it is no sale here either; of a
-- lot known from a later round on it is not known when it was first listed.
-- A lot is watched from the window of its first round's source to the end of its last one's.

WITH ends AS (
    SELECT lot_id, MIN(round_no) AS first_round, MAX(round_no) AS last_round
    FROM rounds
    GROUP BY lot_id
)

SELECT
    ends.lot_id,
    first_round.court_id,
    first_round.stratum,
    first_round.listed_on,
    first_round.is_first_listing,
    first_round.reference_price,
    last_round.stage,
    last_round.status,
    last_round.ended_on,
    last_round.left_on,
    last_round.final_price,
    first_round.from_day,
    last_round.end_day
FROM ends
JOIN rounds AS first_round
    ON first_round.lot_id = ends.lot_id AND first_round.round_no = ends.first_round
JOIN rounds AS last_round
    ON last_round.lot_id = ends.lot_id AND last_round.round_no = ends.last_round
