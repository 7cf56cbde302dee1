"""Amounts as files write them: whatever unit, mark or sign of money, they are yuan afterwards."""

from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import duckdb
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from index_engine.importing.values.column_settings import UNITS
from tests.importing.reading import read

many = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
IN_CELLS = {"元": 1, "万元": 10_000, "万": 10_000, "亿元": 10**8, "亿": 10**8, "分": Decimal("0.01")}


@pytest.fixture(scope="module")
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        yield connection


def cents(amount: Decimal) -> Decimal:
    return amount.quantize(Decimal("0.01"), ROUND_HALF_UP)


def shortest(value: float) -> Decimal:
    """A number as a spreadsheet or pandas writes it, to the ten decimals that are read."""
    return round(Decimal(repr(value)), 10)


@many
@given(
    amounts=st.lists(
        st.decimals(-(10**7), 10**7, places=6) | st.floats(-1e7, 1e7).map(shortest), min_size=1, max_size=20
    ),
    factor=st.sampled_from([*UNITS.values(), Decimal("7.25"), Decimal(1000)]),
)
@example(amounts=[Decimal("0.005"), Decimal("-0.005"), Decimal("1e-4")], factor=Decimal(1))
@example(amounts=[Decimal("1e-4"), Decimal("1.5E+6")], factor=Decimal(10_000))
def test_amounts_in_every_unit_are_yuan(
    con: duckdb.DuckDBPyConnection, amounts: list[Decimal], factor: Decimal
) -> None:
    yuan = [cents(amount * factor) for amount in amounts]
    texts = [str(amount) for amount in amounts]
    assert read(con, "claim_amount", texts, factor=factor) == (yuan, [])


@many
@given(
    amounts=st.lists(st.decimals(-(10**12), 10**12, places=2), min_size=1, max_size=10),
    marks=st.sampled_from([(",", "."), (".", ","), (" ", ","), ("'", "."), ("\u00a0", ",")]),
)
def test_thousands_marks_come_off(
    con: duckdb.DuckDBPyConnection, amounts: list[Decimal], marks: tuple[str, str]
) -> None:
    thousands, point = marks
    swap = str.maketrans({",": thousands, ".": point})
    texts = [f"{amount:,.2f}".translate(swap) for amount in amounts]
    values, findings = read(con, "claim_amount", texts, thousands=thousands, decimal=point)
    assert (values, findings) == (amounts, [])


@many
@given(
    amount=st.decimals(0, 10**6, places=3),
    unit=st.sampled_from(["", *IN_CELLS]),
    money=st.sampled_from(["", "￥", "¥", "¥ ", "RMB", "rmb ", "CNY", "人民币"]),
    negative=st.sampled_from(["", "{}", "-{}", "－{}", "({})", "（{}）"]),
    blank=st.sampled_from(["", " ", "\u3000", "\u00a0"]),
    column=st.sampled_from([Decimal(1), Decimal(10_000), Decimal("0.01"), Decimal("7.25")]),
)
def test_a_cell_with_its_unit_and_sign_of_money(
    con: duckdb.DuckDBPyConnection, amount: Decimal, unit: str, money: str, negative: str, blank: str, column: Decimal
) -> None:
    """The unit in the cell holds, whatever that of the column; without one, the column's does."""
    text = (negative or "{}").format(f"{money}{amount:,}{blank}{unit}")
    yuan = cents(amount * Decimal(IN_CELLS.get(unit, column)))
    wanted = -yuan if negative not in ("", "{}") else yuan
    how: dict[str, Any] = {"factor": column, "thousands": ","}
    assert read(con, "claim_amount", [text], **how) == ([wanted], [])


@pytest.mark.parametrize(
    ("text", "how", "value"),
    [
        ("1.5E+07", {}, Decimal(15_000_000)),
        ("1.5e3万元", {}, Decimal(15_000_000)),
        ("617.8299999999999", {}, Decimal("617.83")),
        ("１２３．５", {}, Decimal("123.5")),
        ("１，２３４．５", {"thousands": ","}, Decimal("1234.5")),
        ("1234567,5", {"thousands": ".", "decimal": ","}, Decimal("1234567.5")),
        ("9999999999999999.99", {}, Decimal("9999999999999999.99")),
        ("12.5万元", {"factor": Decimal("0.01")}, Decimal(125_000)),
        ("12.5", {"factor": Decimal(10_000)}, Decimal(125_000)),
        ("(1,234.00)", {"thousands": ","}, Decimal(-1234)),
        ("（1,234.00）万元", {"thousands": ","}, Decimal(-12_340_000)),
        ("¥-5", {}, Decimal(-5)),
        ("- ￥5", {}, Decimal(-5)),
        (" 5 ", {}, Decimal(5)),
        (".5", {}, Decimal("0.5")),
        ("5.", {}, Decimal(5)),
        ("1,5万", {"thousands": ".", "decimal": ","}, Decimal(15_000)),
        ("1.200.000,00", {"thousands": ".", "decimal": ","}, Decimal(1_200_000)),
        ("约12万元", {}, Decimal(120_000)),
        ("12万余元", {}, Decimal(120_000)),
        ("大约 3.5 万元左右", {}, Decimal(35_000)),
        ("人民币100000元整", {}, Decimal(100_000)),
        ("壹佰万元", {}, Decimal(1_000_000)),
        ("壹佰万元整", {"factor": Decimal(10_000)}, Decimal(1_000_000)),
        ("人民币伍拾万元整", {}, Decimal(500_000)),
        ("一百", {}, Decimal(100)),
        ("一百二十", {"factor": Decimal(10_000)}, Decimal(1_200_000)),
        ("一亿二千万", {}, Decimal(120_000_000)),
        ("5百万元", {}, Decimal(5_000_000)),
        ("12万3千元", {}, Decimal(123_000)),
        ("1亿2000万元", {}, Decimal(120_000_000)),
        ("三万亿元", {}, Decimal(3 * 10**12)),
    ],
)
def test_numbers_in_unusual_dress(
    con: duckdb.DuckDBPyConnection, text: str, how: dict[str, Any], value: Decimal
) -> None:
    assert read(con, "claim_amount", [text], **how) == ([value], [])


