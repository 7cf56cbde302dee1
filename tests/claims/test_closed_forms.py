"""Values that can be worked out by hand, and the reference numbers of `pricing_test_vectors.csv`."""

import csv
import math
from pathlib import Path

import numpy as np
import pytest

from index_engine.arrays import ratio
from index_engine.claims.claim import Assumptions, Claim
from index_engine.claims.clock import Clock, discount_factors, sum_of_waits
from index_engine.claims.discount import FACTORS, enforcement_discount
from index_engine.claims.fees import enforcement_fee
from index_engine.claims.valuation import PlaceTerms, Prices, value
from index_engine.errors import InputError

CASE_EVENTS = ("cash", "satisfied", "zhongben", "other")


def vectors(shared: Path, prefix: str) -> dict[str, dict[str, str]]:
    file = shared / "claims" / "pricing_test_vectors.csv"
    with file.open(encoding="utf-8", newline="") as lines:
        return {row["id"]: row for row in csv.DictReader(lines) if row["id"].startswith(prefix)}


def assumptions(**changes: float) -> Assumptions:
    settings = {"yearly_rate": 0.12, "horizon": 60, "price_drift": 0.0, "sale_cost": 0.0, "entry_cost": 0.0}
    return Assumptions(**(settings | changes))


def paid_by_month(chances: dict[int, float], months: int = 60) -> Clock:
    """A case clock on which a claim is paid with some chances in some months, the first being 1."""
    mass = np.zeros(months)
    for month, chance in chances.items():
        mass[month - 1] = chance
    at_start = 1.0 - np.concatenate([[0.0], np.cumsum(mass)[:-1]])
    hazard = np.zeros((1, months, len(CASE_EVENTS)))
    hazard[0, :, 0] = ratio(mass, at_start, 0.0)
    return Clock(CASE_EVENTS, hazard)


def unsecured_terms(case_clock: Clock, paid_share: float = 1.0) -> PlaceTerms:
    """A place where cases alone bring money, and nothing is paid after 终本."""
    never = Clock(("resumed",), np.zeros((1, case_clock.n_months, 1)))
    shares = {"cash": np.array([paid_share]), "satisfied": np.zeros(1), "zhongben": np.zeros(1)}
    return PlaceTerms({"case": case_clock, "resume": never}, Prices(np.ones(1), np.ones((1, 1)), shares))


def test_fees_are_those_of_the_official_scale(shared: Path):
    rows = vectors(shared, "fee-")
    assert len(rows) >= 6
    for row in rows.values():
        amount = float(row["inputs"].removeprefix("claim="))
        assert float(enforcement_fee(amount)) == pytest.approx(
            float(row["expected"]), abs=float(row["tolerance"]) + 1e-9
        )
    assert enforcement_fee([0.0, 9_999.0]).tolist() == [0.0, 50.0]


def test_what_a_delay_costs(shared: Path):
    for first, second, rate, name in ((12, 30, 0.12, "delay-12-30-0.12"), (12, 30, 0.15, "delay-12-30-0.15")):
        early, late = (unsecured_terms(paid_by_month({month: 1.0})) for month in (first, second))
        found = enforcement_discount(Claim(1.0), late, early, assumptions(yearly_rate=rate))
        row = vectors(shared, name)[name]
        assert found.share[0] == pytest.approx(float(row["expected"]), abs=float(row["tolerance"]))
        assert found.parts["time"][0] == pytest.approx(found.share[0])
    four, eighteen = (unsecured_terms(paid_by_month({month: 1.0})) for month in (4, 18))
    row = vectors(shared, "delay-4-18")["delay-4-18"]
    found = enforcement_discount(Claim(1.0), eighteen, four, assumptions())
    assert found.share[0] == pytest.approx(float(row["expected"]), abs=1e-6)


@pytest.fixture
def curves() -> tuple[PlaceTerms, PlaceTerms]:
    """The two curves of the reference numbers: paid 1.5 months after months 6, 12 ..., in the middle of the
    second month after them."""
    slow = unsecured_terms(paid_by_month({14: 0.1, 26: 0.2, 38: 0.2}), 0.72)
    fast = unsecured_terms(paid_by_month({8: 0.2, 14: 0.3, 20: 0.2, 26: 0.1}), 0.77)
    return slow, fast


