"""Case numbers: one canonical text for all spellings, and the same answers in Python and in SQL."""

from collections.abc import Iterator
from itertools import chain

import duckdb
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from index_engine.importing.case_numbers.grammar import MAX_BATCH_CASES, CaseNumber, expand_batch, parse
from index_engine.importing.case_numbers.sql import canonical_sql, parts_sql

many = settings(max_examples=150, deadline=None)
PARTS = ("style", "canonical", "year", "court", "case_type", "sequence")


@pytest.fixture(scope="module")
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        yield connection


def in_sql(con: duckdb.DuckDBPyConnection, texts: list[str]) -> list[tuple[object, ...]]:
    """The parts of every text as SQL finds them, the text of canonical_sql added."""
    rows = con.execute(
        f"SELECT {parts_sql('t')}, {canonical_sql('t')}"
        " FROM (SELECT unnest($1::VARCHAR[]) AS t, generate_subscripts($1, 1) AS i) ORDER BY i",
        [texts],
    ).fetchall()
    return [(*(parts[name] for name in PARTS), canonical) for parts, canonical in rows]


def in_python(texts: list[str]) -> list[tuple[object, ...]]:
    found = [parse(text) for text in texts]
    return [(*(getattr(n, name) for name in PARTS), n.canonical) for n in found]


# -------------------------------------------------------------------------------------- by hand

STANDARD = CaseNumber("standard", "(2023)粤0304执123号", 2023, "粤0304", None, "执", "first", 123, None)


@pytest.mark.parametrize(
    "text",
    [
        "（2023）粤0304执123号",
        "(2023)粤0304执123号",
        "〔2023〕粤0304执123号",
        "[2023]粤0304执123号",
        "【2023】粤0304执123号",
        "［２０２３］粤０３０４执１２３号",
        "2023粤0304执123号",
        "（2023)粤0304执123",
        " (2023) 粤 0304 执 123 号\u3000",
        "(2023)粵0304執123號",
        "(2023)粤0304执\u200b123号\ufeff",
        "(2023)粤0304执00123号",
        "(2023)粤0304执字第123号",
        "2023粤0304执字123号",
        "(2023)粤0304执字第00123号",
    ],
)
def test_spellings_of_one_number(text: str) -> None:
    assert parse(text) == STANDARD


@pytest.mark.parametrize(
    ("text", "court", "type_word", "case_type"),
    [
        ("（2022）最高法执监12号", "最高法", "执监", "supervision"),
        ("（2022）粤执复12号", "粤", "执复", "reconsideration"),
        ("（2022）粤03执异12号", "粤03", "执异", "objection"),
        ("（2022）京0105执恢12号", "京0105", "执恢", "resumed"),
        ("（2022）兵0101执保12号", "兵0101", "执保", "preservation"),
        ("（2022）内01执协12号", "内01", "执协", "coordination"),
        ("（2022）军01执他12号", "军01", "执他", "other"),
        ("（2022）粤03财保12号", "粤03", "财保", None),
        ("（2022）粤03破申12号", "粤03", "破申", None),
        ("（2022）粤0304民初12号", "粤0304", "民初", None),
    ],
)
def test_courts_and_types(text: str, court: str, type_word: str, case_type: str | None) -> None:
    number = parse(text)
    assert number.style == "standard"
    assert (number.court, number.type_word, number.case_type) == (court, type_word, case_type)
    assert (number.year, number.sequence) == (2022, 12)


def test_the_special_sign_stands_between_court_and_type() -> None:
    number = parse("（2023）最高法知执2号")
    assert (number.court, number.special, number.type_word) == ("最高法", "知", "执")
    assert number.canonical == "(2023)最高法知执2号"


@pytest.mark.parametrize(
    ("text", "suffix"),
    [
        ("(2023)粤0304执123号之一", "之一"),
        ("(2023)粤0304执123号之1", "之一"),
        ("(2023)粤0304执123之一号", "之一"),
        ("(2023)粤0304执123之１１号", "之十一"),
        ("(2023)粤0304执123号之20", "之二十"),
        ("(2023)粤0304执123号之99", "之九十九"),
        ("(2023)粤0304执123号（个6）", "(个6)"),
        ("(2023)粤0304执123号", None),
    ],
)
def test_what_stands_after_the_number_is_another_case(text: str, suffix: str | None) -> None:
    number = parse(text)
    assert number.canonical == f"(2023)粤0304执123号{suffix or ''}"
    assert (number.sequence, number.suffix) == (123, suffix)


def test_leading_zeros_go_from_every_number_of_a_batch() -> None:
    assert expand_batch("(2023)粤0304执0099-0101,0200号") == [f"(2023)粤0304执{n}号" for n in (99, 100, 101, 200)]


