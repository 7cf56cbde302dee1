"""Digests of every table of a warehouse, to show that a change of the code changed no number.

    python -m bench.table_digests BEFORE.duckdb AFTER.duckdb

A table is its rows in order of all their columns; names of tables and columns do not count, so that
a renaming leaves a digest as it is. What names the code itself (hash of the recipe of a sample, day
of the import, texts of the methods) is left out, and so is a column that was added. Exit code 1 where a digest of BEFORE is missing.
"""

import hashlib
import sys
from collections import Counter
from pathlib import Path

import duckdb

UNSTABLE = {"sha256", "imported_at"}
ADDED = {"pinyin", "holds"}  # columns that the warehouse before may not have
TEXTS = {"main.meta"}


def table_digests(warehouse: Path) -> dict[str, str]:
    """Digest of each table, by schema and name."""
    con = duckdb.connect(str(warehouse), read_only=True)
    tables = con.execute("SELECT table_schema, table_name FROM information_schema.tables ORDER BY ALL").fetchall()
    return {
        f"{schema}.{table}": _digest(con, f'"{schema}"."{table}"')
        for schema, table in tables
        if f"{schema}.{table}" not in TEXTS
    }


def _digest(con: duckdb.DuckDBPyConnection, table: str) -> str:
    columns = [row[0] for row in con.execute(f"DESCRIBE {table}").fetchall()]
    stable = [column for column in columns if column not in UNSTABLE | ADDED]
    row_text = ", ".join(f'CAST("{column}" AS VARCHAR)' for column in stable)
    rows = con.execute(
        f"SELECT md5(CAST(row({row_text}) AS VARCHAR)) AS digest FROM {table} ORDER BY digest"
    ).fetchall()
    return hashlib.sha256("\n".join(digest for (digest,) in rows).encode()).hexdigest()[:16]


def main(arguments: list[str]) -> int:
    before, after = (table_digests(Path(argument)) for argument in arguments)
    lost = Counter(before.values()) - Counter(after.values())
    differing = [table for table, digest in before.items() if lost[digest]]
    for table in differing:
        print(f"{table}: no table of {arguments[1]} has the same rows")
    print(f"{len(before) - len(differing)} of {len(before)} tables have the same rows")
    return 1 if differing else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
