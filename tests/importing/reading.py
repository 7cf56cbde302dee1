"""One column of a file put through parse(), for the tests of values."""

from collections.abc import Sequence
from typing import Any

import duckdb

from index_engine.importing.contract import read_contract
from index_engine.importing.files.staging import stage_records
from index_engine.importing.mapping import Mapping
from index_engine.importing.values.column_settings import ColumnSettings
from index_engine.importing.values.parse_values import parse_values


def parsed(
    con: duckdb.DuckDBPyConnection,
    kind: str,
    columns: Sequence[ColumnSettings],
    rows: Sequence[Sequence[str | None]],
    salt: str | None = None,
) -> list[tuple[Any, ...]]:
    """Parse rows of cells, in the order in which the columns first name theirs."""
    names = list(dict.fromkeys(name for column in columns for name in column.source_headers))
    wanted = range(len(names))
    stage_records(con, wanted, ((row_no, cells) for row_no, cells in enumerate(rows, start=1)))
    mapping = Mapping("m.toml", read_contract(kind), tuple(columns))
    parse_values(con, mapping, {name: position for position, name in enumerate(names)}, salt)
    return con.execute("SELECT * EXCLUDE (row_no) FROM import_typed ORDER BY row_no").fetchall()


def read(
    con: duckdb.DuckDBPyConnection, field: str, texts: Sequence[str | None], kind: str = "cases", **how: Any
) -> tuple[list[Any], list[tuple[int, str]]]:
    """Parse one column; return its values and (row_no, rule) of what was unreadable.

    Before the texts stands a cell that says something in no field, so that none of them is taken
    for a row of totals.
    """
    column = ColumnSettings(read_contract(kind).field(field), header="x", **how)
    other = ColumnSettings(read_contract(kind).fields[0], header="first")
    values = parsed(con, kind, (other, column), [("a", text) for text in texts])
    findings = con.execute("SELECT row_no, rule FROM import_findings ORDER BY row_no").fetchall()
    return [value for _, value in values], findings
