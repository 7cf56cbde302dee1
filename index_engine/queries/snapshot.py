"""A built warehouse, opened read-only: its methods, periods and places, and how it is read.

What is asked of it is a function beside it, one module a question, with its SQL in the file of the
same name.
"""

import hashlib
import inspect
from collections.abc import Callable, Hashable, Iterable, Mapping
from copy import copy
from dataclasses import dataclass, fields, is_dataclass, make_dataclass, replace
from datetime import date
from functools import cache, wraps
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, Self, TypeVar, cast

import duckdb
import pandas as pd

from index_engine import periods
from index_engine.errors import InputError
from index_engine.estimates.places import LEVELS, Places, courts_in_sources, read_places
from index_engine.estimates.visibility import Hierarchy, place_hierarchy
from index_engine.method import Method, parse_method, parse_methods
from index_engine.warehouse.file import BUILD_VERSION, cursor, open_read_only

PLACE_COLUMNS = ("name", "name_hant", "name_en", "parent")

Arguments = ParamSpec("Arguments")
Answer = TypeVar("Answer")
Row = TypeVar("Row")


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
    last_day: date | None = None  # of a court that was abolished


class Snapshot:
    """A built warehouse, open read-only and locked down; safe to share between threads.

    `method` is the id of one of the methods it was built with, by default the main one. Raises
    InputError if there is no warehouse at `path`, it has not been built, or not with that method.
    """

    methods: dict[str, Method]  # all it was built with, by id, the main one first
    main: Method
    method: Method  # the one that scores are of
    source_ids: tuple[int, ...]  # what the build was made from
    stale: bool  # files were imported or undone since the build
    synthetic: bool
    version: str  # twelve hex digits that change when a source or a method does
    observed_from: date
    observed_to: date
    levels: list[Places]  # every place of every level, the nation first
    hierarchy: Hierarchy  # the same in one row

    def __init__(self, path: Path, method: str = "", *, memory_limit: str = "2GB") -> None:
        self.path = Path(path)
        self._con = open_read_only(self.path, memory_limit=memory_limit)
        meta = dict(self.rows("meta"))
        if meta.get("build") != BUILD_VERSION:
            self._con.close()
            raise InputError("build_outdated" if "method" in meta else "nothing_built", warehouse=path)
        self.methods = _parse_methods(meta, f"{self.path.name} (method)")
        self.superseded = _parse_superseded(meta, next(iter(self.methods.values())))
        if method and method not in self.methods:
            self._con.close()
            raise InputError("no_such_method", warehouse=path, method=method, methods=list(self.methods))
        self.main = next(iter(self.methods.values()))
        self.method = self.methods[method or self.main.id]
        # What was imported after the build is not in the scores, so it is not shown with them.
        self.source_ids = tuple(int(source_id) for source_id in meta["built_sources"].split(","))
        self.stale = tuple(source_id for (source_id,) in self.rows("source_ids")) != self.source_ids
        sources = self.frame("sources", list(self.source_ids))
        self.version = _fingerprint(self.methods.values(), sources)
        self.synthetic = bool(sources["synthetic"].any())
        [(self.observed_from, self.observed_to)] = self.rows("observed_days")
        self._periods: list[str] = [period for (period,) in self.rows("scored_periods")]
        self._places = {(row[0], row[1]): Place(*row) for row in self.rows("places")}
        courts = courts_in_sources(self.cursor())
        self.levels = read_places(self.cursor())
        self.hierarchy = place_hierarchy(self.levels)
        self._courts_by_place = {
            (level_places.level, place_id): tuple(courts[row] for row in rows)
            for level_places in self.levels
            for place_id, rows in zip(level_places.ids, level_places.members, strict=True)
        }

    def with_method(self, method_id: str) -> Self:
        """The same snapshot under another of its methods, on the same connection: closing one
        closes both. Raises KeyError if it was not built with that method."""
        variant = copy(self)
        variant.method = self.methods[method_id]
        return variant

    def publishes_ranks(self, level: str) -> bool:
        """Whether places of a level are published in the order of their scores, with ranks; else
        in that of their bands, and inside a band of their codes. The main method says so for all
        methods of a build (publication.court_order in method.toml)."""
        return self.main.publishes_ranks(level)

    # ------------------------------------------------------------ periods

    def periods(self) -> list[str]:
        """Scored quarters such as '2025Q4', oldest first; each ends a rolling window."""
        return list(self._periods)

    def known_period(self, period: str | None) -> str:
        """A quarter that has scores, the last one where none is asked for. Raises InputError for another."""
        known = self.periods()
        if period is None:
            return known[-1]
        periods.parse(period)
        if period not in known:
            raise InputError("period_without_scores", period=period, first=known[0], last=known[-1])
        return period

    def window(self, period: str) -> tuple[int, int]:
        """First and last quarter, as numbers, of the window that `period` ends."""
        end = periods.parse(period)
        return end - self.method.window_quarters + 1, end

    def period_dates(self, period: str) -> tuple[date, date]:
        """First and last day of the window that `period` ends."""
        first_quarter, last_quarter = self.window(period)
        return periods.first_day(first_quarter), periods.last_day(last_quarter)

    # ------------------------------------------------------------ places

    @property
    def nation(self) -> Place:
        """The whole country: the one place above all others."""
        [nation] = (place for (level, _), place in self._places.items() if level == LEVELS[0])
        return nation

    def place(self, level: str, place_id: str) -> Place:
        """Raises KeyError where there is no such place."""
        return self._places[level, place_id]

    def places(self) -> list[Place]:
        """All there are: the nation, provinces, cities, courts, in order of code."""
        keys = sorted(self._places, key=lambda key: (LEVELS.index(key[0]), key[1]))
        return [self._places[key] for key in keys]

    def children(self, level: str, place_id: str) -> list[Place]:
        """Scored places of the level below, in order of code: provinces, cities, courts."""
        if level == LEVELS[-1]:
            return []
        child_level = LEVELS[LEVELS.index(level) + 1]
        return [
            place
            for (place_level, _), place in sorted(self._places.items())
            if place_level == child_level and place.parent == place_id
        ]

    def provinces(self) -> list[Place]:
        """The places directly below the nation."""
        return self.children("nation", self.nation.place_id)

    def region_ids(self, province: str) -> set[str]:
        """Ids of a province and of its cities: the parents of all cities and courts in it."""
        return {province, *(city.place_id for city in self.children("province", province))}

    def parent_place(self, place: Place) -> Place | None:
        """The nearest place above: of a court its city, or the province it serves as a whole."""
        for level in reversed(LEVELS[: LEVELS.index(place.level)]):
            if place.parent is not None and (level, place.parent) in self._places:
                return self._places[level, place.parent]
        return None

    def place_path(self, place: Place) -> list[Place]:
        """The places above a place, the nation first, and itself."""
        path = [place]
        while (parent := self.parent_place(path[0])) is not None:
            path.insert(0, parent)
        return path

    def court_ids(self, level: str, place_id: str) -> tuple[str, ...]:
        """The courts that count in a place, in order of code. Raises KeyError where there is no
        such place."""
        return self._courts_by_place[level, place_id]

    def add_names(self, level: str, rows: pd.DataFrame) -> pd.DataFrame:
        """The rows with the names and the parent of each place after `place_id`; changes `rows`."""
        places = [self._places[level, place_id] for place_id in rows["place_id"]]
        for position, column in enumerate(PLACE_COLUMNS, start=1):
            rows.insert(position, column, [getattr(place, column) for place in places])
        return rows

    # ------------------------------------------------------------ how it is read

    def cursor(self) -> duckdb.DuckDBPyConnection:
        """A connection of its own for one thread and one statement."""
        return cursor(self._con)

    def rows(self, query: str, *parameters: object) -> list[tuple[Any, ...]]:
        """The rows of the statement in `<query>.sql`; parameters in the order of $1, $2 ..."""
        return self.cursor().execute(_statement(query), list(parameters)).fetchall()

    def frame(self, query: str, *parameters: object) -> pd.DataFrame:
        """The same as a frame."""
        return self.cursor().execute(_statement(query), list(parameters)).df()

    def cached(self, key: Hashable, compute: Callable[[], Answer]) -> Answer:
        """The answer to a question, `key` its name and arguments. Computed each time here; a
        snapshot that keeps its answers overrides this."""
        return compute()

    def close(self) -> None:
        self._con.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception_info: object) -> None:
        self.close()


