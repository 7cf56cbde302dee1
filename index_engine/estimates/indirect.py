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

from index_engine.age_grid import MONTH_DAYS, AgeGrid
from index_engine.arrays import Array, IntArray, ratio
from index_engine.estimates import case_mix, curve_estimates
from index_engine.estimates.case_mix import CaseWeights, PlaceRows, ProcessRows
from index_engine.estimates.panel import ProcessCells
from index_engine.estimates.places import Places
from index_engine.estimates.windows import Windows
from index_engine.measures import strata
from index_engine.method import Method

AGE_GROUP_MONTHS = 3  # ages of a case that share a rate
MIN_EVENTS = 50  # of the nation in a window, to fit rates at all
MIN_LEVEL_EVENTS = 10  # events of a class, band, debtor or age, to give it a rate of its own


def national_hazard(cells: ProcessCells, nation: Places, windows: Windows, method: Method) -> Array:
    """Expected events a case at risk through a bin, (window, stratum, bin), from rates fitted to
    the nation in each window; NaN in windows with too few events."""
    age_grid = method.ages
    exposure, events = _national_exposure(cells, nation, windows, method)
    age_group = np.minimum(np.arange(age_grid.n_bins) // (AGE_GROUP_MONTHS * method.bins_per_month), 99)
    group_starts = np.flatnonzero(np.diff(age_group, prepend=-1))
    exposure, events = (np.add.reduceat(a, group_starts, axis=-1) for a in (exposure, events))
    bin_months = age_grid.widths / MONTH_DAYS
    hazard = np.full((len(windows.ends), exposure.shape[0], age_grid.n_bins), np.nan)
    for window in range(len(windows.ends)):
        window_events, window_exposure = events[:, window], exposure[:, window]
        if window_events.sum() >= MIN_EVENTS:
            rates = fit_rates(window_events, window_exposure, strata.stratum_grid(method))
            hazard[window] = rates[:, age_group] * bin_months
    return hazard


def fit_rates(events: Array, exposure: Array, grid: strata.StratumGrid) -> Array:
    """Events per unit of exposure, (stratum of cases, age group), by a Poisson regression on the
    axes of the strata and on age.

    A level with too few events for a rate of its own has that of another: an age of the age before
    it, since rates fall with age; a class, band or debtor that of the first with enough.
    """
    from statsmodels.genmod.families import Poisson
    from statsmodels.genmod.generalized_linear_model import GLM

    shape = (len(grid.case_classes), grid.n_claim_classes, len(grid.debtor_kinds), events.shape[1])
    levels = np.stack(np.unravel_index(np.arange(np.prod(shape)), shape))
    flat_events = events.ravel()
    columns = [np.ones(levels.shape[1])]
    for axis_number, axis_levels in enumerate(levels):
        events_by_level = np.bincount(axis_levels, flat_events).astype(np.float64)
        rate_levels = _rate_levels(events_by_level, has_order=axis_number == len(levels) - 1)
        # The first is what all compare with.
        columns += [(rate_levels[axis_levels] == rate_level).astype(float) for rate_level in np.unique(rate_levels)[1:]]
    design = np.column_stack(columns)
    flat_exposure = exposure.ravel()
    has_exposure = flat_exposure > 1e-9
    if has_exposure.sum() <= design.shape[1]:  # as many rates as there are: nothing to fit
        crude_rates: Array = np.divide(flat_events, flat_exposure, out=np.zeros_like(flat_events), where=has_exposure)
        return crude_rates.reshape(grid.n_case_strata, events.shape[1])
    model = GLM(
        flat_events[has_exposure], design[has_exposure], family=Poisson(), offset=np.log(flat_exposure[has_exposure])
    )
    rates: Array = np.exp(design @ model.fit().params)
    return rates.reshape(grid.n_case_strata, events.shape[1])


def _rate_levels(events: Array, has_order: bool) -> IntArray:
    """For each level of an axis with so many events, the level whose rate it has."""
    levels, frequent_levels = np.arange(len(events)), np.flatnonzero(events >= MIN_LEVEL_EVENTS)
    if not len(frequent_levels):
        return np.zeros_like(levels)
    if has_order:
        preceding_level = np.searchsorted(frequent_levels, levels, side="right") - 1
        return frequent_levels[np.maximum(preceding_level, 0)]
    return np.where(events >= MIN_LEVEL_EVENTS, levels, frequent_levels[0])


def observed_and_expected_events(
    cells: ProcessCells, places: Places, windows: Windows, hazard: Array, age_grid: AgeGrid
) -> tuple[Array, Array]:
    """Events of the first kind and those expected, arrays (place, window)."""
    place_by_court = case_mix.map_courts_to_places(places, cells.entries.shape[0])
    n_places, n_bins = len(places.ids), age_grid.n_bins
    # What is ahead at the beginning of a bin, not what is behind: a case that outlives the grid has
    # no cell where it leaves it.
    remaining_hazard = np.cumsum(hazard[..., ::-1], axis=-1)[..., ::-1]
    window_offsets, start_offsets, end_offsets = (
        case_mix.window_offsets(windows),
        case_mix.start_offsets(windows),
        case_mix.end_offsets(windows),
    )
    expected = np.zeros((n_places, len(windows.ends)))
    for part, offsets, sign, is_full_bin in (
        (cells.entries, window_offsets, 1.0, False),
        (cells.opening_stock, start_offsets, 1.0, False),
        (cells.censored, window_offsets, -1.0, False),
        (cells.opening_stock, end_offsets, -1.0, False),
        # An event is at risk through the whole of its bin, as in the curves.
        (cells.events, window_offsets, -1.0, True),
    ):
        rows = case_mix.rows_from_cells(part, place_by_court)
        rows = replace(rows, inner=rows.inner % n_bins)
        for offset in offsets:
            window = rows.period + offset - windows.ends[0]
            inside_rows = np.flatnonzero((window >= 0) & (window < len(windows.ends)))
            hazard_index = (window[inside_rows], rows.stratum[inside_rows], rows.inner[inside_rows])
            source_rows = rows.source_rows[inside_rows]
            elapsed_bins = (
                part.n[source_rows]
                if is_full_bin
                else part.elapsed_days[source_rows] / age_grid.widths[hazard_index[2]]
            )
            values = part.n[source_rows] * remaining_hazard[hazard_index] - elapsed_bins * hazard[hazard_index]
            flat_index = rows.place[inside_rows] * len(windows.ends) + window[inside_rows]
            expected += sign * np.bincount(flat_index, values, expected.size).reshape(expected.shape)
    uniform_weights = CaseWeights.uniform(n_places, len(windows.ends), hazard.shape[1])
    event_rows = _first_event_rows(case_mix.rows_from_cells(cells.events, place_by_court), n_bins)
    [observed], _ = case_mix.sum_by_window(event_rows, [cells.events.n], uniform_weights, windows, window_offsets)
    return observed[..., 0], expected


def _first_event_rows(rows: PlaceRows, n_bins: int) -> PlaceRows:
    """Only the rows of the first event of a process, all ages together."""
    is_first_event = rows.inner < n_bins
    selected_fields = {
        n: getattr(rows, n)[is_first_event] for n in ("source_rows", "place", "period", "start_period", "stratum")
    }
    return PlaceRows(**selected_fields, inner=np.zeros(int(is_first_event.sum()), dtype=np.int64), inner_size=1)


def _national_exposure(cells: ProcessCells, nation: Places, windows: Windows, method: Method) -> tuple[Array, Array]:
    """Months at risk and events of the first kind in the nation, (stratum, window, bin)."""
    age_grid, n_strata = method.ages, strata.stratum_grid(method).n_case_strata
    place_by_court = case_mix.map_courts_to_places(nation, cells.entries.shape[0])
    uniform_weights = CaseWeights.uniform(n_strata, len(windows.ends), 1)

    rows_by_stratum = ProcessRows(
        *(
            replace(rows, place=rows.stratum.astype(np.int64), stratum=np.zeros_like(rows.stratum))
            for rows in vars(case_mix.process_rows(cells, place_by_court)).values()
        )
    )
    flows, _ = curve_estimates.weighted_flows(cells, rows_by_stratum, uniform_weights, windows)
    risk = curve_estimates.number_at_risk(flows, method)
    return risk * age_grid.widths / MONTH_DAYS, flows.events[:, :, 0]


def byar_interval(observed: Array, expected: Array, z: float) -> tuple[Array, Array]:
    """Interval of observed / expected by Byar's approximation to the Poisson distribution."""
    bounds = []
    for count, sign in ((observed, -1.0), (observed + 1.0, 1.0)):
        root = np.sqrt(np.maximum(count, 1e-12))
        cube = np.maximum(1.0 - 1.0 / (9.0 * root**2) + sign * z / (3.0 * root), 0.0) ** 3
        bounds.append(ratio(np.where(count > 0, count * cube, 0.0), expected))
    return bounds[0], bounds[1]
