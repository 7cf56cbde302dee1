"""The snapshot that is open, and its answers kept while it stays the same.

A new file swapped in appears at the next click; a run of a page (`one_run`) that has begun with a
file ends with it. The last of each path is kept open, with its answers. One that another took the
place of, and that no run holds, is forgotten, which closes it and lets go of its file.
"""

from __future__ import annotations

import os
import re
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from threading import Lock
from typing import Any

import pandas as pd

from dashboard import address, theme
from dashboard.i18n import current as current_language
from index_engine.errors import InputError
from index_engine.snapshot import LEVELS, Snapshot, Unit

ROOT = Path(__file__).resolve().parent.parent
Stamp = tuple[int, int, int]  # number, time and size of a file

MOST_KEPT = 3_000  # answers and figures of one snapshot; most are a few kilobytes
MOST_OPEN = 6  # data sets that are open at a time

# Letters, digits, Chinese, - and _: a name that is one file in one folder on every system.
_NAME = re.compile(r"[0-9A-Za-z_\u4e00-\u9fff-]{1,40}")


class Answers:
    """A snapshot whose every question is asked once and its answer kept.

    `Answers(snapshot).scores("city", "2025Q4")` is `snapshot.scores("city", "2025Q4")`. What is
    kept belongs to this one snapshot and goes with it, so nothing is ever out of date.
    """

    def __init__(self, snapshot: Snapshot) -> None:
        self.snapshot = snapshot
        self._kept: OrderedDict[Hashable, Any] = OrderedDict()
        self._under: dict[str, Answers] = {}
        self._lock = Lock()

    def __getattr__(self, name: str) -> Any:
        found = getattr(self.snapshot, name)
        if not callable(found):
            return found

        def ask(*arguments: Any, **named: Any) -> Any:
            key = (name, *map(_frozen, (*arguments, named)))
            answer = self.keep(key, lambda: found(*arguments, **named))
            # A shallow copy: whoever changes the table changes a copy of it.
            return answer.copy(deep=False) if isinstance(answer, pd.DataFrame) else answer

        return ask

    def keep(self, key: Hashable, make: Callable[[], Any]) -> Any:
        """What `make` gave for this key before; the least used go when there are too many."""
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
        made = make()
        with self._lock:
            self._kept[key] = made
            while len(self._kept) > MOST_KEPT:
                self._kept.popitem(last=False)
        return made

    def under(self, method_id: str) -> Answers:
        """The same snapshot under another of the methods it was built with; itself where there is
        none of that id."""
        if method_id == self.method.id or method_id not in self.methods:
            return self
        with self._lock:
            if method_id not in self._under:
                self._under[method_id] = Answers(self.snapshot.under(method_id))
            return self._under[method_id]

    @cached_property
    def nation(self) -> Unit:
        """The whole country: the one unit above all others."""
        whole = self.scores("nation", self.periods()[-1])
        return self.unit("nation", whole["unit_id"].iloc[0])

    def path_to(self, unit: Unit) -> list[Unit]:
        """The units above `unit`, the nation first, and itself."""
        path = [unit]
        while (above := self.above(path[0])) is not None:
            path.insert(0, above)
        return path

    def provinces(self) -> list[Unit]:
        """The units directly below the nation."""
        found: list[Unit] = self.children("nation", self.nation.unit_id)
        return found

    def regions_in(self, province: str) -> set[str]:
        """Ids of a province and of its cities: the parents of all cities and courts in it."""
        return {province, *(city.unit_id for city in self.children("province", province))}

    def above(self, unit: Unit) -> Unit | None:
        """The nearest unit above: of a court its city, or the province it serves as a whole."""
        for level in reversed(LEVELS[: LEVELS.index(unit.level)]):
            try:
                return self.unit(level, unit.parent)
            except KeyError:
                continue
        return None


def _frozen(argument: Any) -> Hashable:
    """An argument as a part of a key: of a mapping its entries, in the order of their names."""
    return tuple(sorted(argument.items())) if isinstance(argument, Mapping) else argument


def home() -> Path:
    """The warehouse that is shown where no other is asked for: JECI_WAREHOUSE, else the sample."""
    return Path(os.environ.get("JECI_WAREHOUSE") or ROOT / "var" / "sample.duckdb")


