"""Rating bands: what the interval of a score supports."""

import numpy as np

from index_engine.arrays import Array
from index_engine.method import Band

BAND_CONFIDENCE = 0.9  # of the interval that must support a band


def assign_bands(bands: tuple[Band, ...], low: Array, high: Array) -> list[str | None]:
    """The band of each interval (row,): one, or two neighbours that it spans; None where it spans
    more, or there is no interval."""
    minimums = np.array([band.minimum for band in bands])  # the best first
    labels: list[str | None] = []
    for a, b in zip(low, high, strict=True):
        if np.isnan(a) or not bands:
            labels.append(None)
            continue
        best, worst = int((b < minimums).sum()), int((a < minimums).sum())
        names = [bands[position].id for position in range(best, worst + 1)]
        labels.append("-".join(names) if len(names) <= 2 else None)
    return labels
