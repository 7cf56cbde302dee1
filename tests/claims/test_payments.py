"""The value of a claim against a plain simulation, claim by claim, and what must hold of every value."""

import math
import random
from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from index_engine.claims.claim import Claim
from index_engine.claims.clock import Clock
from index_engine.claims.discount import FACTORS, enforcement_discount
from index_engine.claims.fees import enforcement_fee
from index_engine.claims.valuation import PlaceTerms, Prices, value
from tests.claims.test_closed_forms import assumptions

# Chances a month of each event of each clock.
CHANCES = {
    "case": {"cash": 0.035, "satisfied": 0.004, "zhongben": 0.03, "other": 0.006},
    "listing": {"closed": 0.02, "listed": 0.06},
    "priced": {"closed": 0.01, "priced": 0.12},
    "offered": {"closed": 0.01, "listed": 0.15},
    "lot": {"gone": 0.02, "paid": 0.015, "sold": 0.07},
    "payout": {"closed": 0.05, "paid": 0.4},
    "resume": {"resumed": 0.02},
}
RATIOS = (0.6, 0.85, 1.3)
SHARES = {"cash": 0.9, "satisfied": 0.7, "zhongben": 0.05}
HORIZON = 60


def place(chances: Mapping[str, Mapping[str, float]] = CHANCES, ratio_factor: float = 1.0) -> PlaceTerms:
    clocks = {
        process: Clock(tuple(events), np.tile(list(events.values()), (1, 120, 1)))
        for process, events in chances.items()
    }
    shares = {ending: np.array([share]) for ending, share in SHARES.items()}
    weight = np.full((1, len(RATIOS)), 1.0 / len(RATIOS))
    return PlaceTerms(clocks, Prices(np.array(RATIOS) * ratio_factor, weight, shares))


def secured(**changes: object) -> Claim:
    fields = {"principal": 700_000.0, "interest": 40_000.0, "collateral_value": 1_000_000.0, "asset_class": "homes"}
    return Claim(**(fields | {"prior_claims": 90_000.0, "secured_limit": 800_000.0} | changes))


class Simulated:
    """One claim after another, with nothing but chances a month and a clock of exact times."""

    def __init__(self, claim: Claim, seed: int) -> None:
        self.claim, self.random = claim, random.Random(seed)

    def run(self, process: str, start: float) -> tuple[str, float]:
        """The event that ends a spell, and its time: anywhere in its month with one chance."""
        for month in range(10_000):
            draw = self.random.random()
            for event, chance in CHANCES[process].items():
                if draw < chance:
                    return event, start + month + self.random.random()
                draw -= chance
        raise AssertionError

    def worth(self) -> float:
        claim, stage = self.claim, self.claim.stage
        if stage == "zhongben":
            return self.resumed(0.0)
        if not claim.is_secured:
            return self.closed(*self.run("case", 0.0))
        time = 0.0
        way = {"filed": ["listing"], "seized": ["priced", "offered"], "priced": ["offered"]}.get(stage, [])
        for process in way:
            event, time = self.run(process, time)
            if event == "closed":
                ending = self.random.choices(list(CHANCES["case"]), list(CHANCES["case"].values()))[0]
                return self.closed(ending, time)
        if stage != "sold":
            event, time = self.run("lot", time)
            if event != "sold":
                return self.closed("cash", time) if event == "paid" else 0.0
        _, time = self.run("payout", time)
        return self.paid(self.price(time), time)

    def price(self, time: float) -> float:
        proceeds = claim_value = self.claim.collateral_value * self.random.choice(RATIOS)
        fee = float(enforcement_fee(min(proceeds, self.claim.amount)))
        days = time * 365.25 / 12
        owed = self.claim.amount + self.claim.principal * 0.000175 * days
        return max(0.0, min(claim_value - fee - self.claim.prior_claims, owed, self.claim.secured_limit or math.inf))

    def closed(self, ending: str, time: float) -> float:
        if ending == "other":
            return 0.0
        at_once = self.paid(self.claim.amount * SHARES[ending], time)
        return at_once + (self.resumed(time) if ending == "zhongben" else 0.0)

    def resumed(self, time: float) -> float:
        _, time = self.run("resume", time)
        ending, time = self.run("case", time)
        return self.paid(self.claim.amount * SHARES["cash"], time) if ending == "cash" else 0.0

    def paid(self, amount: float, time: float) -> float:
        return amount * 1.12 ** -(time / 12) if time < HORIZON else 0.0


