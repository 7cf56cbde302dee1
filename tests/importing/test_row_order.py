"""The order of rows in a warehouse says nothing of the order of the file, which is that of case numbers."""

import itertools
from pathlib import Path

import duckdb

from index_engine.importing.pipeline import run_import
from tests.corpus.messy import COURT, csv_bytes, small_warehouse
from tests.importing.test_crash import MAPPING

ROWS = 2_000


def test_cases_are_stored_in_no_order(tmp_path: Path) -> None:
    """The amount tells the place in the file; half of the neighbours in the warehouse ascend."""
    warehouse, file, mapping = small_warehouse(tmp_path / "w.duckdb"), tmp_path / "f.csv", tmp_path / "m.toml"
    rows = [[f"（2023）粤0304执{n}号", COURT, "2023-03-05", 1000 + n] for n in range(1, ROWS + 1)]
    file.write_bytes(csv_bytes([["案号", "执行法院", "立案日期", "标的金额"], *rows]))
    mapping.write_text(MAPPING, encoding="utf-8")
    assert run_import(warehouse, "cases", file, mapping).accepted_rows == ROWS
    with duckdb.connect(str(warehouse), read_only=True) as con:
        places = [int(amount) for (amount,) in con.execute("SELECT claim_amount FROM cases ORDER BY rowid").fetchall()]
    assert sorted(places) == list(range(1001, 1001 + ROWS))
    ascents = sum(first < second for first, second in itertools.pairwise(places))
    # Of a random order: a mean of 1,000 and a deviation of 13 (Euler's numbers), so six of them.
    assert abs(ascents - ROWS / 2) < 80
