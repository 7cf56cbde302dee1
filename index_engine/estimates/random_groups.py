"""How estimates vary together, learned from random groups of cases.

Cases are put into groups at random, a case's lots with it, and everything is estimated in each
group alone. Estimates of different groups are independent draws of one distribution, so their
correlation over groups is the sampling correlation of the indicators, whatever formula made them,
and their variance over the variance that the formula claims is the design effect: above 1 where
what is counted as independent is not, such as the lots of one estate (Wolter 2007, Introduction to
Variance Estimation, chapter 2; Kish 1965, section 8.2). Both are taken to be the same everywhere.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import duckdb
import numpy as np

from index_engine.estimates import count_estimates, curve_estimates, panel
from index_engine.estimates.arrays import Array
from index_engine.estimates.indicator_estimate import IndicatorEstimate
from index_engine.estimates.panel import PanelAxes
from index_engine.estimates.places import Places
from index_engine.estimates.windows import Windows
from index_engine.measures.compute import MIN_GROUPS
from index_engine.method import Check, Indicator, Method

MAX_CORRELATION = 0.99  # keeps Fisher's z finite


@dataclass(frozen=True)
class SamplingVariation:
    """`correlation` by pair of indicators, `design_effect` (at least 1) by indicator; what is not
    known is left out, as if independent and as claimed. `n_groups`: how many there were, 0 for
    none."""

    correlation: dict[tuple[str, str], float]
    design_effect: dict[str, float]
    n_groups: int


def estimate_sampling_variation(
    con: duckdb.DuckDBPyConnection, windows: Windows, methods: Sequence[Method]
) -> SamplingVariation:
    """Estimate everything in every random group of schema `random_groups`, and see how it
    varies."""
    names = _read_group_names(con)
    if not names:
        return SamplingVariation({}, {}, 0)
    axes = PanelAxes(names, windows.axes.first_period, windows.axes.last_period)
    group_windows = Windows(axes, windows.length, windows.ends)
    groups = Places("group", names, [np.array([row]) for row in range(len(names))])
    estimates: dict[str, IndicatorEstimate] = {}
    for method in methods:
        estimates |= _estimate_groups(con, group_windows, groups, method)
    return sampling_variation(estimates, len(names))


def sampling_variation(estimates: dict[str, IndicatorEstimate], n_groups: int) -> SamplingVariation:
    """Correlations and design effects of estimates (group, window) by indicator."""
    correlation = {}
    for first, second in combinations(estimates, 2):
        correlation_value = _sampling_correlation(estimates[first].value, estimates[second].value)
        if correlation_value is not None:
            correlation[first, second] = correlation_value
    effects = {name: _design_effect(indicator_estimate) for name, indicator_estimate in estimates.items()}
    return SamplingVariation(correlation, {n: e for n, e in effects.items() if e is not None}, n_groups)


def _read_group_names(con: duckdb.DuckDBPyConnection) -> tuple[str, ...]:
    """Names of the groups; none where there were too few cases to make any."""
    table_count = con.execute(
        "SELECT COUNT(*) FROM duckdb_tables() WHERE schema_name = 'random_groups' AND table_name = 'case_counts'"
    ).fetchall()
    if table_count == [(0,)]:
        return ()
    rows = con.execute("SELECT DISTINCT court_id::VARCHAR FROM random_groups.case_counts ORDER BY 1")
    return tuple(name for (name,) in rows.fetchall())


def _estimate_groups(
    con: duckdb.DuckDBPyConnection, windows: Windows, groups: Places, method: Method
) -> dict[str, IndicatorEstimate]:
    estimates: dict[str, IndicatorEstimate] = {}
    for process in sorted({e.estimate.process for e in method.estimands if e.estimate.process}):
        indicators: list[Indicator | Check] = [e for e in method.estimands if e.estimate.process == process]
        events = method.process_events(process)
        cells = panel.read_process_cells(con, windows.axes, process, events, method.ages, "random_groups")
        process_estimates, _ = curve_estimates.observed_estimates(
            panel.panel_from_cells(cells), groups, windows, indicators, method
        )
        estimates |= process_estimates
    group_counts = count_estimates.read_all_counts(con, windows.axes, method, "random_groups")
    totals = count_estimates.window_totals(group_counts.totals, windows, groups.members)
    indicators = [
        e
        for e in method.estimands
        if e.estimate.kind in count_estimates.COUNT_KINDS and count_estimates.has_counts(e.estimate, totals)
    ]
    return estimates | count_estimates.observed_estimates(
        totals, group_counts.ratios, groups, windows, indicators, method
    )


def _sampling_correlation(first: Array, second: Array) -> float | None:
    """Correlation over groups, averaged over windows by Fisher's z; None if too few are known."""
    z_values = []
    for window in range(first.shape[1]):
        x, y = first[:, window], second[:, window]
        is_complete = ~(np.isnan(x) | np.isnan(y))
        if is_complete.sum() < MIN_GROUPS or np.ptp(x[is_complete]) == 0 or np.ptp(y[is_complete]) == 0:
            continue
        r = float(np.corrcoef(x[is_complete], y[is_complete])[0, 1])
        z_values.append(np.arctanh(np.clip(r, -MAX_CORRELATION, MAX_CORRELATION)))
    return float(np.tanh(np.mean(z_values))) if z_values else None


def _design_effect(indicator_estimate: IndicatorEstimate) -> float | None:
    """Variance over groups over the mean variance claimed, at least 1; None if too few known."""
    empirical_variance = formula_variance = 0.0
    for window in range(indicator_estimate.value.shape[1]):
        is_usable = indicator_estimate.estimable[:, window] & ~np.isnan(indicator_estimate.se[:, window])
        if is_usable.sum() >= MIN_GROUPS:
            empirical_variance += float(np.var(indicator_estimate.value[is_usable, window], ddof=1))
            formula_variance += float(np.mean(indicator_estimate.se[is_usable, window] ** 2))
    return max(1.0, empirical_variance / formula_variance) if formula_variance > 0 else None
