"""The rolling windows that estimates are made for, each named by the quarter it ends with."""

from dataclasses import dataclass
from datetime import timedelta

import duckdb
import numpy as np

from index_engine import periods
from index_engine.errors import InputError
from index_engine.estimates import panel
from index_engine.estimates.incidence import Array
from index_engine.estimates.panel import Frame, Index
from index_engine.estimates.units import all_courts
from index_engine.measures.measure import EPOCH
from index_engine.method import Method


@dataclass(frozen=True)
class Windows:
    """The windows to estimate: `ends` are positions of their last periods on the frame's axis."""

    frame: Frame
    length: int
    ends: Index

    @property
    def labels(self) -> list[str]:
        return [periods.label(self.frame.first_period + int(end)) for end in self.ends]

    def sums(self, array: Array) -> Array:
        """Sum a (unit, period, ...) array over each window."""
        rolled: Array = panel.rolling(array, self.length)[:, self.ends - self.length + 1]
        return rolled

    def at_start(self, stock: Array) -> Array:
        """The stock on the first day of each window."""
        start: Array = stock[:, self.ends - self.length + 1]
        return start

    def at_end(self, stock: Array) -> Array:
        """The stock on the day after each window; none beyond the last period of the frame."""
        beyond = np.concatenate([stock, np.zeros_like(stock[:, :1])], axis=1)
        end: Array = beyond[:, self.ends + 1]
        return end

    def days(self) -> Array:
        """Length of each window in days."""
        first = self.frame.first_period
        return np.array(
            [
                (
                    periods.first_day(first + int(end) + 1)
                    - periods.first_day(first + int(end) - self.length + 1)
                ).days
                for end in self.ends
            ],
            dtype=float,
        )


def windows_of(con: duckdb.DuckDBPyConnection, method: Method) -> Windows:
    """The frame of the measured data and every complete window from the method's first period on.

    A quarter whose first or last day is not observed is incomplete and belongs to no window.
    """
    # A window counts where every kind of source observes it: cases to June and auctions to December
    # make no year.
    [(first, until, first_of_all, until_last)] = con.execute(
        """
        SELECT MAX(from_day), MIN(until_day), MIN(from_day), MAX(until_day)
        FROM (SELECT kind, MIN(from_day) AS from_day, MAX(until_day) AS until_day
              FROM measures.windows GROUP BY kind)
        """
    ).fetchall()
    start = periods.quarter_of(EPOCH + timedelta(days=first_of_all))
    last_seen = periods.quarter_of(EPOCH + timedelta(days=until_last - 1))
    last_whole = periods.quarter_of(EPOCH + timedelta(days=until)) - 1
    first_whole = periods.quarter_of(EPOCH + timedelta(days=first - 1)) + 1
    length = method.window_quarters
    first_end = max(periods.parse(method.first_period), first_whole + length - 1)
    if first_end > last_whole:
        raise InputError(
            f"the data end on {EPOCH + timedelta(days=until - 1)}: no complete window of "
            f"{length} quarters from {method.first_period} on; see [period] of the method"
        )
    frame = Frame(all_courts(con), start, last_seen)
    return Windows(frame, length, np.arange(first_end - start, last_whole - start + 1))
