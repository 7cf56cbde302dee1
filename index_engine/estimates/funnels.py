"""Funnels of every official rate: which courts and cities lie outside what chance and the usual
differences between places explain, window by window."""

import numpy as np

from index_engine.estimates import funnel
from index_engine.estimates.incidence import Array
from index_engine.estimates.store import Coded, Columns, Store
from index_engine.estimates.units import Units
from index_engine.estimates.windows import Windows
from index_engine.method import COVERAGE, Figure, Method

LEVELS = ("city", "court")
FLAGS = ("", "in", "high", "very_high", "low", "very_low")
LEAST_UNITS = 10  # of fewer nothing is said about how units differ


def drawn(method: Method) -> tuple[Figure, ...]:
    """Figures that a funnel makes sense of: shares of counted things."""
    return tuple(f for f in method.figures if f.estimate.kind == "share" and f.id != COVERAGE)


def store_funnels(
    store: Store,
    method: Method,
    windows: Windows,
    level: Units,
    totals: dict[str, Array],
    special: frozenset[str],
) -> None:
    """Store the funnel of each figure and window of a level, and where each unit lies in it.

    Units with fewer than the least cell, and special courts, are in no funnel.
    """
    if level.level not in LEVELS:
        return
    ordinary = np.array([unit not in special for unit in level.ids])[:, None]
    for figure in drawn(method):
        part, whole = totals[figure.estimate.numerator], totals[figure.estimate.denominator]
        shown = ordinary & (whole >= method.min_cell)
        z = np.full(part.shape, np.nan)
        flag = np.zeros(part.shape, dtype=np.int64)
        fitted: dict[str, list[object]] = {
            n: [] for n in ("period", "centre", "tau", "phi", "units")
        }
        for window, period in enumerate(windows.labels):
            mine = np.flatnonzero(shown[:, window])
            if len(mine) < LEAST_UNITS:
                continue
            x, n = part[mine, window], whole[mine, window]
            found = funnel.fit(x, n)
            z[mine, window] = funnel.scores(found, x, n)
            flag[mine, window] = [FLAGS.index(word) for word in funnel.flags(found, x, n)]
            row = (period, found.centre, found.tau, found.phi, found.units)
            for name, value in zip(fitted, row, strict=True):
                fitted[name].append(value)
        columns: Columns = {"figure": figure.id, "z": z.round(6), "flag": Coded(flag, FLAGS)}
        store.append("outliers", level, columns)
        count = len(fitted["period"])
        if count:
            names: dict[str, list[object]] = {
                "level": [level.level] * count,
                "figure": [figure.id] * count,
            }
            store.extend("funnels", names | fitted)
