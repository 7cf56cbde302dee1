"""The corpus of messy files, each taken the way a user goes, from the file to the warehouse."""

import shutil
from pathlib import Path

import duckdb
import pytest

from index_engine.errors import InputError
from index_engine.importing import reference_data
from index_engine.importing.contract import read_contract
from index_engine.warehouse.salt import salt_path
from tests.corpus.all import CORPUS
from tests.corpus.messy import Followed, Messy, follow, in_no_order, stored
from tests.warehouses import china_warehouse

SOURCE = "甲法院报表"


@pytest.fixture
def fresh(tmp_path: Path) -> Path:
    return Path(shutil.copy(china_warehouse(), tmp_path / "warehouse.duckdb"))


def take(file: Messy, folder: Path, warehouse: Path) -> Followed:
    """Import a file, and before it those that come before it."""
    if file.after is not None:
        take(CORPUS[file.after], folder, warehouse)
    return follow(file.write(folder), warehouse, file.expected, source=SOURCE)


@pytest.mark.parametrize("file", CORPUS.values(), ids=CORPUS)
def test_messy(file: Messy, fresh: Path, tmp_path: Path) -> None:
    expected = file.expected
    if expected.refused:
        before = fresh.read_bytes()
        with pytest.raises(InputError) as caught:
            take(file, tmp_path, fresh)
        assert expected.refused in str(caught.value)
        assert "\n" not in str(caught.value)
        assert fresh.read_bytes() == before
        return
    followed = take(file, tmp_path, fresh)
    _check_proposal(followed, file)
    outcome = followed.outcome
    assert outcome.rejection_counts == expected.rejected
    assert outcome.clearing_counts == expected.cleared
    assert outcome.warning_counts == expected.warned
    assert outcome.note_counts == expected.noted
    assert (outcome.accepted_rows, outcome.warned_rows) == (expected.kept, expected.with_warning)
    assert outcome.changes.changes_by_field == expected.changed
    table = read_contract(expected.kind).table
    assert in_no_order(stored(fresh, table, expected.values)) == in_no_order(expected.values)
    assert found_anywhere(fresh, expected.planted) == []


def _check_proposal(followed: Followed, file: Messy) -> None:
    proposal, expected = followed.proposal, file.expected
    assert proposal.kind == expected.kind
    assert {c.field: c.header or None for c in proposal.columns if c.field} == expected.fed
    assert {c.header for c in proposal.columns if c.is_personal} == expected.personal
    for (name, key), value in expected.settings.items():
        column = proposal.mapped_column(name)
        assert column is not None
        assert (name, column.settings.get(key)) == (name, value)
    for doubt in expected.doubts:
        assert any(doubt in str(warning) for warning in proposal.warnings), proposal.warnings


def found_anywhere(warehouse: Path, texts: tuple[str, ...]) -> list[str]:
    """Which of the texts stand in the file or beside it, byte by byte, or in any of its tables."""
    raw = warehouse.read_bytes() + salt_path(warehouse).read_bytes()
    with duckdb.connect(str(warehouse), read_only=True) as con:
        tables = con.execute("SELECT schema_name, table_name FROM duckdb_tables()").fetchall()
        said = "\n".join(
            str(con.execute(f'FROM "{schema}"."{table}"').fetchall())
            for schema, table in tables
            if table not in reference_data.REFERENCE_FILES
        )
    codecs = ("utf-8", "utf-16-le", "utf-16-be", "gb18030")
    return [text for text in texts if text in said or any(text.encode(codec) in raw for codec in codecs)]
