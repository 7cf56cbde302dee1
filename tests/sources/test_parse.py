"""From text to types: every date format, unit and word comes out as what it stands for."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import duckdb
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from index_engine.sources.columns import UNITS, Column
from index_engine.sources.contract import contract
from index_engine.sources.files.staging import stage_records
from index_engine.sources.mapping import Mapping
from index_engine.sources.parse import parse

many = settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@pytest.fixture(scope="module")
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        yield connection


def read(
    con: duckdb.DuckDBPyConnection, field: str, texts: Sequence[str | None], **how: Any
) -> tuple[list[Any], list[tuple[int, str]]]:
    """Parse one column of cases; return its values and (row_no, rule) of what was unreadable."""
    agreed = contract("cases")
    column = Column(agreed.field(field), column="x", **how)
    stage_records(con, [0], ((row_no, [text]) for row_no, text in enumerate(texts, start=1)))
    parse(con, Mapping("m.toml", agreed, (column,)), {"x": 0})
    values = con.execute(f"SELECT {field} FROM import_typed ORDER BY row_no").fetchall()
    findings = con.execute("SELECT row_no, rule FROM import_findings ORDER BY row_no").fetchall()
    return [value for (value,) in values], findings


def serial(day: date) -> int:
    """The spreadsheet's number of a day from March 1900 on."""
    return (day - date(1899, 12, 30)).days


# ------------------------------------------------------------------------------------------ dates

FORMATS = ["%Y-%m-%d", "%Y年%m月%d日", "%d/%m/%Y", "%m/%d/%Y", "%Y%m%d", "%Y.%m.%d", "%d %B %Y"]
_days = st.dates(date(1900, 3, 1), date(9999, 12, 31))


@many
@given(days=st.lists(_days, min_size=1, max_size=20), format_=st.sampled_from(FORMATS))
def test_dates_in_every_format_come_back(
    con: duckdb.DuckDBPyConnection, days: list[date], format_: str
) -> None:
    texts = [day.strftime(format_.replace("%Y", f"{day.year:04d}")) for day in days]
    assert read(con, "filed_on", texts, formats=(format_,)) == (days, [])


@many
@given(days=st.lists(_days, min_size=1, max_size=20), suffix=st.sampled_from(["", ".0", ".75"]))
def test_serial_days_come_back(
    con: duckdb.DuckDBPyConnection, days: list[date], suffix: str
) -> None:
    texts = [f"{serial(day)}{suffix}" for day in days]
    assert read(con, "filed_on", texts, formats=("excel",)) == (days, [])


def test_serial_days_before_the_leap_day_that_never_was(con: duckdb.DuckDBPyConnection) -> None:
    values, findings = read(
        con, "filed_on", ["1", "59", "60", "61", "0", "-5", "2958466"], formats=("excel",)
    )
    assert values[:4] == [date(1900, 1, 1), date(1900, 2, 28), None, date(1900, 3, 1)]
    assert [row_no for row_no, _ in findings] == [3, 5, 6, 7]


def test_formats_are_tried_in_order_and_iso_last(con: duckdb.DuckDBPyConnection) -> None:
    texts = ["02/03/2020", "43024.0", "2020-03-04", " 2020/5/6 ", "２０２０-０３-０４", "20200304"]
    values, findings = read(
        con, "filed_on", texts, formats=("%d/%m/%Y", "excel", "%m/%d/%Y", "%Y/%m/%d")
    )
    assert values == [
        date(2020, 3, 2),
        date(2017, 10, 16),
        date(2020, 3, 4),
        date(2020, 5, 6),
        date(2020, 3, 4),
        None,
    ]
    assert findings == [(6, "unreadable_date")]


@pytest.mark.parametrize(
    "text",
    [
        "2020-02-30",
        "2020-13-01",
        "2020",
        "去年",
        "2020-01-05x",
        "2020-01-05 (BC)",
        "infinity",
        "epoch",
    ],
)
def test_what_is_no_date_is_found(con: duckdb.DuckDBPyConnection, text: str) -> None:
    assert read(con, "filed_on", [text, "2020-01-01"]) == (
        [None, date(2020, 1, 1)],
        [(1, "unreadable_date")],
    )


