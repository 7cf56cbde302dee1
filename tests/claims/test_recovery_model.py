"""A model of recoveries against what it was simulated from, and plain counting."""

import math
import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index_engine.claims import recovery_model
from index_engine.claims.recovery_model import area_under_curve, calibration_slope, fit_recovery_model
from index_engine.claims.screening import ScreenedDebtor
from index_engine.errors import InputError


def package(n: int, effect: float, seed: int) -> tuple[list[ScreenedDebtor], list[bool]]:
    """Past claims: collateral and talks raise the log odds of a recovery, some fields are not known."""
    rng = random.Random(seed)
    debtors, outcomes = [], []
    for _ in range(n):
        cover, talks = rng.uniform(0.0, 2.0), rng.random() < 0.5
        odds = effect * ((cover - 1.0) * 2.0 + (1.0 if talks else -1.0))
        outcomes.append(rng.random() < 1.0 / (1.0 + math.exp(-odds)))
        is_known = rng.random() < 0.9
        debtors.append(
            ScreenedDebtor(
                claim_amount=rng.lognormvariate(12.0, 1.0),
                collateral_cover=cover if is_known else None,
                answers_creditor=talks,
                guarantors=rng.randrange(3),
            )
        )
    return debtors, outcomes


@pytest.fixture(scope="module")
def fitted() -> recovery_model.RecoveryModel:
    return fit_recovery_model(*package(800, 1.0, seed=7))


def test_a_model_tells_recoveries_as_well_as_what_they_were_simulated_from(fitted: recovery_model.RecoveryModel):
    """Area of the true odds, by the cases of a large package; the slope is 1 but for shrinkage."""
    debtors, outcomes = package(6_000, 1.0, seed=8)
    truth = np.array([((d.collateral_cover or 1.0) - 1.0) * 2.0 + (1 if d.answers_creditor else -1) for d in debtors])
    best = area_under_curve(truth, np.array(outcomes)).value
    assert fitted.auc.low < best < fitted.auc.high
    assert fitted.auc.value > 0.7
    assert fitted.calibration_slope.low < 1.0 < fitted.calibration_slope.high
    assert abs(fitted.calibration_slope.value - 1.0) < 0.25
    by_field = dict(zip(fitted.fields, fitted.coefficients, strict=True))
    assert by_field["collateral_cover"] == pytest.approx(2.0 * math.sqrt(1.0 / 3.0), abs=0.3)
    assert by_field["answers_creditor"] == pytest.approx(1.0, abs=0.3)
    assert abs(by_field["guarantors"]) < 0.25 and by_field["kept_agreement"] == 0.0
    chances = fitted.chances(debtors)
    assert chances.mean() == pytest.approx(np.mean(outcomes), abs=0.05)


def test_a_debtor_of_whom_nothing_is_known_has_the_chance_of_the_intercept(fitted: recovery_model.RecoveryModel):
    assert fitted.chances([ScreenedDebtor()])[0] == pytest.approx(1.0 / (1.0 + math.exp(-fitted.intercept)))
    assert fitted.chances([]).shape == (0,)


def test_fields_that_say_nothing_tell_nothing():
    debtors, _ = package(400, 1.0, seed=9)
    rng = random.Random(10)
    found = fit_recovery_model(debtors, [rng.random() < 0.5 for _ in debtors])
    assert found.auc.low < 0.5 < found.auc.high
    assert found.calibration_slope.low < 0.5
    again = fit_recovery_model(debtors, [rng.random() < 0.5 for _ in debtors], seed=1)
    assert again.auc != found.auc