@pytest.mark.parametrize(
    ("text", "canonical", "type_word", "case_type", "sequence"),
    [
        ("(2012)兰法执字第66号", "(2012)兰法执字第66号", "执", "first", 66),
        ("（2012）蘭法执字66", "(2012)蘭法执字第66号", "执", "first", 66),
        ("(2013)深福法執恢字第 00123 號之二", "(2013)深福法执恢字第123号之二", "执恢", "resumed", 123),
        ("(2015)和执字第7号", "(2015)和执字第7号", "执", "first", 7),
        ("(2015)粤高法执字第7号", "(2015)粤高法执字第7号", "执", "first", 7),
        ("(2015)执申字第8号", "(2015)执申字第8号", None, None, 8),
        ("(2014)一中民终字第8号", "(2014)一中民终字第8号", "民终", None, 8),
    ],
)
def test_numbers_of_before_2016(
    text: str, canonical: str, type_word: str | None, case_type: str | None, sequence: int
) -> None:
    number = parse(text)
    assert (number.style, number.canonical, number.court) == ("legacy", canonical, None)
    assert (number.type_word, number.case_type) == (type_word, case_type)
    assert number.sequence == sequence


@pytest.mark.parametrize(
    ("text", "canonical", "court", "case_type"),
    [
        ("（2023）粤0304执***号", "(2023)粤0304执***号", "粤0304", "first"),
        ("（2023）粤0304执12＊＊号", "(2023)粤0304执12**号", "粤0304", "first"),
        ("（2023）粤03xx执恢XX号", "(2023)粤03**执恢**号", None, "resumed"),
        ("（2023）粤0304执某号", "(2023)粤0304执*号", "粤0304", "first"),
        ("（2023）粤××执×号", "(2023)粤**执*号", None, "first"),
        ("（2023）粤0304****5号", "(2023)粤0304****5号", "粤0304", None),
        ("（2012）兰法执字第**号", "(2012)兰法执字第**号", None, "first"),
    ],
)
def test_masks(text: str, canonical: str, court: str | None, case_type: str | None) -> None:
    number = parse(text)
    assert (number.style, number.canonical) == ("masked", canonical)
    assert (number.court, number.case_type) == (court, case_type)
    assert number.year in (2023, 2012)


def test_sql_says_no_masked_court_and_no_masked_number(con: duckdb.DuckDBPyConnection) -> None:
    texts = ["（2023）粤03**执1号", "（2023）粤**执*号", "（2023）粤0304执1*号"]
    assert [row[3:6] for row in in_sql(con, texts)] == [
        (None, "first", 1),
        (None, "first", None),
        ("粤0304", "first", None),
    ]


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("C-000123", "C-000123"),
        (" ａ－１\u3000", "a-1"),
        ("A²", "A²"),
        ("Sa\u0303o 7", "São 7"),
        ("甲市 12号", "甲市 12号"),
        ("(2023)粤0304执", "(2023)粤0304执"),
        ("(2023)蒙0304执12号", "(2023)蒙0304执12号"),
        ("(2023)粤030执12号", "(2023)粤030执12号"),
        ("（2023）粤0304执12345678号", "(2023)粤0304执12345678号"),
        ("", ""),
    ],
)
def test_what_is_no_case_number(text: str, canonical: str) -> None:
    assert parse(text) == CaseNumber("other", canonical)


# ---------------------------------------------------------------------------------------- batches


@pytest.mark.parametrize(
    ("numbers", "sequences"),
    [
        ("15382-15386、15388-15396", [*range(15382, 15387), *range(15388, 15397)]),
        ("15382-86", [*range(15382, 15387)]),
        ("15382号至15386", [*range(15382, 15387)]),
        ("1~3", [1, 2, 3]),
        ("1～3，7", [1, 2, 3, 7]),
        ("8—12", [8, 9, 10, 11, 12]),
        ("8、9;11", [8, 9, 11]),
        ("98-101", [98, 99, 100, 101]),
        ("1198-205", [*range(1198, 1206)]),
        ("100-99", [*range(100, 200)]),
        ("007-9", [7, 8, 9]),  # as many as stand there: no shorter end
        (f"1-{MAX_BATCH_CASES}", [*range(1, MAX_BATCH_CASES + 1)]),
    ],
)
@pytest.mark.parametrize(("head", "tail"), [("(2023)粤0304执", "号"), ("(2012)兰法执字第", "号之一")])
def test_a_batch_is_every_case_of_it(numbers: str, sequences: list[int], head: str, tail: str) -> None:
    text = head + numbers + tail
    assert parse(text).style == "batch"
    assert parse(text).sequence is None
    assert expand_batch(text) == [f"{head}{sequence}{tail}" for sequence in sequences]