def test_strange_years_are_dates_for_the_rules_to_judge(con: duckdb.DuckDBPyConnection) -> None:
    texts = ["0001-01-01", "0015-02-15", "3013-08-23"]
    assert read(con, "filed_on", texts) == ([date.fromisoformat(text) for text in texts], [])


# ---------------------------------------------------------------------------------------- numbers


def _shortest(value: float) -> Decimal:
    """A number as a spreadsheet or pandas writes it, to the ten decimals that are read."""
    return round(Decimal(repr(value)), 10)


def _shortest(value: float) -> Decimal:
    """A number as a spreadsheet or pandas writes it, to the ten decimals that are read."""
    return round(Decimal(repr(value)), 10)


@many
@given(
    amounts=st.lists(
        st.decimals(-(10**7), 10**7, places=6) | st.floats(-1e7, 1e7).map(_shortest),
        min_size=1,
        max_size=20,
    ),
    factor=st.sampled_from([*UNITS.values(), Decimal("7.25"), Decimal(1000)]),
)
@example(amounts=[Decimal("0.005"), Decimal("-0.005"), Decimal("1e-4")], factor=Decimal(1))
@example(amounts=[Decimal("1e-4"), Decimal("1.5E+6")], factor=Decimal(10_000))
def test_amounts_in_every_unit_are_yuan(
    con: duckdb.DuckDBPyConnection, amounts: list[Decimal], factor: Decimal
) -> None:
    yuan = [(amount * factor).quantize(Decimal("0.01"), ROUND_HALF_UP) for amount in amounts]
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


@pytest.mark.parametrize(
    ("text", "how", "value"),
    [
        ("1.5E+07", {}, Decimal(15_000_000)),
        ("617.8299999999999", {}, Decimal("617.83")),
        ("１２３．５", {}, Decimal("123.5")),
        ("１，２３４．５", {"thousands": ","}, Decimal("1234.5")),
        ("1234567,5", {"thousands": ".", "decimal": ","}, Decimal("1234567.5")),
        ("9999999999999999.99", {}, Decimal("9999999999999999.99")),
    ],
)
def test_numbers_in_unusual_dress(
    con: duckdb.DuckDBPyConnection, text: str, how: dict[str, str], value: Decimal
) -> None:
    assert read(con, "claim_amount", [text], **how) == ([value], [])


@pytest.mark.parametrize(
    ("text", "how"),
    [
        ("1,234", {}),  # a thousand, or one and a bit: the mapping is to say
        ("1,5", {"thousands": ","}),
        ("12,34,567", {"thousands": ","}),
        ("1.5", {"thousands": ".", "decimal": ","}),
        ("一百", {}),
        ("12万", {}),
        ("nan", {}),
        ("inf", {}),
        ("--5", {}),
        ("10000000000000000", {}),  # more digits than an amount has
        ("99999999999", {"factor": Decimal(10**8)}),
    ],
)
def test_what_is_no_amount_is_found(
    con: duckdb.DuckDBPyConnection, text: str, how: dict[str, Any]
) -> None:
    assert read(con, "claim_amount", [text], **how) == ([None], [(1, "unreadable_number")])


def test_whole_numbers(con: duckdb.DuckDBPyConnection) -> None:
    agreed = contract("auctions")
    column = Column(agreed.field("bidders"), column="x")
    texts = ["3", "3.0", "-2", "3.5", "3000000000", "x"]
    stage_records(con, [0], ((row_no, [text]) for row_no, text in enumerate(texts, start=1)))
    parse(con, Mapping("m.toml", agreed, (column,)), {"x": 0})
    values = con.execute("SELECT bidders FROM import_typed ORDER BY row_no").fetchall()
    assert values == [(3,), (3,), (-2,), (None,), (None,), (None,)]
    assert con.execute("SELECT row_no, rule FROM import_findings ORDER BY 1").fetchall() == [
        (4, "unreadable_number"),
        (5, "unreadable_number"),
        (6, "unreadable_number"),
    ]