def data_sets() -> list[str]:
    """Names of the data sets there are: those of the warehouses that lie beside `home()`."""
    found = home().parent.glob("*.duckdb")
    return sorted(path.stem for path in found if path.is_file() and _NAME.fullmatch(path.stem))


def warehouse() -> Path:
    """The warehouse to show: the data set that the address names, if there is one of that name."""
    name = address.get("data")
    return file_of(name) if name in data_sets() else home()


def file_of(name: str) -> Path:
    """Where the data set of a name lies, or would lie. Raises InputError if it is no such name."""
    if not _NAME.fullmatch(name):
        raise InputError(
            f"{name!r}: a name has letters, digits, Chinese characters, - and _, at most 40"
        )
    return home().with_name(f"{name}.duckdb")


def parameter(name: str) -> str:
    """What the address says of a data set; nothing of the one that is shown anyway."""
    return "" if file_of(name) == home() else name


def current() -> Answers:
    """The data set in view, under the method that the address names; the main one where the data
    set was built without such. Raises InputError where there are no data yet, or no score."""
    main = under_main()
    if not main.periods():
        raise InputError(
            f"{warehouse()}: no period has a score yet; import more of it and build again"
        )
    return main.under(address.get("method"))


def under_main() -> Answers:
    """The data set in view under its main method. Raises InputError where it is not built."""
    return opened(warehouse())


@contextmanager
def one_run() -> Iterator[None]:
    """Until the end, every question about a file is answered by the snapshot that was the newest
    when the first was asked: what a page shows is all of one state."""
    before = _held.set({})
    try:
        yield
    finally:
        _held.reset(before)


def opened(file: Path) -> Answers:
    """The data set of a file under its main method. Raises InputError where it is not built."""
    held = _held.get()
    if held is None:
        return _newest(file)
    if file not in held:
        held[file] = _newest(file)
    return held[file]


_held: ContextVar[dict[Path, Answers] | None] = ContextVar("held", default=None)
_open: dict[Path, tuple[Stamp, Answers]] = {}
_opening = Lock()


def _newest(file: Path) -> Answers:
    """What is open of a file, if it is still that file, else the file opened."""
    stamp = _stamp(file)
    found = _open.get(file)
    if found is None or found[0] != stamp:
        with _opening:
            found = _open.get(file)  # by another who asked at the same time
            if found is None or found[0] != stamp:
                _open.pop(file, None)
                # Swapped since it was stamped, it is the newer one, and opened anew next time.
                found = _open[file] = (stamp, Answers(Snapshot(file)))
                while len(_open) > MOST_OPEN:
                    del _open[next(iter(_open))]
    return found[1]


def _stamp(file: Path) -> Stamp:
    """What tells a file from another at its path; zeros where there is none."""
    try:
        stat = file.stat()
    except FileNotFoundError:
        return (0, 0, 0)
    return (stat.st_ino, stat.st_mtime_ns, stat.st_size)


@dataclass(frozen=True)
class View:
    """What a page shows: the data, the period and the place in focus."""

    data: Answers
    period: str
    place: Unit

    def keep(self, name: str, make: Callable[[], Any], *more: Hashable) -> Any:
        """As `Answers.keep`, for something that shows this view in the language and look of now."""
        key = (name, current_language(), theme.now().name, self.period, self.place, *more)
        return self.data.keep(key, make)

    def keep_here(self, name: str, make: Callable[[], Any], *more: Hashable) -> Any:
        """As `keep`, for markup with links that lead on from the address in view."""
        return self.keep(name, make, address.here(), *more)

    def scores(self, level: str, parent: str | None = None) -> pd.DataFrame:
        return self.data.scores(level, self.period, parent=parent)

    def n_of_clock(self, clock: str) -> float | None:
        """How many cases or lots the curves of a clock rest on: the n of its first indicator."""
        unit = self.place
        mine = [i.id for i in self.data.method.indicators if i.estimate.clock == clock]
        values = self.data.indicators(unit.level, unit.unit_id, self.period)
        found = values.loc[values["indicator"].isin(mine), "n"]
        return None if found.empty else found.iloc[0]

    def row(self, unit: Unit) -> Any:
        """The line of `unit` in the table of scores of its level; None where it has no line."""

        def find() -> Any:
            rows = self.scores(unit.level)
            found = rows[rows["unit_id"] == unit.unit_id]
            return next(found.itertuples(index=False), None)

        return self.data.keep(("row", unit.level, unit.unit_id, self.period), find)
