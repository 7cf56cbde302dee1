"""Whole curves of one place, read off the measures when they are asked for.

A region is its courts summed, so nothing is stored twice; one place takes milliseconds.
"""

import duckdb
import numpy as np
import pandas as pd

from index_engine.age_grid import months_to_days
from index_engine.estimates import incidence, panel
from index_engine.estimates.arrays import Array
from index_engine.estimates.curve_estimates import period_curves
from index_engine.estimates.panel import PanelAxes
from index_engine.estimates.windows import Windows
from index_engine.method import Method


def read_period_curve(
    con: duckdb.DuckDBPyConnection,
    method: Method,
    courts: tuple[str, ...],
    process: str,
    end_quarter: int,
) -> pd.DataFrame:
    """Period curve of the courts together for the window that ends with quarter `end`.

    One row a month: month, at_risk, a column per event, se_<event>, open. Ends with the curve.
    """
    length = method.window_quarters
    # One quarter more than the window: its opening stock is what the window leaves open.
    axes = PanelAxes(courts, end_quarter - length + 1, end_quarter + 1, is_pooled=True)
    process_panel = panel.read_process_panel(
        con, axes, process, method.process_events(process), method.ages.n_bins
    )
    curves, n = period_curves(process_panel, Windows(axes, length, np.array([length - 1])), method)
    return _monthly_table(curves.select(0, 0), float(n[0, 0]), method, process)


def read_cohort_curve(
    con: duckdb.DuckDBPyConnection, method: Method, courts: tuple[str, ...], process: str, year: int
) -> pd.DataFrame:
    """Curve of the spells begun in `year` and observed from their beginning, as in of_period."""
    n_bins = method.ages.n_bins
    events = method.process_events(process)
    rows = con.execute(
        """
        SELECT event::VARCHAR AS event, LEAST(age_bin, ?)::INTEGER AS age_bin,
               SUM(n)::DOUBLE AS n, SUM(elapsed_days)::DOUBLE AS elapsed_days
        FROM measures.exits
        WHERE process = ? AND cohort BETWEEN ? AND ?
              AND court_id IN (SELECT unnest(?)::measures.court)
        GROUP BY ALL
        """,
        [n_bins, process, year * 4, year * 4 + 3, list(courts)],
    ).df()

    def counts_by_bin(event: str, column: str) -> Array:
        event_rows = rows[rows["event"] == event]
        counts = np.bincount(event_rows["age_bin"], event_rows[column], n_bins + 1)
        return counts.astype(np.float64)[:n_bins]

    entries = np.zeros(n_bins)
    entries[0] = rows["n"].sum()
    event_counts = np.stack([counts_by_bin(event, "n") for event in events])
    risk = incidence.number_at_risk(
        entries,
        np.zeros(n_bins),
        counts_by_bin("open", "n"),
        counts_by_bin("open", "elapsed_days"),
        event_counts,
        method.ages,
    )
    curve = incidence.aalen_johansen(event_counts, risk, method.min_at_risk, method.max_unresolved)
    return _monthly_table(curve, float(entries[0]), method, process)


def _monthly_table(
    curve: incidence.IncidenceCurves, n: float, method: Method, process: str
) -> pd.DataFrame:
    """Read one curve of `n` spells, without leading axes, at whole months; no row where they are
    fewer than the least cell, of which nothing is published."""
    events = method.process_events(process)
    months = range(method.horizon_months + 1)
    weights = np.stack([incidence.incidence_weights(method.ages, m) for m in months])
    bin_index = method.ages.bin_index([months_to_days(m) for m in months])
    table = pd.DataFrame({"month": months, "at_risk": curve.risk[bin_index]})
    for position, event in enumerate(events):
        functional = incidence.mass_functional(curve, position, weights)
        table[event] = functional.value
        table[f"se_{event}"] = np.sqrt(
            np.maximum(incidence.covariance(curve, functional, functional), 0.0)
        )
    table = table.dropna().reset_index(drop=True)
    table = table if n >= method.min_cell else table.iloc[:0]
    table["open"] = 1.0 - table[list(events)].sum(axis=1)
    table["at_risk"] = table["at_risk"].round().astype(int)
    return table
