"""The snapshot that is open, and its answers, kept while it stays the same.

A new file swapped in appears at the next click; a run of a page (`pinned_snapshot`) that has begun
with a file ends with it. The last of each path is kept open, with its answers. One that another took
the place of, and that no run holds, is forgotten, which closes it and lets go of its file.
"""

from __future__ import annotations

import os
import re
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Any, Self, TypeVar, cast

import pandas as pd

from dashboard.state import address
from dashboard.state.colour_theme import current_colour_theme
from dashboard.text.i18n import current_language
from index_engine import queries
from index_engine.errors import InputError
from index_engine.queries import Place, Score, Snapshot, typed_rows

ROOT = Path(__file__).resolve().parents[2]
Answer = TypeVar("Answer")
FileVersion = tuple[int, int, int]  # number, time and size of a file

CACHE_SIZE = 3_000  # answers and figures of one snapshot; most are a few kilobytes
MAX_OPEN_FILES = 6  # data sets that are open at a time

# Letters, digits, Chinese, - and _: a name that is one file in one folder on every system.
_DATA_SET_NAME = re.compile(r"[0-9A-Za-z_\u4e00-\u9fff-]{1,40}")


class CachedSnapshot(Snapshot):
    """A snapshot of which every question is computed once and its answer kept.

    What is kept belongs to this one snapshot and goes with it, so nothing is ever out of date.
    """

    def __init__(self, path: Path, method: str = "") -> None:
        super().__init__(path, method)
        self._answers: OrderedDict[Hashable, Any] = OrderedDict()
        self._variants: dict[str, Self] = {}
        self._lock = Lock()

    def cached(self, key: Hashable, compute: Callable[[], Answer]) -> Answer:
        """What `compute` gave for this key before; the least used go when there are too many."""
        with self._lock:
            if key in self._answers:
                self._answers.move_to_end(key)
                return cast(Answer, self._answers[key])
        answer = compute()
        with self._lock:
            self._answers[key] = answer
            while len(self._answers) > CACHE_SIZE:
                self._answers.popitem(last=False)
        return answer

    def with_method(self, method_id: str) -> Self:
        """As of a snapshot; the same each time, with answers of its own."""
        if method_id == self.method.id:
            return self
        with self._lock:
            if method_id not in self._variants:
                variant = super().with_method(method_id)
                variant._answers, variant._variants = OrderedDict(), {}
                self._variants[method_id] = variant
            return self._variants[method_id]


def default_file() -> Path:
    """The warehouse that is shown where no other is asked for: JECI_WAREHOUSE, else the sample."""
    return Path(os.environ.get("JECI_WAREHOUSE") or ROOT / "var" / "sample.duckdb")


def data_set_names() -> list[str]:
    """Names of the data sets there are: those of the warehouses that lie beside `home()`."""
    files = default_file().parent.glob("*.duckdb")
    return sorted(path.stem for path in files if path.is_file() and _DATA_SET_NAME.fullmatch(path.stem))


def current_file() -> Path:
    """The warehouse to show: the data set that the address names, if there is one of that name."""
    name = address.get("data")
    return data_set_file(name) if name in data_set_names() else default_file()


def data_set_file(name: str) -> Path:
    """Where the data set of a name lies, or would lie. Raises InputError if it is no such name."""
    if not _DATA_SET_NAME.fullmatch(name):
        raise InputError("data_set_name", name=name)
    return default_file().with_name(f"{name}.duckdb")


def data_parameter(name: str) -> str:
    """What the address says of a data set; nothing of the one that is shown anyway."""
    return "" if data_set_file(name) == default_file() else name


def current_snapshot() -> CachedSnapshot:
    """The data set in view, under the method that the address names; the main one where the data
    set was built without such. Raises InputError where there are no data yet, or no score."""
    main_method = main_snapshot()
    if not main_method.periods():
        raise InputError("no_scored_period", warehouse=current_file())
    method_id = address.get("method")
    return main_method.with_method(method_id) if method_id in main_method.methods else main_method


def main_snapshot() -> CachedSnapshot:
    """The data set in view under its main method. Raises InputError where it is not built."""
    return open_snapshot(current_file())


@contextmanager
def pinned_snapshot() -> Iterator[None]:
    """Until the end, every question about a file is answered by the snapshot that was the newest
    when the first was asked: what a page shows is all of one state."""
    token = _pinned_snapshots.set({})
    try:
        yield
    finally:
        _pinned_snapshots.reset(token)


def open_snapshot(file: Path) -> CachedSnapshot:
    """The data set of a file under its main method. Raises InputError where it is not built."""
    pins = _pinned_snapshots.get()
    if pins is None:
        return _latest_snapshot(file)
    if file not in pins:
        pins[file] = _latest_snapshot(file)
    return pins[file]


_pinned_snapshots: ContextVar[dict[Path, CachedSnapshot] | None] = ContextVar("pins", default=None)
_open_snapshots: dict[Path, tuple[FileVersion, CachedSnapshot]] = {}
_open_lock = Lock()


def _latest_snapshot(file: Path) -> CachedSnapshot:
    """What is open of a file, if it is still that file, else the file opened."""
    version = _file_version(file)
    entry = _open_snapshots.get(file)
    if entry is None or entry[0] != version:
        with _open_lock:
            entry = _open_snapshots.get(file)  # by another who asked at the same time
            if entry is None or entry[0] != version:
                _open_snapshots.pop(file, None)
                # Swapped since it was stamped, it is the newer one, and opened anew next time.
                entry = _open_snapshots[file] = (version, CachedSnapshot(file))
                while len(_open_snapshots) > MAX_OPEN_FILES:
                    del _open_snapshots[next(iter(_open_snapshots))]
    return entry[1]


def _file_version(file: Path) -> FileVersion:
    """What tells a file from another at its path; zeros where there is none."""
    try:
        stat = file.stat()
    except FileNotFoundError:
        return (0, 0, 0)
    return (stat.st_ino, stat.st_mtime_ns, stat.st_size)


@dataclass(frozen=True)
class View:
    """What a page shows: the data, the period and the place in focus."""

    snapshot: CachedSnapshot
    period: str
    place: Place

    def cached(self, name: str, compute: Callable[[], Answer], *key_parts: Hashable) -> Answer:
        """As CachedSnapshot.cached, for something that shows this view in the current language and
        colour theme."""
        key = (name, current_language(), current_colour_theme(), self.period, self.place, *key_parts)
        return self.snapshot.cached(key, compute)

    def cached_with_links(self, name: str, compute: Callable[[], Answer], *key_parts: Hashable) -> Answer:
        """As `cached`, for markup with links that lead on from the current address."""
        return self.cached(name, compute, address.current_link(), *key_parts)

    def scores(self, level: str, parent: str | None = None) -> pd.DataFrame:
        """The scores of a level in this period; see queries.scores."""
        return queries.scores(self.snapshot, level, self.period, parent=parent)

    def score_row(self, place: Place) -> Score | None:
        """The row of a place in the table of scores of its level; None where it has none."""

        def find_row() -> Score | None:
            rows = self.scores(place.level)
            matches = rows[rows["place_id"] == place.place_id]
            return next(iter(typed_rows(matches, Score)), None)

        return self.snapshot.cached(("row", place.level, place.place_id, self.period), find_row)
