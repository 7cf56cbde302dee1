"""What is no warehouse, and what cannot become one: refused in one line, and left as it is."""

import os
import sqlite3
from pathlib import Path

import duckdb
import pytest

from index_engine.errors import InputError
from index_engine.warehouse.file import SCHEMA_VERSION, check_schema, open_read_only, writable_copy


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """An empty warehouse."""
    made = tmp_path / "w.duckdb"
    with writable_copy(made):
        pass
    return made


def write(path: Path, *, fresh: bool = False) -> None:
    with writable_copy(path, empty=fresh) as con:
        con.execute("INSERT INTO regions (code, level, name) VALUES ('a', 'nation', 'a')")


def test_none_there(tmp_path: Path):
    with pytest.raises(InputError, match="no such warehouse"):
        open_read_only(tmp_path / "w.duckdb")
    assert not list(tmp_path.iterdir()), "looking for one does not make one"


def test_not_a_database(tmp_path: Path):
    path = tmp_path / "w.duckdb"
    path.write_bytes(b"id,name\n1,x\n" * 5000)
    with pytest.raises(InputError, match="not a warehouse"):
        check_schema(path)


def test_an_empty_file(tmp_path: Path):
    path = tmp_path / "w.duckdb"
    path.touch()
    with pytest.raises(InputError, match="not a warehouse"):
        check_schema(path)


def test_a_folder(tmp_path: Path):
    with pytest.raises(InputError, match="not a warehouse"):
        check_schema(tmp_path)


def test_a_truncated_one(path: Path):
    os.truncate(path, 10_000)
    with pytest.raises(InputError, match="not a warehouse"):
        check_schema(path)


def test_another_duckdb_file(tmp_path: Path):
    path = tmp_path / "w.duckdb"
    with duckdb.connect(path) as con:
        con.execute("CREATE TABLE meta (x INTEGER)")
    with pytest.raises(InputError, match="not a warehouse of this project"):
        check_schema(path)


def test_another_kind_of_database(tmp_path: Path):
    """DuckDB can attach these too, and would fetch an extension for it."""
    path = tmp_path / "w.duckdb"
    other = sqlite3.connect(path)
    other.execute("CREATE TABLE meta (key TEXT, value TEXT)")
    other.execute("INSERT INTO meta VALUES ('schema', ?)", [SCHEMA_VERSION])
    other.commit()
    other.close()
    with pytest.raises(InputError, match="not a warehouse"):
        check_schema(path)


@pytest.mark.parametrize("version", ["0", SCHEMA_VERSION + "1"])
def test_one_of_another_schema(path: Path, version: str):
    with writable_copy(path) as con:
        con.execute("UPDATE meta SET value = ? WHERE key = 'schema'", [version])
    with pytest.raises(InputError, match="make it anew"):
        check_schema(path)


@pytest.mark.parametrize("content", [b"", b"garbage" * 5000])
def test_a_writer_does_not_write_over_what_is_no_warehouse(tmp_path: Path, content: bytes):
    path = tmp_path / "w.duckdb"
    path.write_bytes(content)
    with pytest.raises(InputError, match="not a warehouse"):
        write(path)
    assert path.read_bytes() == content


def test_no_folder_to_write_into(tmp_path: Path):
    with pytest.raises(InputError, match="does not exist"):
        write(tmp_path / "none" / "w.duckdb")


def test_a_folder_cannot_be_replaced(tmp_path: Path):
    folder = tmp_path / "w.duckdb"
    folder.mkdir()
    with pytest.raises(InputError):
        write(folder, fresh=True)
    assert folder.is_dir()


def test_every_message_is_one_line(path: Path, tmp_path: Path):
    garbage = tmp_path / "garbage.duckdb"
    garbage.write_bytes(b"x" * 50_000)
    for bad in (garbage, tmp_path, tmp_path / "none"):
        with pytest.raises(InputError) as error:
            check_schema(bad)
        assert "\n" not in str(error.value)
        assert str(bad) in str(error.value)
