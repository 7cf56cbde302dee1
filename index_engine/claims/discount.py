"""The enforcement discount (执行贴水): what one claim loses at a place against another, and by what.

D = 1 - V / V_reference of the same claim, only the curves and prices of the place exchanged. Its parts are
Shapley values (Shapley 1953) over four factors: certainty, the chance of each payment within the horizon;
time, the months in which it comes if it does; price, what it brings; and cost. They add up to D.
"""

from dataclasses import dataclass
from itertools import combinations
from math import factorial

import numpy as np

from index_engine.arrays import Array, ratio
from index_engine.claims.claim import Assumptions, Claim
from index_engine.claims.clock import MONTHS_PER_YEAR, middles_of_months
from index_engine.claims.valuation import Payments, PlaceTerms, expected_payments, present_value

FACTORS = ("certainty", "time", "price", "cost")
_RATE_LIMITS = (-0.99, 10.0)  # yearly returns between which that of a price is looked for
_BISECTIONS = 60  # halvings of the interval between them: far below a basis point


@dataclass(frozen=True)
class Discount:
    """`value` and `reference_value` in yuan, `share` D, and `parts` of D by factor, each (draw,); D and its parts
    are NaN where the claim is worth nothing at the reference.

    `return_spread`: by how much the yearly return of a buyer who pays the value of the place for the claim
    of the reference exceeds the rate it is valued at; NaN where a value is 0.
    """

    value: Array
    reference_value: Array
    share: Array
    parts: dict[str, Array]
    return_spread: Array


def enforcement_discount(
    claim: Claim,
    place: PlaceTerms,
    reference: PlaceTerms,
    assumptions: Assumptions,
    reference_assumptions: Assumptions | None = None,
) -> Discount:
    """The discount of a place against a reference; costs differ only where `reference_assumptions` say so."""
    there = reference_assumptions or assumptions
    own, other = expected_payments(claim, place, assumptions), expected_payments(claim, reference, there)
    values: dict[frozenset[str], Array] = {}
    for size in range(len(FACTORS) + 1):
        for factors in map(frozenset, combinations(FACTORS, size)):
            mixed = Payments(
                _mixed_chances(own.chance, other.chance, factors), own.net if "price" in factors else other.net
            )
            values[factors] = present_value(claim, mixed, assumptions if "cost" in factors else there)
    nothing, everything = frozenset[str](), frozenset(FACTORS)
    reference_value, place_value = values[nothing], values[everything]
    losses = {factors: ratio(reference_value - each, reference_value) for factors, each in values.items()}
    return Discount(
        value=place_value,
        reference_value=reference_value,
        share=losses[everything],
        parts={factor: _shapley_value(losses, factor) for factor in FACTORS},
        return_spread=_return_at(claim, other, there, place_value) - there.yearly_rate,
    )


def _mixed_chances(own: Array, other: Array, factors: frozenset[str]) -> Array:
    """Chances (draw, source, month) with the certainty and the time of payments of either place.

    Where a place has no payment from a source at all, it has no time of it either: that of the other is taken.
    """
    own_total, other_total = (chance.sum(axis=2, keepdims=True) for chance in (own, other))
    own_time, other_time = ratio(own, own_total, 0.0), ratio(other, other_total, 0.0)
    own_time = np.where(own_total > 0.0, own_time, other_time)
    other_time = np.where(other_total > 0.0, other_time, own_time)
    chances: Array = (own_total if "certainty" in factors else other_total) * (
        own_time if "time" in factors else other_time
    )
    return chances


def _shapley_value(losses: dict[frozenset[str], Array], factor: str) -> Array:
    """What a factor adds to the loss, averaged over the orders in which the factors can be exchanged."""
    n = len(FACTORS)
    terms = [
        factorial(len(before)) * factorial(n - len(before) - 1) / factorial(n) * (losses[before | {factor}] - loss)
        for before, loss in losses.items()
        if factor not in before
    ]
    part: Array = np.sum(terms, axis=0)
    return part


def _return_at(claim: Claim, payments: Payments, assumptions: Assumptions, price: Array) -> Array:
    """The yearly return (draw,) at which the payments of a claim are worth a price, by bisection: the value
    falls in the rate. NaN where the price is 0, or no rate within _RATE_LIMITS gives it."""
    low, high = (np.full(price.shape, limit) for limit in _RATE_LIMITS)
    paid = (payments.chance * payments.net).sum(axis=1)
    years = middles_of_months(assumptions.horizon) / MONTHS_PER_YEAR
    entry_cost = assumptions.entry_cost * claim.amount

    def worth(rate: Array) -> Array:
        value: Array = (paid * (1.0 + rate[:, None]) ** -years).sum(axis=1) - entry_cost
        return value

    is_found = (price > 0.0) & (worth(low) >= price) & (worth(high) <= price)
    for _ in range(_BISECTIONS):
        middle = (low + high) / 2.0
        is_worth_more = worth(middle) > price
        low, high = np.where(is_worth_more, middle, low), np.where(is_worth_more, high, middle)
    return np.where(is_found, (low + high) / 2.0, np.nan)
