"""Adding up rows with the weights of their cases: the one loop that runs over every cell of every
level, basis and method. Compiled, because numpy would carry a dozen arrays as long as the cells."""

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np


@cache
def compiled() -> Callable[..., None]:
    """`add` as machine code, kept on disk beside this file or, where that cannot be written, in the
    user's cache."""
    from numba import njit

    found: Callable[..., None] = njit(add, cache=True, nogil=True)
    return found


def add(
    plain: Any,
    squared: Any,
    values: Any,
    unit: Any,
    period: Any,
    began: Any,
    stratum: Any,
    inner: Any,
    weight: Any,
    following: Any,
    since: Any,
    first: int,
    length: int,
    offsets: Any,
) -> None:
    """Add weight x value to `plain` and squared weight x value to `squared`, both (value, unit,
    window, inner), for each row and each window that it is part of.

    `values` are (value, row), the five positions after them (row,), the next three those of
    `mix.Weights`. The window at `offset` from the period of a row is the one at position
    period + offset - `first`, `length` periods long.
    """
    windows = weight.shape[1]
    for offset in offsets:
        for row in range(len(unit)):
            window = period[row] + offset - first
            if window < 0 or window >= windows:
                continue
            u, s = unit[row], stratum[row]
            # Whole windows between the end of this one and the period in which the case began.
            back = max(period[row] + offset - began[row], 0) // length * length
            w = weight[u, window, s]
            if back > 0:
                start = max(window - back, 0)
                # Before `since` it counts 1, if it counts; else as when it began or, where there
                # are no weights of that time, as in the next window that has some.
                if start < since[u] and not np.isnan(w):
                    w = 1.0
                else:
                    w = weight[u, min(following[u, start], window), s]
            for k in range(len(values)):
                once = w * values[k, row]
                plain[k, u, window, inner[row]] += once
                squared[k, u, window, inner[row]] += w * once
