"""A built warehouse, opened: its methods, periods, units and sources, and how it is asked."""

import hashlib
from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Self

import duckdb
import pandas as pd

from index_engine import periods
from index_engine.errors import InputError
from index_engine.estimates.units import LEVELS, all_courts, units
from index_engine.method import Method, parse_all
from index_engine.warehouse.snapshots import BUILD_VERSION, cursor, open_locked

QUERIES = Path(__file__).parents[1] / "queries"
NAMES = ("name", "name_hant", "name_en", "parent")


@dataclass(frozen=True)
class Unit:
    """A place or court that has a score: `level` is nation, province, city or court."""

    level: str
    unit_id: str
    name: str
    name_hant: str
    name_en: str
    parent: str | None  # unit_id of the region above
    special: bool = False


class Core:
    """What the questions of a snapshot share; see index_engine.snapshot."""

    def __init__(self, path: Path, method: str = "", *, memory_limit: str = "2GB") -> None:
        self.path = Path(path)
        self._con = open_locked(self.path, memory_limit=memory_limit)
        meta = dict(self._rows("SELECT key, value FROM meta"))
        if meta.get("build") != BUILD_VERSION:
            self._con.close()
            known = "method" in meta
            found = "it was built by another version" if known else "nothing is built in it yet"
            raise InputError(
                f"{path}: {found}; run 'python -m index_engine build --warehouse {path}'"
            )
        self.methods = _methods(meta, f"{path} (method)")
        if method and method not in self.methods:
            self._con.close()
            raise InputError(
                f"{path}: not built with a method {method!r}; there are {', '.join(self.methods)}"
            )
        self.main = next(iter(self.methods.values()))
        self.method = self.methods[method or self.main.id]
        # What was imported after the build is not in the scores, so it is not shown with them.
        self._built_sources = [int(number) for number in meta["built_sources"].split(",")]
        present = [number for (number,) in self._rows("SELECT source_id FROM sources")]
        self.stale = sorted(present) != self._built_sources
        self.version = self._fingerprint([m.text for m in self.methods.values()])
        self.synthetic = bool(self.sources()["synthetic"].any())
        [(self.observed_from, self.observed_to)] = self._rows(
            "SELECT DATE '1970-01-01' + MIN(from_day), DATE '1970-01-01' + MAX(until_day) - 1 "
            "FROM measures.windows"
        )
        self._periods = [p for (p,) in self._rows("SELECT DISTINCT period FROM index.scores")]
        self._periods.sort()
        self._units = self._read_units()
        courts = all_courts(self._cursor())
        self._courts = {
            (level.level, unit): tuple(courts[row] for row in rows)
            for level in units(self._cursor())
            for unit, rows in zip(level.ids, level.members, strict=True)
        }

    methods: dict[str, Method]  # all it was built with, by id, the main one first
    main: Method
    method: Method  # the one that scores are of
    stale: bool  # files were imported or taken back since the build
    synthetic: bool
    observed_from: date
    observed_to: date

    def under(self, method: str) -> Self:
        """The same snapshot under another of its methods, on the same connection: closing one
        closes both. Raises KeyError if it was not built with that method."""
        other = copy(self)
        other.method = self.methods[method]
        return other

    def periods(self) -> list[str]:
        """Scored quarters such as '2025Q4', oldest first; each ends a rolling window."""
        return list(self._periods)

    def period_dates(self, period: str) -> tuple[date, date]:
        """First and last day of the window that `period` ends."""
        end = periods.parse(period)
        return periods.first_day(end - self.method.window_quarters + 1), periods.last_day(end)

    def unit(self, level: str, unit_id: str) -> Unit:
        """Raises KeyError where there is no such unit."""
        return self._units[level, unit_id]

    def units(self) -> list[Unit]:
        """All there are: the nation, provinces, cities, courts, in order of code."""
        order = sorted(self._units, key=lambda key: (LEVELS.index(key[0]), key[1]))
        return [self._units[key] for key in order]

    def children(self, level: str, unit_id: str) -> list[Unit]:
        """Scored units of the level below, in order of code: provinces, cities, courts."""
        if level == LEVELS[-1]:
            return []
        below = LEVELS[LEVELS.index(level) + 1]
        return [
            unit
            for (kind, _), unit in sorted(self._units.items())
            if kind == below and unit.parent == unit_id
        ]

    def sources(self) -> pd.DataFrame:
        """What the build was made from: source_id, kind, name, sha256, rows, rejected, warned,
        observed_from, observed_to, synthetic. What was taken back since is still in the scores."""
        return self._frame(
            "SELECT source_id, kind, name, sha256, rows, rejected, warned, observed_from, "
            "observed_to, synthetic "
            "FROM (FROM sources UNION ALL BY NAME SELECT * EXCLUDE (undone_at) FROM undone) "
            "WHERE list_contains(CAST(? AS INTEGER[]), source_id) ORDER BY source_id",
            [self._built_sources],
        )

    def close(self) -> None:
        self._con.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *raised: object) -> None:
        self.close()

    # ------------------------------------------------------------ below: how it is read

    def _cursor(self) -> duckdb.DuckDBPyConnection:
        return cursor(self._con)

    def _rows(self, sql: str, values: Sequence[object] = ()) -> list[tuple]:  # type: ignore[type-arg]
        return self._cursor().execute(sql, list(values)).fetchall()

    def _frame(self, sql: str, values: list[object]) -> pd.DataFrame:
        return self._cursor().execute(sql, values).df()

    def _fingerprint(self, method_texts: Sequence[str]) -> str:
        """Twelve hex digits that change when a source or a method does."""
        digest = hashlib.sha256("\n".join(method_texts).encode())
        for row in self.sources().itertuples(index=False):
            digest.update(repr(tuple(row)).encode())
        return digest.hexdigest()[:12]

    def _read_units(self) -> dict[tuple[str, str], Unit]:
        return {(row[0], row[1]): Unit(*row) for row in self._rows(query("units"))}

    def _named(self, level: str, rows: pd.DataFrame) -> pd.DataFrame:
        """The same with the names and the parent of each unit."""
        names = [self._units[level, unit] for unit in rows["unit_id"]]
        for position, column in enumerate(NAMES, start=1):
            rows.insert(position, column, [getattr(unit, column) for unit in names])
        return rows

    def _dimension_columns(self, level: str, key: str, value: str) -> pd.DataFrame:
        """Points by dimension, one column each, for one period or one unit."""
        other = "unit_id" if key == "period" else "period"
        rows = self._frame(
            f"SELECT {other}, dimension, points FROM index.dimensions "
            f"WHERE method = ? AND basis = 'observed' AND level = ? AND {key} = ?",
            [self.method.id, level, value],
        )
        wide = rows.pivot(index=other, columns="dimension", values="points")
        wide.columns.name = None
        return wide.reindex(columns=[d.id for d in self.method.dimensions]).reset_index()


def query(name: str) -> str:
    """The text of a query in the folder of queries."""
    return (QUERIES / f"{name}.sql").read_text(encoding="utf-8")


def _methods(meta: dict[str, str], where: str) -> dict[str, Method]:
    """The methods of a build: the main one, then those that a build kept beside it, in order."""
    further = [key for key in meta if key.startswith("method.")]
    texts = [meta["method"], *(meta[key] for key in sorted(further))]
    return {method.id: method for method in parse_all([(text, where) for text in texts])}
