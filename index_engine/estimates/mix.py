"""Case mix: estimates as they would be if a place had the cases of another mix.

Direct standardisation by weighting: a case of stratum s counts t(s) / p(s) times, where p is the
mix of the place itself and t the mix it is brought to (Fleiss, Levin and Paik 2003, chapter 19, for
rates; Xie and Liu 2005, Statistics in Medicine 24, for weighted curves). Everything downstream is
then the same estimate from weighted counts. Weighting is over strata that are settled when a case
is filed, so nothing a court does moves its weights.

A window sees cases that began in it and older ones, and the mix may have been another when these
began. So a case is weighted by the mix of those it began with: the window's own, or the one that
ended whole windows before, brought to what was wanted then. With the window's weights for all, an
old stock would be corrected for a change that it had no part in.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from index_engine.estimates import weighing
from index_engine.estimates.incidence import Array
from index_engine.estimates.panel import BEFORE, Cells, ClockCells, CountRows, Frame, Index
from index_engine.estimates.units import Units
from index_engine.estimates.windows import Windows
from index_engine.method import CaseMix

NO_UNIT = -1


@dataclass(frozen=True)
class Weights:
    """`weight` (unit, window, stratum) of a case of the stratum that began in the window, 0 where
    the unit has none; `represented` (unit, window): the share of the wanted mix that the weighted
    cases make up; `since` (unit,): the first window for which a mix is wanted, before which a case
    counts 1."""

    weight: Array
    represented: Array
    since: Index

    @classmethod
    def ones(cls, units: int, windows: int, strata: int) -> "Weights":
        shape = (units, windows)
        return cls(np.ones((*shape, strata)), np.ones(shape), np.zeros(units, dtype=np.int64))

    def part(self, units: slice) -> "Weights":
        """Those of some units."""
        return Weights(self.weight[units], self.represented[units], self.since[units])

    @cached_property
    def following(self) -> Index:
        """(unit, window): the first window from here on that has weights; the last, if none."""
        count = self.weight.shape[1]
        known = ~np.isnan(self.weight).any(axis=-1)
        places = np.where(known, np.arange(count), count - 1)
        return np.minimum.accumulate(places[:, ::-1], axis=1)[:, ::-1]


def towards(own: Array, wanted: Array, limits: CaseMix) -> Weights:
    """Weights that bring counts `own` (unit, window, stratum) to the mix of `wanted` (same axes, or
    of length one where all units share it).

    No case counts more than `max_weight` times its share, so of a stratum that a unit hardly has
    only a part is represented; below `min_represented` in all, every weight is NaN. At last all
    weights are divided by what is represented, so that on average a case counts as one: with 5 and
    0.8 no case counts more than 6.25 times.
    """
    has, wants = _shares(own), _shares(wanted)
    reached = np.minimum(wants, limits.max_weight * has)
    represented = reached.sum(axis=-1)
    weight = np.divide(reached, has, out=np.zeros_like(reached), where=has > 0)
    # One case a case, so that numbers at risk stay about those of the unit.
    scale = np.divide(1.0, represented, out=np.zeros_like(represented), where=represented > 0)
    weight *= scale[..., None]
    # With a hair's width, so that a whole mix is not lost to rounding.
    weight[~(represented >= limits.min_represented - 1e-9)] = np.nan
    is_wanted = np.broadcast_to(wants.sum(axis=-1) > 0, represented.shape)
    since = np.where(is_wanted.any(axis=-1), is_wanted.argmax(axis=-1), 0)
    return Weights(weight, represented, since)


def _shares(counts: Array) -> Array:
    total = counts.sum(axis=-1, keepdims=True)
    share: Array = np.divide(counts, total, out=np.zeros_like(counts), where=total > 0)
    return share


# ---------------------------------------------------------------- adding up with weights


@dataclass(frozen=True)
class Placed:
    """Rows of a measure that belong to a unit: the unit, the period and the stratum of each as
    positions, and its position on an inner axis of length `inner_size`, such as event and bin.
    `kept` are the positions of these rows among all; `began` the periods in which their spells
    began."""

    kept: Index
    unit: Index
    period: Index
    began: Index
    stratum: Index
    inner: Index
    inner_size: int


def unit_of_court(level: Units, courts: int) -> Index:
    """(court,): the position of the unit of a level that each court belongs to, or NO_UNIT."""
    found = np.full(courts, NO_UNIT)
    for unit, rows in enumerate(level.members):
        found[rows] = unit
    return found


def placed(cells: Cells, unit_of: Index) -> Placed:
    """Cells of a clock, with event and bin together as the inner axis."""
    _, periods, events, bins = cells.shape
    court = cells.place // (periods * events * bins)
    kept = np.flatnonzero(unit_of[court] != NO_UNIT)
    period, inner = np.divmod(cells.place[kept] % (periods * events * bins), events * bins)
    stratum = cells.stratum[kept]
    began = cells.began[kept]
    return Placed(kept, unit_of[court[kept]], period, began, stratum, inner, events * bins)


def placed_rows(rows: CountRows, unit_of: Index) -> Placed:
    """Rows of counts, without an inner axis. When their cases began is not known: see
    `averaged`."""
    kept = np.flatnonzero(unit_of[rows.court] != NO_UNIT)
    nothing = np.zeros(len(kept), dtype=np.int64)
    period = rows.period[kept]
    return Placed(kept, unit_of[rows.court[kept]], period, period, rows.stratum[kept], nothing, 1)


def within(windows: Windows) -> range:
    """Offsets from a period to the ends of the windows that it is part of."""
    return range(windows.length)


def at_start(windows: Windows) -> tuple[int, ...]:
    """The same for the window that begins with the period."""
    return (windows.length - 1,)


def at_end(windows: Windows) -> tuple[int, ...]:
    """The same for the window that ended just before the period."""
    return (-1,)


def add_up(
    rows: Placed,
    values: Sequence[Array],
    weights: Weights,
    windows: Windows,
    offsets: Iterable[int],
) -> tuple[list[Array], list[Array]]:
    """Sums of weight x value, and of squared weight x value, over the rows of each window.

    `values` are arrays (row,); each result is (unit, window, inner).
    """
    units, count, _ = weights.weight.shape
    shape = (len(values), units, count, rows.inner_size)
    plain, squared = np.zeros(shape), np.zeros(shape)
    weighing.compiled()(
        plain,
        squared,
        np.stack([value[rows.kept] for value in values]).astype(np.float64),
        *(whole(axis) for axis in (rows.unit, rows.period, rows.began, rows.stratum, rows.inner)),
        weights.weight,
        whole(weights.following),
        whole(weights.since),
        int(windows.ends[0]),
        windows.length,
        np.array([*offsets]),
    )
    return list(plain), list(squared)


def whole(numbers: Index) -> Index:
    """As what is compiled takes them, whatever DuckDB gave."""
    return np.ascontiguousarray(numbers, dtype=np.int64)


def counted(
    rows: Placed, values: Array, units: int, strata: int, windows: Windows, offsets: Iterable[int]
) -> Array:
    """Plain sums by stratum: (unit, window, stratum)."""
    by_stratum = replace(
        rows,
        stratum=np.zeros_like(rows.stratum),
        inner=rows.stratum.astype(np.int64),
        inner_size=strata,
    )
    ones = Weights.ones(units, len(windows.ends), 1)
    [found], _ = add_up(by_stratum, [values], ones, windows, offsets)
    return found


def beginning(
    cells: ClockCells, level: Units, frame: Frame, windows: Windows, strata: int
) -> Array:
    """The mix of a level on a clock: spells that began in each window, by stratum (unit, window,
    stratum). What was taken over when observation began is no part of it: slow kinds stay longest.
    """
    rows = placed(cells.entered, unit_of_court(level, len(frame.courts)))
    new = np.where(cells.entered.began > BEFORE, cells.entered.n, 0.0)
    return counted(rows, new, len(level.ids), strata, windows, within(windows))


def averaged(weights: Weights, ended: Cells, level: Units, windows: Windows) -> Weights:
    """Weights for counts of what ended in a window, of which it is not known when it began: of each
    stratum the mean weight of the spells that ended in the window."""
    units, count, strata = weights.weight.shape
    rows = placed(ended, unit_of_court(level, ended.shape[0]))
    rows = replace(rows, inner=rows.stratum.astype(np.int64), inner_size=strata)
    [weighed], _ = add_up(rows, [ended.n], weights, windows, within(windows))
    [plain], _ = add_up(
        rows, [ended.n], Weights.ones(units, count, strata), windows, within(windows)
    )
    mean = np.divide(weighed, plain, out=weights.weight.copy(), where=plain > 0)
    mean[np.isnan(weights.weight)] = np.nan
    return Weights(mean, weights.represented, weights.since)


def earlier(own: Array, windows_back: int) -> Array:
    """The counts (unit, window, stratum) so many windows before; zero where there were none."""
    found = np.zeros_like(own)
    if windows_back < own.shape[1]:
        found[:, windows_back:] = own[:, : own.shape[1] - windows_back]
    return found
