"""From measures to estimates: every indicator, check and figure of the methods, for every unit and
window, as observed, brought to the national mix and to last year's, and drawn towards its peers.

A window is the method's number of consecutive quarters and is named by its last one.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import duckdb
import numpy as np

from index_engine.estimates import (
    clocks,
    counts,
    groups,
    mix,
    panel,
    rates,
    seasonal,
    small_units,
)
from index_engine.estimates.estimated import (
    ADJUSTED,
    CONSTANT_MIX,
    OBSERVED,
    Estimated,
    Shared,
)
from index_engine.estimates.expected import store_expected
from index_engine.estimates.funnels import store_funnels
from index_engine.estimates.incidence import Array
from index_engine.estimates.localities import store_localities
from index_engine.estimates.mix import Weights
from index_engine.estimates.store import Coded, Columns, Store
from index_engine.estimates.units import Units, special_courts, units
from index_engine.estimates.windows import Windows, windows_of
from index_engine.measures import strata
from index_engine.method import CaseMix, Check, Figure, Indicator, Method

# What is counted where a denominator is an amount: it decides whether a figure is shown.
COUNTED = {"value_finished": "lots_finished", "start_value": "sold"}
STATUSES = ("estimated", "no_data", "too_few", "not_estimable")
QUARTERS_BACK = 4  # of the change that is split into performance and mix: a year
MIX_CLOCKS = ("case", "listing", "lot")  # those whose estimates are brought to another mix
COUNT_CLOCKS = ("case", "lot")  # those whose weights counts are brought to another mix by


@dataclass(frozen=True)
class Run:
    """What the steps of one estimation share. `mixes` are the spells that began, (unit, window,
    stratum), by level and clock; `ended` the cells of what ended, by clock."""

    con: duckdb.DuckDBPyConnection
    store: Store
    methods: tuple[Method, ...]
    windows: Windows
    levels: list[Units]
    special: frozenset[str]  # courts that are no peers of the others
    together: groups.Together
    mixes: dict[tuple[str, str], Array]
    ended: dict[str, panel.Cells]
    totals: dict[str, dict[str, Array]]  # counts (unit, window) by level and name
    found: dict[tuple[str, str], dict[str, Estimated]]  # by method and level, as observed
    shared: dict[tuple[str, str], Shared]  # the same of covariances

    @property
    def main(self) -> Method:
        return self.methods[0]


def estimate(
    con: duckdb.DuckDBPyConnection,
    methods: Sequence[Method],
    progress: Callable[[str], None] = lambda stage: None,
) -> None:
    """Write the tables of schema `estimates` from the measures, for every method.

    Raises InputError if the data are too short for a single window of the method.
    """
    windows = windows_of(con, methods[0])
    progress("variation")
    together = groups.learn(con, windows, methods)
    run = Run(
        con,
        Store(windows),
        tuple(methods),
        windows,
        units(con),
        special_courts(con),
        together,
        *({}, {}, {}, {}, {}),
    )
    used = {e.estimate.clock for m in methods for e in m.estimated if e.estimate.clock}
    for clock in sorted(used | {"case", "lot"}):
        progress(f"curves {clock}")
        _estimate_clock(run, clock)
    progress("rates")
    _estimate_counts(run)
    progress("small units")
    for level in run.levels:
        _shrink(run, level)
    progress("local and other creditors")
    store_localities(con, run.store, run.levels, windows, run.main, together.effect)
    run.store.write(con, together)
    seasonal.write(con, run.levels, run.main)


# ---------------------------------------------------------------- curves


def _estimate_clock(run: Run, clock: str) -> None:
    events = run.main.clock_events(clock)
    frame = run.windows.frame
    cells = panel.read_cells(run.con, frame, clock, events, run.main.ages)
    if clock in MIX_CLOCKS:
        count = strata.grid(run.main).count
        for level in run.levels:
            run.mixes[level.level, clock] = mix.beginning(cells, level, frame, run.windows, count)
    if clock in COUNT_CLOCKS:
        run.ended[clock] = cells.ended
    if clock == "case":
        store_expected(run.store, cells, run.levels, run.windows, run.main)
    dense = panel.dense(cells)
    for method in run.methods:
        wanted = [e for e in method.estimated if e.estimate.clock == clock]
        if not wanted:
            continue
        for level in run.levels:
            own, shared = clocks.observed(dense, level, run.windows, wanted, method)
            _keep(run, method, level, OBSERVED, own, shared)
            scored = [e for e in wanted if isinstance(e, Indicator)]
            if clock not in MIX_CLOCKS or not scored or method.strata is None:
                continue
            n = own[scored[0].id].n
            for basis, weights in weights_of(run, method, level, clock).items():
                own, shared = clocks.brought_to(
                    cells, level, weights, run.windows, scored, n, method
                )
                _keep(run, method, level, basis, own, shared)


def weights_of(run: Run, method: Method, level: Units, clock: str) -> dict[str, Weights]:
    """Weights of the cases of a clock by basis: to the national mix of the window in which they
    began, and to the unit's own mix of a year before that."""
    own = run.mixes[level.level, clock]
    nation = run.mixes[run.levels[0].level, clock].sum(axis=0, keepdims=True)
    before = mix.earlier(own, QUARTERS_BACK)
    return {
        ADJUSTED: mix.towards(own, nation, method.case_mix),
        CONSTANT_MIX: mix.towards(own, before, method.case_mix),
    }


# ---------------------------------------------------------------- rates, amounts and prices