def test_coefficients_are_where_the_gradient_of_the_penalised_likelihood_is_nothing(
    fitted: recovery_model.RecoveryModel,
):
    """The penalty is 1: at the optimum what the data pull equals the coefficient."""
    debtors, outcomes = package(800, 1.0, seed=7)
    raw = np.array(
        [
            [math.log1p(d.claim_amount or 0), d.collateral_cover or np.nan, d.guarantors, d.answers_creditor]
            for d in debtors
        ],
        dtype=float,
    )
    values = (raw - np.nanmean(raw, axis=0)) / np.nanstd(raw, axis=0)
    values[np.isnan(values)] = 0.0
    names = ["claim_amount", "collateral_cover", "guarantors", "answers_creditor"]
    residual = np.array(outcomes) - fitted.chances(debtors)
    coefficients = [fitted.coefficients[fitted.fields.index(name)] for name in names]
    assert values.T @ residual == pytest.approx(coefficients, abs=1e-5)
    assert residual.sum() == pytest.approx(0.0, abs=1e-5)


@given(st.lists(st.tuples(st.integers(0, 5), st.booleans()), min_size=4, max_size=40))
def test_an_area_is_the_share_of_pairs_in_order(rows: list[tuple[int, bool]]):
    positive, negative = ([score for score, outcome in rows if outcome == which] for which in (True, False))
    if min(len(positive), len(negative)) < 2:
        return
    wins = sum((p > n) + 0.5 * (p == n) for p in positive for n in negative)
    scores, outcomes = (np.array(column) for column in zip(*rows, strict=True))
    found = area_under_curve(scores.astype(float), outcomes)
    assert found.value == pytest.approx(wins / (len(positive) * len(negative)))
    assert 0.0 <= found.low <= found.value <= found.high <= 1.0


def test_intervals_of_area_hold_as_often_as_they_say():
    """Normal scores one standard deviation apart have an area of Phi(1 / sqrt 2) = .760."""
    rng, true, held = np.random.default_rng(3), 0.5 * (1.0 + math.erf(0.5)), 0
    for _ in range(400):
        outcomes = np.repeat([True, False], 100)
        found = area_under_curve(rng.standard_normal(200) + outcomes, outcomes)
        held += found.low < true < found.high
    assert 0.92 <= held / 400 <= 0.98


def test_cross_validated_intervals_hold_the_truth_in_most_packages():
    """Fields that tell little: each model against 2,000 claims that it never saw."""
    new, outcomes = package(2_000, 0.3, seed=99)
    held = []
    for seed in range(20):
        model = fit_recovery_model(*package(260, 0.3, seed=1_000 + seed))
        chances = model.chances(new)
        area = area_under_curve(chances, np.array(outcomes)).value
        slope = calibration_slope(np.log(chances / (1.0 - chances)), np.array(outcomes)).value
        held.append(
            (
                model.auc.low < area < model.auc.high,
                model.calibration_slope.low < slope < model.calibration_slope.high,
            )
        )
    assert np.sum(held, axis=0).min() >= 16


def test_odds_that_are_too_bold_have_a_slope_below_one():
    rng = np.random.default_rng(4)
    odds = rng.standard_normal(4_000) * 1.5
    outcomes = rng.random(4_000) < 1.0 / (1.0 + np.exp(-odds))
    for factor in (0.5, 1.0, 2.0):
        found = calibration_slope(odds * factor, outcomes)
        assert found.low < 1.0 / factor < found.high
    assert math.isnan(calibration_slope(np.zeros(10), np.arange(10) < 5).value)
    assert math.isnan(calibration_slope(np.arange(10.0), np.arange(10) > 5).value)


@pytest.mark.parametrize("recoveries, others", [(99, 300), (300, 99), (0, 0)])
def test_a_model_of_too_few_outcomes_is_refused(recoveries: int, others: int):
    outcomes = [True] * recoveries + [False] * others + [None] * 50
    with pytest.raises(InputError, match=f"has {recoveries} and {others}"):
        fit_recovery_model([ScreenedDebtor(guarantors=1)] * len(outcomes), outcomes)


def test_outcomes_that_the_fields_tell_apart_wholly_are_fitted_all_the_same():
    """Without a penalty coefficients would run away."""
    outcomes = [True] * 100 + [False] * 100
    found = fit_recovery_model([ScreenedDebtor(kept_agreement=outcome) for outcome in outcomes], outcomes)
    assert found.auc.value == 1.0 and math.isnan(found.calibration_slope.value)
    assert np.isfinite(found.coefficients).all()