def question(
    function: Callable[Concatenate[Snapshot, Arguments], Answer],
) -> Callable[Concatenate[Snapshot, Arguments], Answer]:
    """Decorates what is asked of a snapshot: a snapshot that keeps its answers computes each once
    for equal arguments. Frames are handed out as shallow copies, so that no caller can change what
    is kept."""
    signature = inspect.signature(function)

    @wraps(function)
    def answer(snapshot: Snapshot, /, *args: Arguments.args, **kwargs: Arguments.kwargs) -> Answer:
        bound = signature.bind(snapshot, *args, **kwargs)
        bound.apply_defaults()
        values = map(_hashable, list(bound.arguments.values())[1:])
        key = (function.__module__, function.__name__, *values)
        return _shallow_copy(snapshot.cached(key, lambda: function(snapshot, *args, **kwargs)))

    return answer


def _hashable(argument: Any) -> Hashable:
    """An argument as a part of a key: of a mapping its entries, in the order of their names."""
    if isinstance(argument, Mapping):
        return tuple(sorted(argument.items()))
    return tuple(argument) if isinstance(argument, list) else argument


def _shallow_copy(answer: Answer) -> Answer:
    """The same with every frame copied, without its data: whoever changes it changes the copy."""
    if isinstance(answer, pd.DataFrame):
        return cast(Answer, answer.copy(deep=False))
    if is_dataclass(answer) and not isinstance(answer, type):
        values = {field.name: getattr(answer, field.name) for field in fields(answer)}
        frames = {k: v.copy(deep=False) for k, v in values.items() if isinstance(v, pd.DataFrame)}
        return replace(answer, **frames) if frames else answer
    return answer