@pytest.mark.parametrize(
    ("text", "how"),
    [
        ("1,234", {}),  # a thousand, or one and a bit: the mapping is to say
        ("￥1,234", {}),
        ("1,5", {"thousands": ","}),
        ("12,34,567", {"thousands": ","}),
        ("1.5", {"thousands": ".", "decimal": ","}),
        ("12百", {}),
        ("十二万三", {}),  # 123,000 as it is spoken, 120,003 as it is written
        ("一百二", {}),
        ("二亿三亿", {}),
        ("三五", {}),
        ("约", {}),
        ("元整", {}),
        ("万", {}),
        ("12万3", {}),
        ("12 34", {}),
        ("2023_04", {}),
        ("nan", {}),
        ("inf", {}),
        ("--5", {}),
        ("(-5)", {}),
        ("(5", {}),
        ("-¥-5", {}),
        ("万元", {}),
        ("85.3%", {}),  # no sum of money
        ("10000000000000000", {}),  # more digits than an amount has
        ("99999999999", {"factor": Decimal(10**8)}),
        ("999999999999亿元", {}),
    ],
)
def test_what_is_no_amount_is_found(con: duckdb.DuckDBPyConnection, text: str, how: dict[str, Any]) -> None:
    assert read(con, "claim_amount", [text], **how) == ([None], [(1, "unreadable_number")])


_CAPITALS, _STEPS = "零壹贰叁肆伍陆柒捌玖", ["", "拾", "佰", "仟"]


def _section(number: int) -> str:
    """A number below 10,000 as cheques have it, zeros between digits as one 零."""
    words, is_zero_due = "", False
    for place in (3, 2, 1, 0):
        digit = number // 10**place % 10
        if digit == 0:
            is_zero_due = bool(words)
        else:
            words += ("零" if is_zero_due else "") + _CAPITALS[digit] + _STEPS[place]
            is_zero_due = False
    return words


def in_capitals(amount: Decimal) -> str:
    """A sum as cheques have it: 壹佰贰拾叁万零肆元伍角整."""
    yuan, cents_ = divmod(int(amount * 100), 100)
    words, is_first = "", True
    for unit, size in (("亿", 10**8), ("万", 10**4), ("", 1)):
        section = yuan // size % 10**4
        if section:
            words += ("零" if section < 1000 and not is_first else "") + _section(section) + unit
            is_first = False
    words += "元"
    words += f"{_CAPITALS[cents_ // 10]}角" if cents_ >= 10 else "零" if cents_ else ""
    return words + (f"{_CAPITALS[cents_ % 10]}分" if cents_ % 10 else "整")


def test_capitals_helper_agrees_with_known_sums() -> None:
    assert in_capitals(Decimal("1230004.50")) == "壹佰贰拾叁万零肆元伍角整"
    assert in_capitals(Decimal("100000.06")) == "壹拾万元零陆分"


@many
@given(st.lists(st.decimals(1, 999_999_999_999, places=2), min_size=1, max_size=20))
def test_sums_in_capitals_come_back(con: duckdb.DuckDBPyConnection, amounts: list[Decimal]) -> None:
    texts = [in_capitals(amount) for amount in amounts]
    assert read(con, "claim_amount", texts) == (amounts, [])
    assert read(con, "claim_amount", [f"人民币{text}" for text in texts], factor=Decimal(10_000)) == (amounts, [])


def test_rates_are_shares_of_one(con: duckdb.DuckDBPyConnection) -> None:
    texts = ["85.3%", "85.3 ％", "0.853", "853‰", "-1%"]
    rates = [Decimal("0.853")] * 4 + [Decimal("-0.01")]
    assert read(con, "closure_rate", texts, kind="court_periods") == (rates, [])
    percent = {"kind": "court_periods", "factor": Decimal("0.01")}
    assert read(con, "closure_rate", ["85.3", "85.3%", "853‰"], **percent) == (rates[:3], [])


def test_whole_numbers(con: duckdb.DuckDBPyConnection) -> None:
    texts = ["3", "3.0", "-2", "3.5", "3000000000", "x", "１２", " 4 ", "5人", "6 人次", "人", "7人8人"]
    values, findings = read(con, "bidders", texts, kind="auctions")
    assert values == [3, 3, -2, None, None, None, 12, 4, 5, 6, None, None]
    assert findings == [(row_no, "unreadable_number") for row_no in (4, 5, 6, 11, 12)]
    values, _ = read(con, "bidders", ["1,234"], kind="auctions", thousands=",")
    assert values == [1234]


def test_a_number_can_stand_for_no_value(con: duckdb.DuckDBPyConnection) -> None:
    texts = ["0", "0.5", " 0 ", "-1"]
    values, findings = read(con, "claim_amount", texts, null=("0", "-1"))
    assert (values, findings) == ([None, Decimal("0.5"), None, None], [])
