"""Columns that feed nothing cost little: a table of thousands is recognised as fast as one of hundreds."""

from pathlib import Path

import pandas as pd
import pytest

from index_engine.importing.files.preview import MAX_COLUMNS
from index_engine.importing.mapping import read_mapping
from index_engine.importing.pipeline import run_import
from index_engine.importing.recognise import header_matching, normalise
from index_engine.importing.recognise.mapping_writer import mapping_text
from index_engine.importing.recognise.proposal import Proposal
from index_engine.importing.recognise.propose import propose_mapping
from tests.corpus.messy import FED, cases, csv_bytes, small_warehouse


def wide_file(path: Path, useless: int) -> Path:
    """The plain table of five cases, and columns that feed nothing behind it."""
    header, *rows = cases()
    path.write_bytes(
        csv_bytes([[*header, *(f"备注栏{n}" for n in range(useless))], *([*row, *["其他"] * useless] for row in rows)])
    )
    return path


def work(file: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[int, Proposal]:
    """How many texts recognition folds for a file: the step that all looks at cells begin with."""
    count = 0

    def counted(text: str) -> str:
        nonlocal count
        count += 1
        return half_width(text)

    half_width = normalise.half_width
    with monkeypatch.context() as patch:
        patch.setattr(normalise, "half_width", counted)
        patch.setattr(header_matching, "half_width", counted)
        proposal = propose_mapping(file)
    return count, proposal


def test_useless_columns_cost_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    propose_mapping(wide_file(tmp_path / "first.csv", 1))  # what is folded once and for all
    some, _ = work(wide_file(tmp_path / "some.csv", MAX_COLUMNS), monkeypatch)
    many, proposal = work(wide_file(tmp_path / "many.csv", 8_000), monkeypatch)
    assert 0 < some == many
    assert len({column.position for column in proposal.columns}) == MAX_COLUMNS
    assert {name: column.header for name in FED if (column := proposal.mapped_column(name))} == FED
    [warning] = [warning for warning in proposal.warnings if warning.code == "columns_omitted"]
    assert warning.parameters == {"count": 8_000 + 7 - MAX_COLUMNS, "limit": MAX_COLUMNS}


@pytest.mark.parametrize("suffix", [".csv", ".parquet"])
def test_what_is_recognised_in_a_wide_table_is_imported(suffix: str, tmp_path: Path) -> None:
    file = wide_file(tmp_path / "f.csv", 12_000)
    if suffix == ".parquet":
        pd.read_csv(file, dtype=str).to_parquet(file := file.with_suffix(suffix))
    mapping = read_mapping(mapping_text(propose_mapping(file), name="甲"), "cases", tmp_path / "m.toml")
    assert run_import(small_warehouse(tmp_path / "w.duckdb"), "cases", file, mapping).accepted_rows == 5
