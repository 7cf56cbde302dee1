"""From cells to fields: words, blanks, case numbers and what is said of values that cannot be read.

Dates and amounts have their own files.
"""

import hashlib
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import duckdb
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from index_engine.importing.case_numbers.grammar import parse
from index_engine.importing.contract import read_contract
from index_engine.importing.files.non_data_rows import NonDataReason
from index_engine.importing.files.staging import stage_records
from index_engine.importing.mapping import Mapping
from index_engine.importing.values.characters import lookup_key, lookup_key_sql
from index_engine.importing.values.column_settings import NULL_WORDS, ColumnSettings
from index_engine.importing.values.parse_values import parse_values
from tests.importing.reading import parsed, read

many = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
CASES = read_contract("cases")


@pytest.fixture(scope="module")
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        yield connection


# ------------------------------------------------------------------------------- words and blanks


def test_booleans(con: duckdb.DuckDBPyConnection) -> None:
    yes = ["true", "TRUE", "是", "有", "Y", "yes", "1", "１", "√", " 是\u3000"]
    no = ["false", "False", "否", "无", "N", "no", "0", "×"]
    values, findings = read(con, "has_assets", [*yes, *no, "也许", None])
    assert values == [True] * len(yes) + [False] * len(no) + [None, None]
    assert findings == [(len(yes) + len(no) + 1, "unreadable_boolean")]
    values, findings = read(con, "has_assets", ["Sim", "Não", "true"], values={"Sim": "true", "Não": "false"})
    assert (values, findings) == ([True, False, None], [(3, "unknown_code")])


def test_words_become_codes(con: duckdb.DuckDBPyConnection) -> None:
    values, findings = read(
        con,
        "close_mode",
        ["执行完毕", " 终本\u3000", "其他", "撤诉", "", "completed", "执行 完毕", "执行完毕（全部）"],
        values={"执行完毕": "completed", "终本": "zhongben", "其他": None},
    )
    assert values == ["completed", "zhongben", None, None, None, None, "completed", None]
    assert findings == [(4, "unknown_code"), (6, "unknown_code"), (8, "unknown_code")]


def test_width_makes_no_other_word(con: duckdb.DuckDBPyConnection) -> None:
    texts = ["执行完毕(全部)", "执行完毕（全部）", "Ａ类", "A类"]
    words = {"执行完毕（全部）": "completed", "A类": "zhongben"}
    assert read(con, "close_mode", texts, values=words) == (["completed", "completed", "zhongben", "zhongben"], [])


def test_words_for_numbers(con: duckdb.DuckDBPyConnection) -> None:
    values, findings = read(
        con, "round_no", ["一拍", "二拍", "变卖", "3"], kind="auctions", values={"一拍": "1", "二拍": "2", "变卖": "3"}
    )
    assert (values, findings) == ([1, 2, 3, None], [(4, "unknown_code")])


@many
@given(st.text(alphabet="Aａ1１（( \u3000\u00a0￥¥执・x", max_size=12))
def test_words_are_folded_alike_in_python_and_sql(con: duckdb.DuckDBPyConnection, text: str) -> None:
    [(sql,)] = con.execute(f"SELECT {lookup_key_sql('t')} FROM (SELECT $1 AS t)", [text]).fetchall()
    assert sql == lookup_key(text)


def test_blanks_and_words_for_no_value(con: duckdb.DuckDBPyConnection) -> None:
    texts = [" a\u3000", "\ufeff", "  ", "-", "无", None, "\tb\n", "不详"]
    assert read(con, "court_id", texts, null=("-", "无")) == (["a", None, None, None, None, None, "b", "不详"], [])


@pytest.mark.parametrize("field", ["court_id", "filed_on", "claim_amount", "close_mode"])
def test_what_usually_means_no_value(con: duckdb.DuckDBPyConnection, field: str) -> None:
    words = [f" {word} " for word in NULL_WORDS]
    assert {"-", "--", "—", "/", "无", "不详", "NULL", "N/A", "#N/A"} <= set(NULL_WORDS)
    assert read(con, field, words) == ([None] * len(words), [])


def test_a_word_that_says_something_is_not_no_value(con: duckdb.DuckDBPyConnection) -> None:
    assert read(con, "has_assets", ["无", "-"]) == ([False, None], [])
    assert read(con, "debtor_kind", ["无", "不详"], values={"无": "other"}) == (["other", None], [])