@pytest.mark.parametrize("stage", ["filed", "seized", "priced", "listed", "sold", "zhongben", "unsecured"])
def test_a_value_is_that_of_claims_simulated_one_by_one(stage: str):
    """Hazards are constant, so that the age a claim has reached tells nothing: see the next test for ages."""
    claim = Claim(110_000.0, 4_000.0) if stage == "unsecured" else secured(stage=stage)
    simulated = Simulated(claim, seed=11)
    worths = np.array([simulated.worth() for _ in range(40_000)])
    error = worths.std() / math.sqrt(worths.size)
    # The discrete convolution puts a sum into the middle of a month: second order, below a thousandth.
    assert value(claim, place(), assumptions())[0] == pytest.approx(worths.mean(), abs=4 * error + 1e-3 * worths.mean())


def test_a_claim_has_the_hazards_of_the_age_that_it_has_reached():
    """Nothing ends in the first year: one that has waited 12 months is as far as one filed is in 12 months."""
    hazard = np.tile(list(CHANCES["case"].values()), (1, 120, 1))
    hazard[:, :12] = 0.0
    terms = place({**CHANCES, "resume": {"resumed": 0.0}})  # who resumes would wait for a year again
    late = PlaceTerms({**terms.clocks, "case": Clock(tuple(CHANCES["case"]), hazard)}, terms.prices)
    fresh, waited = Claim(1_000.0), Claim(1_000.0, stage_age=12)
    constant = value(fresh, terms, assumptions())[0]
    assert value(waited, late, assumptions())[0] == pytest.approx(constant, rel=1e-12)
    assert value(fresh, late, assumptions(horizon=72))[0] == pytest.approx(constant / 1.12, rel=1e-12)


claims = st.builds(
    secured,
    principal=st.floats(1e4, 1e7),
    interest=st.floats(0.0, 1e6),
    collateral_value=st.floats(1e4, 1e8),
    prior_claims=st.floats(0.0, 1e6),
    stage=st.sampled_from(["filed", "seized", "priced", "listed", "sold"]),
    stage_age=st.integers(0, 30),
)
rates = st.floats(0.0, 0.4)


@given(claims, rates)
def test_a_value_falls_in_the_rate_and_is_never_negative(claim: Claim, rate: float):
    low, high = (
        value(claim, place(), assumptions(yearly_rate=each, entry_cost=0.02))[0] for each in (rate, rate + 0.05)
    )
    assert low >= high >= 0.0


@given(claims, st.floats(0.5, 2.0), st.floats(0.5, 1.5))
def test_parts_add_up_and_a_place_has_no_discount_against_itself(claim: Claim, pace: float, ratio_factor: float):
    slower = {p: {e: chance * pace / 2.0 for e, chance in events.items()} for p, events in CHANCES.items()}
    there, here = place(), place(slower, ratio_factor)
    found = enforcement_discount(claim, here, there, assumptions(entry_cost=0.01))
    assume(found.reference_value[0] > 0.0)
    assert sum(found.parts[factor][0] for factor in FACTORS) == pytest.approx(found.share[0], abs=1e-9)
    same = enforcement_discount(claim, there, there, assumptions(entry_cost=0.01))
    assert same.share[0] == 0.0
    assert same.return_spread[0] == pytest.approx(0.0, abs=1e-9)


@given(st.integers(0, 24), st.floats(1.0, 1.5))
def test_more_cash_never_lowers_a_value(age: int, factor: float):
    claim = Claim(1_000.0, stage_age=age)
    more = {**CHANCES, "case": {**CHANCES["case"], "cash": CHANCES["case"]["cash"] * factor}}
    assert value(claim, place(more), assumptions())[0] >= value(claim, place(), assumptions())[0] - 1e-9


def test_costs_of_a_place_are_a_part_of_their_own():
    dear = replace(assumptions(), entry_cost=0.05)
    found = enforcement_discount(secured(), place(), place(), dear, assumptions())
    assert found.parts["cost"][0] == pytest.approx(found.share[0])
    assert found.share[0] > 0.0


def test_a_lot_whose_first_auction_failed_is_no_new_lot():
    """The clock runs on: after 12 months on sale the hazards of the 13th."""
    hazard = np.tile(list(CHANCES["lot"].values()), (1, 120, 1))
    hazard[:, 12:] = 0.0
    terms = place()
    dead = PlaceTerms({**terms.clocks, "lot": Clock(tuple(CHANCES["lot"]), hazard)}, terms.prices)
    assert value(secured(stage="listed", stage_age=12), dead, assumptions())[0] == 0.0
