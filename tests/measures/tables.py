"""Tables of schema measures as dictionaries, in the shape of the recount."""

from collections import Counter

import duckdb

from tests.measures.recount import Cells, Counts


def read_cells(con: duckdb.DuckDBPyConnection, table: str, columns: str) -> Cells:
    """Cells by the columns before the last two, which are n and elapsed."""
    rows = con.execute(f"SELECT {columns} FROM measures.{table}").fetchall()
    found = {tuple(key): (n, elapsed) for *key, n, elapsed in rows}
    assert len(found) == len(rows), "two rows for one cell"
    return found


def read_counts(con: duckdb.DuckDBPyConnection, table: str, keys: tuple[str, ...]) -> Counts:
    """Counts by `keys`, the zeros left out."""
    rows = con.execute(f"SELECT * FROM measures.{table}").fetchall()
    names = [column[0] for column in con.description]
    found = {}
    for row in rows:
        named = dict(zip(names, row, strict=True))
        key = tuple(named.pop(name) for name in keys)
        assert key not in found, f"two rows for {key}"
        found[key] = Counter(named)
    return nonzero(found)


def read_ratios(con: duckdb.DuckDBPyConnection) -> Counter:
    rows = con.execute(
        "SELECT court_id, period, stage, ratio_bin, n FROM measures.price_ratios"
    ).fetchall()
    found = Counter({tuple(key): n for *key, n in rows})
    assert len(found) == len(rows), "two rows for one cell"
    return found


def nonzero(counts: Counts) -> Counts:
    """Without counts of zero, which a table spells out and a Counter leaves away."""
    kept = {key: {n: v for n, v in cell.items() if v} for key, cell in counts.items()}
    return {key: Counter(cell) for key, cell in kept.items() if cell}
