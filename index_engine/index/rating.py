"""Rating bands: what the interval of a score supports."""

from itertools import pairwise

import numpy as np

from index_engine.arrays import Array
from index_engine.method import Band

BAND_CONFIDENCE = 0.9  # of the interval that must support a band


def assign_bands(bands: tuple[Band, ...], low: Array, high: Array) -> list[str | None]:
    """The band of each interval (row,): one, or two neighbours that it spans; None where it spans
    more, or there is no interval."""
    if not bands:
        return [None] * len(low)
    minimums = np.array([band.minimum for band in bands])  # the best first
    best, worst = ((ends[:, None] < minimums).sum(axis=1) for ends in (high, low))
    names = np.array(
        [*(band.id for band in bands), *(f"{a.id}-{b.id}" for a, b in pairwise(bands)), None], dtype=object
    )
    label = np.select([np.isnan(low), worst == best, worst == best + 1], [-1, best, len(bands) + best], -1)
    found: list[str | None] = names[label].tolist()
    return found
