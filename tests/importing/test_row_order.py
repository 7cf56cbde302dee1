"""The order of rows in a warehouse says nothing of the order of the file, which is that of case numbers.

The attack: a court's cases of a year stand in a file by number, and numbers have no gaps, so rows in the
order of the file give every number back. Here each row tells its place in the file by its amount.
"""

import itertools
from collections.abc import Callable, Sequence
from pathlib import Path

import duckdb
import numpy as np
import pytest

from index_engine.importing.pipeline import run_import
from index_engine.importing.validation.deliveries import undo_import
from index_engine.warehouse.file import writable_copy
from tests.corpus.messy import COURT, csv_bytes, small_warehouse

ROWS = 2_000

CASES = """
kind = "cases"
[source]
name = "甲法院报表"
[columns.case_id]
column = "案号"
[columns.court_id]
column = "执行法院"
[columns.case_type]
column = "案号"
part = "type"
[columns.filed_on]
column = "立案日期"
[columns.claim_amount]
column = "金额"
"""
LOTS = """
kind = "auctions"
[source]
name = "甲平台"
[columns.lot_id]
column = "标的编号"
[columns.case_id]
column = "案号"
[columns.court_id]
column = "执行法院"
[columns.round_no]
constant = 1
[columns.stage]
constant = "first"
[columns.listed_on]
column = "立案日期"
[columns.start_price]
column = "金额"
"""


def write_file(path: Path, start: int, numbers: Sequence[int]) -> Path:
    """A file of cases, or of a lot for each case, in the order of their numbers."""
    rows = [[f"（2023）粤0304执{n}号", f"L{n}", COURT, "2023-03-05", start + n] for n in numbers]
    path.write_bytes(csv_bytes([["案号", "标的编号", "执行法院", "立案日期", "金额"], *rows]))
    return path


def places(con: duckdb.DuckDBPyConnection, table: str, column: str) -> list[int]:
    """What rows tell of their place in the file, in the order of the warehouse."""
    return [int(amount) for (amount,) in con.execute(f"SELECT {column} FROM {table} ORDER BY rowid").fetchall()]


def assert_no_order(found: list[int], rows: int) -> None:
    assert len(set(found)) == len(found) == rows
    # Of a random order half of the neighbours ascend, with a variance of (n + 1) / 12 (Euler's numbers), and
    # the rank correlation with any other order has a variance of 1 / (n - 1). Six deviations of each.
    ascents = sum(first < second for first, second in itertools.pairwise(found))
    assert abs(ascents - (rows - 1) / 2) < 6 * ((rows + 1) / 12) ** 0.5
    ranks = np.argsort(np.argsort(found))
    assert abs(np.corrcoef(ranks, np.arange(rows))[0, 1]) < 6 / (rows - 1) ** 0.5
    # The attack itself: the row in place k has number k. Of a random order one is right on average, and
    # more than eight are in one world of a million (Poisson).
    assert sum(ranks == np.arange(rows)) <= 8


@pytest.fixture
def imported(tmp_path: Path) -> Callable[[str, str, int, Sequence[int]], Path]:
    warehouse = small_warehouse(tmp_path / "w.duckdb")

    def add(kind: str, mapping: str, start: int, numbers: Sequence[int]) -> Path:
        (tmp_path / "m.toml").write_text(mapping, encoding="utf-8")
        file = write_file(tmp_path / f"{kind}{start}.csv", start, numbers)
        assert run_import(warehouse, kind, file, tmp_path / "m.toml").accepted_rows == len(numbers)
        return warehouse

    return add


@pytest.mark.parametrize(
    ("kind", "mapping", "table", "column"),
    [("cases", CASES, "cases", "claim_amount"), ("auctions", LOTS, "auction_rounds", "start_price")],
)
def test_rows_are_stored_in_no_order(
    imported: Callable[..., Path], kind: str, mapping: str, table: str, column: str
) -> None:
    """At first, where a later delivery changes them, and where that is taken back."""
    warehouse = imported(kind, mapping, 1000, range(1, ROWS + 1))
    with duckdb.connect(str(warehouse), read_only=True) as con:
        assert_no_order(places(con, table, column), ROWS)
    imported(kind, mapping, 7000, range(1, ROWS + 1))
    with writable_copy(warehouse) as con:
        assert_no_order(places(con, table, column), ROWS)
        assert_no_order(places(con, f"replaced.{table}", column), ROWS)
        undo_import(con, 2)
        assert_no_order(places(con, table, column), ROWS)
        assert min(places(con, table, column)) == 1001
