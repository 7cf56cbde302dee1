"""Dates and amounts as they are written, and what their format and unit are told by."""

from datetime import date, datetime
from typing import Any

import pytest

from index_engine.importing.recognise.propose import propose_mapping
from tests.importing.conftest import Book
from tests.importing.tables import COURTS, NUMBERS, cases, confidence, fed, setting, table

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
        (["2023-05-03T16:00:00.000Z", "2023-06-03T16:00:00.000Z"], None),
        (["1683129600", "1685808000"], ["unix"]),
        (["1683129600000", "1685808000000"], ["unix"]),
        (["民国112年5月3日"], ["%Y年%m月%d日"]),
        (["112/05/03"], ["minguo"]),
        (["1120503"], ["minguo"]),
        (["二〇二三年五月三日"], ["%Y年%m月%d日"]),
        (["2023/5/3 下午 3:05"], ["%Y/%m/%d"]),
        (["May 03, 2023", "Jun 12, 2023"], None),
        (["03-May-23"], ["%d-%b-%y"]),
        (["25/03/2023 10:00", "04/05/2023 9:30"], ["%d/%m/%Y"]),
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


def test_a_slip_leaves_the_order_of_day_and_month_to_the_column(book: Book) -> None:
    cells = [f"{day:02}/{month:02}/2023" for day in range(1, 29) for month in (3, 5, 11)] + ["32/05/2023"]
    proposal = propose_mapping(book(table(案号=NUMBERS * 3, 执行法院=COURTS, 立案日期=cells)))
    assert setting(proposal, "filed_on", "format") == ["%d/%m/%Y"]
    assert confidence(proposal, "filed_on") > 0.95


def test_a_month_is_no_day(book: Book) -> None:
    """Which day of it is asked, and said to be at the cost of every duration."""
    proposal = propose_mapping(book(cases(结案日期=["2023年9月", "2023年10月"])))
    assert (confidence(proposal, "closed_on"), setting(proposal, "closed_on", "format")) == (0, None)
    assert any("months without a day" in str(warning) for warning in proposal.warnings)


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
    # Of 亿 no more than claims are: else the unit is asked about.
    amounts = [0.3, 1.25] if unit == "亿元" else [1200, 3400.5]
    proposal = propose_mapping(book(cases(**{header: amounts})))
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


@pytest.mark.parametrize(
    ("cells", "settings"),
    [
        (["1.200.000,00", "12.500,50"], {"thousands": ".", "decimal": ","}),
        (["120000,5", "12500,50"], {"thousands": ".", "decimal": ","}),
        (["1 200 000", "12 000"], {"thousands": " "}),
        (["1\u00a0200\u00a0000,50", "12\u00a0000"], {"thousands": "\u00a0", "decimal": ","}),
        (["1'200'000.50", "12'000"], {"thousands": "'"}),
        (["约12万元", "人民币100000元整", "壹佰万元"], {}),
    ],
)
def test_amounts_as_they_are_written(book: Book, cells: list[str], settings: dict[str, str]) -> None:
    proposal = propose_mapping(book(cases(标的金额=cells)))
    column = proposal.mapped_column("claim_amount")
    assert column is not None
    assert column.settings == {"column": "标的金额"} | settings
    assert column.confidence > 0.9


def test_a_point_before_three_digits_in_all_numbers_is_asked_of(book: Book) -> None:
    proposal = propose_mapping(book(cases(标的金额=["150.200", "3.450", "12.500"])))
    assert confidence(proposal, "claim_amount") <= 0.5
    assert any("thousands or thousandths" in str(warning) for warning in proposal.warnings)
    in_ten_thousands = propose_mapping(book(cases(**{"标的金额（万元）": ["150.200", "3.450", "12.500"]})))
    assert confidence(in_ten_thousands, "claim_amount") > 0.9


def test_counts_with_what_is_counted(book: Book) -> None:
    rows = table(标的编号=[f"L{n}" for n in range(40)], 法院=COURTS, 起拍价=[100_000], 报名人数=["3人", "0人"])
    proposal = propose_mapping(book(rows), "auctions")
    assert confidence(proposal, "bidders") > 0.9


def test_a_number_beyond_all_bounds_is_none(book: Book) -> None:
    proposal = propose_mapping(book(cases(标的金额=["1e999"])))
    assert confidence(proposal, "claim_amount") == 0
    assert any("only 0% of the values can be read" in str(warning) for warning in proposal.warnings)
