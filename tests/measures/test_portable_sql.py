"""The SQL of the measures keeps to what DuckDB and Spark both run and both read the same way."""

import re
from pathlib import Path

import pytest

from index_engine.measures import compute

FILES = sorted(Path(compute.__file__).parent.glob("*.sql"))

# Files beside the measures: what the measures read.
READ_BY_THEM = {
    "case_courts",
    "case_spans",
    "home_sources",
    "first_enforcement",
    "rounds",
    "lots",
    "step_recording",
    "spells",
}
BY_MONTH = "monthly"  # whatever the periods are

# Every function a measure may call. unix_date is Spark's; DuckDB gets it as a macro. EXTRACT is in
# both for MONTH FROM a date. min_by and max_by are in both, but only DuckDB's pass over rows whose
# first argument is NULL: they are not among them.
FUNCTIONS = {
    "CAST", "COALESCE", "COUNT", "EXTRACT", "FLOOR", "GREATEST", "LEAST", "MAX", "MIN", "ROUND",
    "SUM", "ROW_NUMBER", "LAG", "LEAD", "unix_date",
}  # fmt: skip
TYPES = {"BIGINT", "DATE", "DECIMAL", "DOUBLE", "INTEGER", "SMALLINT", "VARCHAR"}
# Words followed by a bracket that are no calls.
WORDS = {"AS", "IN", "AND", "OR", "ON", "OVER", "FROM", "JOIN", "WHERE", "WHEN", "THEN", "ELSE"}

# What one of the two lacks, or answers differently.
FORBIDDEN = {
    "QUALIFY": r"\bQUALIFY\b",
    "FILTER": r"\bFILTER\b",
    "a cast by ::": r"::",
    "a list": r"[\[\]]",
    "a lambda or JSON arrow": r"->",
    "integer division": r"//",
    "GROUP BY ALL or ORDER BY ALL": r"\bBY\s+ALL\b",
    "star modifiers": r"\b(EXCLUDE|REPLACE|RENAME)\b",
    "WITHIN GROUP": r"\bWITHIN\s+GROUP\b",
    "a quoted name": r'"',
    "a struct": r"[{}]",
    "an ordinal parameter": r"\$",
    "ASOF, PIVOT or SAMPLE": r"\b(ASOF|PIVOT|UNPIVOT|SAMPLE|POSITIONAL)\b",
    "ILIKE or GLOB": r"\b(ILIKE|GLOB)\b",
}


def code(path: Path) -> str:
    """The file without its comments and with its strings emptied."""
    text = re.sub(r"--[^\n]*", "", path.read_text(encoding="utf-8"))
    return re.sub(r"'[^']*'", "''", text)


def faults(text: str) -> list[str]:
    found = [name for name, pattern in FORBIDDEN.items() if re.search(pattern, text, re.I)]
    called = set(re.findall(r"(\w+)\s*\(", text)) - WORDS
    found += [f"calls {name}" for name in sorted(called - FUNCTIONS - TYPES)]
    cast_to = set(re.findall(r"\bAS\s+(\w+)\s*(?:\([^)]*\))?\s*\)", text))
    found += [f"casts to {name}" for name in sorted(cast_to - TYPES)]
    return found


def test_the_files_are_found():
    assert {path.stem for path in FILES} == {*compute.MEASURES, *READ_BY_THEM, BY_MONTH}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_is_portable(path: Path):
    assert faults(code(path)) == []


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("SELECT a::INTEGER FROM t", "a cast by ::"),
        ("SELECT COUNT(*) FILTER (WHERE x) FROM t", "FILTER"),
        ("SELECT median(a) FROM t", "calls median"),
        ("SELECT quantile_cont(a, 0.5) FROM t", "calls quantile_cont"),
        ("SELECT list_sum(a) FROM t", "calls list_sum"),
        ("SELECT max_by(a, b) FROM t", "calls max_by"),
        ("SELECT a FROM t GROUP BY ALL", "GROUP BY ALL or ORDER BY ALL"),
        ("SELECT CAST(a AS UBIGINT) FROM t", "casts to UBIGINT"),
        ("SELECT [a, b] FROM t", "a list"),
        ("SELECT MAX(a) WITHIN GROUP (ORDER BY a DESC) FROM t", "WITHIN GROUP"),
    ],
)
def test_what_is_not_portable_is_noticed(text: str, fault: str):
    assert fault in faults(text)