@pytest.mark.parametrize(
    ("numbers", "problem"),
    [
        ("15386-15382", "ends before it starts"),
        ("15386-82", "ends before it starts"),
        ("66-8", "not clear where it ends"),
        ("66-1", "not clear where it ends"),
        ("1-3-5", "one start and one end"),
        ("15382、83", "do not ascend"),
        ("1-5,5-9", "do not ascend"),
        (f"1-{MAX_BATCH_CASES + 1}", f"names {MAX_BATCH_CASES + 1} cases, more than {MAX_BATCH_CASES}"),
        ("1-9999999", "more than"),
    ],
)
def test_what_a_batch_leaves_open_is_refused(numbers: str, problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        expand_batch(f"(2023)粤0304执{numbers}号")


def test_one_number_is_one_case() -> None:
    assert expand_batch("（2023）粤0304执1号") == ["(2023)粤0304执1号"]
    assert expand_batch(" C-1 ") == ["C-1"]


# ----------------------------------------------------------------------- all spellings, any text

BRACKETS = ["()", "（）", "〔〕", "[]", "［］", "【】", "《》", ("", "")]
SPELT = {"执": "執", "号": "號", "复": "復", "监": "監", "粤": "粵", "苏": "蘇", "财": "財"}
WIDE = str.maketrans("0123456789-,~", "０１２３４５６７８９－，～")
TYPES = ["执", "执恢", "执保", "执异", "执复", "执监", "执协", "执他", "财保", "破申", "民初"]


@st.composite
def spellings(draw: st.DrawFn) -> tuple[str, str]:
    """The canonical text of a number and another way to write it."""
    year, sequence = draw(st.integers(2016, 2026)), draw(st.integers(1, 9_999_999))
    court = draw(st.sampled_from(["最高法", "粤", "粤03", "苏0304", "京0105", "兵0101"]))
    type_word, nth = draw(st.sampled_from(TYPES)), draw(st.sampled_from(["", "一", "二", "十二"]))
    opening, closing = draw(st.sampled_from(BRACKETS))
    arabic = {"": "", "一": "1", "二": "2", "十二": "12"}[nth]
    mark = draw(st.sampled_from(["号", ""]))
    ends = [f"{mark}之{nth}", f"{mark}之{arabic}", f"之{nth}号"] if nth else [mark]
    body = f"{year}{closing}{court}{type_word}{sequence}" + draw(st.sampled_from(ends))
    if draw(st.booleans()):
        body = body.translate(WIDE)
    if draw(st.booleans()):
        body = "".join(SPELT.get(sign, sign) for sign in body)
    for _ in range(draw(st.integers(0, 3))):
        at = draw(st.integers(0, len(body)))
        body = body[:at] + draw(st.sampled_from(" \u3000\xa0\t\u200b")) + body[at:]
    canonical = f"({year}){court}{type_word}{sequence}号" + (f"之{nth}" if nth else "")
    return canonical, opening + body


@many
@given(numbers=st.lists(spellings(), min_size=1, max_size=10))
def test_every_spelling_has_one_canonical_text(con: duckdb.DuckDBPyConnection, numbers: list[tuple[str, str]]) -> None:
    expected, texts = map(list, zip(*numbers, strict=True))
    assert [parse(text).canonical for text in texts] == expected
    assert in_sql(con, texts) == in_python(texts)


# Texts made of the grammar's own signs come near a number far more often than any text.
_signs = st.sampled_from(
    [*"()（）[〔2023016粤*最高法知执恢字第号之一十个-,~至、Xx某号 \u3000\n兰", "(2023)", "粤0304", "执", "执字第"]
)
_near = st.lists(_signs, max_size=14).map("".join)
# No reader lets a NUL through, and DuckDB's nfc_normalize ends a text there.
_any = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=20)


@settings(max_examples=400, deadline=None)
@given(texts=st.lists(_near | _any, min_size=1, max_size=25))
@example(texts=["\n", "\u3000", "\xa0a\xa0", "ａ\u0301", "(2012)\uf90a执字66", "１\u200b２", "'", "\\"])
def test_sql_reads_any_text_as_python_does(con: duckdb.DuckDBPyConnection, texts: list[str]) -> None:
    assert in_sql(con, texts) == in_python(texts)


@settings(max_examples=400, deadline=None)
@given(text=_near | _any)
def test_a_canonical_text_is_its_own(text: str) -> None:
    number = parse(text)
    assert parse(number.canonical) == number


@many
@given(
    ranges=st.lists(st.tuples(st.integers(1, 40), st.integers(1, 9)), min_size=1, max_size=5),
    hyphen=st.sampled_from("-~～至—–"),
    comma=st.sampled_from(",，、;"),
)
def test_expanding_gives_back_what_was_joined(ranges: list[tuple[int, int]], hyphen: str, comma: str) -> None:
    spans, at = [], 0
    for gap, length in ranges:
        spans.append(range(at + gap, at + gap + length))
        at = spans[-1].stop
    parts = [f"{s[0]}{hyphen}{s[-1]}" if len(s) > 1 else str(s[0]) for s in spans]
    numbers = [f"(2023)粤0304执{sequence}号" for sequence in chain(*spans)]
    assert expand_batch(f"（2023）粤0304执{comma.join(parts)}号") == numbers


def test_sql_of_no_text(con: duckdb.DuckDBPyConnection) -> None:
    sql = f"SELECT {parts_sql('t')}, {canonical_sql('t')} FROM (SELECT NULL::VARCHAR AS t)"
    assert con.execute(sql).fetchall() == [(None, None)]


def test_sql_takes_an_expression_and_columns_of_any_name(con: duckdb.DuckDBPyConnection) -> None:
    found = con.execute(
        f"SELECT {parts_sql('p || c')}.canonical"
        " FROM (SELECT '(2023)粤' AS p, '0304执1号' AS c, 1 AS folded, 2 AS plain)"
    ).fetchall()
    assert found == [("(2023)粤0304执1号",)]
