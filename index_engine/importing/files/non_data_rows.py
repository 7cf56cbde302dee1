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
_BLANK_PATTERN = f"[{_BLANKS}]*"


class NonDataReason(NamedTuple):
    """Why a row is not among the data; `message` quotes nothing of it, it may name people."""

    rule: str
    message: str


TOTAL = NonDataReason("total_row", "a row of totals, which is no row of data")
FOOTNOTE = NonDataReason("footnote", "a note to the table, which is no row of data")


def _any_word_pattern(words: Sequence[str]) -> str:
    """Return a pattern for one of some words, blanks between their characters or not."""
    return "(?:" + "|".join(_BLANK_PATTERN.join(word.replace(" ", "")) for word in words) + ")"


# Patterns that mean the same to Python and to DuckDB (RE2).
_TOTAL_PATTERN = (
    f"(?i)^{_BLANK_PATTERN}(?:{_any_word_pattern(_WORDS['total_row']['prefixes'])}{_BLANK_PATTERN})?"
    f"{_any_word_pattern(_WORDS['total_row']['words'])}{_BLANK_PATTERN}(?:[(（][^()（）]*[)）])?{_BLANK_PATTERN}[:：]?{_BLANK_PATTERN}$"
)
_FOOTNOTE_PATTERN = (
    f"(?i)^{_BLANK_PATTERN}{_any_word_pattern(_WORDS['footnote']['words'])}"
    f"{_BLANK_PATTERN}[0-9一二三四五六七八九十]{{0,2}}{_BLANK_PATTERN}[:：]"
)
_TOTAL_RE, _FOOTNOTE_RE = re.compile(_TOTAL_PATTERN), re.compile(_FOOTNOTE_PATTERN)

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
    if _TOTAL_RE.search(first_cell):
        return TOTAL
    return FOOTNOTE if _FOOTNOTE_RE.search(first_cell) else None


def separate_non_data_rows(con: duckdb.DuckDBPyConnection, columns: Sequence[str]) -> None:
    """Move the rows of `import_text` that are no data to `import_broken`; blank ones just go.

    `columns` are the text columns of `import_text`, from left to right.
    """
    # Case numbers begin with a bracket, a digit or a full-width sign, and words do not: one look at
    # one character of one column is all that most rows cost. In a single query DuckDB would read
    # all columns, and without CASE might look at all characters first.
    con.execute(
        "CREATE OR REPLACE TEMP TABLE import_suspects AS SELECT row_no FROM import_text"
        f" WHERE CASE WHEN unicode({columns[0]}) > 65280 OR unicode({columns[0]}) BETWEEN 33 AND 64"
        f" THEN false ELSE {columns[0]} IS NULL OR regexp_matches({columns[0]}, $suspect) END",
        {"suspect": f"{_TOTAL_PATTERN}|{_FOOTNOTE_PATTERN}|^{_BLANK_PATTERN}$"},
    )
    for reason, pattern in ((TOTAL, _TOTAL_PATTERN), (FOOTNOTE, _FOOTNOTE_PATTERN)):
        con.execute(
            "INSERT INTO import_broken SELECT row_no, $rule, $message"
            f" FROM (SELECT row_no, list_filter([{', '.join(columns)}],"
            " lambda cell: trim(cell, $blanks) <> '')[1] AS first"
            " FROM import_text SEMI JOIN import_suspects USING (row_no))"
            " WHERE regexp_matches(first, $pattern)",
            {"rule": reason.rule, "message": reason.message, "blanks": _BLANKS, "pattern": pattern},
        )
    is_blank_sql = " AND ".join(f"trim(coalesce({column}, ''), $blanks) = ''" for column in columns)
    con.execute(
        "DELETE FROM import_text WHERE row_no IN (SELECT row_no FROM import_broken UNION ALL"
        f" SELECT row_no FROM import_text SEMI JOIN import_suspects USING (row_no) WHERE {is_blank_sql})",
        {"blanks": _BLANKS},
    )
    con.execute("DROP TABLE import_suspects")
