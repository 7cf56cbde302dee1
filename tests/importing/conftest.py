"""An empty warehouse with one place and two courts, and a way to stage rows into it."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import duckdb
import pytest

from index_engine.importing.contract import read_contract
from index_engine.warehouse.file import SCHEMA_FILE, writable_copy
from tests.importing import tables
from tests.importing.tables import Table

REGIONS = [("CN", "nation", "全国", None), ("44", "province", "甲省", "CN"), ("4401", "city", "甲市", "44")]
COURTS = [("K1", "甲市第一法院"), ("K2", "甲市第二法院")]

Stage = Callable[..., str]
Book = Callable[..., Path]


def fill(con: duckdb.DuckDBPyConnection) -> None:
    """Give an empty warehouse the regions and courts that rows of the tests refer to."""
    con.executemany("INSERT INTO regions (code, level, name, parent) VALUES (?, ?, ?, ?)", REGIONS)
    con.executemany(
        "INSERT INTO courts (court_id, name, level, region, special) VALUES (?, ?, 'basic', '4401', false)", COURTS
    )


@pytest.fixture
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        connection.execute(SCHEMA_FILE.read_text(encoding="utf-8"))
        fill(connection)
        yield connection


@pytest.fixture
def warehouse(tmp_path: Path) -> Path:
    """The same on disk, for imports."""
    path = tmp_path / "warehouse.duckdb"
    with writable_copy(path) as connection:
        fill(connection)
    return path


@pytest.fixture
def stage(con: duckdb.DuckDBPyConnection) -> Stage:
    """stage(kind, rows): a typed table 'staged' from dicts; absent fields are NULL."""

    def make(kind: str, rows: list[dict[str, Any]]) -> str:
        fields = read_contract(kind).fields
        con.execute(
            "CREATE OR REPLACE TEMP TABLE staged (row_no BIGINT, "
            + ", ".join(f"{f.name} {f.type}" for f in fields)
            + ")"
        )
        places = ", ".join("?" for _ in range(len(fields) + 1))
        for number, row in enumerate(rows, start=1):
            values = [number, *(row.get(f.name) for f in fields)]
            con.execute(f"INSERT INTO staged VALUES ({places})", values)
        return "staged"

    return make


@pytest.fixture
def book(tmp_path: Path) -> Book:
    """book(rows): a workbook of one sheet; book(甲=rows, 乙=rows): of several."""

    def make(rows: Table | None = None, merged: Sequence[str] = (), **sheets: Table) -> Path:
        content = sheets if rows is None else {"Sheet1": rows}
        return tables.book(tmp_path / "f.xlsx", merged, **content)

    return make
