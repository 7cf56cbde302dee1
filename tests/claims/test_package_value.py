"""The value of a package against plain simulations, and what must hold of every value."""

import random
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from index_engine.claims.claim import Claim
from index_engine.claims.common_shocks import CommonShocks, Moments, moments
from index_engine.claims.package import Package, PackageClaim
from index_engine.claims.package_file import claim_rows, package_shocks, revalue
from index_engine.claims.package_value import PackageValue, package_reader, value_package
from index_engine.claims.pricing import default_assumptions
from index_engine.claims.valuation import value
from index_engine.queries import Snapshot
from tests.claims.test_place_terms import PLAIN, simulated  # noqa: F401

STILL = Moments(0.0, 0.0, 20, 10)
NO_SHOCKS = CommonShocks(STILL, STILL, 1)
ASSUMPTIONS = replace(default_assumptions(), entry_cost=0.0)


def package_of(snapshot: Snapshot, claims: list[Claim], level: str = "court") -> Package:
    places = [place for place in snapshot.places() if place.level == level]
    items = tuple(
        PackageClaim(line, claim, claim.stage, level, places[0].place_id, date(2024, 12, 31), (), None, None)
        for line, claim in enumerate(claims, start=1)
    )
    return Package(items, pd.DataFrame(), None, (), False)  # type: ignore[arg-type]


def valued(snapshot: Snapshot, claims: list[Claim], shocks: CommonShocks = NO_SHOCKS) -> PackageValue:
    reader = package_reader(snapshot, snapshot.periods()[-1])
    return value_package(reader, package_of(snapshot, claims), ASSUMPTIONS, shocks)


def test_claims_add_up_to_their_package(simulated: Snapshot):  # noqa: F811
    claims = [Claim(amount, case_age=age) for amount, age in ((1e5, 0), (3e5, 6), (2e6, 14))]
    found = valued(simulated, claims)
    assert found.expected == pytest.approx(sum(claim.expected for claim in found.claims), rel=1e-12)
    error = found.draws.std() / np.sqrt(found.draws.size)
    assert abs(found.draws.mean() - found.expected) < 4 * error
    assert found.low <= found.median <= found.high
    assert found.return_at(found.expected) == pytest.approx(ASSUMPTIONS.yearly_rate, abs=1e-6)
    assert found.bid_at(ASSUMPTIONS.yearly_rate) == pytest.approx(found.expected, rel=1e-9)
    assert found.cash.sum() == pytest.approx(sum(claim.cash.sum() for claim in found.claims))


def test_the_same_package_has_the_same_value(simulated: Snapshot):  # noqa: F811
    first, second = (valued(simulated, [Claim(1e5), Claim(2e5)]) for _ in range(2))
    np.testing.assert_array_equal(first.draws, second.draws)


def test_outcomes_of_one_claim_are_those_of_a_plain_simulation(simulated: Snapshot):  # noqa: F811
    claim = Claim(1e5, case_age=8)
    found = valued(simulated, [claim])
    months, rate, source = simulated.main.horizon_months, ASSUMPTIONS.yearly_rate, random.Random(3)
    outcomes = []
    for _ in range(20_000):
        ended = source.expovariate(PLAIN.total)
        is_paid = ended < months - claim.case_age and source.random() < PLAIN.cash / PLAIN.total
        outcomes.append(claim.amount * (1.0 + rate) ** (-ended / 12) if is_paid else 0.0)
    unpaid = sum(outcome == 0.0 for outcome in outcomes) / len(outcomes)
    # The curve of one court of 500 cases or so is known to five points.
    assert (found.draws == 0.0).mean() == pytest.approx(unpaid, abs=0.07)
    paid = sorted(outcome for outcome in outcomes if outcome)
    quantiles = np.quantile(found.draws[found.draws > 0.0], (0.25, 0.5, 0.75))
    np.testing.assert_allclose(quantiles, np.quantile(paid, (0.25, 0.5, 0.75)), rtol=0.04)


def test_claims_of_one_place_do_not_diversify_away(simulated: Snapshot):  # noqa: F811
    """Of very many claims what is left is what moves them together: in logarithms sigma, times how the value answers."""
    claims = [Claim(1e5, case_age=age % 10) for age in range(300)]
    alone = valued(simulated, claims)
    together = valued(simulated, claims, CommonShocks(Moments(0.2, 0.5, 20, 10), STILL, 1))
    spread = {name: (found.high - found.low) / found.expected for name, found in (("a", alone), ("t", together))}
    assert spread["t"] > 1.5 * spread["a"]
    assert spread["a"] > 0.1, "the error of the court's curve does not average out either"


