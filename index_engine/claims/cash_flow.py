"""Expected cash by time: what it is worth, and when it comes.

Arrays run (draw, payment); an axis of one element stands for all draws.
"""

from dataclasses import dataclass

import numpy as np

from index_engine.arrays import Array, ratio
from index_engine.claims.clock import MONTHS_PER_YEAR

_ROUNDING = 1e-9


@dataclass(frozen=True)
class CashFlow:
    """`months` from now and expected `amount`, yuan, of each payment (draw, payment); below 0 what is paid out."""

    months: Array
    amount: Array

    def scaled(self, factor: Array) -> "CashFlow":
        """The same with each amount times a factor (draw,)."""
        return CashFlow(self.months, self.amount * factor[:, None])

    def shifted(self, months: Array) -> "CashFlow":
        """The same, so many months (draw,) later."""
        return CashFlow(self.months + months[:, None], self.amount)

    def until(self, horizon: float) -> "CashFlow":
        """The same without what comes after so many months."""
        # Two sums of months may differ in the last digit.
        return CashFlow(self.months, np.where(self.months <= horizon + _ROUNDING, self.amount, 0.0))

    def value(self, yearly_rate: float) -> Array:
        """The present value (draw,), in yuan."""
        discounted: Array = (self.amount * (1.0 + yearly_rate) ** (-self.months / MONTHS_PER_YEAR)).sum(axis=1)
        return discounted

    def mean_months(self) -> Array:
        """The months (draw,) after which the cash comes, on average over what comes; NaN where nothing does."""
        received = np.maximum(self.amount, 0.0)
        return ratio((received * self.months).sum(axis=1), received.sum(axis=1))

    def half_months(self) -> float:
        """The months by which half of what comes has come, of the first draw; NaN where nothing comes."""
        months = np.broadcast_to(self.months, np.broadcast_shapes(self.months.shape, self.amount.shape))[0]
        received = np.maximum(self.amount[0], 0.0)
        if received.sum() <= 0.0:
            return float("nan")
        order = np.argsort(months, kind="stable")
        share = np.cumsum(received[order]) / received.sum()
        return float(months[order][np.searchsorted(share, 0.5 - _ROUNDING)])


def joined(*flows: CashFlow) -> CashFlow:
    """The payments of all."""
    n_draws = max(max(flow.months.shape[0], flow.amount.shape[0]) for flow in flows)

    def whole(values: Array, n_payments: int) -> Array:
        return np.broadcast_to(values, (n_draws, n_payments))

    sizes = [flow.amount.shape[1] for flow in flows]
    return CashFlow(
        np.concatenate([whole(flow.months, n) for flow, n in zip(flows, sizes, strict=True)], axis=1),
        np.concatenate([whole(flow.amount, n) for flow, n in zip(flows, sizes, strict=True)], axis=1),
    )


def payment(months: Array, amount: Array) -> CashFlow:
    """One payment, months and amount by draw (draw,)."""
    return CashFlow(months[:, None], amount[:, None])
