"""Are creditors from elsewhere paid as often, and as soon, as local ones? The two, place by place.

Both are read off the curves of the case clock, open cases counted, as the index does; once with the
cases as they are, and once with both brought to the mix of all cases of the place, so that a
difference in the kinds of cases is none of the difference in what became of them. Creditors are
different people, so the two estimates are independent and the variance of the gap is the sum of
theirs. Cases of which it is not known where the creditor is take no part.
"""

from dataclasses import dataclass

import duckdb
import numpy as np

from index_engine.estimates import clocks, mix, panel
from index_engine.estimates.estimated import ADJUSTED, OBSERVED, Estimated
from index_engine.estimates.incidence import Array
from index_engine.estimates.panel import ClockCells, Frame
from index_engine.estimates.store import Coded, Columns, Store
from index_engine.estimates.units import Units
from index_engine.estimates.windows import Windows
from index_engine.measures import strata
from index_engine.measures.measure import ELSEWHERE, LOCAL
from index_engine.method import Indicator, Method

CLOCK, EVENT = "case", "cash"
SIDES = (LOCAL, ELSEWHERE)
STATUSES = ("estimated", "no_data", "too_few", "not_estimable")


@dataclass(frozen=True)
class Side:
    """The cells of the cases of one side's creditors, by court, and the windows over them."""

    cells: ClockCells
    windows: Windows


def compared(method: Method) -> list[Indicator]:
    """What is compared: the indicators of a method that tell whether and when cases are paid."""
    return [i for i in method.indicators if i.estimate.clock == CLOCK and i.estimate.event == EVENT]


def store_localities(
    con: duckdb.DuckDBPyConnection,
    store: Store,
    levels: list[Units],
    windows: Windows,
    method: Method,
    effect: dict[str, float],
) -> None:
    """Store both sides of every place and window and their gap, local less elsewhere.

    Needs schema `by_creditor` of the measures. `effect` are design effects by indicator.
    """
    wanted = compared(method)
    if not wanted:
        return
    sides = {side: _read(con, side, windows, method) for side in SIDES}
    for level in levels:
        bases = {OBSERVED: {s: _observed(sides[s], level, wanted, method) for s in SIDES}}
        if method.strata is not None:
            bases[ADJUSTED] = _adjusted(sides, level, wanted, bases[OBSERVED], method)
        for basis, found in bases.items():
            for entry in wanted:
                factor = np.sqrt(effect.get(entry.id, 1.0))
                one, other = (found[side][entry.id].widened(factor) for side in SIDES)
                _store_gap(store, level, basis, entry, one, other, method)


def _read(con: duckdb.DuckDBPyConnection, side: str, windows: Windows, method: Method) -> Side:
    frame = windows.frame
    mine = Frame(
        tuple(f"{side}:{court}" for court in frame.courts), frame.first_period, frame.last_period
    )
    events = method.clock_events(CLOCK)
    cells = panel.read_cells(con, mine, CLOCK, events, method.ages, "by_creditor")
    return Side(cells, Windows(mine, windows.length, windows.ends))


def _observed(
    side: Side, level: Units, wanted: list[Indicator], method: Method
) -> dict[str, Estimated]:
    own, _ = clocks.observed(panel.dense(side.cells), level, side.windows, wanted, method)
    return own


def _adjusted(
    sides: dict[str, Side],
    level: Units,
    wanted: list[Indicator],
    observed: dict[str, dict[str, Estimated]],
    method: Method,
) -> dict[str, dict[str, Estimated]]:
    """Both sides brought to the mix of the cases that began in the place in the window."""
    count = strata.grid(method).count
    began = {
        name: mix.beginning(side.cells, level, side.windows.frame, side.windows, count)
        for name, side in sides.items()
    }
    together: Array = np.sum(list(began.values()), axis=0)
    found = {}
    for name, side in sides.items():
        weights = mix.towards(began[name], together, method.case_mix)
        n = observed[name][wanted[0].id].n
        found[name], _ = clocks.brought_to(
            side.cells, level, weights, side.windows, wanted, n, method
        )
    return found


def _store_gap(
    store: Store,
    level: Units,
    basis: str,
    entry: Indicator,
    local: Estimated,
    elsewhere: Estimated,
    method: Method,
) -> None:
    """Both sides where both rest on the least n of the indicator; else why not."""
    least = np.minimum(local.n, elsewhere.n)
    estimable = local.estimable & elsewhere.estimable
    reasons = [local.n + elsewhere.n == 0, least < entry.min_n, ~estimable]
    status = np.select(reasons, [1, 2, 3], 0)
    known = status == 0
    columns: Columns = {
        "basis": basis,
        "indicator": entry.id,
        "gap": np.where(known, local.value - elsewhere.value, np.nan).round(10),
        "gap_se": np.where(known, np.hypot(local.se, elsewhere.se), np.nan).round(10),
        "status": Coded(status, STATUSES),
    }
    for name, item in ((LOCAL, local), (ELSEWHERE, elsewhere)):
        columns[name] = np.where(known, item.value, np.nan).round(10)
        columns[f"{name}_se"] = np.where(known, item.se, np.nan).round(10)
        # Fewer than the least cell, with the whole known, could be told apart.
        columns[f"{name}_n"] = np.where(item.n >= method.min_cell, item.n, np.nan)
    store.append("localities", level, columns)
