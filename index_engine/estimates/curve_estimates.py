"""Estimates read off curves: incidences and restricted means, of every place and window, as
observed and brought to another case mix."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import combinations

import numpy as np

from index_engine.arrays import Array, BoolArray, spread
from index_engine.estimates import case_mix, incidence, panel
from index_engine.estimates.case_mix import CaseWeights
from index_engine.estimates.indicator_estimate import Covariances, IndicatorEstimate
from index_engine.estimates.panel import ProcessCells, ProcessPanel
from index_engine.estimates.places import Places
from index_engine.estimates.windows import Windows
from index_engine.method import Check, Estimate, Indicator, Method

CURVE_KINDS = ("incidence", "restricted_mean")


@dataclass(frozen=True)
class Flows:
    """What a window's curves are made of, arrays (place, window, bin): spells that came under
    observation in it or were open when it began, spells that left it without an event or were open
    when it ended, each with the days of the bin elapsed by then, and `events` (place, window,
    event, bin)."""

    entries: Array
    entries_elapsed_days: Array
    censored: Array
    censored_elapsed_days: Array
    events: Array


def window_flows(panel_cells: ProcessPanel, windows: Windows) -> Flows:
    return Flows(
        windows.sums(panel_cells.entries) + windows.stock_at_start(panel_cells.opening_stock),
        windows.sums(panel_cells.entries_elapsed_days) + windows.stock_at_start(panel_cells.opening_stock_elapsed_days),
        windows.sums(panel_cells.censored) + windows.stock_at_end(panel_cells.opening_stock),
        windows.sums(panel_cells.censored_elapsed_days) + windows.stock_at_end(panel_cells.opening_stock_elapsed_days),
        windows.sums(panel_cells.events),
    )


def number_at_risk(flows: Flows, method: Method) -> Array:
    return incidence.number_at_risk(
        flows.entries,
        flows.entries_elapsed_days,
        flows.censored,
        flows.censored_elapsed_days,
        flows.events,
        method.ages.leading(flows.entries.shape[-1]),
    )


def period_curves(cells: ProcessPanel, windows: Windows, method: Method) -> tuple[incidence.IncidenceCurves, Array]:
    """Period curves (place, window, ...) from cells, and the number of spells under way (n)."""
    flows = window_flows(cells, windows)
    curves = incidence.aalen_johansen(
        flows.events, number_at_risk(flows, method), method.min_at_risk, method.max_unresolved
    )
    return curves, flows.entries.sum(axis=-1)


def under_way(cells: ProcessCells, places: Places, windows: Windows, count: Callable[[panel.Cells], Array]) -> Array:
    """The number of spells (place, window) that came under observation in a window or were open when
    it began; `count` tells of cells which number it is."""

    def by_period(part: panel.Cells) -> Array:
        n_courts, n_periods, *_ = part.shape
        period = part.position // int(np.prod(part.shape[2:]))
        counts = np.bincount(period, count(part), n_courts * n_periods).astype(np.float64, copy=False)
        return panel.sum_members(counts.reshape(n_courts, n_periods), places.members)

    return windows.sums(by_period(cells.entries)) + windows.stock_at_start(by_period(cells.opening_stock))


# ---------------------------------------------------------------- weighted


def effective_curves(flows: Flows, squared_flows: Flows, method: Method) -> incidence.IncidenceCurves:
    """Curves of the flows of weighted cases.

    The hazards are those of the weighted counts; the numbers at risk are the effective ones,
    (sum w)^2 / sum w^2 (Kish 1965, section 11.7): from them the variance follows as ever, and by
    them a curve ends, so that a heavy case is not taken for many.
    """
    risk, squared_risk = number_at_risk(flows, method), number_at_risk(squared_flows, method)
    # Events and numbers at risk in one proportion: hazards stay, and weights of 1 change nothing.
    scale = np.divide(risk, squared_risk, out=np.zeros_like(risk), where=squared_risk > 1e-9)
    return incidence.aalen_johansen(
        flows.events * scale[..., None, :], np.maximum(risk * scale, 0.0), method.min_at_risk, method.max_unresolved
    )


def weighted_flows(
    cells: ProcessCells,
    rows: case_mix.ProcessRows,
    weights: CaseWeights,
    windows: Windows,
    wanted: BoolArray | None = None,
) -> tuple[Flows, Flows]:
    """Flows of weighted counts, and the same of squared weights; `rows` are those of the cells, `wanted` is
    that of `case_mix.sum_by_window`."""
    window_offsets, start_offsets, end_offsets = (
        case_mix.window_offsets(windows),
        case_mix.start_offsets(windows),
        case_mix.end_offsets(windows),
    )

    def sums(part: case_mix.PlaceRows, values: list[Array], offsets: Sequence[int]) -> tuple[list[Array], list[Array]]:
        return case_mix.sum_by_window(part, values, weights, windows, offsets, wanted)

    entered, stock, left = (
        [part.n, part.elapsed_days] for part in (cells.entries, cells.opening_stock, cells.censored)
    )
    entries = sums(rows.entries, entered, window_offsets)
    opening_stock = sums(rows.opening_stock, stock, start_offsets)
    censored = sums(rows.censored, left, window_offsets)
    closing_stock = sums(rows.opening_stock, stock, end_offsets)
    event_counts = sums(rows.events, [cells.events.n], window_offsets)
    _, _, n_events, n_bins = cells.events.shape
    return tuple(  # type: ignore[return-value]
        Flows(
            entries[k][0] + opening_stock[k][0],
            entries[k][1] + opening_stock[k][1],
            censored[k][0] + closing_stock[k][0],
            censored[k][1] + closing_stock[k][1],
            event_counts[k][0].reshape(*event_counts[k][0].shape[:-1], n_events, n_bins),
        )
        for k in (0, 1)
    )


# ---------------------------------------------------------------- indicators


def estimates(
    cells: ProcessCells,
    places: Places,
    weights: CaseWeights,
    windows: Windows,
    indicators: Sequence[Indicator | Check],
    method: Method,
) -> tuple[dict[str, IndicatorEstimate], Covariances]:
    """Estimates of one level by indicator, of weighted cases, and covariances of those read off the same
    curves. Their n is the number of the cases themselves."""
    n = under_way(cells, places, windows, lambda part: part.n)
    # With fewer a curve ends where it begins: weights make no number at risk larger.
    wanted = n >= method.min_at_risk
    early_cells = cells.up_to_age(n_bins_needed(indicators, method))
    parts = []
    locate_rows = partial(case_mix.process_rows, early_cells)
    n_courts = cells.entries.shape[0]
    for rows, batch_weights, batch_wanted in case_mix.batches(locate_rows, n_courts, places, weights, wanted):
        curves = effective_curves(*weighted_flows(early_cells, rows, batch_weights, windows, batch_wanted), method)
        parts.append(estimates_from_curves(curves, curves.risk[..., 0], indicators, method))
    return _spread(_concatenate(parts), wanted, n)


def n_bins_needed(indicators: Sequence[Indicator | Check], method: Method) -> int:
    """How many bins of age the curves of some indicators are read in."""
    return max(int(np.flatnonzero(_weights(i.estimate, method))[-1]) + 1 for i in indicators)


def _spread(
    found: tuple[dict[str, IndicatorEstimate], Covariances], positions: BoolArray, n: Array
) -> tuple[dict[str, IndicatorEstimate], Covariances]:
    """Estimates in one row at their `positions` (...) among all, of which there are `n` (...)."""
    estimate_by_id, covariances = found
    return (
        {name: estimate.spread(positions, n) for name, estimate in estimate_by_id.items()},
        {pair: spread(covariance, positions) for pair, covariance in covariances.items()},
    )


def estimates_from_curves(
    curves: incidence.IncidenceCurves, n: Array, indicators: Sequence[Indicator | Check], method: Method
) -> tuple[dict[str, IndicatorEstimate], Covariances]:
    """Indicators of curves (place, window, ...), with covariances for each pair of them."""
    is_read = curves.n_estimable_bins >= min(n_bins_needed([i], method) for i in indicators)
    if not is_read.all():
        return _spread(estimates_from_curves(curves.select(is_read), n[is_read], indicators, method), is_read, n)
    functionals = {i.id: _indicator_functional(curves, i.estimate, method) for i in indicators}
    formula_variance = {name: incidence.covariance(curves, f, f) for name, f in functionals.items()}
    estimates = {}
    for indicator in indicators:
        value = functionals[indicator.id].value
        se = np.sqrt(_sampling_variance(curves, indicator.estimate, method))
        estimates[indicator.id] = IndicatorEstimate(value, se, n, ~np.isnan(value))
    covariances = {}
    for first, second in combinations(functionals, 2):
        # The correlation of the formulas, between the errors that hold for few events too.
        formula_product = np.sqrt(np.maximum(formula_variance[first] * formula_variance[second], 0.0))
        covariance = incidence.covariance(curves, functionals[first], functionals[second])
        correlation = np.divide(covariance, formula_product, out=np.zeros_like(covariance), where=formula_product > 0)
        covariances[first, second] = correlation * estimates[first].se * estimates[second].se
    return estimates, covariances


def _event_positions(spec: Estimate, method: Method) -> tuple[int, ...]:
    process_events = method.process_events(spec.process)
    return tuple(process_events.index(event) for event in spec.events)


def _weights(spec: Estimate, method: Method) -> Array:
    if spec.kind == "incidence":
        return incidence.incidence_weights(method.ages, spec.months)
    return incidence.restricted_mean_weights(method.ages, spec.months)


def _indicator_functional(curves: incidence.IncidenceCurves, spec: Estimate, method: Method) -> incidence.Functional:
    mass = incidence.mass_functional(curves, _event_positions(spec, method), _weights(spec, method))
    return mass if spec.kind == "incidence" else mass.complement(spec.months)


def _sampling_variance(curves: incidence.IncidenceCurves, spec: Estimate, method: Method) -> Array:
    """Variance of an indicator; a restricted mean has that of the months that its events save."""
    return incidence.sampling_variance(curves, _event_positions(spec, method), _weights(spec, method), method.ages)


def _concatenate(
    parts: Sequence[tuple[dict[str, IndicatorEstimate], Covariances]],
) -> tuple[dict[str, IndicatorEstimate], Covariances]:
    estimates, covariances = parts[0]
    return (
        {name: IndicatorEstimate.concatenate([part[0][name] for part in parts]) for name in estimates},
        {pair: np.concatenate([part[1][pair] for part in parts]) for pair in covariances},
    )
