"""A built warehouse, published another way."""

import shutil
from pathlib import Path

import duckdb


def with_court_ranks(built: Path, copy: Path) -> Path:
    """A copy whose method publishes courts by ranks; nothing is built anew, since no number is
    another."""
    shutil.copyfile(built, copy)
    with duckdb.connect(str(copy)) as con:
        said = 'court_order = "bands"'
        [(text,)] = con.execute("SELECT value FROM meta WHERE key = 'method'").fetchall()
        assert text.count(said) == 1
        con.execute("UPDATE meta SET value = ? WHERE key = 'method'", [text.replace(said, 'court_order = "ranks"')])
    return copy