def _estimate_counts(run: Run) -> None:
    read = counts.read(run.con, run.windows.frame, run.main)
    for level in run.levels:
        totals = counts.totals_of(read.totals, run.windows, level.members)
        for figure in run.main.figures:
            _store_figure(run.store, run.main, figure, totals, level)
        run.totals[level.level] = totals
        store_funnels(run.store, run.main, run.windows, level, totals, run.special)
        weights: dict[CaseMix, dict[str, dict[str, Weights]]] = {}
        for method in run.methods:
            wanted = [e for e in method.estimated if e.estimate.kind in counts.KINDS]
            own = counts.observed(totals, read.ratios, level, run.windows, wanted, method)
            _keep(run, method, level, OBSERVED, own, {})
            scored = [e for e in wanted if isinstance(e, Indicator)]
            if method.strata is None or not scored:
                continue
            if method.case_mix not in weights:  # most methods have the same
                weights[method.case_mix] = _weights_of_counts(run, method, level)
            for basis, by_clock in weights[method.case_mix].items():
                brought = counts.brought_to(read, level, by_clock, run.windows, scored, own, method)
                _keep(run, method, level, basis, brought, {})
        _store_mixes(run, level)


def _weights_of_counts(run: Run, method: Method, level: Units) -> dict[str, dict[str, Weights]]:
    """Weights of counts, by basis and clock: the mean weights of what ended."""
    by_clock = {clock: weights_of(run, method, level, clock) for clock in COUNT_CLOCKS}
    return {
        basis: {
            clock: mix.averaged(found[basis], run.ended[clock], level, run.windows)
            for clock, found in by_clock.items()
        }
        for basis in (ADJUSTED, CONSTANT_MIX)
    }


def _store_mixes(run: Run, level: Units) -> None:
    if run.main.strata is None:
        return
    for clock in MIX_CLOCKS:
        if (level.level, clock) in run.mixes:
            reached = weights_of(run, run.main, level, clock)[ADJUSTED].represented
            columns: Columns = {"clock": clock, "represented": reached.round(6)}
            run.store.append("mixes", level, columns)


def _shrink(run: Run, level: Units) -> None:
    """Draw the estimates of one level towards peers, the same peers for every method."""
    at_stake = small_units.province_mean(run.levels, level, run.totals)
    main = run.found[run.main.id, level.level]
    first = main[run.main.on_cases[0]]
    ordinary = np.array([unit not in run.special for unit in level.ids])
    # Of the last window for all of them: were groups formed anew every quarter, a place would move
    # by changing company.
    last = slice(-1, None)
    [group] = small_units.peers_of(
        run.main, first.n[:, last], at_stake, first.estimable[:, last], ordinary
    )
    groups_of = [group] * len(run.windows.ends)
    small_units.store_peers(run.store, level, groups_of)
    for method in run.methods:
        small_units.shrink(
            run.store,
            method,
            level,
            run.found[method.id, level.level],
            run.shared.get((method.id, level.level), {}),
            groups_of,
            run.together.effect,
            keep,
        )


# ---------------------------------------------------------------- storing


def _keep(
    run: Run,
    method: Method,
    level: Units,
    basis: str,
    own: dict[str, Estimated],
    shared: Shared,
) -> None:
    """Store estimates and covariances, with the errors widened by the design effects."""
    factor = {name: np.sqrt(run.together.effect.get(name, 1.0)) for name in own}
    entries = {entry.id: entry for entry in method.estimated}
    for name, item in own.items():
        widened = item.widened(factor[name])
        keep(run.store, method, entries[name], level, basis, widened)
        if basis == OBSERVED:
            run.found.setdefault((method.id, level.level), {})[name] = widened
    for (one, other), covariance in shared.items():
        covariance = covariance * factor[one] * factor[other]
        if basis == OBSERVED:
            run.shared.setdefault((method.id, level.level), {})[one, other] = covariance
        columns: Columns = {
            "method": method.id,
            "basis": basis,
            "indicator": one,
            "other": other,
            "covariance": covariance.round(15),
        }
        run.store.append("covariances", level, columns)


def keep(
    store: Store,
    method: Method,
    entry: Indicator | Check,
    level: Units,
    basis: str,
    found: Estimated,
) -> None:
    # Rounded before anything is compared or ranked, so that equal inputs give equal bytes.
    shown = found.estimable & (found.n >= method.min_cell)
    n = found.n
    if isinstance(entry, Check):
        # What one check counts over is what another counts: 终本 of the closed, early of the 终本.
        n = np.where((n > 0) & (n < method.min_cell), np.nan, n)
    reasons = [found.n == 0, found.n < entry.min_n, ~found.estimable]
    columns: Columns = {
        "method": method.id,
        "basis": basis,
        "indicator": entry.id,
        "value": np.where(shown, found.value, np.nan).round(10),
        "se": np.where(shown, found.se, np.nan).round(10),
        "n": n,
        "status": Coded(np.select(reasons, [1, 2, 3], 0), STATUSES),
    }
    store.append("indicators", level, columns)


def _store_figure(
    store: Store, method: Method, figure: Figure, totals: dict[str, Array], level: Units
) -> None:
    spec = figure.estimate
    numerator, denominator = totals[spec.numerator], totals[spec.denominator]
    shown = totals[COUNTED.get(spec.denominator, spec.denominator)] >= method.min_cell
    columns: Columns = {
        "figure": figure.id,
        "value": np.where(shown, rates.quotient(numerator, denominator), np.nan).round(10),
        "numerator": np.where(shown, numerator, np.nan),  # else the value could be worked out
        # A count says how few there are; an amount would be the price of one lot.
        "denominator": np.where(shown | (spec.denominator not in COUNTED), denominator, np.nan),
    }
    store.append("figures", level, columns)
