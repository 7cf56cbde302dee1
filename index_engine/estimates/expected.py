"""Indirect standardisation: events of a place over those that the nation's rates expect of its mix.

The rates are a Poisson regression of events on class of cause, claim band, kind of debtor and age
of the case, with time at risk as exposure: a piecewise exponential model of the cause-specific
hazard (Holford 1980, Biometrics 36: 299-305; Breslow and Day 1987, The Design and Analysis of
Cohort Studies, chapter 4). A case at risk from age a to b is expected to bring H(b) - H(a) events,
so what is expected adds up over cells as they are counted. It suits small courts, since it needs
none of their own rates by stratum; unlike direct standardisation, two places are comparable with
the nation only, not with one another.
"""

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from index_engine.ages import MONTH_DAYS, Ages
from index_engine.estimates import clocks, mix, shrinkage
from index_engine.estimates.incidence import Array
from index_engine.estimates.mix import Placed, Weights
from index_engine.estimates.panel import Cells, ClockCells, Index
from index_engine.estimates.store import Columns, Store
from index_engine.estimates.units import Units
from index_engine.estimates.windows import Windows
from index_engine.measures import strata
from index_engine.method import Method

GROUP_MONTHS = 3  # ages of a case that share a rate
LEAST_EVENTS = 50  # of the nation in a window, to fit rates at all
LEAST_OF_LEVEL = 10  # events of a class, band, debtor or age, to give it a rate of its own


def store_expected(
    store: Store, cells: ClockCells, levels: list[Units], windows: Windows, method: Method
) -> None:
    """Store observed and expected events of the first event of the case clock, for all units.

    Ratios carry Byar's approximate interval (Breslow and Day 1987, section 2.3), and are shrunk
    towards their level by a gamma prior (Clayton and Kaldor 1987).
    """
    event = next(iter(method.events))
    hazard = national_hazard(cells, levels[0], windows, method)
    for level in levels:
        observed, expected = observed_expected(cells, level, windows, hazard, method.ages)
        low, high = byar(observed, expected, method.z)
        shrunk = _shrunk(observed, expected)
        half = method.z * shrunk.se
        enough = expected >= method.min_cell

        def kept(values: Array, enough: npt.NDArray[np.bool_] = enough) -> Array:
            return np.where(enough, values, np.nan).round(6)

        columns: Columns = {
            "event": event,
            "observed": kept(observed),
            "expected": kept(expected),
            "ratio": kept(_ratio(observed, expected)),
            "low": kept(low),
            "high": kept(high),
            "shrunk": kept(shrunk.value),
            "shrunk_low": kept(np.maximum(shrunk.value - half, 0.0)),
            "shrunk_high": kept(shrunk.value + half),
        }
        store.append("expected", level, columns)