def test_templates_and_constants(con: duckdb.DuckDBPyConnection) -> None:
    agreed = read_contract("auctions")
    columns = (
        ColumnSettings(agreed.field("lot_id"), template="{案号}:{row_no}/{套}", null=("-",)),
        ColumnSettings(agreed.field("round_no"), constant="1"),
        ColumnSettings(agreed.field("listed_on"), constant="2020-01-02"),
        ColumnSettings(agreed.field("stage"), constant="first"),
    )
    assert parsed(con, "auctions", columns, [("a", " x "), ("b", ""), ("-", "y")]) == [
        ("a:1/x", 1, date(2020, 1, 2), "first"),
        (None, 1, date(2020, 1, 2), "first"),
        (None, 1, date(2020, 1, 2), "first"),
    ]
    assert con.execute("SELECT * FROM import_findings").fetchall() == []


# ----------------------------------------------------------------------------------- case numbers

_NUMBER = "(2023)粤0304执恢123号"
_SPELLINGS = [_NUMBER, "（2023）粤0304执恢123号", "〔2023〕 粤0304 执恢 123 号", "2023粤0304執恢123号"]
_SALT = "5a17"


def _hash(text: str) -> str:
    return hashlib.sha256((_SALT + parse(text).canonical).encode()).hexdigest()[:32]


def _numbered(**parts: str) -> tuple[ColumnSettings, ...]:
    """Fields that are read from the case numbers in one column, 案号."""
    return tuple(ColumnSettings(CASES.field(name), header="案号", part=part or None) for name, part in parts.items())


@pytest.mark.parametrize("salt", [None, _SALT])
@pytest.mark.parametrize("first", [True, False])
def test_one_column_can_feed_all_that_a_case_number_says(
    con: duckdb.DuckDBPyConnection, salt: str | None, first: bool
) -> None:
    names = ("case_id", "court_id", "case_type", "number_year")
    columns = _numbered(case_id="", court_id="court", case_type="type", number_year="year")
    if not first:
        columns, names = columns[::-1], names[::-1]
    rows = [
        dict(zip(names, row, strict=True))
        for row in parsed(con, "cases", columns, [(number,) for number in _SPELLINGS], salt)
    ]
    for row, number in zip(rows, _SPELLINGS, strict=True):
        assert row == {
            "case_id": number if salt is None else _hash(_NUMBER),
            "court_id": "粤0304",
            "case_type": "resumed",
            "number_year": 2023,
        }
    assert con.execute("SELECT * FROM import_findings").fetchall() == []


def test_a_number_that_does_not_tell_is_found_but_not_repeated(con: duckdb.DuckDBPyConnection) -> None:
    columns = _numbered(court_id="court", case_type="type")
    rows = [("(2012)兰法执字第66号",), ("张三诉李四",), ("-",), ("(2023)粤0304民初1号",)]
    assert parsed(con, "cases", columns, rows) == [(None, "first"), (None, None), (None, None), ("粤0304", None)]
    found = con.execute("SELECT * FROM import_findings ORDER BY row_no, field").fetchall()
    of_court = "is no case number that tells its court"
    of_type = "is no case number that tells its type"
    assert found == [
        (1, "court_id", None, "unreadable_case_number", of_court),
        (2, "case_type", None, "unreadable_case_number", of_type),
        (2, "court_id", None, "unreadable_case_number", of_court),
        (4, "case_type", None, "unreadable_case_number", of_type),
    ]


@many
@given(
    # Signs that keep a cell a text in a spreadsheet come off before: see the tests of files.
    st.lists(
        st.text(st.characters(exclude_categories=["Cs", "Cc"])).filter(lambda text: not text.startswith(("'", "="))),
        min_size=1,
        max_size=10,
    )
)
@example(["\u200bx\u2060", "\ufeff"])
def test_what_names_a_case_is_hashed(con: duckdb.DuckDBPyConnection, texts: list[str]) -> None:
    columns = (
        ColumnSettings(CASES.field("case_id"), header="案号", null=()),
        ColumnSettings(CASES.field("parent_case_id"), template="x{案号}", null=()),
        ColumnSettings(CASES.field("court_id"), constant="K1"),
    )
    # The first column is that of another field, so that no id is taken for a row of totals.
    court = ColumnSettings(CASES.field("cause"), header="first")
    rows = parsed(con, "cases", (court, *columns), [("a", text) for text in texts], _SALT)
    for text, (_, case_id, parent, court_id) in zip(texts, rows, strict=True):
        trimmed = text.strip(" \t\r\n\u00a0\u3000\u200b\u200c\u200d\u2060\ufeff")
        assert case_id == (_hash(trimmed) if trimmed else None)
        assert parent == (_hash("x" + trimmed) if trimmed else None)
        assert court_id == "K1"


