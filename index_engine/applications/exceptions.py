"""Which places changed against their own past, as seen from every period: see control.py.

Watched are shares of counted things that answer to what a court does within a quarter. A share of
closings in December has one value a year, too few for a baseline, and is not among them.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import duckdb
import numpy as np
import pandas as pd

from index_engine import periods
from index_engine.applications import control
from index_engine.applications.control import Array, Chart
from index_engine.estimates import counts
from index_engine.estimates.units import Units, units
from index_engine.estimates.windows import Windows, windows_of
from index_engine.method import Check, Figure, Indicator, Method

FIGURES = ("zhongben_rate", "completion_rate", "closure_rate", "zhongben_120", "first_round_sold")
LEVELS = ("province", "city", "court")
SHOWN = 1.96  # standard deviations of the band that is drawn

SCHEMA = """
CREATE TABLE IF NOT EXISTS index.watched (
    level VARCHAR, period VARCHAR, figure VARCHAR,
    series BIGINT,         -- places with enough quarters
    signals BIGINT,
    expected DOUBLE        -- signals by chance, had nothing changed anywhere
);
CREATE TABLE IF NOT EXISTS index.exceptions (
    level VARCHAR, unit_id VARCHAR, period VARCHAR, figure VARCHAR,
    direction VARCHAR,     -- up | down
    since VARCHAR,         -- quarter in which the change most likely began
    signalled VARCHAR,     -- quarter in which the sum passed the limit
    strength DOUBLE,       -- the largest sum over the limit: above 1
    before DOUBLE,         -- rate of the baseline, at the seasons of the quarters since
    before_n BIGINT,       -- denominator of the baseline
    after DOUBLE, after_n BIGINT,  -- of the quarters since, the period's included
    baseline BIGINT,       -- quarters of the baseline
    spread DOUBLE          -- standard deviation used over the binomial one: at least 1
);
CREATE TABLE IF NOT EXISTS index.exception_series (
    level VARCHAR, unit_id VARCHAR, period VARCHAR, figure VARCHAR, quarter VARCHAR,
    value DOUBLE,          -- NULL from fewer than are counted
    n BIGINT,
    expected DOUBLE,       -- the baseline's rate at the season of the quarter
    low DOUBLE, high DOUBLE,  -- 95 % of quarters without a change lie between
    total DOUBLE,          -- the sum in the signal's direction; NULL in the baseline
    alarm DOUBLE           -- its limit
);
"""


def watched(method: Method) -> list[Figure | Check | Indicator]:
    """The figures, checks and indicators of a method that are watched, in the order of FIGURES."""
    there = {entry.id: entry for entry in (*method.figures, *method.checks, *method.indicators)}
    return [there[name] for name in FIGURES if name in there]


def write(con: duckdb.DuckDBPyConnection, method: Method) -> None:
    """Write index.watched, index.exceptions and index.exception_series for every scored period."""
    con.execute(SCHEMA)
    yearly = windows_of(con, method)
    first = int(yearly.ends[0]) - yearly.length + 1
    quarters = Windows(yearly.frame, 1, np.arange(first, int(yearly.ends[-1]) + 1))
    read = counts.read_totals(con, yearly.frame)
    levels = units(con)
    nation = counts.totals_of(read, quarters, levels[0].members)
    tables: dict[str, list[pd.DataFrame]] = {
        "watched": [],
        "exceptions": [],
        "exception_series": [],
    }
    for level in levels:
        if level.level not in LEVELS:
            continue
        totals = counts.totals_of(read, quarters, level.members)
        for entry in watched(method):
            spec = entry.estimate
            rate = _Rate(
                level,
                entry.id,
                quarters.labels,
                totals[spec.numerator],
                totals[spec.denominator],
                nation[spec.numerator][0],
                nation[spec.denominator][0],
                method.min_cell,
            )
            for position in range(yearly.length - 1, len(quarters.ends)):
                for name, frame in _seen_from(rate, position):
                    tables[name].append(frame)
    for name, frames in tables.items():
        if frames:
            con.register("exception_rows", pd.concat(frames, ignore_index=True))
            con.execute(f"INSERT INTO index.{name} BY NAME SELECT * FROM exception_rows")
            con.unregister("exception_rows")


@dataclass(frozen=True)
class _Rate:
    """One rate of one level: counts (unit, quarter), and those of the nation (quarter,)."""

    level: Units
    figure: str
    quarters: list[str]
    part: Array
    whole: Array
    nation_part: Array
    nation_whole: Array
    min_cell: int


def _seen_from(rate: _Rate, position: int) -> Iterator[tuple[str, pd.DataFrame]]:
    """Rows of the three tables as seen from the quarter at `position`; none before there is a
    baseline."""
    start = max(position - control.WATCHED - control.MOST_BASELINE + 1, 0)
    if position - start + 1 < control.WATCHED + control.LEAST_BASELINE:
        return
    span = slice(start, position + 1)
    numbers = np.array([periods.parse(quarter) for quarter in rate.quarters[span]])
    seasonal = control.season(rate.nation_part[span], rate.nation_whole[span], numbers)
    charts = control.chart(rate.part[:, span], rate.whole[:, span], seasonal)
    sums = np.stack([charts.up, charts.down])
    over = charts.charted & (sums > charts.alarm[:, None]).any(axis=(0, 2))
    keys = {"level": rate.level.level, "period": rate.quarters[position], "figure": rate.figure}
    series = int(charts.charted.sum())
    if not series:
        return
    told = keys | {
        "series": series,
        "signals": int(over.sum()),
        "expected": round(series * control.FALSE_ALARM, 6),
    }
    yield "watched", pd.DataFrame([told])
    for unit in np.flatnonzero(over):
        mine = keys | {"unit_id": rate.level.ids[unit]}
        row, lines = _signal(rate, charts, int(unit), span)
        yield "exceptions", pd.DataFrame([mine | row])
        yield "exception_series", pd.DataFrame([mine | line for line in lines])


def _signal(
    rate: _Rate, charts: Chart, unit: int, span: slice
) -> tuple[dict[str, object], list[dict[str, object]]]:
    """What is said of one signal, and its series."""
    part, whole, quarters = rate.part[unit, span], rate.whole[unit, span], rate.quarters[span]
    direction = "up" if charts.up[unit].max() > charts.down[unit].max() else "down"
    total = (charts.up if direction == "up" else charts.down)[unit]
    alarm = float(charts.alarm[unit])
    first = int((total > alarm).argmax())
    watched_from = len(quarters) - control.WATCHED
    begun = control.begins(charts.z[unit, watched_from:], total, first)
    since = watched_from + begun
    theta, spread = charts.theta[unit], float(charts.spread[unit])
    counted = charts.counted[unit]
    expected = np.sin(theta) ** 2
    half = SHOWN * spread / (2.0 * np.sqrt(np.maximum(whole, 1.0)))
    low, high = (np.sin(np.clip(theta + side * half, 0.0, np.pi / 2)) ** 2 for side in (-1, 1))
    after_n = whole[since:].sum()
    row: dict[str, object] = {
        "direction": direction,
        "since": quarters[since],
        "signalled": quarters[watched_from + first],
        "strength": round(float(total.max()) / alarm, 6),
        "before": round(float((expected * whole)[since:].sum() / after_n), 6),
        "before_n": int(whole[:watched_from][counted[:watched_from]].sum()),
        "after": round(float(part[since:].sum() / after_n), 6),
        "after_n": int(after_n),
        "baseline": int(counted[:watched_from].sum()),
        "spread": round(spread, 6),
    }
    shown = whole >= rate.min_cell
    lines: list[dict[str, object]] = []
    for at, quarter in enumerate(quarters):
        told = at >= watched_from
        lines.append(
            {
                "quarter": quarter,
                "value": round(float(part[at] / whole[at]), 6) if shown[at] else np.nan,
                "n": float(whole[at]) if shown[at] else np.nan,
                "expected": round(float(expected[at]), 6),
                "low": round(float(low[at]), 6) if shown[at] else np.nan,
                "high": round(float(high[at]), 6) if shown[at] else np.nan,
                "total": round(float(total[at - watched_from]), 6) if told else np.nan,
                "alarm": alarm if told else np.nan,
            }
        )
    return row, lines
