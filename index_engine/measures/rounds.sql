-- Auction rounds, linked to lots (linkage/rounds.sql), with the window of their court in their source and their stratum, the asset class as a number.
-- Of a source with the last round of each lot alone it is not known what came before: its rounds are a choice of
-- those held (has_all_rounds), and none begins a lot.

SELECT
    linked_rounds.lot_id,
    linked_rounds.case_id,
    linked_rounds.court_id,
    asset_classes.number AS stratum,
    linked_rounds.asset_class,
    linked_rounds.round_no,
    linked_rounds.stage,
    linked_rounds.listed_on,
    linked_rounds.ended_on,
    linked_rounds.left_on,
    linked_rounds.is_first_listing AND court_windows.holds <> 'last_rounds' AS is_first_listing,
    court_windows.holds <> 'last_rounds' AS has_all_rounds,
    linked_rounds.reference_price,
    linked_rounds.start_price,
    linked_rounds.final_price,
    linked_rounds.status,
    court_windows.from_day,
    court_windows.end_day
FROM linked_rounds
JOIN measures.court_windows
    ON court_windows.source_id = linked_rounds.source_id AND court_windows.court_id = linked_rounds.court_id
JOIN asset_classes ON asset_classes.asset_class = COALESCE(linked_rounds.asset_class, '')
