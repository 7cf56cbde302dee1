"""Repayment plans: what a debtor pays by instalments, what that is worth to the creditor, and what it asks of the debtor.

A plan is kept from month to month with some chance; when it breaks, the creditor enforces what is left. With
instalments a_t at the ends of months t = 1 ... n, hazard h of a break a month, v = (1 + y)^(-1/12), and F_t what
enforcement is worth then:

V = sum a_t (1 - h)^t v^t + sum F_t h (1 - h)^(t - 1) v^t.

A settlement that is not kept gives the creditor the original title back, less what was paid (最高人民法院,
法释〔2018〕3号, art. 9; 民诉法解释, 法释〔2022〕11号, art. 465): relief from interest falls away with it.
"""

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from index_engine.arrays import Array
from index_engine.claims.claim import Assumptions, Claim
from index_engine.claims.clock import MONTHS_PER_YEAR
from index_engine.claims.payments import payment_chances
from index_engine.claims.valuation import Payments, PlaceTerms, net_amounts, present_value
from index_engine.errors import InputError

MAX_MONTHS = 360
_HAZARDS = np.linspace(0.0, 1.0, 401)  # between which the hazard of equal value is looked for first
_BISECTIONS = 40


@dataclass(frozen=True)
class Plan:
    """`instalments` (month,): yuan due at the end of each month, as long as all before were paid on time;
    `relief` (month,): the interest that the creditor has waived of each of them for that."""

    instalments: Array
    relief: Array

    @property
    def n_months(self) -> int:
        return int(self.instalments.size)


@dataclass(frozen=True)
class PlanValue:
    """What a plan is worth to the creditor against enforcement today, in yuan, each (draw,).

    `value`: with its breaks; `value_if_kept`: were it never broken; `enforcement_value`; `break_even_hazard`: the
    lowest chance a month of a break at which it is worth no more than enforcement, NaN where it is
    worth less though it never breaks, 1 where it is worth more though it breaks at once.
    """

    value: Array
    value_if_kept: float
    enforcement_value: Array
    break_even_hazard: Array


# ---------------------------------------------------------------- plans


def equal_shape(months: int) -> Array:
    """Instalments of one size, as weights (month,)."""
    return np.ones(_checked_months(months))


def stepped_shape(months: int, yearly_step: float) -> Array:
    """Instalments that grow by a share after each year, as weights (month,)."""
    _check_above("yearly_step", yearly_step, -1.0)
    years = np.arange(_checked_months(months)) // MONTHS_PER_YEAR
    shape: Array = (1.0 + yearly_step) ** years.astype(np.float64)
    return shape


def seasonal_shape(months: int, weights: npt.ArrayLike, first_month: int) -> Array:
    """Instalments in proportion to `weights` of the twelve calendar months, January first, as weights (month,);
    the first is due at the end of calendar month `first_month`, 1 to 12."""
    by_month = np.asarray(weights, dtype=np.float64)
    if by_month.shape != (MONTHS_PER_YEAR,) or not (np.isfinite(by_month).all() and (by_month >= 0.0).all()):
        raise InputError("plan_weights_unusable", n=by_month.size)
    if not 1 <= first_month <= MONTHS_PER_YEAR:
        raise InputError("plan_first_month_unknown", value=first_month)
    shape: Array = by_month[(np.arange(_checked_months(months)) + first_month - 1) % MONTHS_PER_YEAR]
    return shape


