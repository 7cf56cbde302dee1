"""Are non-local creditors paid as often, and as soon, as local ones? The two, place by place.

Both are read off the curves of the case process, open cases counted, as the index does; once with
the cases as they are, and once with both brought to the mix of all cases of the place, so that a
difference in the kinds of cases is none of the difference in what became of them. Creditors are
different people, so the two estimates are independent and the variance of the gap is the sum of
theirs. Cases of which it is not known where the creditor is take no part.
"""

from dataclasses import dataclass

import duckdb
import numpy as np

from index_engine.arrays import Array
from index_engine.estimates import case_mix, curve_estimates, panel
from index_engine.estimates.case_mix import CaseWeights
from index_engine.estimates.indicator_estimate import ADJUSTED, OBSERVED, IndicatorEstimate
from index_engine.estimates.indicator_tables import status_column
from index_engine.estimates.observation import Observation, process_scope
from index_engine.estimates.panel import PanelAxes, ProcessCells
from index_engine.estimates.places import Places
from index_engine.estimates.store import Columns, Store, SuppressionColumn
from index_engine.estimates.visibility import is_visible
from index_engine.estimates.windows import Windows
from index_engine.measures import strata
from index_engine.measures.compute import LOCAL, NON_LOCAL
from index_engine.method import Indicator, Method

PROCESS, EVENT = "case", "cash"
SIDES = (LOCAL, NON_LOCAL)


@dataclass(frozen=True)
class CreditorSide:
    """The cells of the cases of one side's creditors, by court, and the windows over them."""

    cells: ProcessCells
    windows: Windows


def gap_indicators(method: Method) -> list[Indicator]:
    """What is compared: the indicators of a method that tell whether and when cases are paid."""
    return [i for i in method.indicators if i.estimate.process == PROCESS and i.estimate.events == (EVENT,)]


def store_creditor_gaps(
    con: duckdb.DuckDBPyConnection,
    store: Store,
    levels: list[Places],
    windows: Windows,
    method: Method,
    design_effects: dict[str, float],
    observation: Observation,
) -> None:
    """Store both sides of every place and window and their gap, local less non-local.

    Needs schema `by_creditor` of the measures. `design_effects` are by indicator.
    """
    indicators = gap_indicators(method)
    if not indicators:
        return
    sides = {side: _read_side(con, side, windows, method) for side in SIDES}
    for places in levels:
        unobserved = observation.unobserved(process_scope(PROCESS), places, windows)
        estimates_by_basis = {OBSERVED: _observed_estimates(sides, places, indicators, method)}
        for side in SIDES:
            store.registry.add(side, places.level, estimates_by_basis[OBSERVED][side][indicators[0].id].n)
        if method.strata is not None:
            estimates_by_basis[ADJUSTED] = _adjusted_estimates(sides, places, indicators, method)
        for basis, estimates_by_side in estimates_by_basis.items():
            for indicator in indicators:
                effect = design_effects.get(indicator.id, 1.0)
                local, non_local = (
                    estimates_by_side[side][indicator.id].widen(indicator.estimate, effect).withhold(unobserved)
                    for side in SIDES
                )
                _store_gap(store, places, basis, indicator, local, non_local, method)


def _read_side(con: duckdb.DuckDBPyConnection, side: str, windows: Windows, method: Method) -> CreditorSide:
    axes = windows.axes
    side_axes = PanelAxes(tuple(f"{side}:{court}" for court in axes.courts), axes.first_period, axes.last_period)
    events = method.process_events(PROCESS)
    cells = panel.read_process_cells(con, side_axes, PROCESS, events, method.ages, "by_creditor")
    return CreditorSide(cells, Windows(side_axes, windows.length, windows.ends))


def _observed_estimates(
    sides: dict[str, CreditorSide], places: Places, indicators: list[Indicator], method: Method
) -> dict[str, dict[str, IndicatorEstimate]]:
    n_strata = strata.stratum_grid(method).n_strata
    weights = {
        name: CaseWeights.uniform(len(places.ids), len(side.windows.ends), n_strata) for name, side in sides.items()
    }
    return _weighted_estimates(sides, places, weights, indicators, method)


def _adjusted_estimates(
    sides: dict[str, CreditorSide],
    places: Places,
    indicators: list[Indicator],
    method: Method,
) -> dict[str, dict[str, IndicatorEstimate]]:
    """Both sides brought to the mix of the cases that began in the place in the window."""
    n_strata = strata.stratum_grid(method).n_strata
    entry_mixes = {
        name: case_mix.entry_mix(side.cells, places, side.windows.axes, side.windows, n_strata)
        for name, side in sides.items()
    }
    place_mix: Array = np.sum(list(entry_mixes.values()), axis=0)
    weights = {
        name: case_mix.standardisation_weights(mix, place_mix, method.case_mix) for name, mix in entry_mixes.items()
    }
    return _weighted_estimates(sides, places, weights, indicators, method)


def _weighted_estimates(
    sides: dict[str, CreditorSide],
    places: Places,
    weights: dict[str, CaseWeights],
    indicators: list[Indicator],
    method: Method,
) -> dict[str, dict[str, IndicatorEstimate]]:
    return {
        name: curve_estimates.estimates(side.cells, places, weights[name], side.windows, indicators, method)[0]
        for name, side in sides.items()
    }


def _store_gap(
    store: Store,
    places: Places,
    basis: str,
    indicator: Indicator,
    local: IndicatorEstimate,
    non_local: IndicatorEstimate,
    method: Method,
) -> None:
    """Both sides where both rest on the least n of the indicator; else why not."""
    smaller_n = np.minimum(local.n, non_local.n)
    estimable = local.estimable & non_local.estimable
    status = status_column(local.n + non_local.n, smaller_n, indicator.min_n, estimable, local.unobserved)
    has_gap = status.codes == 0
    columns: Columns = {
        "basis": basis,
        "indicator": indicator.id,
        "gap": np.where(has_gap, local.value - non_local.value, np.nan).round(10),
        "gap_se": np.where(has_gap, np.hypot(local.se, non_local.se), np.nan).round(10),
        "status": status,
    }
    for name, item in ((LOCAL, local), (NON_LOCAL, non_local)):
        columns[f"{name}_n_suppression"] = SuppressionColumn((name,))
        columns[name] = np.where(has_gap, item.value, np.nan).round(10)
        columns[f"{name}_se"] = np.where(has_gap, item.se, np.nan).round(10)
        # Fewer than the least cell, with the whole known, could be told apart.
        columns[f"{name}_n"] = np.where(is_visible(item.n, method), item.n, np.nan)
    store.append("creditor_gaps", places, columns)