def national_hazard(cells: ClockCells, nation: Units, windows: Windows, method: Method) -> Array:
    """Expected events a case at risk through a bin, (window, stratum, bin), from rates fitted to
    the nation in each window; NaN in windows with too few events."""
    ages = method.ages
    exposure, events = _national(cells, nation, windows, method)
    group = np.minimum(np.arange(ages.bins) // (GROUP_MONTHS * method.bins_per_month), 99)
    starts = np.flatnonzero(np.diff(group, prepend=-1))
    exposure, events = (np.add.reduceat(a, starts, axis=-1) for a in (exposure, events))
    months = ages.widths / MONTH_DAYS
    hazard = np.full((len(windows.ends), exposure.shape[0], ages.bins), np.nan)
    for window in range(len(windows.ends)):
        seen, time = events[:, window], exposure[:, window]
        if seen.sum() >= LEAST_EVENTS:
            rate = fitted_rates(seen, time, strata.grid(method))
            hazard[window] = rate[:, group] * months
    return hazard


def fitted_rates(events: Array, exposure: Array, grid: strata.Grid) -> Array:
    """Events per unit of exposure, (stratum of cases, age group), by a Poisson regression on the
    axes of the strata and on age.

    A level with too few events for a rate of its own has that of another: an age of the age before
    it, since rates fall with age; a class, band or debtor that of the first with enough.
    """
    from statsmodels.genmod.families import Poisson
    from statsmodels.genmod.generalized_linear_model import GLM

    shape = (len(grid.classes), grid.bands, len(grid.debtors), events.shape[1])
    levels = np.stack(np.unravel_index(np.arange(np.prod(shape)), shape))
    seen = events.ravel()
    columns = [np.ones(levels.shape[1])]
    for number, axis in enumerate(levels):
        of_level = np.bincount(axis, seen).astype(np.float64)
        rate_of = _sharing(of_level, ordered=number == len(levels) - 1)
        # The first is what all compare with.
        columns += [(rate_of[axis] == own).astype(float) for own in np.unique(rate_of)[1:]]
    design = np.column_stack(columns)
    time = exposure.ravel()
    known = time > 1e-9
    if known.sum() <= design.shape[1]:  # as many rates as there are: nothing to fit
        plain: Array = np.divide(seen, time, out=np.zeros_like(seen), where=known)
        return plain.reshape(grid.cases, events.shape[1])
    model = GLM(seen[known], design[known], family=Poisson(), offset=np.log(time[known]))
    rate: Array = np.exp(design @ model.fit().params)
    return rate.reshape(grid.cases, events.shape[1])


def _sharing(events: Array, ordered: bool) -> Index:
    """For each level of an axis with so many events, the level whose rate it has."""
    levels, enough = np.arange(len(events)), np.flatnonzero(events >= LEAST_OF_LEVEL)
    if not len(enough):
        return np.zeros_like(levels)
    if ordered:
        before = np.searchsorted(enough, levels, side="right") - 1
        return enough[np.maximum(before, 0)]
    return np.where(events >= LEAST_OF_LEVEL, levels, enough[0])


def observed_expected(
    cells: ClockCells, level: Units, windows: Windows, hazard: Array, ages: Ages
) -> tuple[Array, Array]:
    """Events of the first kind and those expected, arrays (unit, window)."""
    unit_of = mix.unit_of_court(level, cells.entered.shape[0])
    units, bins = len(level.ids), ages.bins
    # What is ahead at the beginning of a bin, not what is behind: a case that outlives the grid has
    # no cell where it leaves it.
    ahead = np.cumsum(hazard[..., ::-1], axis=-1)[..., ::-1]
    within, start, end = mix.within(windows), mix.at_start(windows), mix.at_end(windows)
    expected = np.zeros((units, len(windows.ends)))
    for part, offsets, sign, whole in (
        (cells.entered, within, 1.0, False),
        (cells.carried, start, 1.0, False),
        (cells.left, within, -1.0, False),
        (cells.carried, end, -1.0, False),
        # An event is at risk through the whole of its bin, as in the curves.
        (cells.ended, within, -1.0, True),
    ):
        rows = mix.placed(part, unit_of)
        rows = replace(rows, inner=rows.inner % bins)
        for offset in offsets:
            window = rows.period + offset - windows.ends[0]
            inside = np.flatnonzero((window >= 0) & (window < len(windows.ends)))
            at = (window[inside], rows.stratum[inside], rows.inner[inside])
            kept = rows.kept[inside]
            passed = part.n[kept] if whole else part.elapsed[kept] / ages.widths[at[2]]
            values = part.n[kept] * ahead[at] - passed * hazard[at]
            flat = rows.unit[inside] * len(windows.ends) + window[inside]
            expected += sign * np.bincount(flat, values, expected.size).reshape(expected.shape)
    ones = Weights.ones(units, len(windows.ends), hazard.shape[1])
    ended = _first_event(mix.placed(cells.ended, unit_of), bins)
    [observed], _ = mix.add_up(ended, [cells.ended.n], ones, windows, within)
    return observed[..., 0], expected


def _first_event(rows: Placed, bins: int) -> Placed:
    """Only the rows of the first event of a clock, all ages together."""
    mine = rows.inner < bins
    chosen = {n: getattr(rows, n)[mine] for n in ("kept", "unit", "period", "began", "stratum")}
    return Placed(**chosen, inner=np.zeros(int(mine.sum()), dtype=np.int64), inner_size=1)


def _national(
    cells: ClockCells, nation: Units, windows: Windows, method: Method
) -> tuple[Array, Array]:
    """Months at risk and events of the first kind in the nation, (stratum, window, bin)."""
    ages, count = method.ages, strata.grid(method).cases
    in_nation = mix.unit_of_court(nation, cells.entered.shape[0])
    ones = Weights.ones(count, len(windows.ends), 1)

    def placed(part: Cells) -> Placed:
        rows = mix.placed(part, in_nation)
        return replace(
            rows, unit=rows.stratum.astype(np.int64), stratum=np.zeros_like(rows.stratum)
        )

    flows, _ = clocks.weighted_flows(cells, placed, ones, windows)
    risk = clocks.at_risk(flows, method)
    return risk * ages.widths / MONTH_DAYS, flows.events[:, :, 0]


def byar(observed: Array, expected: Array, z: float) -> tuple[Array, Array]:
    """Interval of observed / expected by Byar's approximation to the Poisson distribution."""
    ends = []
    for count, sign in ((observed, -1.0), (observed + 1.0, 1.0)):
        root = np.sqrt(np.maximum(count, 1e-12))
        cube = np.maximum(1.0 - 1.0 / (9.0 * root**2) + sign * z / (3.0 * root), 0.0) ** 3
        ends.append(_ratio(np.where(count > 0, count * cube, 0.0), expected))
    return ends[0], ends[1]


def _ratio(observed: Array, expected: Array) -> Array:
    ratio: Array = np.divide(
        observed, expected, out=np.full(expected.shape, np.nan), where=expected > 0
    )
    return ratio


def _shrunk(observed: Array, expected: Array) -> shrinkage.Shrunk:
    """Ratios drawn towards those of their level, window by window."""
    windows = [
        shrinkage.gamma_poisson(observed[:, w], expected[:, w]) for w in range(observed.shape[1])
    ]
    return shrinkage.Shrunk(
        *(
            np.stack([getattr(found, name) for found in windows], axis=1)
            for name in vars(windows[0])
        )
    )
