"""Tables of the measures as dictionaries, in the shape of the recount."""

from collections import Counter
from typing import Any

import duckdb

from tests.measures.recount import Cells, Counts
from tests.measures.strata_of import Stratum

# The columns of each table that are not counts.
KEYS = {
    "entries": ("process", "court_id", "stratum", "period", "age_bin"),
    "opening_stock": ("process", "court_id", "stratum", "period", "age_bin"),
    "exits": ("process", "court_id", "stratum", "cohort", "period", "event", "age_bin"),
    "case_counts": ("court_id", "stratum", "period"),
    "coverage": ("court_id", "period"),
    "closings_alone": ("court_id", "period"),
    "observed_days": ("court_id", "period"),
    "round_counts": ("court_id", "stratum", "period", "stage"),
    "lot_counts": ("court_id", "stratum", "period"),
    "price_ratios": ("court_id", "stratum", "period", "stage", "ratio_bin"),
}
AGES = ("entries", "opening_stock", "exits")  # the tables of n and elapsed_days by age


def labels(con: duckdb.DuckDBPyConnection) -> dict[int, Stratum]:
    """What the numbers of strata stand for."""
    rows = con.execute(
        "SELECT stratum, kind, case_class, claim_class, debtor_kind, asset_class FROM measures.strata"
    ).fetchall()
    found = {number: tuple(label) for number, *label in rows}
    assert len(found) == len(rows) == len(set(found.values())), "two strata under one name"
    return found


def read_cells(con: duckdb.DuckDBPyConnection, table: str, schema: str = "measures") -> Cells:
    rows = _rows(con, table, schema)
    return {key: (cell["n"], cell["elapsed_days"]) for key, cell in rows.items()}


def read_counts(con: duckdb.DuckDBPyConnection, table: str, schema: str = "measures") -> Counts:
    """Counts by KEYS, the zeros left out."""
    return nonzero({key: Counter(cell) for key, cell in _rows(con, table, schema).items()})


def _rows(con: duckdb.DuckDBPyConnection, table: str, schema: str) -> dict[tuple, dict[str, Any]]:
    """Rows by KEYS, a stratum by its label."""
    label = labels(con)
    rows = con.execute(f"SELECT * FROM {schema}.{table}").fetchall()
    names = [column[0] for column in con.description]
    found: dict[tuple, dict[str, Any]] = {}
    for row in rows:
        cell = dict(zip(names, row, strict=True))
        if cell.get("stratum") is not None:  # else of all
            cell["stratum"] = label[cell["stratum"]]
        key = tuple(cell.pop(name) for name in KEYS[table])
        assert key not in found, f"two rows for {key}"
        found[key] = cell
    return found


def summed(counts: Counts, *away: int) -> Counts:
    """Counts added up over the keys at these positions."""
    found: Counts = {}
    for key, cell in counts.items():
        kept = tuple(part for at, part in enumerate(key) if at not in away)
        found.setdefault(kept, Counter()).update(cell)
    return found


def nonzero(counts: Counts) -> Counts:
    """Without counts of zero, which a table spells out and a Counter leaves away."""
    kept = {key: {n: v for n, v in cell.items() if v} for key, cell in counts.items()}
    return {key: Counter(cell) for key, cell in kept.items() if cell}
