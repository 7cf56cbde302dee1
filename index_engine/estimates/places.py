"""Which courts make up which place: nation, provinces, cities, and the courts themselves."""

from collections.abc import Iterator
from dataclasses import dataclass

import duckdb
import numpy as np

from index_engine.arrays import IntArray

CACHE_BATCH = 16  # places computed at once: small enough for the processor's cache; no number changes
LEVELS = ("nation", "province", "city", "court")


@dataclass(frozen=True)
class Places:
    """The places of one level; `members` holds, for each, the positions of its courts among all."""

    level: str
    ids: tuple[str, ...]
    members: list[IntArray]

    def select(self, positions: IntArray) -> "Places":
        """Those at some positions."""
        return Places(self.level, tuple(self.ids[p] for p in positions), [self.members[p] for p in positions])

    def batches(self, size: int) -> Iterator[tuple[slice, "Places"]]:
        """Parts of at most `size` places, each with its position in the level."""
        for start in range(0, len(self.ids), size):
            part = slice(start, start + size)
            yield part, Places(self.level, self.ids[part], self.members[part])


def courts_in_sources(con: duckdb.DuckDBPyConnection) -> tuple[str, ...]:
    """The ids, in order, of all courts that some source has rows of: a registry lists more."""
    rows = con.execute(
        "SELECT court_id FROM courts WHERE court_id IN (SELECT court_id FROM measures.court_windows) ORDER BY court_id"
    ).fetchall()
    return tuple(court for (court,) in rows)


def special_courts(con: duckdb.DuckDBPyConnection) -> frozenset[str]:
    """The ids of the courts that count in no region and are no peers of the others."""
    rows = con.execute("SELECT court_id FROM courts WHERE special").fetchall()
    return frozenset(court for (court,) in rows)


def read_places(con: duckdb.DuckDBPyConnection) -> list[Places]:
    """Places that have at least one such court, in order of code, for every level that has any.

    A court counts in the region it serves and in all regions above it. Special courts (railway,
    maritime, internet ...) have scores of their own but count in no region.
    """
    courts = courts_in_sources(con)
    levels = [Places("court", courts, [np.array([row]) for row in range(len(courts))])]
    parent_by_code, level_by_code = _read_regions(con)
    court_regions = con.execute("SELECT court_id, region FROM courts WHERE NOT special").fetchall()
    row_by_court = {court: row for row, court in enumerate(courts)}
    rows_by_region: dict[str, list[int]] = {}
    for court, region in court_regions:
        if court not in row_by_court:
            continue
        for code in _region_path(region, parent_by_code):
            rows_by_region.setdefault(code, []).append(row_by_court[court])
    for level in ("city", "province", "nation"):
        ids = tuple(sorted(code for code in rows_by_region if level_by_code[code] == level))
        levels.append(Places(level, ids, [np.array(sorted(rows_by_region[code])) for code in ids]))
    return [level for level in reversed(levels) if level.ids]


def _read_regions(con: duckdb.DuckDBPyConnection) -> tuple[dict[str, str | None], dict[str, str]]:
    rows = con.execute("SELECT code, parent, level FROM regions").fetchall()
    return {code: parent for code, parent, _ in rows}, {code: level for code, _, level in rows}


def _region_path(region: str, parent_by_code: dict[str, str | None]) -> list[str]:
    path: list[str] = []
    code: str | None = region
    while code is not None and code not in path:
        path.append(code)
        code = parent_by_code.get(code)
    return path
