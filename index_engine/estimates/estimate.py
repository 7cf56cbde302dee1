"""From measures to estimates: every indicator and figure of the method, for every unit and window.

A window is the method's number of consecutive quarters and is named by its last one.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import combinations

import duckdb
import numpy as np
import numpy.typing as npt

from index_engine.estimates import incidence, panel, rates
from index_engine.estimates.incidence import Array
from index_engine.estimates.panel import ClockPanel, Frame, Index
from index_engine.estimates.store import Coded, Columns, Store
from index_engine.estimates.units import Units, units
from index_engine.estimates.windows import Windows, windows_of
from index_engine.method import Estimate, Figure, Indicator, Method

# What is counted where a denominator is an amount: it decides whether a figure is shown.
COUNTED = {"value_finished": "lots_finished", "start_value": "sold"}
STATUSES = ("estimated", "no_data", "too_few", "not_estimable")
BLOCK = 16  # units computed at once: small enough for the processor's cache, changes no number
RATIO_CEILING = 3.0  # price ratios of this and more share the last bin, see price_ratios.sql


@dataclass(frozen=True)
class Estimated:
    """Arrays (unit, window) of one indicator."""

    value: Array
    se: Array
    n: Array
    estimable: npt.NDArray[np.bool_]

    @classmethod
    def stacked(cls, parts: list["Estimated"]) -> "Estimated":
        """Blocks of units one below the other."""
        return cls(
            **{name: np.concatenate([getattr(p, name) for p in parts]) for name in vars(parts[0])}
        )


def estimate(
    con: duckdb.DuckDBPyConnection,
    method: Method,
    progress: Callable[[str], None] = lambda stage: None,
) -> None:
    """Write the tables of schema `estimates` from the measures.

    Raises InputError if the data are too short for a single window of the method.
    """
    windows = windows_of(con, method)
    levels = units(con)
    store = Store(windows)
    for clock in sorted({i.estimate.clock for i in method.indicators if i.estimate.clock}):
        progress(f"curves {clock}")
        _estimate_clock(con, store, method, windows, levels, clock)
    progress("rates")
    _estimate_rates(con, store, method, windows, levels)
    store.write(con)


# ---------------------------------------------------------------- curves


def curves_of(
    cells: ClockPanel, windows: Windows, method: Method
) -> tuple[incidence.Curves, Array]:
    """Period curves (unit, window, ...) from cells, and the number of spells under way (n)."""
    entries = windows.sums(cells.entered) + windows.at_start(cells.carried)
    entries_elapsed = windows.sums(cells.entered_elapsed) + windows.at_start(cells.carried_elapsed)
    leaves = windows.sums(cells.left) + windows.at_end(cells.carried)
    leaves_elapsed = windows.sums(cells.left_elapsed) + windows.at_end(cells.carried_elapsed)
    events = windows.sums(cells.events)
    risk = incidence.at_risk(entries, entries_elapsed, leaves, leaves_elapsed, events, method.ages)
    curves = incidence.aalen_johansen(events, risk, method.min_at_risk, method.max_unresolved)
    return curves, entries.sum(axis=-1)


def _estimate_clock(
    con: duckdb.DuckDBPyConnection,
    store: Store,
    method: Method,
    windows: Windows,
    levels: list[Units],
    clock: str,
) -> None:
    cells = panel.read_clock(
        con, windows.frame, clock, method.clock_events(clock), method.ages.bins
    )
    wanted = [i for i in method.indicators if i.estimate.clock == clock]
    for level in levels:
        blocks = [_estimate_block(cells, part, windows, wanted, method) for part in _blocks(level)]
        for indicator in wanted:
            found = Estimated.stacked([block.own[indicator.id] for block in blocks])
            _store(store, method, indicator, level, found)
        for one, other in combinations([i.id for i in wanted], 2):
            shared = np.concatenate([block.shared[one, other] for block in blocks])
            columns: Columns = {"indicator": one, "other": other, "covariance": shared.round(15)}
            store.append("covariances", level, columns)


@dataclass(frozen=True)
class Block:
    """Estimates of a few units, by indicator, and their covariances, by pair of indicators."""

    own: dict[str, Estimated]
    shared: dict[tuple[str, str], Array]


def _estimate_block(
    cells: ClockPanel, part: Units, windows: Windows, wanted: list[Indicator], method: Method
) -> Block:
    gathered = ClockPanel(
        **{name: panel.gather(array, part.members) for name, array in vars(cells).items()}
    )
    curves, n = curves_of(gathered, windows, method)
    found = {i.id: _functional(curves, i.estimate, method) for i in wanted}
    own = {}
    for name, item in found.items():
        variance = incidence.covariance(curves, item, item)
        se = np.sqrt(np.maximum(variance, 0.0))
        own[name] = Estimated(item.value, se, n, ~np.isnan(item.value))
    return Block(
        own,
        {
            (one, other): incidence.covariance(curves, found[one], found[other])
            for one, other in combinations(found, 2)
        },
    )


def _functional(curves: incidence.Curves, spec: Estimate, method: Method) -> incidence.Functional:
    event = method.clock_events(spec.clock).index(spec.event)
    if spec.kind == "incidence":
        weights = incidence.incidence_weights(method.ages, spec.months)
        return incidence.functional(curves, event, weights)
    weights = incidence.saved_time_weights(method.ages, spec.months)
    return incidence.functional(curves, event, weights).subtracted_from(spec.months)


# ---------------------------------------------------------------- rates, amounts and prices


def read_counts(con: duckdb.DuckDBPyConnection, frame: Frame) -> dict[str, Array]:
    """Every additive count of the measures as (court, period) arrays."""
    first = panel.read_counts(con, frame, "round_counts", "stage = 'first'")
    return {
        **panel.read_counts(con, frame, "case_counts"),
        **panel.read_counts(con, frame, "coverage"),
        **panel.read_counts(con, frame, "round_counts"),
        **panel.read_counts(con, frame, "lot_counts"),
        "first_held": first["held"],
        "first_sold": first["sold"],
    }


def counts_of(read: dict[str, Array], windows: Windows, members: list[Index]) -> dict[str, Array]:
    """Every named count of the method for units and windows: arrays (unit, window)."""
    gathered = {name: panel.gather(array, members) for name, array in read.items()}
    found = {name: windows.sums(array) for name, array in gathered.items()}
    flows = gathered["filed"] + gathered["taken_over"] - gathered["closed"]
    pending = np.cumsum(flows, axis=1)[:, windows.ends]
    found["pending"] = pending
    found["handled"] = pending + found["closed"]
    found["pending_days"] = pending * windows.days()
    found["recovered_in_kind"] = found["recovered_setoff"] + found["recovered_asset_swap"]
    found["recovered_arranged"] = found["recovered_instalment"] + found["recovered_restructuring"]
    return found


def _estimate_rates(
    con: duckdb.DuckDBPyConnection,
    store: Store,
    method: Method,
    windows: Windows,
    levels: list[Units],
) -> None:
    read = read_counts(con, windows.frame)
    ratios = panel.read_histogram(con, windows.frame, round(RATIO_CEILING / method.ratio_step) + 1)
    for level in levels:
        counts = counts_of(read, windows, level.members)
        for indicator in method.indicators:
            kind = indicator.estimate.kind
            if kind == "share":
                found = _of_share(counts, indicator.estimate)
            elif kind == "amount_rate":
                found = _of_amounts(counts)
            elif kind == "median":
                found = _of_median(ratios, level, windows, method)
            else:
                continue
            _store(store, method, indicator, level, found)
        for figure in method.figures:
            _store_figure(store, method, figure, counts, level)


def _of_share(counts: dict[str, Array], spec: Estimate) -> Estimated:
    n = counts[spec.denominator]
    value, se = rates.share(counts[spec.numerator], n)
    return Estimated(value, se, n, n > 0)


def _of_amounts(counts: dict[str, Array]) -> Estimated:
    value, se = rates.amount_rate(
        counts["recovered"],
        counts["claimed"],
        counts["recovered_x_recovered"],
        counts["claimed_x_recovered"],
        counts["claimed_x_claimed"],
        counts["amount_cases"],
    )
    return Estimated(value, se, counts["amount_cases"], ~np.isnan(se))


def _of_median(ratios: Array, level: Units, windows: Windows, method: Method) -> Estimated:
    parts = []
    for part in _blocks(level):
        histogram = windows.sums(panel.gather(ratios, part.members))
        value, se = rates.median(histogram, method.ratio_step)
        parts.append(Estimated(value, se, histogram.sum(axis=-1), ~np.isnan(se)))
    return Estimated.stacked(parts)


# ---------------------------------------------------------------- storing


def _blocks(level: Units) -> Iterator[Units]:
    for start in range(0, len(level.ids), BLOCK):
        stop = start + BLOCK
        yield Units(level.level, level.ids[start:stop], level.members[start:stop])


def _store(
    store: Store, method: Method, indicator: Indicator, level: Units, found: Estimated
) -> None:
    # Rounded before anything is compared or ranked, so that equal inputs give equal bytes.
    shown = found.estimable & (found.n >= method.min_cell)
    reasons = [found.n == 0, found.n < indicator.min_n, ~found.estimable]
    columns: Columns = {
        "indicator": indicator.id,
        "value": np.where(shown, found.value, np.nan).round(10),
        "se": np.where(shown, found.se, np.nan).round(10),
        "n": found.n.astype(np.int64),
        "status": Coded(np.select(reasons, [1, 2, 3], 0), STATUSES),
    }
    store.append("indicators", level, columns)


def _store_figure(
    store: Store, method: Method, figure: Figure, counts: dict[str, Array], level: Units
) -> None:
    spec = figure.estimate
    numerator, denominator = counts[spec.numerator], counts[spec.denominator]
    shown = counts[COUNTED.get(spec.denominator, spec.denominator)] >= method.min_cell
    columns: Columns = {
        "figure": figure.id,
        "value": np.where(shown, rates.quotient(numerator, denominator), np.nan).round(10),
        "numerator": np.where(shown, numerator, np.nan),  # else the value could be worked out
        "denominator": denominator,
    }
    store.append("figures", level, columns)
