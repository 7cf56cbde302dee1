"""Which courts make up which place: nation, provinces, cities, and the courts themselves."""

from dataclasses import dataclass

import duckdb
import numpy as np

from index_engine.estimates.panel import Index

LEVELS = ("nation", "province", "city", "court")


@dataclass(frozen=True)
class Units:
    """The units of one level; `members` holds the rows of each unit's courts in `courts`."""

    level: str
    ids: tuple[str, ...]
    members: list[Index]


def all_courts(con: duckdb.DuckDBPyConnection) -> tuple[str, ...]:
    """The ids, in order, of all courts that something was counted of: a registry lists more."""
    found = con.execute(
        "SELECT court_id FROM courts WHERE court_id IN (SELECT court_id FROM measures.case_counts"
        " UNION SELECT court_id FROM measures.round_counts) ORDER BY court_id"
    ).fetchall()
    return tuple(court for (court,) in found)


def special_courts(con: duckdb.DuckDBPyConnection) -> frozenset[str]:
    """The ids of the courts that count in no region and are no peers of the others."""
    found = con.execute("SELECT court_id FROM courts WHERE special").fetchall()
    return frozenset(court for (court,) in found)


def units(con: duckdb.DuckDBPyConnection) -> list[Units]:
    """Units that have at least one such court, in order of code, for every level that has any.

    A court counts in the region it serves and in all regions above it. Special courts (railway,
    maritime, internet ...) have scores of their own but count in no region.
    """
    courts = all_courts(con)
    levels = [Units("court", courts, [np.array([row]) for row in range(len(courts))])]
    parent, level_of = _regions(con)
    serves = con.execute("SELECT court_id, region FROM courts WHERE NOT special").fetchall()
    row_of = {court: row for row, court in enumerate(courts)}
    rows: dict[str, list[int]] = {}
    for court, region in serves:
        if court not in row_of:
            continue
        for code in _upwards(region, parent):
            rows.setdefault(code, []).append(row_of[court])
    for level in ("city", "province", "nation"):
        ids = tuple(sorted(code for code in rows if level_of[code] == level))
        levels.append(Units(level, ids, [np.array(sorted(rows[code])) for code in ids]))
    return [level for level in reversed(levels) if level.ids]


def _regions(con: duckdb.DuckDBPyConnection) -> tuple[dict[str, str | None], dict[str, str]]:
    found = con.execute("SELECT code, parent, level FROM regions").fetchall()
    return {code: up for code, up, _ in found}, {code: level for code, _, level in found}


def _upwards(region: str, parent: dict[str, str | None]) -> list[str]:
    path: list[str] = []
    code: str | None = region
    while code is not None and code not in path:
        path.append(code)
        code = parent.get(code)
    return path
