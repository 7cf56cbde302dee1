"""The present value of a claim: the chances of payment, what is paid, and when.

V = max(0, sum over sources and months of chance x net amount x (1 + y)^-((month + 1/2) / 12) - entry cost).

The whole curve is discounted and never its mean: of a time T, E[v^T] lies above v^E[T] (Jensen).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from index_engine.arrays import Array
from index_engine.claims.claim import Assumptions, Claim
from index_engine.claims.clock import DAYS_PER_MONTH, MONTHS_PER_YEAR, Clock, discount_factors, middles_of_months
from index_engine.claims.fees import enforcement_fee
from index_engine.claims.payments import SOURCES, payment_chances

# Interest on a debt paid late, a day, of the principal: 最高人民法院, 法释〔2014〕8号, art. 1.
DELAY_INTEREST_PER_DAY = 0.000175
RATE_LIMITS = (-0.99, 10.0)  # yearly returns between which that of a price is looked for
_BISECTIONS = 60  # halvings of the interval between them: far below a basis point


@dataclass(frozen=True)
class Prices:
    """What is paid of a claim at a place, by draw.

    `ratio` (bin,): prices over reference prices; `weight` (draw, bin): how likely a lot that is sold brings
    each; `paid_share`: by ending of a case, the share (draw,) of the claim that is paid then, and `paid_spread` its
    standard deviation from claim to claim.
    """

    ratio: Array
    weight: Array
    paid_share: Mapping[str, Array]
    paid_spread: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class PlaceTerms:
    """All that the value of a claim takes from a place: its clocks, by process, and its prices."""

    clocks: Mapping[str, Clock]
    prices: Prices


@dataclass(frozen=True)
class Payments:
    """The payments of a claim at a place: `chance` (draw, source, month) and `net` (draw, source, month), the
    yuan that each brings."""

    chance: Array
    net: Array


def expected_payments(claim: Claim, terms: PlaceTerms, assumptions: Assumptions) -> Payments:
    """When a claim is paid at a place, and how much."""
    chance = payment_chances(terms.clocks, claim, assumptions.horizon)
    return Payments(chance, net_amounts(claim, terms.prices, assumptions))


def net_amounts(claim: Claim, prices: Prices, assumptions: Assumptions) -> Array:
    """What each source pays in each month, in yuan (draw, source, month).

    Of a sale: its price less costs, the fee of enforcement and what is paid before, at most what is secured
    and owed by then. Of the others: the share of the claim that such endings pay.
    """
    months = middles_of_months(assumptions.horizon)
    by_source = {
        "sale": _net_of_sale(claim, prices, assumptions),
        "payment": _paid(claim, prices.paid_share["cash"], months),
        "satisfaction": _paid(claim, prices.paid_share["satisfied"], months),
        "zhongben": _paid(claim, prices.paid_share["zhongben"], months),
        "resumption": _paid(claim, prices.paid_share["cash"], months),
    }
    n_draws = max(net.shape[0] for net in by_source.values())
    return np.stack([np.broadcast_to(by_source[name], (n_draws, months.size)) for name in SOURCES], axis=1)


def amounts_owed(claim: Claim, months: Array) -> Array:
    """What is owed after so many months (...), in yuan, with interest for delay."""
    owed: Array = claim.amount + claim.principal * DELAY_INTEREST_PER_DAY * DAYS_PER_MONTH * months
    return owed


def collateral_value(claim: Claim, assumptions: Assumptions, months: Array) -> Array:
    """The reference price of the collateral after so many months (...), in yuan."""
    value: Array = claim.collateral_value * (1.0 + assumptions.price_drift) ** (months / MONTHS_PER_YEAR)
    return value


def net_of_price(claim: Claim, price: Array, owed: Array, *, has_fee: bool = True) -> Array:
    """What a claim of which so much is owed (...) gets of a price (...), in yuan: after the fee of enforcement and what
    is paid before it, at most what is secured."""
    limit = owed if claim.secured_limit is None else np.minimum(owed, claim.secured_limit)
    fee = enforcement_fee(np.minimum(price, claim.amount)) if has_fee else 0.0
    net: Array = np.clip(price - fee - claim.prior_claims, 0.0, limit)
    return net


def _net_of_sale(claim: Claim, prices: Prices, assumptions: Assumptions) -> Array:
    months = middles_of_months(assumptions.horizon)
    proceeds = np.outer(prices.ratio, collateral_value(claim, assumptions, months)) * (1.0 - assumptions.sale_cost)
    net: Array = prices.weight @ net_of_price(claim, proceeds, amounts_owed(claim, months))
    return net


def _paid(claim: Claim, share: Array, months: Array) -> Array:
    return np.repeat(claim.amount * share[:, None], months.size, axis=1)


def present_value(claim: Claim, payments: Payments, assumptions: Assumptions) -> Array:
    """The value (draw,) of a claim in yuan; never below 0, since nobody has to pursue it."""
    factors = discount_factors(assumptions.yearly_rate, assumptions.horizon)
    paid = (payments.chance * payments.net).sum(axis=1) @ factors
    value: Array = np.maximum(paid - assumptions.entry_cost * claim.amount, 0.0)
    return value


def value(claim: Claim, terms: PlaceTerms, assumptions: Assumptions) -> Array:
    """The value (draw,) of a claim at a place, in yuan."""
    return present_value(claim, expected_payments(claim, terms, assumptions), assumptions)


def yearly_return(paid: Array, entry_cost: float, price: Array) -> Array:
    """The yearly return (draw,) at which payments (draw, month) in yuan, less a cost at once, are worth a price, by
    bisection: the value falls in the rate. NaN where the price is 0, or no rate within RATE_LIMITS gives it."""
    low, high = (np.full(price.shape, limit) for limit in RATE_LIMITS)
    years = middles_of_months(paid.shape[1]) / MONTHS_PER_YEAR

    def worth(rate: Array) -> Array:
        value: Array = (paid * (1.0 + rate[:, None]) ** -years).sum(axis=1) - entry_cost
        return value

    is_found = (price > 0.0) & (worth(low) >= price) & (worth(high) <= price)
    for _ in range(_BISECTIONS):
        middle = (low + high) / 2.0
        is_worth_more = worth(middle) > price
        low, high = np.where(is_worth_more, middle, low), np.where(is_worth_more, high, middle)
    return np.where(is_found, (low + high) / 2.0, np.nan)
