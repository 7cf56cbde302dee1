"""How estimates vary together, learned from random groups of cases.

Batches of cases, with their lots, are dealt to groups at random, and everything is estimated once
more without each group in turn (the delete-a-group jackknife: Kott 2001, Journal of Official
Statistics 17, 521-526; Wolter 2007, Introduction to Variance Estimation, chapter 4). However an
estimate is made and however unequal the groups are, these replicates vary as the whole does. Their
correlation is the sampling correlation of the indicators, and their variance over that which the
formulas claim is the design effect: above 1 where what is counted as independent is not, such as
the lots of one estate (Kish 1965, section 8.2). Both are taken to be the same everywhere.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations

import duckdb
import numpy as np

from index_engine.arrays import Array
from index_engine.estimates import amount_incidence, case_mix, count_estimates, curve_estimates, panel
from index_engine.estimates.case_mix import CaseWeights
from index_engine.estimates.indicator_estimate import IndicatorEstimate
from index_engine.estimates.panel import PanelAxes
from index_engine.estimates.places import Places
from index_engine.estimates.windows import Windows
from index_engine.measures.compute import MIN_GROUPS
from index_engine.method import Check, Estimate, Indicator, Method
from index_engine.method.procedure_steps import read_steps

STEP_MONTHS = 12  # within which most steps are passed, or never
MAX_CORRELATION = 0.99  # keeps Fisher's z finite


@dataclass(frozen=True)
class SamplingVariation:
    """`correlation` by pair of indicators, `design_effect` (at least 1) by indicator, `step_effect` the
    same by step of the procedure; what is not known is left out, as if independent and as claimed.
    `n_groups`: how many there were, 0 for none."""

    correlation: dict[tuple[str, str], float]
    design_effect: dict[str, float]
    n_groups: int
    step_effect: dict[str, float] = field(default_factory=dict)


def estimate_sampling_variation(
    con: duckdb.DuckDBPyConnection, windows: Windows, methods: Sequence[Method]
) -> SamplingVariation:
    """Estimate everything without each random group of schema `random_groups` in turn, and see how
    it varies."""
    names = _read_group_names(con)
    if not names:
        return SamplingVariation({}, {}, 0)
    axes = PanelAxes(names, windows.axes.first_period, windows.axes.last_period)
    group_windows = Windows(axes, windows.length, windows.ends)
    groups = Places("group", names, [np.array([row]) for row in range(len(names))])
    replicates: dict[str, IndicatorEstimate] = {}
    known: dict[Estimate, IndicatorEstimate] = {}
    for method in methods:
        estimands = [e for e in method.estimands if e.estimate not in known]
        estimated = _estimate_without_each(con, group_windows, groups, method, estimands)
        known |= {e.estimate: estimated[e.id] for e in estimands if e.id in estimated}
        replicates |= {e.id: known[e.estimate] for e in method.estimands if e.estimate in known}
    waits = _estimate_without_each(con, group_windows, groups, methods[0], _mean_waits(methods[0]))
    return replace(
        sampling_variation(replicates, len(names)), step_effect=sampling_variation(waits, len(names)).design_effect
    )


def _mean_waits(method: Method) -> list[Indicator]:
    """The mean wait at each step, each counted up to STEP_MONTHS: it varies as the quantiles of the wait
    do, and is there whether or not half of the cases pass the step."""
    any_indicator = method.indicators[0]
    return [
        replace(
            any_indicator,
            id=step.id,
            estimate=Estimate(
                "restricted_mean",
                process=step.process,
                events=tuple(event for event in method.process_events(step.process) if step.is_end_event(event)),
                months=STEP_MONTHS,
            ),
        )
        for step in read_steps()
    ]


def sampling_variation(replicates: dict[str, IndicatorEstimate], n_groups: int) -> SamplingVariation:
    """Correlations and design effects by indicator, of estimates without each group in turn
    (group, window). A window counts where every replicate has a value."""
    if n_groups < MIN_GROUPS:
        return SamplingVariation({}, {}, n_groups)
    correlation = {}
    for first, second in combinations(replicates, 2):
        correlation_value = _sampling_correlation(replicates[first].value, replicates[second].value)
        if correlation_value is not None:
            correlation[first, second] = correlation_value
    effects = {name: _design_effect(replicate) for name, replicate in replicates.items()}
    return SamplingVariation(correlation, {n: e for n, e in effects.items() if e is not None}, n_groups)


def _read_group_names(con: duckdb.DuckDBPyConnection) -> tuple[str, ...]:
    """Names of the groups; none where there were too few batches to make any."""
    table_count = con.execute(
        "SELECT COUNT(*) FROM duckdb_tables() WHERE schema_name = 'random_groups' AND table_name = 'case_counts'"
    ).fetchall()
    if table_count == [(0,)]:
        return ()
    rows = con.execute(
        "SELECT court_id::VARCHAR FROM random_groups.case_counts"
        " UNION SELECT court_id::VARCHAR FROM random_groups.round_counts ORDER BY 1"
    )
    return tuple(name for (name,) in rows.fetchall())


def _sum_without_each(groups: Array) -> Array:
    """Of counts (group, ...), the sums over all groups but each in turn, in the same shape."""
    sums: Array = groups.sum(axis=0, keepdims=True) - groups
    return sums


def _estimate_without_each(
    con: duckdb.DuckDBPyConnection,
    windows: Windows,
    groups: Places,
    method: Method,
    estimands: Sequence[Indicator | Check],
) -> dict[str, IndicatorEstimate]:
    estimates: dict[str, IndicatorEstimate] = {}
    for process in sorted({e.estimate.process for e in estimands if e.estimate.process}):
        indicators = [e for e in estimands if e.estimate.process == process]
        events = method.process_events(process)
        amount_indicators = [i for i in indicators if i.estimate.kind == amount_incidence.KIND]
        cells = panel.read_process_cells(
            con, windows.axes, process, events, method.ages, "random_groups", bool(amount_indicators)
        )
        curve_indicators = [i for i in indicators if i.estimate.kind in curve_estimates.CURVE_KINDS]
        if curve_indicators:
            n_bins = curve_estimates.n_bins_needed(curve_indicators, method)
            group_panel = panel.panel_from_cells(cells.up_to_age(n_bins))
            rest_panel = replace(group_panel, **{n: _sum_without_each(array) for n, array in vars(group_panel).items()})
            curves, n = curve_estimates.period_curves(rest_panel, windows, method)
            estimates |= curve_estimates.estimates_from_curves(curves, n, curve_indicators, method)[0]
        if amount_indicators:
            # Of groups there is one stratum.
            weights = CaseWeights.uniform(len(groups.ids), len(windows.ends), 1)
            months = max(i.estimate.months for i in amount_indicators)
            early_cells = cells.up_to_age(amount_incidence.n_bins_needed(months, method))
            rows = case_mix.process_rows(early_cells, np.arange(len(groups.ids)))
            flows = amount_incidence.amount_flows(early_cells, rows, weights, windows)
            rest = replace(flows, **{n: _sum_without_each(array) for n, array in vars(flows).items()})
            for indicator in amount_indicators:
                estimates[indicator.id] = amount_incidence.estimate_from_flows(rest, indicator.estimate.months, method)
    counted = [e for e in estimands if e.estimate.kind in count_estimates.COUNT_KINDS]
    if not counted:
        return estimates
    group_counts = count_estimates.read_all_counts(con, windows.axes, method, "random_groups")
    rest_totals = {name: _sum_without_each(array) for name, array in group_counts.totals.items()}
    totals = count_estimates.window_totals(rest_totals, windows, groups)
    indicators = [e for e in counted if count_estimates.has_counts(e.estimate, totals)]
    rest_ratios = _sum_without_each(group_counts.ratios)
    medians = count_estimates.shares_above_median(
        rest_ratios, group_counts.ratios.sum(axis=0, keepdims=True), windows, indicators, method
    )
    others = [e for e in indicators if e.id not in medians]
    return (
        estimates | medians | count_estimates.observed_estimates(totals, rest_ratios, groups, windows, others, method)
    )


def _sampling_correlation(first: Array, second: Array) -> float | None:
    """Correlation of replicates (group, window), averaged over windows by Fisher's z; None where no
    window is complete in both and varies."""
    z_values = []
    for x, y in zip(first.T, second.T, strict=True):
        if np.isnan(x).any() or np.isnan(y).any() or np.ptp(x) == 0 or np.ptp(y) == 0:
            continue
        r = float(np.corrcoef(x, y)[0, 1])
        z_values.append(np.arctanh(np.clip(r, -MAX_CORRELATION, MAX_CORRELATION)))
    return float(np.tanh(np.mean(z_values))) if z_values else None


def _design_effect(replicates: IndicatorEstimate) -> float | None:
    """Jackknife variance over that of the formula, both summed over windows, at least 1; None where
    no window is complete.

    Of G groups, the jackknife variance of the whole is (G - 1) / G times the sum of the squared
    deviations of the replicates; the formula's is (G - 1) / G times the mean of theirs, since each
    replicate has that share of the cases.
    """
    is_complete = replicates.estimable.all(axis=0) & ~np.isnan(replicates.se).any(axis=0)
    value = replicates.value[:, is_complete]
    jackknife_variance = float(((value - value.mean(axis=0)) ** 2).sum())
    formula_variance = float((replicates.se[:, is_complete] ** 2).mean(axis=0).sum())
    return max(1.0, jackknife_variance / formula_variance) if formula_variance > 0 else None
