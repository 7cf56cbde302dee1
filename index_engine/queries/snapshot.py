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
from index_engine.estimates.places import LEVELS, courts_with_counts, read_places
from index_engine.method import Method, parse_methods
from index_engine.warehouse.file import BUILD_VERSION, cursor, open_read_only

QUERIES = Path(__file__).parents[1] / "queries"
PLACE_COLUMNS = ("name", "name_hant", "name_en", "parent")


@dataclass(frozen=True)
class Place:
    """A place or court that has a score: `level` is nation, province, city or court."""

    level: str
    place_id: str
    name: str
    name_hant: str
    name_en: str
    parent: str | None  # place_id of the region above
    special: bool = False
    pinyin: str = ""  # how people type the name: pinyin and initials, blanks between; may be empty


class SnapshotBase:
    """What the questions of a snapshot share; see index_engine.snapshot."""

    def __init__(self, path: Path, method: str = "", *, memory_limit: str = "2GB") -> None:
        self.path = Path(path)
        self._con = open_read_only(self.path, memory_limit=memory_limit)
        meta = dict(self._rows("SELECT key, value FROM meta"))
        if meta.get("build") != BUILD_VERSION:
            self._con.close()
            raise InputError(
                "build_outdated" if "method" in meta else "nothing_built", warehouse=path
            )
        self.methods = _parse_methods(meta, f"{path} (method)")
        if method and method not in self.methods:
            self._con.close()
            raise InputError(
                "no_such_method", warehouse=path, method=method, methods=list(self.methods)
            )
        self.main = next(iter(self.methods.values()))
        self.method = self.methods[method or self.main.id]
        # What was imported after the build is not in the scores, so it is not shown with them.
        self._built_source_ids = [int(source_id) for source_id in meta["built_sources"].split(",")]
        current_source_ids = [
            source_id for (source_id,) in self._rows("SELECT source_id FROM sources")
        ]
        self.stale = sorted(current_source_ids) != self._built_source_ids
        self.version = self._fingerprint([m.text for m in self.methods.values()])
        self.synthetic = bool(self.sources()["synthetic"].any())
        [(self.observed_from, self.observed_to)] = self._rows(
            "SELECT DATE '1970-01-01' + MIN(from_day), DATE '1970-01-01' + MAX(end_day) - 1 "
            "FROM measures.windows"
        )
        self._periods = [p for (p,) in self._rows("SELECT DISTINCT period FROM index.scores")]
        self._periods.sort()
        self._places = self._read_places()
        courts = courts_with_counts(self._cursor())
        self._courts_by_place = {
            (level_places.level, place_id): tuple(courts[row] for row in rows)
            for level_places in read_places(self._cursor())
            for place_id, rows in zip(level_places.ids, level_places.members, strict=True)
        }

    methods: dict[str, Method]  # all it was built with, by id, the main one first
    main: Method
    method: Method  # the one that scores are of
    stale: bool  # files were imported or taken back since the build
    synthetic: bool
    observed_from: date
    observed_to: date

    def with_method(self, method_id: str) -> Self:
        """The same snapshot under another of its methods, on the same connection: closing one
        closes both. Raises KeyError if it was not built with that method."""
        variant = copy(self)
        variant.method = self.methods[method_id]
        return variant

    def periods(self) -> list[str]:
        """Scored quarters such as '2025Q4', oldest first; each ends a rolling window."""
        return list(self._periods)

    def period_dates(self, period: str) -> tuple[date, date]:
        """First and last day of the window that `period` ends."""
        end = periods.parse(period)
        return periods.first_day(end - self.method.window_quarters + 1), periods.last_day(end)

    def place(self, level: str, place_id: str) -> Place:
        """Raises KeyError where there is no such unit."""
        return self._places[level, place_id]

    def places(self) -> list[Place]:
        """All there are: the nation, provinces, cities, courts, in order of code."""
        keys = sorted(self._places, key=lambda key: (LEVELS.index(key[0]), key[1]))
        return [self._places[key] for key in keys]

    def children(self, level: str, place_id: str) -> list[Place]:
        """Scored units of the level below, in order of code: provinces, cities, courts."""
        if level == LEVELS[-1]:
            return []
        child_level = LEVELS[LEVELS.index(level) + 1]
        return [
            place
            for (place_level, _), place in sorted(self._places.items())
            if place_level == child_level and place.parent == place_id
        ]

    def sources(self) -> pd.DataFrame:
        """What the build was made from: source_id, kind, name, sha256, rows, rejected, warned,
        observed_from, observed_to, synthetic. What was taken back since is still in the scores."""
        return self._data_frame(
            "SELECT source_id, kind, name, sha256, rows, rejected, warned, observed_from, "
            "observed_to, synthetic "
            "FROM (FROM sources UNION ALL BY NAME SELECT * EXCLUDE (undone_at) FROM undone) "
            "WHERE list_contains(CAST(? AS INTEGER[]), source_id) ORDER BY source_id",
            [self._built_source_ids],
        )

    def close(self) -> None:
        self._con.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception_info: object) -> None:
        self.close()

    # ------------------------------------------------------------ below: how it is read

    def _cursor(self) -> duckdb.DuckDBPyConnection:
        return cursor(self._con)

    def _rows(self, sql: str, parameters: Sequence[object] = ()) -> list[tuple]:  # type: ignore[type-arg]
        return self._cursor().execute(sql, list(parameters)).fetchall()

    def _data_frame(self, sql: str, parameters: list[object]) -> pd.DataFrame:
        return self._cursor().execute(sql, parameters).df()

    def _fingerprint(self, method_texts: Sequence[str]) -> str:
        """Twelve hex digits that change when a source or a method does."""
        digest = hashlib.sha256("\n".join(method_texts).encode())
        for row in self.sources().itertuples(index=False):
            digest.update(repr(tuple(row)).encode())
        return digest.hexdigest()[:12]

    def _read_places(self) -> dict[tuple[str, str], Place]:
        return {(row[0], row[1]): Place(*row) for row in self._rows(query_text("places"))}

    def _add_names(self, level: str, rows: pd.DataFrame) -> pd.DataFrame:
        """The same with the names and the parent of each unit."""
        places = [self._places[level, place] for place in rows["place_id"]]
        for position, column in enumerate(PLACE_COLUMNS, start=1):
            rows.insert(position, column, [getattr(place, column) for place in places])
        return rows

    def _dimension_columns(self, level: str, key_column: str, key_value: str) -> pd.DataFrame:
        """Points by dimension, one column each, for one period or one unit."""
        index_column = "place_id" if key_column == "period" else "period"
        rows = self._data_frame(
            f"SELECT {index_column}, dimension, points FROM index.dimensions "
            f"WHERE method = ? AND basis = 'observed' AND level = ? AND {key_column} = ?",
            [self.method.id, level, key_value],
        )
        wide = rows.pivot(index=index_column, columns="dimension", values="points")
        wide.columns.name = None
        return wide.reindex(columns=[d.id for d in self.method.dimensions]).reset_index()


def query_text(name: str) -> str:
    """The text of a query in the folder of queries."""
    return (QUERIES / f"{name}.sql").read_text(encoding="utf-8")


def _parse_methods(meta: dict[str, str], origin: str) -> dict[str, Method]:
    """The methods of a build: the main one, then those that a build kept beside it, in order."""
    extra_keys = [key for key in meta if key.startswith("method.")]
    texts = [meta["method"], *(meta[key] for key in sorted(extra_keys))]
    return {method.id: method for method in parse_methods([(text, origin) for text in texts])}
