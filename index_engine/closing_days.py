"""Closings by day, and how many of the last days of a file are thin, since closings reach it late."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from index_engine.chance import is_impossible

# The last days are thin, one block after the other, where they have less than this share of the
# closings of the year before, and of the same days a year before, and chance does not explain it.
BLOCK_DAYS = 30
THIN_SHARE = 0.6
MAX_BLOCKS = 12
YEAR_DAYS = 365


@dataclass(frozen=True)
class Closings:
    """Closings by day, days from EPOCH in order; those of one court, filing day and closing day may
    share a fate and count as one."""

    days: npt.NDArray[np.int64]
    counts: npt.NDArray[np.int64]

    def between(self, first: int, end: int) -> int:
        """How many came from `first` to the day before `end`."""
        left, right = np.searchsorted(self.days, [first, end])
        return int(self.counts[left:right].sum())


NO_CLOSINGS = Closings(np.empty(0, np.int64), np.empty(0, np.int64))


def late_days(closings: Closings, end: int) -> int:
    """How many days before `end` are thin, a multiple of BLOCK_DAYS; 0 where chance explains it or the
    year before has too few closings to tell."""
    late = 0
    while late < MAX_BLOCKS * BLOCK_DAYS:
        block_end = end - late
        block = block_end - BLOCK_DAYS
        n = closings.between(block, block_end)
        year = closings.between(block - YEAR_DAYS, block) * BLOCK_DAYS / YEAR_DAYS
        # Of a season, such as Spring Festival, the same days of the year before tell.
        expected = min(year, closings.between(block - YEAR_DAYS, block_end - YEAR_DAYS))
        if n >= THIN_SHARE * expected or not is_impossible(n, expected):
            break
        late += BLOCK_DAYS
    return late