def test_two_places_move_apart_as_far_as_the_country_does_not_move_them():
    drawn = CommonShocks(Moments(0.1, 0.36, 20, 10), STILL, 5)
    first, second = (drawn.draw(province, 4000, 60).hazard[1:] for province in ("110000", "330000"))
    steps = [np.diff(np.log(walk[:, ::3]), axis=1).ravel() for walk in (first, second)]
    assert steps[0].std() == pytest.approx(0.1, rel=0.03)
    assert np.corrcoef(*steps)[0, 1] == pytest.approx(0.36, abs=0.02)


@pytest.mark.parametrize(("sigma", "rho"), [(0.15, 0.5), (0.15, 0.0), (0.0, 0.0)])
def test_innovations_are_learned_from_counts(sigma: float, rho: float):
    """Counts of a plain simulation: hazards that walk, with a season, and Poisson events."""
    source = np.random.default_rng(11)
    provinces, quarters = 30, 40
    common, own = source.standard_normal(quarters), source.standard_normal((provinces, quarters))
    walk = np.cumsum(sigma * (np.sqrt(rho) * common + np.sqrt(1 - rho) * own), axis=1)
    season = np.tile([0.1, -0.05, 0.0, -0.05], quarters // 4)
    expected = source.uniform(60, 900, (provinces, quarters))
    events = source.poisson(expected * np.exp(walk + season))
    known = events >= 30
    found = moments(
        np.where(known, np.log(np.maximum(events, 1) / expected), np.nan),
        np.where(known, 1 / np.maximum(events, 1), np.nan),
    )
    assert found.sigma == pytest.approx(sigma, abs=0.03)
    assert found.n_quarters == quarters - 1
    if sigma:
        assert found.rho == pytest.approx(rho, abs=0.2)


def test_of_few_quarters_nothing_is_learned():
    assert moments(np.zeros((5, 4)), np.full((5, 4), 0.01)).sigma == 0.0


def test_a_reader_of_other_draws_is_refused(simulated: Snapshot):  # noqa: F811
    reader = package_reader(simulated, simulated.periods()[-1])
    with pytest.raises(ValueError, match="draws"):
        value_package(reader, package_of(simulated, [Claim(1.0)]), ASSUMPTIONS, NO_SHOCKS, draws=1001)


def test_a_secured_package_of_the_sample(warehouse: Path):
    home = Claim(700_000.0, 40_000.0, collateral_value=1e6, asset_class="homes", debtor_kind="person")
    ages = [replace(home, stage_age=age, case_age=age) for age in (0, 6)]
    listed = [replace(home, stage="listed", stage_age=2, case_age=9), replace(home, stage="sold", case_age=12)]
    later = [replace(home, months_to_filing=12), replace(home, principal=1e4, interest=0.0, prior_claims=2e6)]
    with Snapshot(warehouse) as snapshot:
        package = package_of(snapshot, [*ages, *listed, *later, Claim(1e5, stage="zhongben")], "province")
        found = revalue(snapshot, package, default_assumptions())
        dearer = revalue(snapshot, package, replace(default_assumptions(), yearly_rate=0.2))
        rows = claim_rows(snapshot, package, found)
        shocks = package_shocks(snapshot)
        terms = (
            package_reader(snapshot, snapshot.periods()[-1]).terms(home, "province", package.claims[0].place_id).terms
        )
    error = found.draws.std() / np.sqrt(found.draws.size)
    assert abs(found.draws.mean() - found.expected) < 4 * error
    assert all(low.expected <= high.expected for low, high in zip(dearer.claims, found.claims, strict=True))
    just_filed, *_, sold, delayed, junior, _ = found.claims
    assert sold.expected > just_filed.expected > delayed.expected
    assert junior.expected >= 0.0, "worth more dead than alive is worth nothing"
    assert rows["expected"].sum() == pytest.approx(found.expected)
    assert shocks.hazards.n_quarters >= 6
    unmoved = value(home, terms, default_assumptions())
    assert just_filed.expected == pytest.approx(unmoved.mean(), rel=0.1), "shocks move, and do not shift"
