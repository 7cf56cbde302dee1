"""In which months a claim brings money, and from where.

A secured claim goes from filing to the listing of the collateral, from there to a sale and its payout; on
the way the debtor may pay, property may be taken, or the case may be closed as 终本, of which something is
paid then and more after a resumption. A claim without collateral has the clock of its case alone.
"""

from collections.abc import Mapping
from dataclasses import replace
from functools import cached_property

import numpy as np

from index_engine.arrays import Array, ratio
from index_engine.claims.claim import Claim
from index_engine.claims.clock import Clock, sum_of_waits

# Where money comes from: the sale of the collateral, the debtor without a sale, property taken or a
# settlement performed, what is paid by the day of 终本, and payment after a resumption.
SOURCES = ("sale", "payment", "satisfaction", "zhongben", "resumption")
# The clocks of a secured claim before the sale: by stage, those still to run, each with the event that leads on.
_WAY_TO_SALE = {
    "filed": (("listing", "listed"), ("lot", "sold"), ("payout", "paid")),
    "seized": (("priced", "priced"), ("offered", "listed"), ("lot", "sold"), ("payout", "paid")),
    "priced": (("offered", "listed"), ("lot", "sold"), ("payout", "paid")),
    "listed": (("lot", "sold"), ("payout", "paid")),
    "sold": (("payout", "paid"),),
}
# The ages over which the endings of closed cases are pooled: month by month they are few.
_POOLED_MONTHS = 3


def clocks_needed(claim: Claim) -> tuple[str, ...]:
    """The processes whose clocks `payments` reads for a claim."""
    on_the_way = [process for process, _ in _WAY_TO_SALE.get(claim.stage, ()) if claim.is_secured]
    return tuple(dict.fromkeys([*on_the_way, "case", "resume"]))


def payment_chances(
    clocks: Mapping[str, Clock], claim: Claim, horizon: int, continuations: "Continuations | None" = None
) -> Array:
    """The chance (draw, source, month from now) that a claim is paid from each of SOURCES.

    Each stage is entered with the age that the claim has in it: what has not happened by then is not
    counted again. A lot withdrawn for other reasons than payment, and what is still open when a clock or the
    horizon ends, brings nothing. `continuations` of the same clocks and horizon serve many claims.
    """
    if claim.months_to_filing:
        delay = min(claim.months_to_filing, horizon)
        filed = payment_chances(clocks, replace(claim, months_to_filing=0), horizon, continuations)
        return np.concatenate([np.zeros_like(filed[:, :, :delay]), filed[:, :, : horizon - delay]], axis=2)
    ahead = continuations or Continuations(clocks, horizon)
    n_draws = max(clock.hazard.shape[0] for clock in clocks.values())
    none = np.zeros((n_draws, horizon))
    by_source = dict.fromkeys(SOURCES, none)
    if claim.stage == "zhongben":
        resumed = clocks["resume"].outcomes(claim.stage_age, horizon)["resumed"]
        by_source["resumption"] = sum_of_waits(resumed, ahead.cash)
        return _stacked(by_source, n_draws)
    if not claim.is_secured:
        endings = clocks["case"].outcomes(claim.months_since_filing, horizon)
    else:
        sold, paid, closed = ahead.until_sale(claim.stage, claim.stage_age)
        by_source["sale"] = sold
        endings = _endings_of_closed(clocks["case"], closed, claim.months_since_filing)
        endings["cash"] = endings["cash"] + paid
    by_source["payment"] = endings["cash"]
    by_source["satisfaction"] = endings["satisfied"]
    by_source["zhongben"] = endings["zhongben"]
    by_source["resumption"] = sum_of_waits(endings["zhongben"], ahead.after_zhongben)
    return _stacked(by_source, n_draws)


class Continuations:
    """What follows when a stage is reached, the same for every claim with these clocks: waits of one stage after
    another add up in any order, so that those still ahead are added once."""

    def __init__(self, clocks: Mapping[str, Clock], horizon: int) -> None:
        self._clocks, self._horizon = clocks, horizon
        self._until_sale: dict[str, tuple[Array, Array, Array]] = {}

    @cached_property
    def cash(self) -> Array:
        """Payment by the debtor after a filing; after a resumption too, as how resumed cases end is not measured."""
        return self._clocks["case"].outcomes(0, self._horizon)["cash"]

    @cached_property
    def after_zhongben(self) -> Array:
        return sum_of_waits(self._clocks["resume"].outcomes(0, self._horizon)["resumed"], self.cash)

    def until_sale(self, stage: str, age: int) -> tuple[Array, Array, Array]:
        """The chances (draw, month) that the price of the collateral is paid out, that the debtor pays while it is on
        sale, and that the case is closed before it is listed, for a claim that has been in a stage for `age` months.

        A case that is closed with the payout of its price not recorded has it by then.
        """
        (process, onward), *rest = _WAY_TO_SALE[stage]
        outcomes = self._clocks[process].outcomes(age, self._horizon)
        none = np.zeros((1, self._horizon))
        if process == "payout":
            return outcomes["paid"] + outcomes["closed"], none, none
        paid, closed = (outcomes["paid"], none) if process == "lot" else (none, outcomes["closed"])
        next_stage = next(name for name, way in _WAY_TO_SALE.items() if list(way) == rest)
        if next_stage not in self._until_sale:
            self._until_sale[next_stage] = self.until_sale(next_stage, 0)
        sold, paid_later, closed_later = (
            sum_of_waits(outcomes[onward], later) if later.any() else later for later in self._until_sale[next_stage]
        )
        return sold, paid + paid_later, closed + closed_later


def _endings_of_closed(case_clock: Clock, closed: Array, case_age: int) -> dict[str, Array]:
    """How cases closed in each month end: as cases of their age do, which their own clocks do not tell."""
    hazard = case_clock.hazard
    n_groups = -(-case_clock.n_months // _POOLED_MONTHS)
    padded = np.zeros((hazard.shape[0], n_groups * _POOLED_MONTHS, hazard.shape[2]))
    padded[:, : case_clock.n_months] = hazard
    pooled = padded.reshape(hazard.shape[0], n_groups, _POOLED_MONTHS, -1).sum(axis=2)
    whole = hazard.sum(axis=1, keepdims=True)
    # An age at which none ends, or beyond the clock, is told by all ages.
    shares = np.where(
        pooled.sum(axis=2, keepdims=True) > 0.0,
        ratio(pooled, pooled.sum(axis=2, keepdims=True), 0.0),
        ratio(whole, whole.sum(axis=2, keepdims=True), 0.0),
    )
    group = np.minimum((np.arange(closed.shape[1]) + case_age) // _POOLED_MONTHS, n_groups - 1)
    return {event: closed * shares[:, group, position] for position, event in enumerate(case_clock.events)}


def _stacked(by_source: Mapping[str, Array], n_draws: int) -> Array:
    return np.stack([np.broadcast_to(mass, (n_draws, mass.shape[1])) for mass in by_source.values()], axis=1)
