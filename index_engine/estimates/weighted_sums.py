"""Adding up rows with the weights of their cases: the one loop that runs over every cell of every
level, basis and method. Compiled, because numpy would carry a dozen arrays as long as the cells."""

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np

NO_TARGET = -1


@cache
def compiled_kernel() -> Callable[..., None]:
    """`add` as machine code, kept on disk beside this file or, where that cannot be written, in the
    user's cache."""
    from numba import njit

    kernel: Callable[..., None] = njit(add_weighted_rows, cache=True, nogil=True)
    return kernel


def add_weighted_rows(
    sums: Any,
    squared_sums: Any,
    target: Any,
    values: Any,
    place: Any,
    period: Any,
    start_period: Any,
    stratum: Any,
    inner: Any,
    weight: Any,
    next_window: Any,
    first_window: Any,
    first_end: int,
    length: int,
    offsets: Any,
) -> None:
    """Add weight x value to `sums` and squared weight x value to `squared_sums`, both (value,
    target, inner), for each row and each window that it is part of.

    `target` (place, window) is the position of each place and window in the sums, NO_TARGET of those
    without. `values` are (value, row), the five positions after them (row,), the next three those of
    `case_mix.CaseWeights`. The window at `offset` from the period of a row is the one at position
    period + offset - `first_end`, `length` periods long.
    """
    n_windows = weight.shape[1]
    for offset in offsets:
        for row in range(len(place)):
            window = period[row] + offset - first_end
            if window < 0 or window >= n_windows:
                continue
            u, s = place[row], stratum[row]
            t = target[u, window]
            if t == NO_TARGET:
                continue
            w = weight[u, window, s]
            elapsed_periods = period[row] + offset - start_period[row]
            if elapsed_periods >= length:
                # Whole windows between the end of this one and the period in which the case began.
                start_window = max(window - elapsed_periods // length * length, 0)
                # Before `first_window` it counts 1, if it counts; else as when it began or, where there
                # are no weights of that time, as in the next window that has some.
                if start_window < first_window[u] and not np.isnan(w):
                    w = 1.0
                else:
                    w = weight[u, min(next_window[u, start_window], window), s]
            for k in range(len(values)):
                weighted_value = w * values[k, row]
                sums[k, t, inner[row]] += weighted_value
                squared_sums[k, t, inner[row]] += w * weighted_value
