"""Findings: what is wrong with rows under validation, in a temporary table until they are stored.

The table `validation_findings` has one row for each finding: row_no, the field to blame, its value,
the rule, a message, and the action: 'rejected', 'cleared', 'warned' or 'noted'.
"""

from dataclasses import dataclass
from datetime import date

import duckdb

_COLUMNS = "field VARCHAR, value VARCHAR, rule VARCHAR, message VARCHAR, action VARCHAR"
# The type of a finding as an expression on its row gives it.
FINDING_TYPE = f"STRUCT({_COLUMNS})"

# For a WHERE over rows with a row_no. The list of the rejected never holds a NULL.
NOT_REJECTED_SQL = "row_no NOT IN (SELECT row_no FROM validation_findings WHERE action = 'rejected')"


@dataclass(frozen=True)
class StagedRows:
    """The rows under validation: a bracketed SQL query and the parameters it takes."""

    sql: str
    parameters: dict[str, date | None]


def create_findings(con: duckdb.DuckDBPyConnection) -> None:
    """Make the table empty, in place of one that is there."""
    con.execute(f"CREATE OR REPLACE TEMP TABLE validation_findings (row_no BIGINT, {_COLUMNS})")


def drop_findings(con: duckdb.DuckDBPyConnection) -> None:
    """Remove the table."""
    con.execute("DROP TABLE validation_findings")


def insert_findings(con: duckdb.DuckDBPyConnection, lists_sql: str, parameters: dict[str, date | None]) -> None:
    """Add the findings of a query of row_no and `findings`, a list whose items may be NULL."""
    con.execute(
        "INSERT INTO validation_findings"
        " SELECT row_no, f.field, f.value, f.rule, f.message, f.action"
        f" FROM (SELECT row_no, unnest(findings) AS f FROM ({lists_sql})) WHERE f IS NOT NULL",
        parameters,
    )
