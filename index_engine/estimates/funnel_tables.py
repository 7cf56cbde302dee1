"""Funnels of every official rate: which courts and cities lie outside what chance and the usual
differences between places explain, window by window."""

import numpy as np

from index_engine.arrays import Array
from index_engine.estimates import funnel_plot
from index_engine.estimates.places import Places
from index_engine.estimates.store import CategoryColumn, Columns, Store
from index_engine.estimates.visibility import is_visible
from index_engine.estimates.windows import Windows
from index_engine.method import COVERAGE, Method, Statistic

LEVELS = ("city", "court")
FLAGS = ("", "in", "high", "very_high", "low", "very_low")
MIN_PLACES = 10  # of fewer nothing is said about how places differ


def funnel_statistics(method: Method) -> tuple[Statistic, ...]:
    """Statistics that a funnel makes sense of: shares of counted things."""
    return tuple(f for f in method.statistics if f.estimate.kind == "share" and f.id != COVERAGE)


def store_funnel_plots(
    store: Store,
    method: Method,
    windows: Windows,
    places: Places,
    totals: dict[str, Array],
    special_courts: frozenset[str],
) -> None:
    """Store the funnel of each statistic and window of a level, and where each place lies in it.

    Places with fewer than the least cell, and special courts, are in no funnel.
    """
    if places.level not in LEVELS:
        return
    is_ordinary = np.array([place not in special_courts for place in places.ids])[:, None]
    for statistic in funnel_statistics(method):
        part, total = totals[statistic.estimate.numerator], totals[statistic.estimate.denominator]
        in_funnel = is_ordinary & is_visible(total, method)
        z = np.full(part.shape, np.nan)
        flag = np.zeros(part.shape, dtype=np.int64)
        funnel_columns: dict[str, list[object]] = {n: [] for n in ("period", "centre", "tau", "phi", "n_places")}
        for window, period in enumerate(windows.labels):
            members = np.flatnonzero(in_funnel[:, window])
            if len(members) < MIN_PLACES:
                continue
            x, n = part[members, window], total[members, window]
            fitted_funnel = funnel_plot.fit(x, n)
            z[members, window] = funnel_plot.z_scores(fitted_funnel, x, n)
            flag[members, window] = [
                FLAGS.index(flag_name) for flag_name in funnel_plot.outlier_flags(fitted_funnel, x, n)
            ]
            row = (period, fitted_funnel.centre, fitted_funnel.tau, fitted_funnel.phi, fitted_funnel.n_places)
            for name, value in zip(funnel_columns, row, strict=True):
                funnel_columns[name].append(value)
        columns: Columns = {"statistic": statistic.id, "z": z.round(6), "flag": CategoryColumn(flag, FLAGS)}
        store.append("outliers", places, columns)
        count = len(funnel_columns["period"])
        if count:
            key_columns: dict[str, list[object]] = {
                "level": [places.level] * count,
                "statistic": [statistic.id] * count,
            }
            store.append_rows("funnel_plots", key_columns | funnel_columns)
