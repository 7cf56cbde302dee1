"""Dates and amounts as they are written, and what their format and unit are told by."""

from datetime import date, datetime
from typing import Any

import pytest

from index_engine.importing.recognise.propose import propose_mapping
from tests.importing.conftest import Book
from tests.importing.tables import COURTS, cases, confidence, fed, setting, table

# ------------------------------------------------------------------------------------------- dates


@pytest.mark.parametrize(
    ("cells", "formats"),
    [
        (["2023-03-05", "2023-3-6"], None),
        ([date(2023, 3, 5), datetime(2023, 3, 6, 10, 30)], None),
        (["2023/3/5"], ["%Y/%m/%d"]),
        (["2023.03.05"], ["%Y.%m.%d"]),
        (["2023年3月5日"], ["%Y年%m月%d日"]),
        (["２０２３年３月５日"], ["%Y年%m月%d日"]),
        (["20230305", "20231231"], ["%Y%m%d"]),
        ([45000, 45321], ["excel"]),
        (["2023-03-05 10:20:30"], ["%Y-%m-%d %H:%M:%S"]),
        (["2023/3/5 0:00"], ["%Y/%m/%d %H:%M"]),
        (["2023-03-05T10:20:30"], ["%Y-%m-%dT%H:%M:%S"]),
        (["2023-03-05", "2023年3月6日", "2023-03-07"], ["%Y-%m-%d", "%Y年%m月%d日"]),
        (["25/03/2023", "04/05/2023"], ["%d/%m/%Y"]),
        (["03/25/2023", "04/05/2023"], ["%m/%d/%Y"]),
        (["23年3月5日"], ["%y年%m月%d日"]),
        (["21.3.28", "22.4.30"], ["%y.%m.%d"]),
    ],
)
def test_dates_as_they_are_written(book: Book, cells: list[Any], formats: list[str] | None) -> None:
    proposal = propose_mapping(book(cases(立案日期=cells)))
    assert setting(proposal, "filed_on", "format") == formats
    assert confidence(proposal, "filed_on") == 1.0


@pytest.mark.parametrize("cells", [["03/04/2023", "05/06/2023"], ["21-03-05", "22-04-06"]])
def test_dates_that_can_be_read_two_ways_are_not(book: Book, cells: list[str]) -> None:
    """No format is guessed; the heading keeps the column, so that a person states one."""
    proposal = propose_mapping(book(cases(立案日期=cells)))
    assert fed(proposal)["filed_on"] == "立案日期"
    assert setting(proposal, "filed_on", "format") is None
    assert confidence(proposal, "filed_on") == 0
    assert any(str(warning).startswith("filed_on") for warning in proposal.warnings)


# ----------------------------------------------------------------------------------------- amounts


@pytest.mark.parametrize(
    ("header", "unit"),
    [
        ("标的金额（万元）", "万元"),
        ("标的金额(元)", None),
        ("标的金额/万元", "万元"),
        ("标的金额（单位：万元）", "万元"),
        ("标的金额（亿元）", "亿元"),
        ("标的金额（千元）", 1000),
        ("标的金额 万元", "万元"),
    ],
)
def test_the_unit_stands_in_the_header(book: Book, header: str, unit: object) -> None:
    proposal = propose_mapping(book(cases(**{header: [1200, 3400.5]})))
    assert fed(proposal)["claim_amount"] == header
    assert setting(proposal, "claim_amount", "unit") == unit
    assert confidence(proposal, "claim_amount") >= 0.8


def test_the_unit_stands_in_the_title(book: Book) -> None:
    rows = cases(标的金额=[12.5, 30], 到位金额=[3, 4])
    proposal = propose_mapping(book([["执行案件明细表"], ["单位：万元"], *rows]))
    assert (proposal.options.header, proposal.options.header_rows) == (3, 1)
    assert setting(proposal, "claim_amount", "unit") == "万元"
    assert setting(proposal, "recovered_amount", "unit") == "万元"


