"""Values from a warehouse: simulated courts of known hazards, and the sample."""

import math
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from index_engine.claims.claim import Claim
from index_engine.claims.discount import FACTORS
from index_engine.claims.place_discounts import place_discounts
from index_engine.claims.place_terms import NOWHERE, TermsReader
from index_engine.claims.pricing import default_assumptions, reference_claims
from index_engine.claims.valuation import value
from index_engine.errors import InputError
from index_engine.queries import Snapshot
from tests.claims.test_closed_forms import assumptions
from tests.truth.product import import_and_build
from tests.truth.simulator import CourtPlan, Hazards, World, all_cases, write_cases
from tests.truth.test_worlds import court_names

START, CUT = date(2020, 1, 1), date(2024, 12, 31)
PLAIN, FAST = Hazards(cash=0.03, zhongben=0.03, other=0.005), Hazards(cash=0.07, zhongben=0.03, other=0.005)
UNSECURED = Claim(100_000.0)


@pytest.fixture(scope="module")
def simulated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Snapshot]:
    """Twelve courts of known hazards, the last one fast; no resumption, payout, auction or kind of debtor is told."""
    folder = tmp_path_factory.mktemp("claims")
    names = court_names(12)
    plans = tuple(CourtPlan(name, hazards=FAST if name == names[-1] else PLAIN) for name in names)
    world = World(plans, START, CUT, seed=29).simulate()
    file = write_cases(folder / "cases.csv", all_cases(world))
    with Snapshot(import_and_build(file, folder / "world.duckdb", (START, CUT))) as snapshot:
        yield snapshot


def true_value(hazards: Hazards, yearly_rate: float, months: int) -> float:
    """Of 1, paid at a constant hazard while others compete, up to the end of the curve: closed form."""
    total, force = hazards.total, math.log1p(yearly_rate) / 12
    return hazards.cash / (total + force) * -math.expm1(-(total + force) * months)


def test_values_are_those_of_the_hazards_that_the_courts_have(simulated: Snapshot):
    months = simulated.main.horizon_months
    found = place_discounts(simulated, "court", "2024Q4", UNSECURED, assumptions()).set_index("name")
    truth = {name: true_value(PLAIN, 0.12, months) * UNSECURED.amount for name in found.index}
    [fast] = [name for name in found.index if name == court_names(12)[-1]]
    truth[fast] = true_value(FAST, 0.12, months) * UNSECURED.amount
    inside = [row.value_low < truth[name] < row.value_high for name, row in found.iterrows()]
    assert sum(inside) >= 8, "12 intervals of 90 %: fewer than 8 is a chance of one in a thousand"
    for name, row in found.iterrows():
        assert abs(row["value"] - truth[name]) < 3 * (row["value_high"] - row["value_low"]) / 1.645 / 2
    assert found["value"].idxmax() == fast
    assert found.loc[fast, "discount_high"] < 0.0, "a premium"
    assert found.loc[fast, "discount"] == pytest.approx(found.loc[fast, ["certainty", "time", "price", "cost"]].sum())


def test_what_no_file_tells_is_named(simulated: Snapshot):
    place = simulated.places()[-1]
    levels = TermsReader(simulated, "2024Q4").terms(UNSECURED, "court", place.place_id).level_by_part
    assert levels["resume"] == NOWHERE
    assert levels["case"] == "court"


def test_a_secured_claim_needs_auctions(simulated: Snapshot):
    home = reference_claims()["home_mortgage"].claim
    with pytest.raises(InputError, match="listing"):
        place_discounts(simulated, "court", "2024Q4", home, default_assumptions())


def test_a_place_with_few_cases_borrows_and_has_no_discount_of_its_own(tmp_path: Path):
    few, many = court_names(2)
    plans = (CourtPlan(few, cases_per_month=0.2), CourtPlan(many, hazards=FAST))
    world = World(plans, START, CUT, seed=31).simulate()
    file = write_cases(tmp_path / "cases.csv", all_cases(world))
    with Snapshot(import_and_build(file, tmp_path / "world.duckdb", (START, CUT))) as snapshot:
        found = place_discounts(snapshot, "court", "2024Q4", UNSECURED, assumptions()).set_index("name")
    assert "case: " in found.loc[few, "borrowed"]
    assert found.loc[few, ["discount", "discount_low", "yuan", *FACTORS]].isna().all()
    assert found.loc[few, "value"] > 0.0
    assert "case: " not in found.loc[many, "borrowed"]


@pytest.mark.parametrize("claim_id", reference_claims())
def test_every_reference_claim_is_valued_at_every_province_of_the_sample(warehouse: Path, claim_id: str):
    with Snapshot(warehouse) as snapshot:
        period = snapshot.periods()[-1]
        claim = reference_claims()[claim_id].claim
        found = place_discounts(snapshot, "province", period, claim, default_assumptions(), draws=40)
        again = place_discounts(snapshot, "province", period, claim, default_assumptions(), draws=40)
        nation = TermsReader(snapshot, period).terms(claim, "nation", snapshot.nation.place_id).terms
    assert found.equals(again), "seeded"
    assert (found["value"] >= 0.0).all()
    told = found.dropna(subset="discount")
    assert len(told) > len(found) / 2
    np.testing.assert_allclose(told[list(FACTORS)].sum(axis=1), told["discount"], atol=1e-9)
    reference = value(claim, nation, default_assumptions())[0]
    np.testing.assert_allclose(1.0 - told["value"] / reference, told["discount"], atol=1e-9)
    assert (told["value_low"] <= told["value_high"]).all()
