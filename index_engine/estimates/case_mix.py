"""Case mix: estimates as they would be if a place had the cases of another mix.

Direct standardisation by weighting: a case of stratum s counts t(s) / p(s) times, where p is the
mix of the place itself and t the mix it is brought to (Fleiss, Levin and Paik 2003, chapter 19, for
rates; Xie and Liu 2005, Statistics in Medicine 24, for weighted curves). Everything downstream is
then the same estimate from weighted counts. Weighting is over strata that are settled when a case
is filed, so nothing a court does moves its weights.

A window sees cases that began in it and older ones, and the mix may have been another when these
began. So a case is weighted by the mix of those it began with: the window's own, or the one that
ended whole windows before, brought to the standard mix of that time. With the window's weights for
all, an old stock would be corrected for a change that it had no part in.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TypeVar

import numpy as np

from index_engine.arrays import Array, BoolArray, IntArray
from index_engine.estimates import weighted_sums
from index_engine.estimates.panel import BEFORE_OBSERVATION, Cells, CountRows, PanelAxes, ProcessCells
from index_engine.estimates.places import CACHE_BATCH, Places
from index_engine.estimates.windows import Windows
from index_engine.method import CaseMix

NO_PLACE = -1


@dataclass(frozen=True)
class CaseWeights:
    """`weight` (place, window, stratum) of a case of the stratum that began in the window, 0 where
    the place has none; `overlap` (place, window): the share of the standard mix that the weighted
    cases make up; `first_window` (place,): the first window with a standard mix, before which a
    case counts 1."""

    weight: Array
    overlap: Array
    first_window: IntArray

    @classmethod
    def uniform(cls, n_places: int, n_windows: int, n_strata: int) -> "CaseWeights":
        shape = (n_places, n_windows)
        return cls(np.ones((*shape, n_strata)), np.ones(shape), np.zeros(n_places, dtype=np.int64))

    def select(self, places: IntArray) -> "CaseWeights":
        """Those of some places, by their positions."""
        return CaseWeights(self.weight[places], self.overlap[places], self.first_window[places])

    @cached_property
    def next_window(self) -> IntArray:
        """(place, window): the first window from here on that has weights; the last, if none."""
        n_windows = self.weight.shape[1]
        has_weights = ~np.isnan(self.weight).any(axis=-1)
        positions = np.where(has_weights, np.arange(n_windows), n_windows - 1)
        return np.minimum.accumulate(positions[:, ::-1], axis=1)[:, ::-1]


def standardisation_weights(place_counts: Array, standard_counts: Array, limits: CaseMix) -> CaseWeights:
    """Weights that bring `place_counts` (place, window, stratum) to the mix of `standard_counts`
    (same axes, or of length one where all places share it).

    No case counts more than `max_weight` times its share, so of a stratum that a place hardly has
    only a part is represented; below an overlap of `min_overlap` every weight is NaN. At last all
    weights are divided by the overlap, so that on average a case counts as one: with 5 and
    0.8 no case counts more than 6.25 times.
    """
    place_shares, standard_shares = _stratum_shares(place_counts), _stratum_shares(standard_counts)
    capped_shares = np.minimum(standard_shares, limits.max_weight * place_shares)
    overlap = capped_shares.sum(axis=-1)
    weight = np.divide(capped_shares, place_shares, out=np.zeros_like(capped_shares), where=place_shares > 0)
    # One case a case, so that numbers at risk stay about those of the place.
    scale = np.divide(1.0, overlap, out=np.zeros_like(overlap), where=overlap > 0)
    weight *= scale[..., None]
    # With a tolerance, so that a whole mix is not lost to rounding.
    weight[~(overlap >= limits.min_overlap - 1e-9)] = np.nan
    has_standard = np.broadcast_to(standard_shares.sum(axis=-1) > 0, overlap.shape)
    first_window = np.where(has_standard.any(axis=-1), has_standard.argmax(axis=-1), 0)
    return CaseWeights(weight, overlap, first_window)


def _stratum_shares(counts: Array) -> Array:
    total = counts.sum(axis=-1, keepdims=True)
    share: Array = np.divide(counts, total, out=np.zeros_like(counts), where=total > 0)
    return share


# ---------------------------------------------------------------- adding up with weights


@dataclass(frozen=True)
class PlaceRows:
    """Rows of a measure that belong to a place: the place, the period and the stratum of each as
    positions, and its position on an inner axis of length `inner_size`, such as event and bin.
    `source_rows` are the positions of these rows among all; `start_period` the periods in which
    their spells began."""

    source_rows: IntArray
    place: IntArray
    period: IntArray
    start_period: IntArray
    stratum: IntArray
    inner: IntArray
    inner_size: int

    def of_places(self, start: int, stop: int) -> "PlaceRows":
        """Those of the places `start` to before `stop`, in rows ordered by place; `start` comes to be 0."""
        first, end = np.searchsorted(self.place, [start, stop])
        columns = {name: axis[first:end] for name, axis in vars(self).items() if name != "inner_size"}
        return PlaceRows(**{**columns, "place": columns["place"] - start}, inner_size=self.inner_size)


@dataclass(frozen=True)
class ProcessRows:
    """The rows of all cells of a process."""

    entries: PlaceRows
    opening_stock: PlaceRows
    censored: PlaceRows
    events: PlaceRows

    def of_places(self, start: int, stop: int) -> "ProcessRows":
        return ProcessRows(*(rows.of_places(start, stop) for rows in vars(self).values()))


def map_courts_to_places(places: Places, n_courts: int) -> IntArray:
    """(court,): the position of the place of a level that each court belongs to, or NO_PLACE."""
    place_by_court = np.full(n_courts, NO_PLACE)
    for place, rows in enumerate(places.members):
        place_by_court[rows] = place
    return place_by_court


def rows_from_cells(cells: Cells, place_by_court: IntArray) -> PlaceRows:
    """Cells of a process in the order of their places, with event and bin together as the inner axis."""
    _, n_periods, n_events, n_bins = cells.shape
    court, of_court = np.divmod(cells.position, n_periods * n_events * n_bins)
    place = place_by_court[court]
    source_rows = _rows_in_places(place)
    period, inner = np.divmod(of_court[source_rows], n_events * n_bins)
    return PlaceRows(
        source_rows,
        place[source_rows],
        period,
        cells.start_period[source_rows],
        cells.stratum[source_rows],
        inner,
        n_events * n_bins,
    )


Rows = TypeVar("Rows", PlaceRows, ProcessRows)


def process_rows(cells: ProcessCells, place_by_court: IntArray) -> ProcessRows:
    return ProcessRows(*(rows_from_cells(part, place_by_court) for part in vars(cells).values()))


def batches(
    locate_rows: Callable[[IntArray], Rows], n_courts: int, places: Places, weights: CaseWeights, wanted: BoolArray
) -> Iterator[tuple[Rows, CaseWeights, BoolArray]]:
    """Rows, weights and what is `wanted` (place, window) of a few places at a time, in order; places
    without a window that is wanted are left out. `locate_rows` finds the rows of the place of each court."""
    kept = np.flatnonzero(wanted.any(axis=1))
    rows = locate_rows(map_courts_to_places(places.select(kept), n_courts))
    for start in range(0, max(len(kept), 1), CACHE_BATCH):
        batch = kept[start : start + CACHE_BATCH]
        yield rows.of_places(start, start + len(batch)), weights.select(batch), wanted[batch]


def rows_from_counts(rows: CountRows, place_by_court: IntArray) -> PlaceRows:
    """Rows of counts in the order of their places, without an inner axis. When their cases began is not
    known: see `average_weights`."""
    place = place_by_court[rows.court]
    source_rows = _rows_in_places(place)
    zeros = np.zeros(len(source_rows), dtype=np.int64)
    period = rows.period[source_rows]
    return PlaceRows(source_rows, place[source_rows], period, period, rows.stratum[source_rows], zeros, 1)


def _rows_in_places(place: IntArray) -> IntArray:
    """Positions of the rows that have a `place` (row,), in the order of places and then as they stand."""
    source_rows = np.flatnonzero(place != NO_PLACE)
    if np.any(np.diff(place[source_rows]) < 0):
        source_rows = source_rows[np.argsort(place[source_rows], kind="stable")]
    return source_rows


def window_offsets(windows: Windows) -> range:
    """Offsets from a period to the ends of the windows that it is part of."""
    return range(windows.length)


def start_offsets(windows: Windows) -> tuple[int, ...]:
    """The same for the window that begins with the period."""
    return (windows.length - 1,)


def end_offsets(windows: Windows) -> tuple[int, ...]:
    """The same for the window that ended just before the period."""
    return (-1,)


def sum_by_window(
    rows: PlaceRows,
    values: Sequence[Array],
    weights: CaseWeights,
    windows: Windows,
    offsets: Iterable[int],
    wanted: BoolArray | None = None,
) -> tuple[list[Array], list[Array]]:
    """Sums of weight x value, and of squared weight x value, over the rows of each window.

    `values` are arrays (row,); each result is (place, window, inner) or, of the places and windows
    `wanted` (place, window) alone, (wanted, inner), in their order.
    """
    is_wanted = np.ones(weights.overlap.shape, dtype=bool) if wanted is None else wanted
    target = np.where(is_wanted, np.cumsum(is_wanted).reshape(is_wanted.shape) - 1, weighted_sums.NO_TARGET)
    leading = is_wanted.shape if wanted is None else (int(is_wanted.sum()),)
    shape = (len(values), int(is_wanted.sum()), rows.inner_size)
    sums, squared_sums = np.zeros(shape), np.zeros(shape)
    weighted_sums.compiled_kernel()(
        sums,
        squared_sums,
        target,
        np.stack([value[rows.source_rows] for value in values]).astype(np.float64),
        *(as_int64(axis) for axis in (rows.place, rows.period, rows.start_period, rows.stratum, rows.inner)),
        weights.weight,
        as_int64(weights.next_window),
        as_int64(weights.first_window),
        int(windows.ends[0]),
        windows.length,
        np.array([*offsets]),
    )
    return tuple(  # type: ignore[return-value]
        list(found.reshape(len(values), *leading, rows.inner_size)) for found in (sums, squared_sums)
    )


def as_int64(numbers: IntArray) -> IntArray:
    """As what is compiled takes them, whatever DuckDB gave."""
    return np.ascontiguousarray(numbers, dtype=np.int64)


def count_by_stratum(
    rows: PlaceRows, values: Array, n_places: int, n_strata: int, windows: Windows, offsets: Iterable[int]
) -> Array:
    """Plain sums by stratum: (place, window, stratum)."""
    stratum_rows = replace(
        rows, stratum=np.zeros_like(rows.stratum), inner=rows.stratum.astype(np.int64), inner_size=n_strata
    )
    uniform_weights = CaseWeights.uniform(n_places, len(windows.ends), 1)
    [counts], _ = sum_by_window(stratum_rows, [values], uniform_weights, windows, offsets)
    return counts


def entry_mix(cells: ProcessCells, places: Places, axes: PanelAxes, windows: Windows, n_strata: int) -> Array:
    """The mix of a level on a process: spells that began in each window, by stratum (place, window,
    stratum). What was taken over when observation began is no part of it: slow kinds stay longest.
    """
    rows = rows_from_cells(cells.entries, map_courts_to_places(places, len(axes.courts)))
    new_entries = np.where(cells.entries.start_period > BEFORE_OBSERVATION, cells.entries.n, 0.0)
    return count_by_stratum(rows, new_entries, len(places.ids), n_strata, windows, window_offsets(windows))


def average_weights(weights: CaseWeights, event_cells: Cells, places: Places, windows: Windows) -> CaseWeights:
    """Weights for counts of what ended in a window, of which it is not known when it began: of each
    stratum the mean weight of the spells that ended in the window."""
    n_places, n_windows, n_strata = weights.weight.shape
    rows = rows_from_cells(event_cells, map_courts_to_places(places, event_cells.shape[0]))
    rows = replace(rows, inner=rows.stratum.astype(np.int64), inner_size=n_strata)
    [weighted_counts], _ = sum_by_window(rows, [event_cells.n], weights, windows, window_offsets(windows))
    [plain_counts], _ = sum_by_window(
        rows, [event_cells.n], CaseWeights.uniform(n_places, n_windows, n_strata), windows, window_offsets(windows)
    )
    mean_weights = np.divide(weighted_counts, plain_counts, out=weights.weight.copy(), where=plain_counts > 0)
    mean_weights[np.isnan(weights.weight)] = np.nan
    return CaseWeights(mean_weights, weights.overlap, weights.first_window)


def lag_windows(counts: Array, n_windows: int) -> Array:
    """The counts (place, window, stratum) so many windows before; zero where there were none."""
    lagged_counts = np.zeros_like(counts)
    if n_windows < counts.shape[1]:
        lagged_counts[:, n_windows:] = counts[:, : counts.shape[1] - n_windows]
    return lagged_counts