def test_two_curves_have_the_values_and_parts_of_the_reference(shared: Path, curves: tuple[PlaceTerms, PlaceTerms]):
    slow, fast = curves
    prefixes = ("curve-", "discount-", "shapley-")
    expected = {name: float(row["expected"]) for prefix in prefixes for name, row in vectors(shared, prefix).items()}
    one = Claim(1.0)
    assert value(one, fast, assumptions())[0] == pytest.approx(expected["curve-A"], abs=1e-8)
    assert value(one, slow, assumptions())[0] == pytest.approx(expected["curve-B"], abs=1e-8)
    found = enforcement_discount(one, slow, fast, assumptions())
    assert found.share[0] == pytest.approx(expected["discount-B-vs-A"], abs=1e-7)
    for factor in ("certainty", "time", "price"):
        assert found.parts[factor][0] == pytest.approx(expected[f"shapley-{factor}"], abs=1e-8)
    assert found.parts["cost"][0] == 0.0
    assert sum(found.parts[factor][0] for factor in FACTORS) == pytest.approx(found.share[0], abs=1e-12)


def test_the_bid_at_a_wanted_return_is_the_value_at_it(shared: Path, curves: tuple[PlaceTerms, PlaceTerms]):
    _, fast = curves
    row = vectors(shared, "bid-A-15")["bid-A-15"]
    assert value(Claim(1.0), fast, assumptions(yearly_rate=0.15))[0] == pytest.approx(float(row["expected"]), abs=1e-8)


@pytest.mark.parametrize(("hazard", "rate"), [(0.03, 0.08), (0.06, 0.12), (0.10, 0.20)])
def test_a_constant_hazard_gives_its_closed_form(hazard: float, rate: float):
    """h / (h + y), both a year and continuous, up to the horizon. The middle of a month is an approximation of
    second order in the rate: its error is below (y / 12)^2 / 12 of the value."""
    months, yearly = 600, hazard * 12
    monthly = np.zeros((1, months, len(CASE_EVENTS)))
    monthly[0, :, 0] = -math.expm1(-hazard)
    terms = unsecured_terms(Clock(CASE_EVENTS, monthly))
    found = value(Claim(1_000.0), terms, assumptions(yearly_rate=math.expm1(rate), horizon=months))[0]
    exact = 1_000.0 * yearly / (yearly + rate)
    assert found == pytest.approx(exact, rel=(rate / 12) ** 2 / 12 + hazard * rate / 12 / 12)


def test_the_whole_curve_is_discounted_and_not_its_mean():
    """E[v^T] of a lognormal time with median 30 months and sigma .8 at 12 % is .711; v^E[T] is .677."""
    months = np.arange(1, 2_001)

    def passed(month: np.ndarray) -> np.ndarray:
        return np.array([0.5 * math.erfc(-math.log(m / 30.0) / 0.8 / math.sqrt(2.0)) if m > 0 else 0.0 for m in month])

    mass = passed(months) - passed(months - 1)
    assert float(mass @ discount_factors(0.12, 2_000)) == pytest.approx(0.711, abs=5e-4)


def test_one_after_the_other_takes_the_sum_of_both():
    first, second = np.zeros((1, 12)), np.zeros((1, 12))
    first[0, 2], second[0, 3] = 0.5, 0.4
    both = sum_of_waits(first, second)
    assert both[0].tolist() == [0, 0, 0, 0, 0, 0.1, 0.1, 0, 0, 0, 0, 0]
    middles = np.arange(12) + 0.5
    assert both[0] @ middles / both.sum() == pytest.approx(2.5 + 3.5)


def test_a_claim_that_costs_more_than_it_brings_is_worth_nothing():
    terms = unsecured_terms(paid_by_month({12: 0.01}))
    assert value(Claim(1_000.0), terms, assumptions(entry_cost=0.05))[0] == 0.0


@pytest.mark.parametrize(
    "fields",
    [
        {"principal": -1.0},
        {"principal": 0.0},
        {"principal": math.nan},
        {"principal": 1.0, "stage": "somewhere"},
        {"principal": 1.0, "collateral_value": 5.0},
        {"principal": 1.0, "asset_class": "homes"},
        {"principal": 1.0, "stage_age": -1},
    ],
)
def test_a_claim_that_cannot_be_is_refused_in_one_line(fields: dict):
    with pytest.raises(InputError) as refused:
        Claim(**fields)
    assert "\n" not in str(refused.value)
