"""Change signals of all places in every scored period, by the control charts of cusum.py, as tables.

Monitored are rates of counts that respond within a quarter to what a court does. The share of closings in
December has one value a year, too few for a baseline, and is not monitored.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import duckdb
import numpy as np
import pandas as pd

from index_engine import periods
from index_engine.arrays import Array, BoolArray
from index_engine.estimates import count_estimates
from index_engine.estimates.observation import read_observation
from index_engine.estimates.places import Places, read_places
from index_engine.estimates.visibility import (
    SECONDARY,
    Hierarchy,
    Suppression,
    base_count,
    place_hierarchy,
    suppress,
)
from index_engine.estimates.windows import Windows, read_windows
from index_engine.method import Check, Estimate, Indicator, Method, Statistic
from index_engine.monitoring import cusum
from index_engine.monitoring.cusum import CusumCharts

STATISTICS = ("zhongben_rate", "completion_rate", "closure_rate", "zhongben_120", "first_round_sold")
LEVELS = ("province", "city", "court")
COARSE_DECIMALS = 2  # of quarterly rates whose counts are withheld: more would tell of how many they are
COARSE_SUM_DECIMALS = 1  # of their sums, which grow with the root of the counts
RIBBON_Z = 1.96  # standard deviations from the expected rate to the edges of the ribbon: 95 %

_Row = dict[str, object]  # of a table, by column


def monitored_statistics(method: Method) -> list[Statistic | Check | Indicator]:
    """The statistics, checks and indicators of a method that are monitored, in the order of STATISTICS."""
    statistics = {entry.id: entry for entry in (*method.statistics, *method.checks, *method.indicators)}
    return [statistics[name] for name in STATISTICS if name in statistics]


def write(con: duckdb.DuckDBPyConnection, method: Method) -> None:
    """Write index.monitored_series, index.exceptions and index.exception_series for every scored period."""
    yearly_windows = read_windows(con, method)
    first = int(yearly_windows.ends[0]) - yearly_windows.length + 1
    quarters = Windows(yearly_windows.axes, 1, np.arange(first, int(yearly_windows.ends[-1]) + 1))
    total_table = count_estimates.read_totals(con, yearly_windows.axes)
    levels = read_places(con)
    observation = read_observation(con, yearly_windows.axes)
    disclosure = _Disclosure(
        con, place_hierarchy(levels), [count_estimates.window_totals(total_table, quarters, p) for p in levels], method
    )
    nation = count_estimates.window_totals(total_table, quarters, levels[0], observation)
    tables: dict[str, list[_Row]] = {"monitored_series": [], "exceptions": [], "exception_series": []}
    for level in levels:
        if level.level not in LEVELS:
            continue
        totals = count_estimates.window_totals(total_table, quarters, level, observation)
        for entry in monitored_statistics(method):
            spec = entry.estimate
            rate = _Rate(
                level,
                entry.id,
                quarters.labels,
                # What is not known of a quarter is no part of its series.
                *_known_pairs(totals[spec.numerator], totals[spec.denominator]),
                *_known_pairs(nation[spec.numerator][0], nation[spec.denominator][0]),
                disclosure.is_published(level, spec),
                method.min_cell,
            )
            for position in range(yearly_windows.length - 1, len(quarters.ends)):
                for name, rows in _period_rows(rate, position):
                    tables[name] += rows
    for name, rows in tables.items():
        if rows:
            con.register("exception_rows", pd.DataFrame(rows))
            con.execute(f"INSERT INTO index.{name} BY NAME SELECT * FROM exception_rows")
            con.unregister("exception_rows")


def _known_pairs(numerator: Array, denominator: Array) -> tuple[Array, Array]:
    """Both counts, of one shape, with 0 in both where either is NaN."""
    known = ~np.isnan(numerator) & ~np.isnan(denominator)
    return np.where(known, numerator, 0.0), np.where(known, denominator, 0.0)


@dataclass(frozen=True)
class _Rate:
    """One rate of one level: its counts (place, quarter), those of the nation (quarter,), and of which places
    (place,) counts are published, and the smallest number of cases of which a rate is."""

    level: Places
    statistic: str
    quarters: list[str]
    numerator: Array
    denominator: Array
    nation_numerator: Array
    nation_denominator: Array
    is_published: BoolArray
    min_cell: int


class _Disclosure:
    """Of which places the counts of quarters may be published: those of which no count of a window or a quarter
    is withheld, since quarters and windows would restore one another."""

    def __init__(
        self,
        con: duckdb.DuckDBPyConnection,
        hierarchy: Hierarchy,
        totals: Sequence[dict[str, Array]],
        method: Method,
    ) -> None:
        self._hierarchy, self._totals, self._method = hierarchy, totals, method
        withheld = con.execute("SELECT DISTINCT count, level, place_id FROM estimates.suppressions").fetchall()
        self._withheld_windows = {(count, level, place) for count, level, place in withheld}

    def is_published(self, level: Places, spec: Estimate) -> BoolArray:
        """Mask (place,) of one level for a rate."""
        rows = self._hierarchy.rows[level.level]
        name = base_count(spec)
        counts = np.concatenate([totals[name] for totals in self._totals])
        codes = suppress(counts, self._hierarchy, self._method.min_cell)[rows]
        has_all_windows = [(name, level.level, place) not in self._withheld_windows for place in level.ids]
        published: BoolArray = (codes == Suppression.NONE).all(axis=1) & np.array(has_all_windows)
        return published


def _period_rows(rate: _Rate, position: int) -> Iterator[tuple[str, list[_Row]]]:
    """Rows of the three tables as seen from the quarter at `position`; none before there is a
    baseline."""
    start = max(position - cusum.MONITORED_QUARTERS - cusum.MAX_BASELINE + 1, 0)
    if position - start + 1 < cusum.MONITORED_QUARTERS + cusum.MIN_BASELINE:
        return
    span = slice(start, position + 1)
    numbers = np.array([periods.parse(quarter) for quarter in rate.quarters[span]])
    seasonal = cusum.seasonal_effects(rate.nation_numerator[span], rate.nation_denominator[span], numbers)
    charts = cusum.compute_charts(rate.numerator[:, span], rate.denominator[:, span], seasonal)
    sums = np.stack([charts.upper_sum, charts.lower_sum])
    has_signal = charts.has_chart & (sums > charts.limit[:, None]).any(axis=(0, 2))
    keys = {"level": rate.level.level, "period": rate.quarters[position], "statistic": rate.statistic}
    series = int(charts.has_chart.sum())
    if not series:
        return
    summary: _Row = keys | {
        "series": series,
        "signals": int(has_signal.sum()),
        "expected": round(series * cusum.FALSE_ALARM_RATE, 6),
    }
    yield "monitored_series", [summary]
    for place in np.flatnonzero(has_signal):
        place_keys = keys | {"place_id": rate.level.ids[place]}
        row, lines = _signal_rows(rate, charts, int(place), span)
        yield "exceptions", [place_keys | row]
        yield "exception_series", [place_keys | line for line in lines]


def _signal_rows(rate: _Rate, charts: CusumCharts, place: int, span: slice) -> tuple[_Row, list[_Row]]:
    """The row of index.exceptions of one signal, and its rows of index.exception_series."""
    numerator, denominator, quarters = (rate.numerator[place, span], rate.denominator[place, span], rate.quarters[span])
    direction = "up" if charts.upper_sum[place].max() > charts.lower_sum[place].max() else "down"
    sums = (charts.upper_sum if direction == "up" else charts.lower_sum)[place]
    limit = float(charts.limit[place])
    first = int((sums > limit).argmax())
    monitor_start = len(quarters) - cusum.MONITORED_QUARTERS
    change_offset = cusum.change_position(charts.z[place, monitor_start:], sums, first)
    change_start = monitor_start + change_offset
    theta, dispersion = charts.theta[place], float(charts.dispersion[place])
    usable = charts.usable[place]
    expected_rate = np.sin(theta) ** 2
    half_width = RIBBON_Z * dispersion / (2.0 * np.sqrt(np.maximum(denominator, 1.0)))
    low, high = (np.sin(np.clip(theta + side * half_width, 0.0, np.pi / 2)) ** 2 for side in (-1, 1))
    after_n = denominator[change_start:].sum()
    is_published = bool(rate.is_published[place])
    decimals, sum_decimals = (6, 6) if is_published else (COARSE_DECIMALS, COARSE_SUM_DECIMALS)
    row: _Row = {
        "direction": direction,
        "since": quarters[change_start],
        "signalled": quarters[monitor_start + first],
        "strength": round(float(sums.max()) / limit, 6),
        "before": round(float((expected_rate * denominator)[change_start:].sum() / after_n), decimals),
        "before_n": int(denominator[:monitor_start][usable[:monitor_start]].sum()) if is_published else None,
        "after": round(float(numerator[change_start:].sum() / after_n), decimals),
        "after_n": int(after_n) if is_published else None,
        "n_suppression": "" if is_published else SECONDARY,
        "baseline": int(usable[:monitor_start].sum()),
        "spread": round(dispersion, 6),
    }
    has_value = denominator >= max(rate.min_cell, 1)
    lines: list[_Row] = []
    for position, quarter in enumerate(quarters):
        has_sum = position >= monitor_start
        lines.append(
            {
                "quarter": quarter,
                "value": round(float(numerator[position] / denominator[position]), decimals)
                if has_value[position]
                else np.nan,
                "n": float(denominator[position]) if is_published else np.nan,
                "expected": round(float(expected_rate[position]), 6),
                # The range narrows with the root of n.
                "low": round(float(low[position]), 6) if is_published else np.nan,
                "high": round(float(high[position]), 6) if is_published else np.nan,
                "total": round(float(sums[position - monitor_start]), sum_decimals) if has_sum else np.nan,
                "alarm": limit if has_sum else np.nan,
            }
        )
    return row, lines
