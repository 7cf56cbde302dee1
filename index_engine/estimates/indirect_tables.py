"""Events of every place over those that the nation's rates expect of its cases, as a table."""

from collections.abc import Mapping

import numpy as np

from index_engine.arrays import Array, BoolArray, ratio
from index_engine.estimates import indirect, shrinkage
from index_engine.estimates.curves import event_design_effects
from index_engine.estimates.panel import ProcessCells
from index_engine.estimates.places import Places
from index_engine.estimates.store import Columns, Store, SuppressionColumn
from index_engine.estimates.visibility import is_visible
from index_engine.estimates.windows import Windows
from index_engine.method import Method


def store_indirect_ratios(
    store: Store,
    cells: ProcessCells,
    levels: list[Places],
    windows: Windows,
    method: Method,
    design_effects: Mapping[str, float],
) -> None:
    """Store observed and expected events of the first event of the case process, for all places.

    Ratios carry Byar's approximate interval (Breslow and Day 1987, section 2.3), and are shrunk
    towards their level by a gamma prior (Clayton and Kaldor 1987). Both are of as many events as tell as
    much as those there are: their number over the design effect of the event (quasi-likelihood:
    McCullagh and Nelder 1989, Generalized Linear Models, section 6.2).
    """
    event = next(iter(method.events))
    effect = event_design_effects(method, "case", design_effects)[event]
    hazard = indirect.national_hazard(cells, levels[0], windows, method)
    for places in levels:
        observed, expected = indirect.observed_and_expected_events(cells, places, windows, hazard, method.ages)
        low, high = indirect.byar_interval(observed / effect, expected / effect, method.z)
        shrunk = _shrink_ratios(observed / effect, expected / effect)
        store.registry.add("paid", places.level, observed)
        half_width = method.z * shrunk.se
        visible = is_visible(expected, method)

        def mask_small(values: Array, visible: BoolArray = visible) -> Array:
            return np.where(visible, values, np.nan).round(6)

        columns: Columns = {
            "event": event,
            "observed": mask_small(observed),
            "expected": mask_small(expected),
            "ratio": mask_small(ratio(observed, expected)),
            "low": mask_small(low),
            "high": mask_small(high),
            "shrunk": mask_small(shrunk.value),
            "shrunk_low": mask_small(np.maximum(shrunk.value - half_width, 0.0)),
            "shrunk_high": mask_small(shrunk.value + half_width),
            "suppression": SuppressionColumn(("paid",)),
        }
        store.append("indirect_ratios", places, columns)


def _shrink_ratios(observed: Array, expected: Array) -> shrinkage.ShrinkageEstimate:
    """Ratios shrunk towards those of their level, window by window."""
    window_results = [shrinkage.gamma_poisson(observed[:, w], expected[:, w]) for w in range(observed.shape[1])]
    return shrinkage.ShrinkageEstimate(
        *(
            np.stack([getattr(window_result, name) for window_result in window_results], axis=1)
            for name in vars(window_results[0])
        )
    )
