"""Whole curves of one place, from its courts together, as they are shown beside a score.

A region is its courts summed, so nothing is stored twice; one place takes milliseconds.
"""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from index_engine.age_grid import months_to_days
from index_engine.arrays import Array
from index_engine.estimates import incidence
from index_engine.estimates.curve_estimates import period_curves
from index_engine.estimates.panel import PanelAxes, ProcessPanel
from index_engine.estimates.windows import Windows
from index_engine.method import Method


def period_axes(method: Method, courts: tuple[str, ...], end_quarter: int) -> PanelAxes:
    """The courts as one, over the window that ends with a quarter and the quarter after it, whose
    opening stock is what the window leaves open."""
    return PanelAxes(courts, end_quarter - method.window_quarters + 1, end_quarter + 1, is_pooled=True)


def period_curve(
    process_panel: ProcessPanel,
    axes: PanelAxes,
    method: Method,
    process: str,
    design_effects: Mapping[str, float],
) -> pd.DataFrame:
    """Period curve of a panel on the axes of `period_axes`; `design_effects` by indicator.

    One row a month: month, n (of the curve), at_risk (in steps of the least cell, NaN below it), a column per event, se_<event>, open. Ends with the curve.
    """
    length = method.window_quarters
    windows = Windows(axes, length, np.array([length - 1]))
    curves, n = period_curves(process_panel, windows, method)
    return _monthly_table(curves.select(0, 0), float(n[0, 0]), method, process, design_effects)


def cohort_curve(
    cells: pd.DataFrame, method: Method, process: str, design_effects: Mapping[str, float]
) -> pd.DataFrame:
    """Curve of spells observed from their beginning, as in `period_curve`.

    `cells`: event ('open' where it has not ended), age_bin (the number of bins for all ages beyond
    the grid), n and elapsed_days (days of the bin passed, summed over the n).
    """
    n_bins = method.ages.n_bins
    events = method.process_events(process)

    def counts_by_bin(event: str, column: str) -> Array:
        event_cells = cells[cells["event"] == event]
        counts = np.bincount(event_cells["age_bin"], event_cells[column], n_bins + 1)
        return counts.astype(np.float64)[:n_bins]

    entries = np.zeros(n_bins)
    entries[0] = cells["n"].sum()
    event_counts = np.stack([counts_by_bin(event, "n") for event in events])
    risk = incidence.number_at_risk(
        entries,
        np.zeros(n_bins),
        counts_by_bin("open", "n"),
        counts_by_bin("open", "elapsed_days"),
        event_counts,
        method.ages,
    )
    curve = incidence.aalen_johansen(event_counts, risk, method.min_at_risk, method.max_unresolved)
    return _monthly_table(curve, float(entries[0]), method, process, design_effects)


def event_design_effects(method: Method, process: str, design_effects: Mapping[str, float]) -> dict[str, float]:
    """The design effect of each event of a process: that of the incidence of that event, else the
    largest of those it is pooled in, else of the process, since what ends cases together ends them
    together in any way; 1 where none is known."""
    incidences = {
        entry.estimate.events: design_effects[entry.id]
        for entry in method.estimands
        if entry.estimate.kind == "incidence" and entry.estimate.process == process and entry.id in design_effects
    }
    largest = max(incidences.values(), default=1.0)

    def effect(event: str) -> float:
        pooled = max((value for events, value in incidences.items() if event in events), default=largest)
        return incidences.get((event,), pooled)

    return {event: effect(event) for event in method.process_events(process)}


def _monthly_table(
    curve: incidence.IncidenceCurves,
    n: float,
    method: Method,
    process: str,
    design_effects: Mapping[str, float],
) -> pd.DataFrame:
    """Read one curve of `n` spells, without leading axes, at whole months; no row where they are
    fewer than the least cell, of which nothing is published."""
    events = method.process_events(process)
    months = range(method.horizon_months + 1)
    weights = np.stack([incidence.incidence_weights(method.ages, m) for m in months])
    bin_index = method.ages.bin_index([months_to_days(m) for m in months])
    table = pd.DataFrame({"month": months, "at_risk": curve.risk[bin_index]})
    effects = event_design_effects(method, process, design_effects)
    for position, event in enumerate(events):
        functional = incidence.mass_functional(curve, position, weights)
        table[event] = functional.value
        variance = incidence.sampling_variance(curve, position, weights, method.ages) * effects[event]
        table[f"se_{event}"] = np.sqrt(variance)
    table = table.dropna().reset_index(drop=True)
    table = table if n >= method.min_cell else table.iloc[:0]
    table["open"] = 1.0 - table[list(events)].sum(axis=1)
    # In steps of the least cell: month by month, exact numbers would tell how few were left elsewhere.
    step = max(method.min_cell, 1)
    at_risk = table["at_risk"].round() // step * step
    table["at_risk"] = at_risk.where(at_risk > 0)
    table.insert(1, "n", n)
    return table
