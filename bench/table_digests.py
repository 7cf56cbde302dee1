"""Digests of every table of a warehouse, to show that a change of the code changed no number.

    python -m bench.table_digests BEFORE.duckdb AFTER.duckdb

A table is its rows in order of all their columns; names of tables and columns do not count, so that
a renaming leaves a digest as it is. What names the code itself (hash of the recipe of a sample, day
of the import, texts of the methods) is left out, and so is a column that was added. Where a table differs in numbers alone, the largest relative
difference of one is printed, since sums in another order round otherwise. Exit code 1 where a table of BEFORE is
missing, or differs by more than 1e-9.
"""

import hashlib
import sys
from collections import Counter
from pathlib import Path

import duckdb

UNSTABLE = {"sha256", "imported_at"}
ADDED = {"pinyin", "holds"}  # columns that the warehouse before may not have
TEXTS = {"main.meta"}
TOLERANCE = 1e-9


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


def largest_difference(before: Path, after: Path, table: str) -> float:
    """The largest difference of a number of a table, relative above 1; infinite where anything else differs."""
    with duckdb.connect() as con:
        for name, path in (("before", before), ("after", after)):
            con.execute(f"ATTACH '{path}' AS {name} (READ_ONLY)")
        columns = con.execute(f"DESCRIBE before.{table}").fetchall()
        numbers = [name for name, kind, *_ in columns if kind == "DOUBLE"]
        keys = [name for name, *_ in columns if name not in numbers]
        order = ", ".join(f'"{name}"' for name in (*keys, *numbers))
        old, new = (
            con.execute(f"(FROM {a}.{table} EXCEPT ALL FROM {b}.{table}) ORDER BY {order}").df()
            for a, b in (("before", "after"), ("after", "before"))
        )
    if (
        len(old) != len(new)
        or not old[keys].equals(new[keys])
        or not (old[numbers].isna() == new[numbers].isna()).all(None)
    ):
        return float("inf")
    relative = (old[numbers] - new[numbers]).abs() / old[numbers].abs().clip(lower=1.0)
    return float(relative.max().max())


def main(arguments: list[str]) -> int:
    paths = [Path(argument) for argument in arguments]
    before, after = (table_digests(path) for path in paths)
    lost = Counter(before.values()) - Counter(after.values())
    differing = {
        table: largest_difference(*paths, table) if table in after else float("inf")
        for table, digest in before.items()
        if lost[digest]
    }
    for table, difference in differing.items():
        print(f"{table}: no table of {paths[1]} has the same rows; largest difference {difference:.1e}")
    print(f"{len(before) - len(differing)} of {len(before)} tables have the same rows")
    return int(any(difference > TOLERANCE for difference in differing.values()))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
