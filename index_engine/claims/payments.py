"""In which months a claim brings money, and from where.

A secured claim goes from filing to the listing of the collateral, from there to a sale and its payout; on
the way the debtor may pay, property may be taken, or the case may be closed as 终本, of which something is
paid then and more after a resumption. A claim without collateral has the clock of its case alone.
"""

from collections.abc import Mapping

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


def payment_chances(clocks: Mapping[str, Clock], claim: Claim, horizon: int) -> Array:
    """The chance (draw, source, month from now) that a claim is paid from each of SOURCES.

    Each stage is entered with the age that the claim has in it: what has not happened by then is not
    counted again. A lot withdrawn for other reasons than payment, and what is still open when a clock or the
    horizon ends, brings nothing.
    """
    n_draws = max(clock.hazard.shape[0] for clock in clocks.values())
    none = np.zeros((n_draws, horizon))
    by_source = dict.fromkeys(SOURCES, none)
    if claim.stage == "zhongben":
        resumed = clocks["resume"].outcomes(claim.stage_age, horizon)["resumed"]
        by_source["resumption"] = _paid_after_resumption(clocks, resumed, horizon)
        return _stacked(by_source, n_draws)
    if not claim.is_secured:
        endings = clocks["case"].outcomes(claim.months_since_filing, horizon)
    else:
        sold, paid, closed = _until_sale(clocks, claim, horizon)
        by_source["sale"] = sold
        endings = _endings_of_closed(clocks["case"], closed, claim.months_since_filing)
        endings["cash"] = endings["cash"] + paid
    by_source["payment"] = endings["cash"]
    by_source["satisfaction"] = endings["satisfied"]
    by_source["zhongben"] = endings["zhongben"]
    resumed = sum_of_waits(endings["zhongben"], clocks["resume"].outcomes(0, horizon)["resumed"])
    by_source["resumption"] = _paid_after_resumption(clocks, resumed, horizon)
    return _stacked(by_source, n_draws)


def _until_sale(clocks: Mapping[str, Clock], claim: Claim, horizon: int) -> tuple[Array, Array, Array]:
    """The chances (draw, month) that the price of the collateral is paid out, that the debtor pays while it is
    on sale, and that the case is closed before it is listed.

    A case that is closed with the payout of its price not recorded has it by then.
    """
    reached: Array | None = None
    paid = closed = np.zeros((1, horizon))
    for process, onward in _WAY_TO_SALE[claim.stage]:
        outcomes = clocks[process].outcomes(claim.stage_age if reached is None else 0, horizon)
        if reached is not None:
            outcomes = {event: sum_of_waits(reached, mass) for event, mass in outcomes.items()}
        if process == "payout":
            return outcomes["paid"] + outcomes["closed"], paid, closed
        if process == "lot":
            paid = paid + outcomes["paid"]
        else:
            closed = closed + outcomes["closed"]
        reached = outcomes[onward]
    raise AssertionError("every way to a sale ends with its payout")


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


def _paid_after_resumption(clocks: Mapping[str, Clock], resumed: Array, horizon: int) -> Array:
    """Payment after a resumption comes as it comes after a filing: how resumed cases end is not measured."""
    return sum_of_waits(resumed, clocks["case"].outcomes(0, horizon)["cash"])


def _stacked(by_source: Mapping[str, Array], n_draws: int) -> Array:
    return np.stack([np.broadcast_to(mass, (n_draws, mass.shape[1])) for mass in by_source.values()], axis=1)
