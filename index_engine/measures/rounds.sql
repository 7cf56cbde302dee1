-- Auction rounds with the window of their court in their source and their stratum, the asset class as a number.

SELECT
    auction_rounds.lot_id,
    auction_rounds.case_id,
    auction_rounds.court_id,
    asset_classes.number AS stratum,
    auction_rounds.asset_class,
    auction_rounds.round_no,
    auction_rounds.stage,
    auction_rounds.listed_on,
    auction_rounds.ended_on,
    auction_rounds.reference_price,
    auction_rounds.start_price,
    auction_rounds.final_price,
    auction_rounds.status,
    court_windows.from_day,
    court_windows.end_day
FROM auction_rounds
JOIN measures.court_windows
    ON court_windows.source_id = auction_rounds.source_id AND court_windows.court_id = auction_rounds.court_id
JOIN asset_classes ON asset_classes.asset_class = COALESCE(auction_rounds.asset_class, '')
