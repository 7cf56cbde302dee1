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
from index_engine.claims.valuation import Payments, PlaceTerms, expected_payments, present_value, yearly_return

FACTORS = ("certainty", "time", "price", "cost")


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
    paid = (other.chance * other.net).sum(axis=1)
    return_at_place = yearly_return(paid, there.entry_cost * claim.amount, place_value)
    return Discount(
        value=place_value,
        reference_value=reference_value,
        share=losses[everything],
        parts={factor: _shapley_value(losses, factor) for factor in FACTORS},
        return_spread=return_at_place - there.yearly_rate,
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
