"""What case numbers show of single rows: masked, of the old form, of another court or type."""

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import duckdb


@dataclass(frozen=True)
class NumberCheck:
    """One [[check]] of checks.toml."""

    id: str
    field: str
    action: str
    message: str
    rows: str


@cache
def number_checks() -> tuple[NumberCheck, ...]:
    """Return the checks in the order of checks.toml."""
    document = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
    return tuple(NumberCheck(**entry) for entry in document["check"])


def check_case_numbers(con: duckdb.DuckDBPyConnection) -> None:
    """Add what the numbers in `import_parsed` show to `import_findings`, with an `action`."""
    for check in number_checks():
        con.execute(
            "INSERT INTO import_findings (row_no, field, rule, message, action)"
            f" SELECT row_no, $field, $rule, {check.message}, $action FROM {check.rows}",
            {"field": check.field, "rule": check.id, "action": check.action},
        )
