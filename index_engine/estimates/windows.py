"""The rolling windows that estimates are made for, each named by the quarter it ends with."""

from dataclasses import dataclass
from datetime import timedelta

import duckdb
import numpy as np

from index_engine import periods
from index_engine.arrays import Array, IntArray
from index_engine.day_span import EPOCH
from index_engine.errors import InputError
from index_engine.estimates import panel
from index_engine.estimates.panel import PanelAxes
from index_engine.estimates.places import courts_in_sources
from index_engine.method import Method


@dataclass(frozen=True)
class Windows:
    """The windows to estimate: `ends` are positions of their last periods on the axis of
    periods."""

    axes: PanelAxes
    length: int
    ends: IntArray

    @property
    def labels(self) -> list[str]:
        return [periods.label(self.axes.first_period + int(end)) for end in self.ends]

    def sums(self, array: Array) -> Array:
        """Sum a (place, period, ...) array over each window."""
        window_sums: Array = panel.rolling_sums(array, self.length)[:, self.ends - self.length + 1]
        return window_sums

    def stock_at_start(self, stock: Array) -> Array:
        """The stock on the first day of each window."""
        start: Array = stock[:, self.ends - self.length + 1]
        return start

    def stock_at_end(self, stock: Array) -> Array:
        """The stock on the day after each window; none beyond the last period of the axes."""
        padded_stock = np.concatenate([stock, np.zeros_like(stock[:, :1])], axis=1)
        end: Array = padded_stock[:, self.ends + 1]
        return end

    def lengths_in_days(self) -> Array:
        """Length of each window in days."""
        first = self.axes.first_period
        return np.array(
            [
                (periods.first_day(first + int(end) + 1) - periods.first_day(first + int(end) - self.length + 1)).days
                for end in self.ends
            ],
            dtype=float,
        )


@dataclass(frozen=True)
class ObservedSpan:
    """Days from EPOCH: every kind of source observes from `first_day` to the day before `end_day`,
    some kind from `earliest_day` to the day before `latest_end_day`."""

    first_day: int
    end_day: int
    earliest_day: int
    latest_end_day: int


def read_observed_span(con: duckdb.DuckDBPyConnection) -> ObservedSpan:
    """The days that sources observe. Only what all kinds observe is complete: cases to June and
    auctions to December make no year."""
    [row] = con.execute(
        """
        SELECT MAX(from_day), MIN(end_day), MIN(from_day), MAX(end_day)
        FROM (SELECT kind, MIN(from_day) AS from_day, MAX(end_day) AS end_day
              FROM measures.windows GROUP BY kind)
        """
    ).fetchall()
    return ObservedSpan(*row)


def read_windows(con: duckdb.DuckDBPyConnection, method: Method) -> Windows:
    """The axes of the measured data and every complete window from the method's first period on.

    A quarter whose first or last day is not observed is incomplete and belongs to no window.
    """
    span = read_observed_span(con)
    first_quarter = periods.quarter_from_date(EPOCH + timedelta(days=span.earliest_day))
    last_quarter = periods.quarter_from_date(EPOCH + timedelta(days=span.latest_end_day - 1))
    last_complete_quarter = periods.quarter_from_date(EPOCH + timedelta(days=span.end_day)) - 1
    first_complete_quarter = periods.quarter_from_date(EPOCH + timedelta(days=span.first_day - 1)) + 1
    length = method.window_quarters
    first_end = max(periods.parse(method.first_period), first_complete_quarter + length - 1)
    if first_end > last_complete_quarter:
        raise InputError(
            "data_too_short", end=EPOCH + timedelta(days=span.end_day - 1), quarters=length, first=method.first_period
        )
    axes = PanelAxes(courts_in_sources(con), first_quarter, last_quarter)
    return Windows(axes, length, np.arange(first_end - first_quarter, last_complete_quarter - first_quarter + 1))