def repayment_plan(
    amount: float, shape: Array, yearly_interest: float, *, balloon: float = 0.0, relief: float = 0.0
) -> Plan:
    """The plan that pays an amount, in yuan, with interest: instalments of a shape (month,) and at the end a balloon.

    `balloon`: the share of the amount that is due on top of the last instalment. `relief`: the share of the
    interest in an instalment that is waived where all were paid on time. Before relief, the instalments are
    worth the amount at the yearly interest of the plan; interest that an instalment does not cover is added to
    what is owed. Raises InputError for shares outside 0 to 1 and for a shape without an instalment.
    """
    if not 0.0 < amount < float("inf"):
        raise InputError("plan_amount_out_of_range", value=amount)
    _check_above("yearly_interest", yearly_interest, -1.0)
    for name, share in (("balloon", balloon), ("relief", relief)):
        if not 0.0 <= share <= 1.0:
            raise InputError("share_out_of_range", name=name, value=share)
    if shape.sum() <= 0.0 and balloon < 1.0:
        raise InputError("plan_without_instalment")
    factors = _factors_at_ends(yearly_interest, shape.size)
    regular = amount * (1.0 - balloon * factors[-1])
    due = np.zeros(shape.size) if shape.sum() <= 0.0 else regular * shape / float(shape @ factors)
    due[-1] += amount * balloon
    monthly_interest = (1.0 + yearly_interest) ** (1.0 / MONTHS_PER_YEAR) - 1.0
    waived = np.zeros(shape.size)
    balance = amount
    for month, instalment in enumerate(due):
        interest = balance * monthly_interest
        waived[month] = relief * min(max(interest, 0.0), instalment)
        balance += interest - instalment
    return Plan(instalments=due - waived, relief=waived)


def equal_value_discount(yearly_rate: float, months: float) -> float:
    """The share that a creditor may waive of a payment that comes so many months earlier, and lose nothing."""
    _check_above("yearly_rate", yearly_rate, -1.0)
    return float(1.0 - (1.0 + yearly_rate) ** (-months / MONTHS_PER_YEAR))


# ---------------------------------------------------------------- the creditor


def value_of_plan(plan: Plan, yearly_rate: float, break_hazard: float, fallback: Array) -> Array:
    """The value (draw,) of a plan in yuan; `fallback` (draw, month): what enforcement is worth, on that day, to
    a creditor to whom the instalment of each month is the first not paid."""
    if not 0.0 <= break_hazard <= 1.0:
        raise InputError("share_out_of_range", name="break_hazard", value=break_hazard)
    return _values(plan, yearly_rate, np.full(fallback.shape[0], break_hazard), fallback)


def fallback_values(
    claim: Claim, plan: Plan, terms: PlaceTerms, assumptions: Assumptions, *, delay: float = 0.0, loss: float = 0.0
) -> Array:
    """What enforcement is worth when a plan breaks, on the day of each instalment (draw, month), in yuan.

    What was paid goes to interest first, then to the principal (民法典, art. 561). Enforcement stands still while
    a plan is kept, goes on from the stage and age of today `delay` months after the break, and brings less
    by the share `loss` than it would have brought today. Delay interest of the months of the plan is not counted.
    """
    if not 0.0 <= loss <= 1.0:
        raise InputError("share_out_of_range", name="loss", value=loss)
    paid = np.concatenate([[0.0], np.cumsum(plan.instalments)[:-1]])
    chance = payment_chances(terms.clocks, claim, assumptions.horizon)
    later = (1.0 + assumptions.yearly_rate) ** (-delay / MONTHS_PER_YEAR) * (1.0 - loss)
    fallback = np.zeros((chance.shape[0], plan.n_months))
    for month, amount in enumerate(paid):
        rest = remaining_claim(claim, float(amount))
        if rest is not None:
            payments = Payments(chance, net_amounts(rest, terms.prices, assumptions))
            fallback[:, month] = later * present_value(rest, payments, assumptions)
    return fallback


def remaining_claim(claim: Claim, paid: float) -> Claim | None:
    """What is left of a claim after an amount was paid of it, None where nothing is: interest is paid first."""
    interest = max(claim.interest - paid, 0.0)
    principal = min(claim.principal, max(claim.amount - paid, 0.0))
    # A rest below a fen is the rounding of a sum.
    return replace(claim, principal=principal, interest=interest) if principal + interest >= 0.01 else None


