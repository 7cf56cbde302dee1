"""Repayment plans: closed forms, a plain simulation of plans that break, and what must hold of every plan."""

import math
import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index_engine.claims import plans
from index_engine.claims.claim import Claim
from index_engine.claims.valuation import value
from index_engine.errors import InputError
from tests.claims.test_closed_forms import assumptions
from tests.claims.test_payments import place, secured

YEARLY = 0.12
MONTHLY = 1.12 ** (1 / 12) - 1
NEVER = np.zeros((1, 1))


def no_fallback(plan: plans.Plan) -> np.ndarray:
    return np.broadcast_to(NEVER, (1, plan.n_months))


def test_a_plan_that_never_breaks_is_an_annuity():
    plan = plans.repayment_plan(100_000.0, plans.equal_shape(24), YEARLY)
    instalment = 100_000.0 * MONTHLY / (1.0 - (1.0 + MONTHLY) ** -24)
    assert plan.instalments == pytest.approx(np.full(24, instalment))
    assert instalment == pytest.approx(4_678.75, abs=0.005)  # as docs/claims.md has it
    assert plans.value_of_plan(plan, YEARLY, 0.0, no_fallback(plan))[0] == pytest.approx(100_000.0)
    at_15 = 1.15 ** (1 / 12) - 1
    annuity = instalment * (1.0 - (1.0 + at_15) ** -24) / at_15
    assert plans.value_of_plan(plan, 0.15, 0.0, no_fallback(plan))[0] == pytest.approx(annuity)


def test_a_plan_that_may_break_is_an_annuity_at_a_higher_rate():
    """With hazard h and nothing after a break, (1 - h) v takes the place of v; with what is owed paid back at
    the break, nothing is lost at all."""
    hazard, v = 0.03, 1.12 ** (-1 / 12)
    plan = plans.repayment_plan(1_000.0, plans.equal_shape(36), 0.0)
    q = (1.0 - hazard) * v
    assert plans.value_of_plan(plan, YEARLY, hazard, no_fallback(plan))[0] == pytest.approx(
        1_000.0 / 36 * q * (1.0 - q**36) / (1.0 - q)
    )
    fair = plans.repayment_plan(1_000.0, plans.equal_shape(36), YEARLY)
    owed = [1_000.0]
    for instalment in fair.instalments[:-1]:
        owed.append(owed[-1] * (1.0 + MONTHLY) - instalment)
    whole = np.array([owed]) * (1.0 + MONTHLY)
    assert plans.value_of_plan(fair, YEARLY, hazard, whole)[0] == pytest.approx(1_000.0)


def test_what_may_be_waived_for_payment_a_year_early():
    assert plans.equal_value_discount(0.12, 12) == pytest.approx(0.1071, abs=5e-5)
    assert plans.equal_value_discount(0.12, 0) == 0.0


def test_shapes_are_those_that_were_asked_for():
    stepped = plans.repayment_plan(1_000.0, plans.stepped_shape(36, 0.1), 0.06).instalments
    assert stepped[12] / stepped[11] == pytest.approx(1.1)
    assert stepped[35] / stepped[0] == pytest.approx(1.21)
    harvest = plans.seasonal_shape(14, [0, 0, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0], first_month=9)
    assert np.flatnonzero(harvest).tolist() == [1, 9, 13]  # October, June, October
    assert harvest[[1, 9, 13]].tolist() == [3, 2, 3]
    balloon = plans.repayment_plan(1_000.0, plans.equal_shape(12), 0.0, balloon=0.4).instalments
    assert balloon[:-1] == pytest.approx(np.full(11, 50.0))
    assert balloon[-1] == pytest.approx(450.0)
    assert plans.repayment_plan(1_000.0, np.zeros(6), YEARLY, balloon=1.0).instalments[-1] == pytest.approx(1_000.0)