# ------------------------------------------------------------------------------- words and blanks


def test_booleans(con: duckdb.DuckDBPyConnection) -> None:
    values, findings = read(
        con, "has_assets", ["true", "FALSE", "是", "否", "1", "0", "也许", None]
    )
    assert values == [True, False, True, False, True, False, None, None]
    assert findings == [(7, "unreadable_boolean")]
    values, findings = read(
        con, "has_assets", ["Sim", "Não", "true"], values={"Sim": "true", "Não": "false"}
    )
    assert (values, findings) == ([True, False, None], [(3, "unknown_code")])


def test_words_become_codes(con: duckdb.DuckDBPyConnection) -> None:
    values, findings = read(
        con,
        "close_mode",
        ["执行完毕", " 终本　", "其他", "撤诉", "", "completed"],
        values={"执行完毕": "completed", "终本": "zhongben", "其他": None},
    )
    assert values == ["completed", "zhongben", None, None, None, None]
    assert findings == [(4, "unknown_code"), (6, "unknown_code")]


def test_blanks_and_words_for_no_value(con: duckdb.DuckDBPyConnection) -> None:
    texts = [" a\u3000", "\ufeff", "  ", "-", "无", None, "\tb\n"]
    assert read(con, "cause", texts, null=("-", "无")) == (
        ["a", None, None, None, None, None, "b"],
        [],
    )


def test_templates_and_constants(con: duckdb.DuckDBPyConnection) -> None:
    agreed = contract("auctions")
    columns = (
        Column(agreed.field("lot_id"), template="{案号}:{row_no}/{套}", null=("-",)),
        Column(agreed.field("round_no"), constant="1"),
        Column(agreed.field("listed_on"), constant="2020-01-02"),
        Column(agreed.field("stage"), constant="first"),
    )
    rows = [(1, ["a", " x "]), (2, ["b", ""]), (3, ["-", "y"])]
    stage_records(con, [0, 1], iter(rows))
    parse(con, Mapping("m.toml", agreed, columns), {"案号": 0, "套": 1})
    assert con.execute("SELECT * FROM import_typed ORDER BY row_no").fetchall() == [
        (1, "a:1/x", 1, date(2020, 1, 2), "first"),
        (2, None, 1, date(2020, 1, 2), "first"),
        (3, None, 1, date(2020, 1, 2), "first"),
    ]
    assert con.execute("SELECT * FROM import_findings").fetchall() == []


def test_findings_show_the_value_and_what_was_wanted(con: duckdb.DuckDBPyConnection) -> None:
    read(con, "filed_on", ["02/03/2020"], formats=("%Y年%m月%d日", "excel"))
    assert con.execute("SELECT field, value, message FROM import_findings").fetchall() == [
        (
            "filed_on",
            "02/03/2020",
            "02/03/2020 is no date written %Y年%m月%d日 or excel or %Y-%m-%d",
        )
    ]
    read(con, "claim_amount", ["1,234"])
    assert con.execute("SELECT message FROM import_findings").fetchall() == [
        ("1,234 is no number that fits, read with decimal '.' and no thousands mark",)
    ]


def test_broken_lines_are_rows_without_values(con: duckdb.DuckDBPyConnection) -> None:
    agreed = contract("cases")
    rows: list[Any] = [(1, ["a"]), (2, "the line is broken"), (3, ["c"])]
    stage_records(con, [0], iter(rows))
    parse(con, Mapping("m.toml", agreed, (Column(agreed.field("cause"), column="x"),)), {"x": 0})
    assert con.execute("SELECT row_no, cause FROM import_typed ORDER BY 1").fetchall() == [
        (1, "a"),
        (2, None),
        (3, "c"),
    ]
    assert con.execute("SELECT * FROM import_findings").fetchall() == [
        (2, "(line)", None, "unreadable_line", "the line is broken")
    ]


def test_serial_helper_agrees_with_a_known_day() -> None:
    assert serial(date(2017, 10, 16)) == 43024
    assert date(1899, 12, 30) + timedelta(days=61) == date(1900, 3, 1)