def compare_with_enforcement(
    plan: Plan, yearly_rate: float, break_hazard: float, fallback: Array, enforcement: Array
) -> PlanValue:
    """A plan against enforcement today, worth `enforcement` (draw,) yuan; draws are those of one place."""
    n_draws = max(fallback.shape[0], enforcement.shape[0])
    after_break = np.broadcast_to(fallback, (n_draws, plan.n_months))
    today = np.broadcast_to(enforcement, (n_draws,))
    return PlanValue(
        value=value_of_plan(plan, yearly_rate, break_hazard, after_break),
        value_if_kept=float(value_of_plan(plan, yearly_rate, 0.0, after_break)[0]),
        enforcement_value=np.array(today),
        break_even_hazard=_break_even_hazard(plan, yearly_rate, after_break, today),
    )


def _values(plan: Plan, yearly_rate: float, hazard: Array, fallback: Array) -> Array:
    """The values (draw,) of a plan at a hazard for each draw (draw,)."""
    months = np.arange(1, plan.n_months + 1)
    factors = _factors_at_ends(yearly_rate, plan.n_months)
    kept = (1.0 - hazard)[:, None] ** months
    broken = hazard[:, None] * (1.0 - hazard)[:, None] ** (months - 1)
    values: Array = (kept * plan.instalments + broken * fallback) @ factors
    return values


def _break_even_hazard(plan: Plan, yearly_rate: float, fallback: Array, enforcement: Array) -> Array:
    """The first hazard (draw,) at which the plan is worth no more than enforcement: on a grid, then by bisection, as
    a value need not fall in the hazard everywhere (a late balloon may be worth less than what is enforced)."""
    n_draws = enforcement.shape[0]
    gains = np.stack([_values(plan, yearly_rate, np.full(n_draws, h), fallback) - enforcement for h in _HAZARDS])
    is_lost = gains <= 0.0
    first = np.argmax(is_lost, axis=0)
    low, high = _HAZARDS[np.maximum(first - 1, 0)], _HAZARDS[first]
    for _ in range(_BISECTIONS):
        middle = (low + high) / 2.0
        is_better = _values(plan, yearly_rate, middle, fallback) > enforcement
        low, high = np.where(is_better, middle, low), np.where(is_better, high, middle)
    hazard = np.where(is_lost.any(axis=0), high, 1.0)
    result: Array = np.where(gains[0] < 0.0, np.nan, hazard)
    return result


# ---------------------------------------------------------------- the debtor


def burden(plan: Plan, income: npt.ArrayLike, minimum: float, members: int = 1) -> Array:
    """Each instalment as a share (month,) of what the household has above the local minimum; infinite where
    nothing is above it.

    `income`: yuan a month of the household, one figure or one for each month of the plan; `minimum`: the
    local minimum of a person, of which each of `members` needs one (民事诉讼法, art. 254: what the debtor and
    dependants need to live is left to them).
    """
    incomes = np.broadcast_to(np.asarray(income, dtype=np.float64), (plan.n_months,))
    if not (np.isfinite(incomes).all() and (incomes >= 0.0).all() and 0.0 <= minimum < float("inf") and members >= 1):
        raise InputError("plan_income_unusable", minimum=minimum, members=members)
    free = incomes - minimum * members
    shares = np.divide(plan.instalments, free, out=np.full(plan.n_months, np.inf), where=free > 0.0)
    return np.where(plan.instalments > 0.0, shares, 0.0)


# ---------------------------------------------------------------- arithmetic


def _factors_at_ends(yearly_rate: float, months: int) -> Array:
    """What 1 is worth today that comes at the end of each of the next months, shape (month,)."""
    factors: Array = (1.0 + yearly_rate) ** (-np.arange(1, months + 1) / MONTHS_PER_YEAR)
    return factors


def _checked_months(months: int) -> int:
    if not 1 <= months <= MAX_MONTHS:
        raise InputError("plan_months_out_of_range", value=months, most=MAX_MONTHS)
    return months


def _check_above(name: str, value: float, limit: float) -> None:
    if not limit < value < float("inf"):
        raise InputError("plan_rate_out_of_range", name=name, value=value)