def typed_rows(frame: pd.DataFrame, row_type: type[Row]) -> list[Row]:
    """The rows of a frame as instances of a dataclass, its fields from the columns of their names.
    What the frame has beyond them (points by dimension) are attributes of the rows as well."""
    names = [field.name for field in fields(row_type)]  # type: ignore[arg-type]
    extra_names = tuple(name for name in frame.columns if name not in names)
    row_class: type[Row] = row_type
    if extra_names:
        row_class = make_dataclass(row_type.__name__, extra_names, bases=(row_type,), frozen=True)
    values = frame[[*names, *extra_names]].itertuples(index=False, name=None)
    return [row_class(*row) for row in values]


@cache
def _statement(query: str) -> str:
    return Path(__file__).with_name(f"{query}.sql").read_text(encoding="utf-8")


def _fingerprint(methods: Iterable[Method], sources: pd.DataFrame) -> str:
    digest = hashlib.sha256("\n".join(method.text for method in methods).encode())
    for row in sources.itertuples(index=False):
        digest.update(repr(tuple(row)).encode())
    return digest.hexdigest()[:12]


def _parse_superseded(meta: dict[str, str], main: Method) -> dict[str, Method]:
    """The methods that the main one came in place of, of which a build keeps scores of regions."""
    texts = [text for key, text in sorted(meta.items()) if key.startswith("method_superseded.")]
    methods = (parse_method(text, main.id, main) for text in texts)
    return {method.id: method for method in methods}


def _parse_methods(meta: dict[str, str], origin: str) -> dict[str, Method]:
    """The methods of a build: the main one, then those that a build kept beside it, in order."""
    extra_keys = [key for key in meta if key.startswith("method.")]
    texts = [meta["method"], *(meta[key] for key in sorted(extra_keys))]
    return {method.id: method for method in parse_methods([(text, origin) for text in texts])}
