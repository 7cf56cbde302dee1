"""Parts of a difference of scores: they add up, turn with it, are nothing where nothing moved."""

import math
from dataclasses import replace
from itertools import permutations
from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index_engine.index.decomposition import contributions, decompose, log_mean
from index_engine.index.score import compute_scores
from tests.fixed_method import fixed_method

METHOD = fixed_method()
IDS = [i.id for i in METHOD.indicators]
COUNT = len(IDS)
POINTS = st.one_of(st.floats(METHOD.floor, 100.0), st.sampled_from([METHOD.floor, 50.0, 100.0]))
STATES = st.lists(POINTS, min_size=COUNT, max_size=COUNT).map(np.array)
GAPS = st.sets(st.sampled_from([k for k, i in enumerate(METHOD.indicators) if i.weight == 1]))


def with_gaps(points: np.ndarray, gaps: set[int]) -> np.ndarray:
    found = points.copy()
    found[list(gaps)] = math.nan
    return found


def values_of(points: np.ndarray) -> np.ndarray:
    return np.array([i.worst + p / 100 * (i.best - i.worst) for p, i in zip(points, METHOD.indicators, strict=True)])


def score(points: np.ndarray) -> float:
    """The score by the engine's own way from values, whatever weight is present."""
    method = replace(METHOD, min_weight_present=0.0)
    found = compute_scores(method, values_of(points)[None], np.zeros((1, COUNT, COUNT)))
    return float(found.score[0])


@given(STATES, STATES, GAPS, GAPS)
def test_parts_add_up_to_the_difference(a, b, gaps, other_gaps):
    a, b = with_gaps(a, gaps), with_gaps(b, other_gaps)
    difference = score(b) - score(a)
    if math.isnan(difference):
        assert np.isnan(contributions(METHOD, a, b)).any()
    else:
        assert contributions(METHOD, a, b).sum() == pytest.approx(difference, abs=1e-9)


@given(STATES, STATES, GAPS, GAPS)
def test_the_way_back_has_the_same_parts_with_the_other_sign(a, b, gaps, other_gaps):
    a, b = with_gaps(a, gaps), with_gaps(b, other_gaps)
    there, back = contributions(METHOD, a, b), contributions(METHOD, b, a)
    assert there == pytest.approx(-back, abs=1e-9, nan_ok=True)


@given(STATES, STATES, st.sets(st.integers(0, COUNT - 1)))
def test_what_did_not_change_contributes_nothing(a, b, same):
    b = b.copy()
    b[list(same)] = a[list(same)]
    assert (contributions(METHOD, a, b)[list(same)] == 0.0).all()
    assert (contributions(METHOD, a, a) == 0.0).all()


@given(STATES, st.integers(0, COUNT - 1), POINTS)
def test_one_change_alone_is_the_whole_difference(a, at, other):
    b = a.copy()
    b[at] = other
    found = contributions(METHOD, a, b)
    assert found[at] == pytest.approx(score(b) - score(a), abs=1e-9)
    assert np.delete(found, at) == pytest.approx(np.zeros(COUNT - 1), abs=0)


@given(STATES, STATES)
def test_a_part_has_the_sign_of_its_change(a, b):
    assert (contributions(METHOD, a, b) * (b - a) >= 0).all()


def test_what_neither_has_contributes_nothing_and_what_one_has_does():
    rng = Random(3)
    a, b = (np.array([rng.uniform(5, 95) for _ in IDS]) for _ in range(2))
    gone = IDS.index("listed_12m")
    neither = contributions(METHOD, with_gaps(a, {gone}), with_gaps(b, {gone}))
    assert neither[gone] == 0.0
    one = contributions(METHOD, with_gaps(a, {gone}), b)
    # What comes in moves the mean of its dimension from that of the others.
    others = [k for k, i in enumerate(METHOD.indicators) if i.dimension == "cycle" and k != gone]
    weights = [METHOD.indicators[k].weight for k in others]
    mean = np.average(a[others], weights=weights)
    assert math.copysign(1, one[gone]) == math.copysign(1, b[gone] - mean)


def test_near_the_mean_over_all_orders_of_change():
    """Shapley values (Shorrocks 2013, J. Economic Inequality 11: 99-126) are exact and symmetric
    too, and dear to compute; for changes of ordinary size the two agree closely."""
    rng = Random(8)
    a = np.array([rng.uniform(30, 70) for _ in IDS])
    b = a + np.array([rng.uniform(-8, 8) for _ in IDS])
    moved = range(4)  # of four that change, 24 orders
    b[4:] = a[4:]
    found = contributions(METHOD, a, b)
    shapley = np.zeros(COUNT)
    for order in permutations(moved):
        state = a.copy()
        for k in order:
            was = score(state)
            state[k] = b[k]
            shapley[k] += (score(state) - was) / math.factorial(4)
    assert found == pytest.approx(shapley, abs=0.03)
    assert shapley.sum() == pytest.approx(found.sum(), abs=1e-9)


@given(st.floats(1e-3, 1e3), st.floats(1e-3, 1e3))
def test_the_logarithmic_mean(a: float, b: float):
    one, other = np.array(a), np.array(b)
    found = float(log_mean(one, other))
    assert found == pytest.approx(float(log_mean(other, one)), rel=1e-9)
    assert math.sqrt(a * b) * (1 - 1e-9) <= found <= (a + b) / 2 * (1 + 1e-9)
    assert float(log_mean(one, one)) == a
    assert float(log_mean(one, one * (1 + 1e-9))) == pytest.approx(a, rel=1e-8)


def random_covariance(rng: np.random.Generator) -> np.ndarray:
    """Of points: standard deviations of about two."""
    root = rng.normal(size=(COUNT, COUNT)) * 2.0 / math.sqrt(COUNT)
    return root @ root.T


def test_errors_are_those_seen_in_draws():
    rng = np.random.default_rng(5)
    points = tuple(rng.uniform(30, 70, COUNT) for _ in range(2))
    covariance = tuple(random_covariance(rng) for _ in range(2))
    found = decompose(METHOD, points, covariance, np.array([True, True]))
    drawn = [p + rng.multivariate_normal(np.zeros(COUNT), c, 20_000) for p, c in zip(points, covariance, strict=True)]
    spread = contributions(METHOD, *drawn)
    assert found.se == pytest.approx(spread.std(axis=0), rel=0.04)
    assert found.total_se == pytest.approx(spread.sum(axis=1).std(), rel=0.04)


def test_the_error_of_the_whole_is_that_of_two_independent_scores():
    rng = np.random.default_rng(6)
    points = [rng.uniform(20, 90, COUNT) for _ in range(2)]
    covariance = [random_covariance(rng) for _ in range(2)]
    found = decompose(METHOD, tuple(points), tuple(covariance), np.array([True, True]))
    slope = np.array([100 / (i.best - i.worst) for i in METHOD.indicators])
    variance = np.array(covariance) / np.outer(slope, slope)  # of the values
    both = compute_scores(METHOD, np.array([values_of(p) for p in points]), variance)
    assert found.total_se == pytest.approx(math.hypot(*both.se), rel=1e-6)
    assert found.total == pytest.approx(both.score[1] - both.score[0], abs=1e-9)


def test_without_a_score_there_are_no_parts():
    points = (np.full(COUNT, 50.0), np.full(COUNT, 60.0))
    variance = (np.zeros((COUNT, COUNT)),) * 2
    found = decompose(METHOD, points, variance, np.array([True, False]))
    assert np.isnan(found.contribution).all()
    assert np.isnan([found.total, found.total_se]).all()
