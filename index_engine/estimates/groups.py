"""How estimates vary together, learned from random groups of cases.

Cases are dealt to groups at random, a case's lots with it, and everything is estimated in each
group alone. Estimates of different groups are independent draws of one law, so their correlation
over groups is the sampling correlation of the indicators, whatever formula made them, and their
variance over the variance that the formula claims is the design effect: above 1 where what is
counted as independent is not, such as the lots of one estate (Wolter 2007, Introduction to Variance
Estimation, chapter 2; Kish 1965, section 8.2). Both are taken to be the same everywhere.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import duckdb
import numpy as np

from index_engine.estimates import clocks, counts, panel
from index_engine.estimates.estimated import Estimated
from index_engine.estimates.incidence import Array
from index_engine.estimates.panel import Frame
from index_engine.estimates.units import Units
from index_engine.estimates.windows import Windows
from index_engine.measures.measure import LEAST_GROUPS
from index_engine.method import Check, Indicator, Method

MOST_CORRELATED = 0.99  # keeps Fisher's z finite


@dataclass(frozen=True)
class Together:
    """`correlation` by pair of indicators, `effect` (at least 1) by indicator; what is not known is
    left out, as if independent and as claimed. `groups`: how many there were, 0 for none."""

    correlation: dict[tuple[str, str], float]
    effect: dict[str, float]
    groups: int


def learn(con: duckdb.DuckDBPyConnection, windows: Windows, methods: Sequence[Method]) -> Together:
    """Estimate everything in every random group of schema `grouped`, and see how it varies."""
    names = _groups(con)
    if not names:
        return Together({}, {}, 0)
    frame = Frame(names, windows.frame.first_period, windows.frame.last_period)
    mine = Windows(frame, windows.length, windows.ends)
    level = Units("group", names, [np.array([row]) for row in range(len(names))])
    found: dict[str, Estimated] = {}
    for method in methods:
        found |= _estimates(con, mine, level, method)
    return together(found, len(names))


def together(found: dict[str, Estimated], groups: int) -> Together:
    """Correlations and design effects of estimates (group, window) by indicator."""
    correlation = {}
    for one, other in combinations(found, 2):
        known = _correlation(found[one].value, found[other].value)
        if known is not None:
            correlation[one, other] = known
    effects = {name: _effect(item) for name, item in found.items()}
    return Together(correlation, {n: e for n, e in effects.items() if e is not None}, groups)


def _groups(con: duckdb.DuckDBPyConnection) -> tuple[str, ...]:
    """Names of the groups; none where there were too few cases to make any."""
    made = con.execute(
        "SELECT COUNT(*) FROM duckdb_tables()"
        " WHERE schema_name = 'grouped' AND table_name = 'case_counts'"
    ).fetchall()
    if made == [(0,)]:
        return ()
    rows = con.execute("SELECT DISTINCT court_id::VARCHAR FROM grouped.case_counts ORDER BY 1")
    return tuple(name for (name,) in rows.fetchall())


def _estimates(
    con: duckdb.DuckDBPyConnection, windows: Windows, level: Units, method: Method
) -> dict[str, Estimated]:
    found: dict[str, Estimated] = {}
    for clock in sorted({e.estimate.clock for e in method.estimated if e.estimate.clock}):
        wanted: list[Indicator | Check] = [e for e in method.estimated if e.estimate.clock == clock]
        events = method.clock_events(clock)
        cells = panel.read_cells(con, windows.frame, clock, events, method.ages, "grouped")
        own, _ = clocks.observed(panel.dense(cells), level, windows, wanted, method)
        found |= own
    read = counts.read(con, windows.frame, method, "grouped")
    totals = counts.totals_of(read.totals, windows, level.members)
    wanted = [
        e
        for e in method.estimated
        if e.estimate.kind in counts.KINDS and counts.are_there(e.estimate, totals)
    ]
    return found | counts.observed(totals, read.ratios, level, windows, wanted, method)


def _correlation(one: Array, other: Array) -> float | None:
    """Correlation over groups, averaged over windows by Fisher's z; None if too few are known."""
    scores = []
    for window in range(one.shape[1]):
        x, y = one[:, window], other[:, window]
        both = ~(np.isnan(x) | np.isnan(y))
        if both.sum() < LEAST_GROUPS or np.ptp(x[both]) == 0 or np.ptp(y[both]) == 0:
            continue
        r = float(np.corrcoef(x[both], y[both])[0, 1])
        scores.append(np.arctanh(np.clip(r, -MOST_CORRELATED, MOST_CORRELATED)))
    return float(np.tanh(np.mean(scores))) if scores else None


def _effect(item: Estimated) -> float | None:
    """Variance over groups over the mean variance claimed, at least 1; None if too few known."""
    seen = claimed = 0.0
    for window in range(item.value.shape[1]):
        known = item.estimable[:, window] & ~np.isnan(item.se[:, window])
        if known.sum() >= LEAST_GROUPS:
            seen += float(np.var(item.value[known, window], ddof=1))
            claimed += float(np.mean(item.se[known, window] ** 2))
    return max(1.0, seen / claimed) if claimed > 0 else None
