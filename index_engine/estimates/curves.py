"""Whole curves of one unit, read off the measures when they are asked for.

A region is its courts summed, so nothing is stored twice; one unit takes milliseconds.
"""

import duckdb
import numpy as np
import pandas as pd

from index_engine.ages import days_of
from index_engine.estimates import incidence, panel
from index_engine.estimates.clocks import curves_of
from index_engine.estimates.panel import Frame
from index_engine.estimates.windows import Windows
from index_engine.method import Method


def of_period(
    con: duckdb.DuckDBPyConnection, method: Method, courts: tuple[str, ...], clock: str, end: int
) -> pd.DataFrame:
    """Period curve of the courts together for the window that ends with quarter `end`.

    One row a month: month, at_risk, a column per event, se_<event>, open. Ends with the curve.
    """
    length = method.window_quarters
    # One quarter more than the window: its opening stock is what the window leaves open.
    frame = Frame(courts, end - length + 1, end + 1, pooled=True)
    cells = panel.read_clock(con, frame, clock, method.clock_events(clock), method.ages.bins)
    found, n = curves_of(cells, Windows(frame, length, np.array([length - 1])), method)
    return _monthly(found.at(0, 0), float(n[0, 0]), method, clock)


def of_cohort(
    con: duckdb.DuckDBPyConnection, method: Method, courts: tuple[str, ...], clock: str, year: int
) -> pd.DataFrame:
    """Curve of the spells begun in `year` and observed from their beginning, as in of_period."""
    bins = method.ages.bins
    events = method.clock_events(clock)
    rows = con.execute(
        """
        SELECT event::VARCHAR AS event, LEAST(age_bin, ?)::INTEGER AS age_bin,
               SUM(n)::DOUBLE AS n, SUM(elapsed)::DOUBLE AS elapsed
        FROM measures.exits
        WHERE clock = ? AND cohort BETWEEN ? AND ?
              AND court_id IN (SELECT unnest(?)::measures.court)
        GROUP BY ALL
        """,
        [bins, clock, year * 4, year * 4 + 3, list(courts)],
    ).df()

    def dense(event: str, column: str) -> incidence.Array:
        mine = rows[rows["event"] == event]
        counts = np.bincount(mine["age_bin"], mine[column], bins + 1)
        return counts.astype(np.float64)[:bins]

    entries = np.zeros(bins)
    entries[0] = rows["n"].sum()
    ended = np.stack([dense(event, "n") for event in events])
    risk = incidence.at_risk(
        entries,
        np.zeros(bins),
        dense("open", "n"),
        dense("open", "elapsed"),
        ended,
        method.ages,
    )
    found = incidence.aalen_johansen(ended, risk, method.min_at_risk, method.max_unresolved)
    return _monthly(found, float(entries[0]), method, clock)


def _monthly(found: incidence.Curves, n: float, method: Method, clock: str) -> pd.DataFrame:
    """Read one curve of `n` spells, without leading axes, at whole months; no row where they are
    fewer than the least cell, of which nothing is shown."""
    events = method.clock_events(clock)
    months = range(method.horizon_months + 1)
    weights = np.stack([incidence.incidence_weights(method.ages, m) for m in months])
    at = method.ages.bin_of([days_of(m) for m in months])
    frame = pd.DataFrame({"month": months, "at_risk": found.risk[at]})
    for position, event in enumerate(events):
        item = incidence.functional(found, position, weights)
        frame[event] = item.value
        frame[f"se_{event}"] = np.sqrt(np.maximum(incidence.covariance(found, item, item), 0.0))
    frame = frame.dropna().reset_index(drop=True)
    frame = frame if n >= method.min_cell else frame.iloc[:0]
    frame["open"] = 1.0 - frame[list(events)].sum(axis=1)
    frame["at_risk"] = frame["at_risk"].round().astype(int)
    return frame