def test_the_salt_makes_the_hash(con: duckdb.DuckDBPyConnection) -> None:
    column = ColumnSettings(CASES.field("case_id"), constant=_NUMBER)
    one, other = (
        parsed(con, "cases", (ColumnSettings(CASES.field("cause"), header="x"), column), [("a",)], salt)
        for salt in ("1", "2")
    )
    assert one[0][1] != other[0][1]


# --------------------------------------------------------------------------------------- findings


def test_findings_show_the_value_and_what_was_wanted(con: duckdb.DuckDBPyConnection) -> None:
    read(con, "filed_on", ["02/03/2020"], formats=("%Y年%m月%d日", "excel"))
    assert con.execute("SELECT field, value, message FROM import_findings").fetchall() == [
        ("filed_on", "02/03/2020", "is no date written %Y年%m月%d日 or excel or %Y-%m-%d")
    ]
    read(con, "claim_amount", ["1,234"])
    assert con.execute("SELECT value, message FROM import_findings").fetchall() == [
        ("1,234", "is no number that fits, read with decimal '.' and no thousands mark")
    ]


@pytest.mark.parametrize(
    ("field", "how"),
    [
        ("filed_on", {}),
        ("claim_amount", {}),
        ("has_assets", {}),
        ("number_year", {}),
        ("close_mode", {"values": {"终本": "zhongben"}}),
    ],
)
def test_no_message_repeats_a_value(con: duckdb.DuckDBPyConnection, field: str, how: dict[str, Any]) -> None:
    """A cell in the wrong column can hold a name; the value stands where it can be blotted out."""
    names = ["欧阳娜娜", "张三", "44010119900101123X"]
    assert read(con, field, names, **how)[0] == [None, None, None]
    found = con.execute("SELECT value, message FROM import_findings ORDER BY row_no").fetchall()
    assert [value for value, _ in found] == names
    assert len({message for _, message in found}) == 1
    assert not any(name in message for name, message in found)


def test_several_values_of_one_row_are_found(con: duckdb.DuckDBPyConnection) -> None:
    columns = [
        ColumnSettings(CASES.field(name), header=name) for name in ("case_id", "filed_on", "claim_amount", "has_assets")
    ]
    rows = [("a", "x", "y", "z"), ("b", "2020-01-01", "y", "是"), ("c", None, None, None)]
    assert parsed(con, "cases", columns, rows) == [
        ("a", None, None, None),
        ("b", date(2020, 1, 1), None, True),
        ("c", None, None, None),
    ]
    found = con.execute("SELECT row_no, field, value FROM import_findings").fetchall()
    assert sorted(found) == [
        (1, "claim_amount", "y"),
        (1, "filed_on", "x"),
        (1, "has_assets", "z"),
        (2, "claim_amount", "y"),
    ]


def test_broken_lines_are_rows_without_values(con: duckdb.DuckDBPyConnection) -> None:
    rows: list[Any] = [(1, ["a"]), (2, NonDataReason("unreadable_line", "it is broken")), (3, ["c"])]
    stage_records(con, [0], iter(rows))
    column = ColumnSettings(CASES.field("court_id"), header="x")
    parse_values(con, Mapping("m.toml", CASES, (column,)), {"x": 0}, None)
    assert con.execute("SELECT row_no, court_id FROM import_typed ORDER BY 1").fetchall() == [
        (1, "a"),
        (2, None),
        (3, "c"),
    ]
    assert con.execute("SELECT * FROM import_findings").fetchall() == [
        (2, "(line)", None, "unreadable_line", "it is broken")
    ]


def test_a_pattern_takes_a_part_of_each_text(con: duckdb.DuckDBPyConnection) -> None:
    auctions = read_contract("auctions")
    columns = (
        ColumnSettings(
            auctions.field("stage"), header="title", pattern="【(.*?)】", values={"一拍": "first", "二拍": "second"}
        ),
        ColumnSettings(auctions.field("case_id"), header="title", pattern="([(（]\\d{4}[)）][^号]+号)"),
        ColumnSettings(auctions.field("ended_on"), header="title", pattern="至(\\d{4}-\\d\\d-\\d\\d)"),
        ColumnSettings(auctions.field("start_price"), header="title", pattern="it's ([0-9.]+万)"),
    )
    titles = ["【一拍】（2023）粤0304执15号 至2023-05-06 it's 3.5万", "【再议】 名字", "名字"]
    rows = parsed(con, "auctions", columns, [(title,) for title in titles])
    assert rows == [
        ("first", "（2023）粤0304执15号", date(2023, 5, 6), Decimal(35_000)),
        *[(None, None, None, None)] * 2,
    ]
    # What a pattern does not take is nowhere.
    assert con.execute("SELECT row_no, field, value FROM import_findings").fetchall() == [(2, "stage", "再议")]
