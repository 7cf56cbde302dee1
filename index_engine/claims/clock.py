"""Clocks: how likely a spell that is still under way ends in an event, month by month.

Arrays run (draw, month, ...): the first axis holds draws of what is not known for sure, or one element for
the estimate itself. Month 0 is the first; what happens in a month happens in its middle.
"""

from dataclasses import dataclass

import numpy as np

from index_engine.arrays import Array

MONTHS_PER_YEAR = 12
MONTHS_PER_QUARTER = 3
DAYS_PER_MONTH = 365.25 / MONTHS_PER_YEAR


@dataclass(frozen=True)
class Clock:
    """`hazard` (draw, month, event): the chance that a spell open when a month begins ends in one of the
    `events` in it. Of later months nothing is known."""

    events: tuple[str, ...]
    hazard: Array

    @property
    def n_months(self) -> int:
        return int(self.hazard.shape[1])

    def outcomes(self, age: int, horizon: int) -> dict[str, Array]:
        """By event, the chance (draw, month from now) that a spell which has lasted `age` months without an
        event ends in it then, over `horizon` months: 0 where the clock has ended, as nothing is known there."""
        hazard = self.hazard[:, age : age + horizon]
        total = np.minimum(hazard.sum(axis=2), 1.0)
        survival = np.cumprod(1.0 - total, axis=1)
        at_start = np.concatenate([np.ones_like(survival[:, :1]), survival[:, :-1]], axis=1)[:, : total.shape[1]]
        mass = np.zeros((hazard.shape[0], horizon, len(self.events)))
        mass[:, : hazard.shape[1]] = at_start[:, :, None] * hazard
        return {event: mass[:, :, position] for position, event in enumerate(self.events)}


def sum_of_waits(first: Array, second: Array) -> Array:
    """When the second of two events that follow one another happens: its chance (draw, month).

    `first` (draw, month): when the first happens; `second` (draw, month): how long after it the second does.
    Either lies anywhere in its month with one chance, so that half of the sums of two months fall in the
    next one: the sum of two uniform shares of a month exceeds 1 half of the time.
    """
    months = first.shape[1]
    padded = np.concatenate([np.zeros((second.shape[0], months - 1)), second], axis=1)
    # (draw, month, months back): the second event's waits that end in each month, the longest last.
    waits = np.lib.stride_tricks.sliding_window_view(padded, months, axis=1)[:, :, ::-1]
    same_month = np.einsum("dj,dmj->dm", first, waits)
    sums: Array = 0.5 * same_month
    sums[:, 1:] += 0.5 * same_month[:, :-1]
    return sums


def middles_of_months(months: int) -> Array:
    """The middles of the next months, in months from now, shape (month,)."""
    middles: Array = np.arange(months, dtype=np.float64) + 0.5
    return middles


def discount_factors(yearly_rate: float, months: int) -> Array:
    """What 1 is worth today that comes in the middle of each of the next months, shape (month,)."""
    factors: Array = (1.0 + yearly_rate) ** (-middles_of_months(months) / MONTHS_PER_YEAR)
    return factors
