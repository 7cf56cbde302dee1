"""Estimates read off curves: incidences and restricted means, of every unit and window, as observed
and brought to another case mix."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from index_engine.estimates import incidence, mix, panel
from index_engine.estimates.estimated import Estimated, Shared, blocks
from index_engine.estimates.incidence import Array
from index_engine.estimates.mix import Weights
from index_engine.estimates.panel import ClockCells, ClockPanel
from index_engine.estimates.units import Units
from index_engine.estimates.windows import Windows
from index_engine.method import Check, Estimate, Indicator, Method

MOST_AT_ONCE = 1_000  # units whose weighted cells are held at a time: some 400 MB


@dataclass(frozen=True)
class Flows:
    """What a window's curves are made of, arrays (unit, window, bin): spells that came under
    observation in it or were carried in, spells that left it without an event or were carried out,
    each with the days of the bin passed by then, and `events` (unit, window, event, bin)."""

    entries: Array
    entries_elapsed: Array
    leaves: Array
    leaves_elapsed: Array
    events: Array


def flows_of(cells: ClockPanel, windows: Windows) -> Flows:
    return Flows(
        windows.sums(cells.entered) + windows.at_start(cells.carried),
        windows.sums(cells.entered_elapsed) + windows.at_start(cells.carried_elapsed),
        windows.sums(cells.left) + windows.at_end(cells.carried),
        windows.sums(cells.left_elapsed) + windows.at_end(cells.carried_elapsed),
        windows.sums(cells.events),
    )


def at_risk(flows: Flows, method: Method) -> Array:
    return incidence.at_risk(
        flows.entries,
        flows.entries_elapsed,
        flows.leaves,
        flows.leaves_elapsed,
        flows.events,
        method.ages,
    )


def curves_of(
    cells: ClockPanel, windows: Windows, method: Method
) -> tuple[incidence.Curves, Array]:
    """Period curves (unit, window, ...) from cells, and the number of spells under way (n)."""
    flows = flows_of(cells, windows)
    curves = incidence.aalen_johansen(
        flows.events, at_risk(flows, method), method.min_at_risk, method.max_unresolved
    )
    return curves, flows.entries.sum(axis=-1)


# ---------------------------------------------------------------- weighted to another mix


def weighted_curves(
    cells: ClockCells, level: Units, weights: Weights, windows: Windows, method: Method
) -> incidence.Curves:
    """As `curves_of`, each case counting by its weight.

    The hazards are those of the weighted counts; the numbers at risk are the effective ones,
    (sum w)^2 / sum w^2 (Kish 1965, section 11.7): from them the variance follows as ever, and by
    them a curve ends, so that a heavy case is not taken for many.
    """
    unit_of = mix.unit_of_court(level, cells.entered.shape[0])
    flows, squares = weighted_flows(cells, lambda part: mix.placed(part, unit_of), weights, windows)
    risk, spread = at_risk(flows, method), at_risk(squares, method)
    # Events and numbers at risk in one proportion: hazards stay, and weights of 1 change nothing.
    scale = np.divide(risk, spread, out=np.zeros_like(risk), where=spread > 1e-9)
    return incidence.aalen_johansen(
        flows.events * scale[..., None, :],
        np.maximum(risk * scale, 0.0),
        method.min_at_risk,
        method.max_unresolved,
    )


def weighted_flows(
    cells: ClockCells,
    placed: Callable[[panel.Cells], mix.Placed],
    weights: Weights,
    windows: Windows,
) -> tuple[Flows, Flows]:
    """Flows of weighted counts, and the same of squared weights; `placed` tells the unit of each
    cell."""
    within, start, end = mix.within(windows), mix.at_start(windows), mix.at_end(windows)

    def add(part: panel.Cells, offsets: Sequence[int]) -> tuple[list[Array], list[Array]]:
        return mix.add_up(placed(part), [part.n, part.elapsed], weights, windows, offsets)

    entered, carried_in = add(cells.entered, within), add(cells.carried, start)
    left, carried_out = add(cells.left, within), add(cells.carried, end)
    ended = add(cells.ended, within)
    _, _, events, bins = cells.ended.shape
    return tuple(  # type: ignore[return-value]
        Flows(
            entered[k][0] + carried_in[k][0],
            entered[k][1] + carried_in[k][1],
            left[k][0] + carried_out[k][0],
            left[k][1] + carried_out[k][1],
            ended[k][0].reshape(*ended[k][0].shape[:2], events, bins),
        )
        for k in (0, 1)
    )


# ---------------------------------------------------------------- indicators


def observed(
    cells: ClockPanel,
    level: Units,
    windows: Windows,
    wanted: Sequence[Indicator | Check],
    method: Method,
) -> tuple[dict[str, Estimated], Shared]:
    """Estimates of one level by indicator, and covariances of those read off the same curves."""
    parts = []
    for part in blocks(level):
        gathered = ClockPanel(
            **{name: panel.gather(array, part.members) for name, array in vars(cells).items()}
        )
        curves, n = curves_of(gathered, windows, method)
        parts.append(read_off(curves, n, wanted, method))
    return _stacked(parts)


def brought_to(
    cells: ClockCells,
    level: Units,
    weights: Weights,
    windows: Windows,
    wanted: Sequence[Indicator | Check],
    n: Array,
    method: Method,
) -> tuple[dict[str, Estimated], Shared]:
    """The same by weighted cases; `n` (unit, window) is the number of the cases themselves."""
    parts = []
    for first, part in _few(level):
        mine = slice(first, first + len(part.ids))
        curves = weighted_curves(cells, part, weights.part(mine), windows, method)
        parts.append(read_off(curves, n[mine], wanted, method))
    return _stacked(parts)


def read_off(
    curves: incidence.Curves, n: Array, wanted: Sequence[Indicator | Check], method: Method
) -> tuple[dict[str, Estimated], Shared]:
    """Indicators of curves (unit, window, ...), with covariances for each pair of them."""
    found = {i.id: _functional(curves, i.estimate, method) for i in wanted}
    own = {}
    for name, item in found.items():
        se = np.sqrt(np.maximum(incidence.covariance(curves, item, item), 0.0))
        own[name] = Estimated(item.value, se, n, ~np.isnan(item.value))
    shared = {
        (one, other): incidence.covariance(curves, found[one], found[other])
        for one, other in combinations(found, 2)
    }
    return own, shared


def _functional(curves: incidence.Curves, spec: Estimate, method: Method) -> incidence.Functional:
    event = method.clock_events(spec.clock).index(spec.event)
    if spec.kind == "incidence":
        weights = incidence.incidence_weights(method.ages, spec.months)
        return incidence.functional(curves, event, weights)
    weights = incidence.saved_time_weights(method.ages, spec.months)
    return incidence.functional(curves, event, weights).subtracted_from(spec.months)


def _stacked(
    parts: Sequence[tuple[dict[str, Estimated], Shared]],
) -> tuple[dict[str, Estimated], Shared]:
    own, shared = parts[0]
    return (
        {name: Estimated.stacked([part[0][name] for part in parts]) for name in own},
        {pair: np.concatenate([part[1][pair] for part in parts]) for pair in shared},
    )


def _few(level: Units) -> Iterator[tuple[int, Units]]:
    """Parts of a level, each with the position of its first unit."""
    for start in range(0, len(level.ids), MOST_AT_ONCE):
        stop = start + MOST_AT_ONCE
        yield start, Units(level.level, level.ids[start:stop], level.members[start:stop])
