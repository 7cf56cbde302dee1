"""For every rule that a row alone can break: the change that breaks it, and one that just does not.

Keys are (kind, rule, field); the changes are made to the rows of rows.py. Names of rows are
'first', 'bad', 'good' and 'last', in this order.
"""

from datetime import date
from typing import Any

D = date
STEPS = ("notified_on", "queried_on", "seized_on", "priced_on")
Breaches = dict[tuple[str, str, str], tuple[dict[str, Any], dict[str, Any]]]

BREACHES: Breaches = {
    ("cases", "before_earliest", "filed_on"): ({"filed_on": D(1989, 12, 31)}, {"filed_on": D(1990, 1, 1)}),
    ("cases", "after_observation", "filed_on"): (
        {"filed_on": D(2025, 1, 1), "closed_on": None, "close_mode": None},
        {"filed_on": D(2024, 12, 31), "closed_on": None, "close_mode": None},
    ),
    ("cases", "closed_before_filed", "closed_on"): ({"closed_on": D(2022, 1, 9)}, {"closed_on": D(2022, 1, 10)}),
    ("cases", "closed_after_observation", "closed_on"): (
        {"closed_on": D(2025, 1, 1)},
        {"closed_on": D(2024, 12, 31)},
    ),
    ("cases", "in_future", "closed_on"): ({"closed_on": D(2999, 1, 1)}, {"closed_on": D(2024, 12, 31)}),
    ("cases", "mode_without_closing", "close_mode"): ({"closed_on": None}, {"closed_on": None, "close_mode": None}),
    ("cases", "paid_before_filed", "paid_out_on"): ({"paid_out_on": D(2022, 1, 9)}, {"paid_out_on": D(2022, 1, 10)}),
    ("cases", "listed_before_filed", "first_listed_on"): (
        {"first_listed_on": D(2022, 1, 9)},
        {"first_listed_on": D(2022, 1, 10)},
    ),
    **{
        ("cases", "step_before_filed", step): ({step: D(2022, 1, 9)}, {step: D(2022, 1, 10)})
        for step in ("notified_on", "queried_on", "priced_on")
    },
    **{("cases", "step_after_closing", step): ({step: D(2022, 7, 11)}, {step: D(2022, 7, 10)}) for step in STEPS},
    **{
        ("cases", "after_observation", step): (
            {step: D(2025, 1, 1), "closed_on": None, "close_mode": None},
            {step: D(2024, 12, 31), "closed_on": None, "close_mode": None},
        )
        for step in STEPS
    },
    ("cases", "priced_before_seized", "priced_on"): (
        {"seized_on": D(2022, 3, 2), "priced_on": D(2022, 3, 1)},
        {"seized_on": D(2022, 3, 1), "priced_on": D(2022, 3, 1)},
    ),
    ("cases", "listed_before_priced", "first_listed_on"): (
        {"priced_on": D(2022, 3, 2), "first_listed_on": D(2022, 3, 1)},
        {"priced_on": D(2022, 3, 1), "first_listed_on": D(2022, 3, 1)},
    ),
    ("cases", "zhongben_before_day_90", "closed_on"): (
        {"close_mode": "zhongben", "closed_on": D(2022, 4, 9)},  # day 89
        {"close_mode": "zhongben", "closed_on": D(2022, 4, 10)},
    ),
    ("cases", "negative_amount", "claim_amount"): (
        {"claim_amount": -1, "recovered_amount": None},
        {"claim_amount": 0, "recovered_amount": None},
    ),
    ("cases", "negative_amount", "recovered_amount"): ({"recovered_amount": -1}, {"recovered_amount": 1}),
    ("cases", "recovered_over_claim", "recovered_amount"): ({"recovered_amount": 1001}, {"recovered_amount": 1000}),
    ("cases", "completed_unpaid", "recovered_amount"): (
        {"recovered_amount": 0},
        {"recovered_amount": 0, "close_mode": "terminated"},
    ),
    ("cases", "resumed_without_parent", "parent_case_id"): (
        {"case_type": "resumed"},
        {"case_type": "resumed", "parent_case_id": "c0"},
    ),
    ("cases", "own_parent", "parent_case_id"): (
        {"case_type": "resumed", "parent_case_id": "bad"},
        {"case_type": "resumed", "parent_case_id": "first"},
    ),
    ("cases", "closed_without_mode", "close_mode"): ({"close_mode": None}, {"close_mode": None, "closed_on": None}),
    ("cases", "after_observation", "paid_out_on"): (
        {"paid_out_on": D(2025, 1, 1), "close_mode": "terminated"},
        {"paid_out_on": D(2024, 12, 31), "close_mode": "terminated"},
    ),
    ("cases", "after_observation", "first_listed_on"): (
        {"first_listed_on": D(2025, 1, 1), "closed_on": None, "close_mode": None},
        {"first_listed_on": D(2024, 12, 31), "closed_on": None, "close_mode": None},
    ),
    ("cases", "after_observation", "acquired_on"): (
        {"acquired_on": D(2025, 1, 1)},
        {"acquired_on": D(2024, 12, 31)},
    ),
    ("cases", "paid_long_after_closing", "paid_out_on"): (
        {"paid_out_on": D(2022, 8, 10)},  # 31 days after
        {"paid_out_on": D(2022, 8, 9)},
    ),
    ("cases", "listed_after_closing", "first_listed_on"): (
        {"first_listed_on": D(2022, 7, 11)},
        {"first_listed_on": D(2022, 7, 10)},
    ),
    ("cases", "number_of_another_year", "number_year"): ({"number_year": 2021}, {"number_year": 2022}),
    ("cases", "taken_over", "successor_court_id"): (
        {"successor_court_id": "K1"},
        {"successor_court_id": None},
    ),
    ("cases", "legacy_number", "number_year"): (
        {"number_year": 2015, "filed_on": D(2015, 12, 31)},
        {"number_year": 2016, "filed_on": D(2016, 1, 1)},
    ),
    ("cases", "claim_improbably_large", "claim_amount"): (
        {"claim_amount": 10_000_000_001},
        {"claim_amount": 10_000_000_000},
    ),
    ("cases", "claim_improbably_small", "claim_amount"): (
        {"claim_amount": 49, "recovered_amount": 49},
        {"claim_amount": 50, "recovered_amount": 50},
    ),
    ("cases", "recovered_in_another_unit", "recovered_amount"): (
        {"recovered_amount": 100_000},
        {"recovered_amount": 1000},
    ),
    ("cases", "zhongben_paid_in_full", "recovered_amount"): (
        {"close_mode": "zhongben", "recovered_amount": 1000},
        {"close_mode": "zhongben", "recovered_amount": 999},
    ),
    ("cases", "mode_without_recovery", "recovery_mode"): (
        {"recovery_mode": "cash", "recovered_amount": 0, "close_mode": "terminated"},
        {"recovery_mode": "cash", "recovered_amount": 1, "close_mode": "terminated"},
    ),
    ("cases", "paid_out_nothing", "paid_out_on"): (
        {"paid_out_on": D(2022, 7, 1), "recovered_amount": 0, "close_mode": "terminated"},
        {"paid_out_on": D(2022, 7, 1), "recovered_amount": 1, "close_mode": "terminated"},
    ),
    ("cases", "listed_without_assets", "has_assets"): (
        {"has_assets": False, "first_listed_on": D(2022, 3, 1)},
        {"has_assets": True, "first_listed_on": D(2022, 3, 1)},
    ),
    ("cases", "recovered_by_another_type", "recovered_amount"): (
        {"case_type": "preservation"},
        {"case_type": "preservation", "recovered_amount": 0, "close_mode": "terminated"},
    ),
    ("cases", "zhongben_of_another_type", "close_mode"): (
        {"case_type": "objection", "close_mode": "zhongben", "recovered_amount": None},
        {"case_type": "objection", "close_mode": "terminated", "recovered_amount": None},
    ),
    ("cases", "first_with_parent", "parent_case_id"): (
        {"parent_case_id": "first"},
        {"case_type": "resumed", "parent_case_id": "first"},
    ),
    ("auctions", "before_earliest", "listed_on"): ({"listed_on": D(1989, 12, 31)}, {"listed_on": D(1990, 1, 1)}),
    ("auctions", "after_observation", "listed_on"): (
        {"listed_on": D(2025, 1, 1), "ended_on": None, "status": None, "final_price": None},
        {"listed_on": D(2024, 12, 31), "ended_on": None, "status": None, "final_price": None},
    ),
    ("auctions", "ended_before_listed", "ended_on"): (
        {"ended_on": D(2022, 1, 9), "status": "stopped", "final_price": None},
        {"ended_on": D(2022, 1, 10), "status": "stopped", "final_price": None},
    ),
    ("auctions", "ended_after_observation", "ended_on"): (
        {"ended_on": D(2025, 1, 1)},
        {"ended_on": D(2024, 12, 31)},
    ),
    ("auctions", "in_future", "ended_on"): ({"ended_on": D(2999, 1, 1)}, {"ended_on": D(2024, 12, 31)}),
    ("auctions", "bidding_before_listed", "bidding_on"): (
        {"bidding_on": D(2022, 1, 9)},
        {"bidding_on": D(2022, 1, 10)},
    ),
    ("auctions", "ended_before_bidding", "ended_on"): (
        {"bidding_on": D(2022, 2, 21)},
        {"bidding_on": D(2022, 2, 20)},
    ),
    ("auctions", "sold_without_end", "status"): ({"ended_on": None}, {"ended_on": None, "status": None}),
    ("auctions", "failed_without_end", "status"): (
        {"ended_on": None, "status": "failed", "final_price": None, "bidders": 0},
        {"ended_on": None, "status": "withdrawn", "final_price": None},
    ),
    ("auctions", "notice_too_short", "listed_on"): (
        {"ended_on": D(2022, 2, 8)},  # 29 days
        {"ended_on": D(2022, 2, 9)},
    ),
    ("auctions", "negative_amount", "reference_price"): (
        {"reference_price": -1},
        {"reference_price": 1, "start_price": 1, "final_price": 1},
    ),
    ("auctions", "negative_amount", "start_price"): (
        {"start_price": -1, "reference_price": None},
        {"start_price": 0, "reference_price": None},
    ),
    ("auctions", "negative_amount", "final_price"): (
        {"final_price": -1, "start_price": None},
        {"final_price": 0, "start_price": None},
    ),
    ("auctions", "sold_without_price", "final_price"): (
        {"final_price": None},
        {"final_price": None, "status": "failed", "bidders": 0},
    ),
    ("auctions", "unsold_with_price", "final_price"): ({"status": "failed", "bidders": 0}, {"status": "setoff"}),
    ("auctions", "start_below_70_percent", "start_price"): (
        {"start_price": 696},
        {"start_price": 697},  # 0.5 % below the limit is left for rounding
    ),
    ("auctions", "start_below_56_percent", "start_price"): (
        {"start_price": 557, "stage": "second", "round_no": 2},
        {"start_price": 558, "stage": "second", "round_no": 2},
    ),
    ("auctions", "sold_below_start", "final_price"): ({"final_price": 696}, {"final_price": 697}),
    ("auctions", "no_such_round", "round_no"): ({"round_no": 0}, {"round_no": 1}),
    ("auctions", "negative_count", "bidders"): (
        {"bidders": -1},
        {"bidders": 0, "status": "failed", "final_price": None},
    ),
    ("auctions", "sold_without_bidder", "bidders"): (
        {"bidders": 0},
        {"bidders": 0, "status": "failed", "final_price": None},
    ),
    ("auctions", "later_stage_in_round_1", "stage"): ({"stage": "sale"}, {"stage": "sale", "round_no": 3}),
    ("auctions", "ended_without_status", "status"): (
        {"status": None, "final_price": None},
        {"status": None, "final_price": None, "ended_on": None},
    ),
    ("auctions", "zero_reference", "reference_price"): ({"reference_price": 0}, {"reference_price": None}),
    ("auctions", "start_in_another_unit", "start_price"): (
        {"start_price": 20_000, "stage": "relisted", "status": "stopped", "final_price": None},
        {"start_price": 19_999, "stage": "relisted", "status": "stopped", "final_price": None},
    ),
    ("auctions", "final_in_another_unit", "final_price"): ({"final_price": 20_000}, {"final_price": 19_999}),
    ("auctions", "setoff_below_start", "final_price"): (
        {"status": "setoff", "final_price": 696},
        {"status": "setoff", "final_price": 697},
    ),
    ("auctions", "sale_without_second", "stage"): (
        {"stage": "sale", "round_no": 2},
        {"stage": "second", "round_no": 2},
    ),
    ("auctions", "new_cycle", "round_no"): ({"round_no": 2}, {"round_no": 4, "stage": "relisted"}),
    ("auctions", "single_bidder_above_start", "bidders"): (
        {"bidders": 1, "final_price": 704},
        {"bidders": 1, "final_price": 703},
    ),
    ("auctions", "failed_with_bidders", "bidders"): (
        {"status": "failed", "final_price": None},
        {"status": "failed", "final_price": None, "bidders": 0},
    ),
    ("courts", "ended_before_begun", "valid_to"): (
        {"valid_from": D(2020, 1, 2), "valid_to": D(2020, 1, 1)},
        {"valid_from": D(2020, 1, 1), "valid_to": D(2020, 1, 1)},
    ),
    ("courts", "unknown_parent", "parent"): ({"parent": "k9"}, {"parent": "k0"}),
    ("regions", "nation_with_parent", "parent"): ({"level": "nation", "parent": "44"}, {"parent": "44"}),
    ("regions", "no_parent", "parent"): ({"parent": None}, {"parent": "CN"}),
    ("regions", "second_nation", "level"): ({"level": "nation", "parent": None}, {}),
    ("regions", "unknown_parent", "parent"): ({"parent": "99"}, {"parent": "44"}),
    ("courts", "code_of_another_level", "code"): ({"code": "粤03"}, {"code": "粤0304"}),
    ("courts", "special_not_marked", "special"): ({"code": "沪7101"}, {"code": "沪7101", "special": True}),
    ("regions", "not_a_code", "code"): ({"code": "zhaoliuliu"}, {"code": "440199"}),
    ("regions", "not_a_code", "parent"): ({"parent": "13800138000"}, {"parent": "44"}),
    ("courts", "not_a_code", "court_id"): ({"court_id": "欧阳春晓"}, {"court_id": "粤0304"}),
    ("courts", "not_a_code", "code"): ({"code": "粤B12345"}, {"code": "粤0304"}),
    ("courts", "not_a_code", "parent"): ({"parent": "138-0013-8000"}, {"parent": "K1"}),
    ("regions", "not_a_name", "name"): ({"name": "赵六六"}, {"name": "恩施土家族苗族自治州"}),
    ("regions", "not_a_name", "name_hant"): ({"name_hant": "１３８００１３８０００"}, {"name_hant": "臺北市"}),
    ("regions", "not_a_name", "name_en"): ({"name_en": "Zhang Sanfeng"}, {"name_en": "Altay Prefecture"}),
    ("regions", "not_a_name", "pinyin"): ({"pinyin": "zhaoliuliu"}, {"pinyin": "moudiqu mdq"}),
    ("courts", "not_a_name", "name"): ({"name": "赵六六诉某法院"}, {"name": "成都铁路运输中级法院"}),
    ("courts", "not_a_name", "name_en"): ({"name_en": "Zhang Sanfeng"}, {"name_en": "Jia People's Court"}),
    ("courts", "not_a_name", "pinyin"): ({"pinyin": "138 0013 8000"}, {"pinyin": "moufayuan mfy"}),
    ("court_names", "not_a_name", "name"): ({"name": "赵六六与被执行人和解"}, {"name": "粤0304"}),
    ("court_names", "ended_before_begun", "valid_to"): (
        {"valid_from": D(2020, 1, 2), "valid_to": D(2020, 1, 1)},
        {"valid_from": D(2020, 1, 1), "valid_to": D(2020, 1, 1)},
    ),
}
