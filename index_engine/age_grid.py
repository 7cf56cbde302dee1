"""The grid of ages on which curves are drawn: bins of whole days since a process started.

Bins end where months end, so that no horizon of a method falls inside a bin; four a month are about
a week each. A month is 365.25 / 12 days, and 24 months are 730 of them.
"""

from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt

MONTH_DAYS = 365.25 / 12


def months_to_days(months: float) -> int:
    """Whole days in `months`: an event on this day still counts as within them."""
    return int(months * MONTH_DAYS)


@dataclass(frozen=True)
class AgeGrid:
    """Bin k holds the days edges[k] .. edges[k + 1] - 1."""

    edges: tuple[int, ...]

    @classmethod
    @cache  # asked for with every curve
    def by_month(cls, months: int, bins_per_month: int) -> "AgeGrid":
        return cls((0, *(months_to_days(j / bins_per_month) + 1 for j in range(1, months * bins_per_month + 1))))

    @classmethod
    def daily(cls, days: int) -> "AgeGrid":
        return cls(tuple(range(days + 1)))

    @property
    def n_bins(self) -> int:
        return len(self.edges) - 1

    @property
    def starts(self) -> npt.NDArray[np.int64]:
        return np.array(self.edges[:-1], dtype=np.int64)

    @property
    def widths(self) -> npt.NDArray[np.int64]:
        return np.array(self.edges[1:], dtype=np.int64) - self.starts

    def leading(self, n_bins: int) -> "AgeGrid":
        """The first bins."""
        return AgeGrid(self.edges[: n_bins + 1])

    def bin_index(self, day: npt.ArrayLike) -> npt.NDArray[np.int64]:
        """Bin of each day; days beyond the grid get the number of bins."""
        bin_numbers = np.searchsorted(np.array(self.edges), np.asarray(day), side="right") - 1
        return np.minimum(bin_numbers, self.n_bins).astype(np.int64)
