"""From rows as sources tell them to the lots that they are of: what the measures read in place of the rows.

`linked_rounds` has the rounds of auctions with what later rounds and the case of the lot say of them.
Set-based SQL of DuckDB alone: measures, which also run elsewhere, begin with its result.
"""

from pathlib import Path

import duckdb

SQL_FOLDER = Path(__file__).parent
LINKED_TABLES = ("linked_rounds",)
# Days from the withdrawal of a lot within which its claim is paid if that is why it was withdrawn: money
# is paid out within 30 days of the notice of its receipt (court rule), and the case is closed thereupon.
PAYMENT_DAYS = 60


def create_linked_tables(con: duckdb.DuckDBPyConnection) -> None:
    """Create the temporary tables in LINKED_TABLES from the facts, in place of those that are there."""
    con.execute(f"CREATE OR REPLACE TEMP TABLE linked_rounds AS {_read_sql('rounds')}", {"payment_days": PAYMENT_DAYS})


def drop_linked_tables(con: duckdb.DuckDBPyConnection) -> None:
    """Remove what `create_linked_tables` made."""
    for table in LINKED_TABLES:
        con.execute(f"DROP TABLE {table}")


def _read_sql(name: str) -> str:
    return (SQL_FOLDER / f"{name}.sql").read_text(encoding="utf-8")
