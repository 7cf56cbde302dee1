"""Rows that are no data, such as totals and footnotes, recognised by their first cell.

Once in Python and once as SQL for millions of rows, both from the words of non_data_rows.toml.
"""

import re
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import duckdb

_WORDS = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))

_BLANKS = " \t\r\n\u00a0\u3000"


class NonDataReason(NamedTuple):
    """Why a row is not among the data; `message` quotes nothing of it, it may name people."""

    rule: str
    message: str


TOTAL = NonDataReason("total_row", "a row of totals, which is no row of data")
FOOTNOTE = NonDataReason("footnote", "a note to the table, which is no row of data")


def _patterns(blanks: str) -> tuple[str, str]:
    """Return the patterns of totals and of footnotes, `blanks` between any two of their characters."""

    def any_word(words: Sequence[str]) -> str:
        return "(?:" + "|".join(blanks.join(word.replace(" ", "")) for word in words) + ")"

    total, footnote = _WORDS["total_row"], _WORDS["footnote"]
    return (
        f"(?i)^{blanks}(?:{any_word(total['prefixes'])}{blanks})?{any_word(total['words'])}{blanks}"
        f"(?:[(（][^()（）]*[)）])?{blanks}[:：]?{blanks}$",
        f"(?i)^{blanks}{any_word(footnote['words'])}{blanks}(?:[0-9一二三四五六七八九十]{blanks}){{0,2}}[:：]",
    )


# To Python's re, which would try every way to deal out the blanks of a long cell, it is given
# without any; DuckDB's RE2 reads a text once.
_TOTAL_PATTERN, _FOOTNOTE_PATTERN = _patterns(f"[{_BLANKS}]*")
_TOTAL_RE, _FOOTNOTE_RE = map(re.compile, _patterns(""))
_REMOVE_BLANKS = str.maketrans("", "", _BLANKS)

# How such a cell begins.
_FIRST_CHARACTERS = {
    character
    for group in _WORDS.values()
    for words in group.values()
    for word in words
    for character in (word[0].lower(), word[0].upper())
} | set(_BLANKS)


def is_blank(values: Sequence[str | None]) -> bool:
    """Say whether no value holds anything."""
    return not any(value and value.strip(_BLANKS) for value in values)


def non_data_reason(values: Sequence[str | None]) -> NonDataReason | None:
    """Say why a row is no data, None if it is."""
    first_cell = next((value for value in values if value and value.strip(_BLANKS)), None)
    if first_cell is None or first_cell[0] not in _FIRST_CHARACTERS:
        return None
    text = first_cell.translate(_REMOVE_BLANKS)
    if _TOTAL_RE.search(text):
        return TOTAL
    return FOOTNOTE if _FOOTNOTE_RE.search(text) else None


def find_non_data_rows(con: duckdb.DuckDBPyConnection, rows: str, columns: Sequence[str]) -> bool:
    """Add the rows that are no data to `import_broken`, and these and blank ones to `import_left_out`
    (row_no), made anew; False if there are none.

    `rows` is SQL of a table with row_no and the text columns `columns`, from left to right.
    """
    # Case numbers begin with a bracket, a digit or a full-width sign, and words do not: one look at
    # one character of one column is all that most rows cost. In a single query DuckDB would read
    # all columns, and without CASE might look at all characters first.
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE import_suspects AS SELECT * FROM {rows}"
        f" WHERE CASE WHEN unicode({columns[0]}) > 65280 OR unicode({columns[0]}) BETWEEN 33 AND 64"
        f" THEN false ELSE {columns[0]} IS NULL OR regexp_matches({columns[0]}, $suspect) END",
        {"suspect": f"{_TOTAL_PATTERN}|{_FOOTNOTE_PATTERN}|^[{_BLANKS}]*$"},
    )
    for reason, pattern in ((TOTAL, _TOTAL_PATTERN), (FOOTNOTE, _FOOTNOTE_PATTERN)):
        con.execute(
            "INSERT INTO import_broken SELECT row_no, $rule, $message"
            f" FROM (SELECT row_no, list_filter([{', '.join(columns)}],"
            " lambda cell: trim(cell, $blanks) <> '')[1] AS first"
            " FROM import_suspects)"
            " WHERE regexp_matches(first, $pattern)",
            {"rule": reason.rule, "message": reason.message, "blanks": _BLANKS, "pattern": pattern},
        )
    is_blank_sql = " AND ".join(f"trim(coalesce({column}, ''), $blanks) = ''" for column in columns)
    con.execute(
        "CREATE OR REPLACE TABLE import_left_out AS SELECT row_no FROM import_broken"
        f" UNION ALL SELECT row_no FROM import_suspects WHERE {is_blank_sql}",
        {"blanks": _BLANKS},
    )
    con.execute("DROP TABLE import_suspects")
    [(has_rows,)] = con.execute("SELECT EXISTS (FROM import_left_out)").fetchall()
    return bool(has_rows)