def test_relief_waives_the_interest_of_each_instalment():
    """Of all interest, the principal is left; of half of it, the half."""
    plain, half, whole = (
        plans.repayment_plan(1_000.0, plans.equal_shape(24), YEARLY, relief=share) for share in (0.0, 0.5, 1.0)
    )
    interest = plain.instalments.sum() - 1_000.0
    assert whole.instalments.sum() == pytest.approx(1_000.0)
    assert half.relief.sum() == pytest.approx(interest / 2)
    assert half.instalments + half.relief == pytest.approx(plain.instalments)


shapes = st.one_of(
    st.integers(1, 60).map(plans.equal_shape),
    st.builds(plans.stepped_shape, st.integers(1, 60), st.floats(-0.5, 0.5)),
    st.builds(
        lambda months, weights, first: plans.seasonal_shape(months, [*weights, 1.0], first),
        st.integers(12, 60),
        st.lists(st.floats(0.0, 3.0), min_size=11, max_size=11),
        st.integers(1, 12),
    ),
)


@given(shapes, st.floats(0.0, 0.24), st.floats(0.0, 1.0), st.floats(0.0, 1.0), st.floats(0.0, 1.0))
def test_any_plan_is_worth_its_amount_before_relief_and_less_the_sooner_it_breaks(
    shape: np.ndarray, interest: float, balloon: float, relief: float, hazard: float
):
    plan = plans.repayment_plan(5_000.0, shape, interest, balloon=balloon, relief=relief)
    factors = (1.0 + interest) ** (-np.arange(1, shape.size + 1) / 12)
    assert (plan.instalments + plan.relief) @ factors == pytest.approx(5_000.0)
    assert (plan.instalments >= -1e-9).all() and (plan.relief >= 0.0).all()
    kept, risky, riskier = (
        plans.value_of_plan(plan, YEARLY, h, no_fallback(plan))[0] for h in (0.0, hazard / 2, hazard)
    )
    assert kept + 1e-9 >= risky >= riskier - 1e-9


def test_a_plan_is_worth_what_plans_simulated_one_by_one_bring():
    """The oracle: month by month, and after a break the fallback of that month."""
    rng, hazard = random.Random(5), 0.04
    plan = plans.repayment_plan(10_000.0, plans.stepped_shape(24, 0.2), 0.08, balloon=0.2, relief=0.5)
    fallback = np.linspace(3_000.0, 100.0, 24)[None]
    worths = []
    for _ in range(20_000):
        worth = 0.0
        for month, instalment in enumerate(plan.instalments):
            v = 1.12 ** (-(month + 1) / 12)
            if rng.random() < hazard:
                worth += fallback[0, month] * v
                break
            worth += instalment * v
        worths.append(worth)
    error = np.std(worths) / math.sqrt(len(worths))
    assert plans.value_of_plan(plan, YEARLY, hazard, fallback)[0] == pytest.approx(np.mean(worths), abs=4 * error)


def test_a_break_leaves_what_was_not_paid_to_enforcement():
    """Unsecured, a value is in proportion to what is owed; after half is paid, half of it is left."""
    claim, terms = Claim(9_000.0, 1_000.0), place()
    plan = plans.repayment_plan(10_000.0, plans.equal_shape(10), 0.0)
    fallback = plans.fallback_values(claim, plan, terms, assumptions(entry_cost=0.01))
    today = value(claim, terms, assumptions(entry_cost=0.01))[0]
    assert fallback[0] == pytest.approx(today * (1.0 - np.arange(10) / 10))
    late = plans.fallback_values(claim, plan, terms, assumptions(entry_cost=0.01), delay=12, loss=0.5)
    assert late[0] == pytest.approx(fallback[0] / 1.12 / 2)
    rest = plans.remaining_claim(claim, 4_000.0)
    assert rest is not None and (rest.principal, rest.interest) == (6_000.0, 0.0)
    assert plans.remaining_claim(claim, 10_000.0) is None