def test_an_office_above_the_table_is_no_unit(book: Book) -> None:
    """填报单位 is the office that fills the table in; 单位 beside it is that of the amounts."""
    rows = cases(标的金额=[12.5, 30])
    proposal = propose_mapping(book([["填报单位：某某协会", None, "单位：万元"], *rows]))
    assert setting(proposal, "claim_amount", "unit") == "万元"


def test_the_unit_stands_below_the_header(book: Book) -> None:
    rows = cases(标的金额=[12.5, 30], 到位金额=[3, 4])
    proposal = propose_mapping(book([rows[0], [None, None, None, "万元", "元"], *rows[1:]]))
    assert proposal.options.header_rows == 2
    assert fed(proposal)["claim_amount"] == "标的金额 万元"
    assert setting(proposal, "claim_amount", "unit") == "万元"
    assert setting(proposal, "recovered_amount", "unit") is None


def test_the_unit_stands_in_the_cells(book: Book) -> None:
    proposal = propose_mapping(book([["单位：元"], *cases(标的金额=["12.5万元", "3万元"])]))
    assert setting(proposal, "claim_amount", "unit") is None
    assert confidence(proposal, "claim_amount") >= 0.9


def test_a_unit_is_inferred_from_its_peer_and_flagged(book: Book) -> None:
    rows = cases(**{"标的金额（元）": [125_000, 380_000], "到位金额": [12.5, 10]})
    proposal = propose_mapping(book(rows))
    assert setting(proposal, "recovered_amount", "unit") == "万元"
    assert confidence(proposal, "recovered_amount") <= 0.5
    assert confidence(proposal, "claim_amount") >= 0.9
    assert any("到位金额 is taken to be in 万元" in str(warning) for warning in proposal.warnings)


def test_units_in_doubt_are_flagged_on_both_sides(book: Book) -> None:
    proposal = propose_mapping(book(cases(标的金额=[12.5, 38], 到位金额=[125_000, 100_000])))
    assert confidence(proposal, "claim_amount") <= 0.3
    assert confidence(proposal, "recovered_amount") <= 0.3
    assert setting(proposal, "claim_amount", "unit") is None
    assert any("state the unit of each" in str(warning) for warning in proposal.warnings)


def test_amounts_small_for_yuan_are_flagged(book: Book) -> None:
    proposal = propose_mapping(book(cases(标的金额=[12.5, 38])))
    assert confidence(proposal, "claim_amount") <= 0.5
    assert any("small for yuan" in str(warning) for warning in proposal.warnings)


@pytest.mark.parametrize(
    ("header", "cells", "unit", "least", "most"),
    [
        ("结案率", [0.853, 0.9], None, 0.9, 1),
        ("结案率", ["85.3%", "90%"], None, 0.9, 1),
        ("结案率（%）", [85.3, 90], "%", 0.9, 1),
        ("结案率", [85.3, 90], "%", 0, 0.6),
    ],
)
def test_shares(book: Book, header: str, cells: list[Any], unit: str | None, least: float, most: float) -> None:
    rows = table(法院=COURTS, 新收=[100, 90], 结案=[95, 80], **{header: cells})
    proposal = propose_mapping(book(rows), "court_periods")
    assert setting(proposal, "closure_rate", "unit") == unit
    assert least <= confidence(proposal, "closure_rate") <= most


def test_thousands_marks(book: Book) -> None:
    proposal = propose_mapping(book(cases(标的金额=["1,234,567.80", "12,000"])))
    assert setting(proposal, "claim_amount", "thousands") == ","


def test_a_number_beyond_all_bounds_is_none(book: Book) -> None:
    proposal = propose_mapping(book(cases(标的金额=["1e999"])))
    assert confidence(proposal, "claim_amount") == 0
    assert any("only 0% of the values can be read" in str(warning) for warning in proposal.warnings)
