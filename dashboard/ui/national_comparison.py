"""When a value differs from a reference such as the nation's value: the one rule of all pages.

A value differs where its interval lies wholly above or wholly below the reference. The reference is
a number where its own error does not count (the nation, next to a place of it), or an interval.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Protocol

from dashboard.text import formats

DIRECT_STATUSES = ("estimated", "scored")  # of what rests on the place's own cases


class IntervalPosition(StrEnum):
    """Where an interval lies to a reference."""

    BELOW = "below"
    OVERLAPPING = "overlapping"
    ABOVE = "above"
    UNKNOWN = "unknown"  # the interval or the reference is missing


class Verdict(StrEnum):
    """How a value compares with the nation's where one direction is better; names of CSS classes."""

    BETTER = "better"
    SIMILAR = "similar"
    WORSE = "worse"
    NOT_COMPARABLE = "alone"


def interval_position(
    low: float | None, high: float | None, reference_low: float | None, reference_high: float | None = None
) -> IntervalPosition:
    """Where the interval from `low` to `high` lies to the reference, a number or an interval; an
    interval that touches it overlaps it."""
    if reference_high is None:
        reference_high = reference_low
    if (
        formats.is_missing(low)
        or formats.is_missing(high)
        or formats.is_missing(reference_low)
        or formats.is_missing(reference_high)
    ):
        return IntervalPosition.UNKNOWN
    if low > reference_high:
        return IntervalPosition.ABOVE
    if high < reference_low:
        return IntervalPosition.BELOW
    return IntervalPosition.OVERLAPPING


def verdict(position: IntervalPosition, *, higher_is_better: bool) -> Verdict:
    """What a position means where higher values are better, or lower ones."""
    if position is IntervalPosition.UNKNOWN:
        return Verdict.NOT_COMPARABLE
    if position is IntervalPosition.OVERLAPPING:
        return Verdict.SIMILAR
    return Verdict.BETTER if (position is IntervalPosition.ABOVE) == higher_is_better else Verdict.WORSE


class Estimate(Protocol):
    """An estimate with the ends of its interval."""

    @property
    def status(self) -> str: ...
    @property
    def low(self) -> float | None: ...
    @property
    def high(self) -> float | None: ...


def compare_with_nation(estimate: Estimate, nation: float | None, *, higher_is_better: bool) -> Verdict:
    """How an estimate compares with the nation's value; not at all where the place has too few
    cases of its own."""
    if estimate.status not in DIRECT_STATUSES:
        return Verdict.NOT_COMPARABLE
    return verdict(interval_position(estimate.low, estimate.high, nation), higher_is_better=higher_is_better)