def test_a_secured_rest_keeps_its_collateral():
    """A home secures all that is left: the rest is worth what a secured claim of its amount is."""
    claim = secured(collateral_value=5_000_000.0, secured_limit=None, prior_claims=0.0)
    plan = plans.repayment_plan(claim.amount, plans.equal_shape(4), 0.0)
    fallback = plans.fallback_values(claim, plan, place(), assumptions())
    rest = plans.remaining_claim(claim, claim.amount / 2)
    assert rest is not None
    assert fallback[0, 2] == pytest.approx(value(rest, place(), assumptions())[0])


@given(st.floats(0.1, 0.9), st.integers(6, 48), st.floats(0.0, 0.12))
def test_at_the_break_even_hazard_the_plan_is_worth_what_enforcement_is(share: float, months: int, interest: float):
    plan = plans.repayment_plan(1_000.0, plans.equal_shape(months), interest)
    fallback = share * 1_000.0 * (1.0 - np.arange(months) / months)[None]
    found = plans.compare_with_enforcement(plan, YEARLY, 0.02, fallback, np.array([share * 1_000.0]))
    hazard = found.break_even_hazard[0]
    if found.value_if_kept < found.enforcement_value[0]:
        assert math.isnan(hazard)
    else:
        assert plans.value_of_plan(plan, YEARLY, hazard, fallback)[0] == pytest.approx(share * 1_000.0, rel=1e-6)
        assert (found.value[0] > share * 1_000.0) == (hazard > 0.02)


def test_a_hazard_has_no_break_even_where_the_plan_always_or_never_wins():
    plan = plans.repayment_plan(1_000.0, plans.equal_shape(12), 0.0)
    generous = np.full((1, 12), 900.0)
    always = plans.compare_with_enforcement(plan, YEARLY, 0.1, generous, np.array([100.0]))
    assert always.break_even_hazard[0] == 1.0
    never = plans.compare_with_enforcement(plan, YEARLY, 0.1, generous, np.array([2_000.0]))
    assert math.isnan(never.break_even_hazard[0])


def test_the_burden_is_what_an_instalment_takes_of_what_a_household_can_spare():
    plan = plans.repayment_plan(24_000.0, plans.equal_shape(12), 0.0)
    assert plans.burden(plan, 9_000.0, minimum=1_500.0, members=2) == pytest.approx(np.full(12, 1 / 3))
    incomes = np.full(12, 9_000.0)
    incomes[0] = 2_000.0  # below what two need
    assert np.isinf(plans.burden(plan, incomes, 1_500.0, 2)[0])
    harvest = plans.repayment_plan(100.0, np.eye(12)[3], 0.0)
    assert plans.burden(harvest, incomes, 1_500.0, 2)[0] == 0.0  # nothing is due when nothing is to spare


@pytest.mark.parametrize(
    "make",
    [
        lambda: plans.equal_shape(0),
        lambda: plans.equal_shape(361),
        lambda: plans.stepped_shape(12, -1.0),
        lambda: plans.seasonal_shape(12, [1.0] * 11, 1),
        lambda: plans.seasonal_shape(12, [-1.0] * 12, 1),
        lambda: plans.seasonal_shape(12, [1.0] * 12, 13),
        lambda: plans.repayment_plan(0.0, np.ones(3), 0.0),
        lambda: plans.repayment_plan(1.0, np.ones(3), math.nan),
        lambda: plans.repayment_plan(1.0, np.ones(3), 0.0, balloon=1.1),
        lambda: plans.repayment_plan(1.0, np.ones(3), 0.0, relief=-0.1),
        lambda: plans.repayment_plan(1.0, np.zeros(3), 0.0),
        lambda: plans.value_of_plan(plans.repayment_plan(1.0, np.ones(3), 0.0), 0.1, 1.5, np.zeros((1, 3))),
        lambda: plans.burden(plans.repayment_plan(1.0, np.ones(3), 0.0), -1.0, 0.0),
    ],
)
def test_a_plan_that_cannot_be_is_refused_in_one_line(make):
    with pytest.raises(InputError) as refused:
        make()
    assert "\n" not in str(refused.value)
