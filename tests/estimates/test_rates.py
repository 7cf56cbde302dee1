"""Rates, ratios of sums and medians against plain formulas, known data and simulation."""

import math
import random
import statistics

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index_engine.estimates import rates


def test_share_and_its_error() -> None:
    value, se = rates.share(np.array([30.0, 0.0, 0.0]), np.array([100.0, 20.0, 0.0]))
    near = 32 / 104
    assert value[:2].tolist() == [0.3, 0.0]
    assert se[0] == pytest.approx(math.sqrt(near * (1 - near) / 100))
    assert se[1] > 0.04, "no sale in twenty rounds is not certainty"
    assert np.isnan(value[2])
    assert np.isnan(se[2])


def amount_sums(x: np.ndarray, y: np.ndarray) -> list[np.ndarray]:
    return [a.sum(axis=-1) for a in (y, x, y * y, x * y, x * x)]


def test_amount_rate_is_the_ratio_of_sums_with_the_error_of_four_cases_more() -> None:
    rng = np.random.default_rng(5)
    x = rng.uniform(1, 100, 40)
    y = x * rng.random(40)
    value, se = rates.amount_rate(*amount_sums(x[None], y[None]))
    n = x.sum() ** 2 / (x**2).sum()
    size = (x**2).sum() / x.sum()
    more_x = np.append(x, [size] * 4)
    more_y = np.append(y, [0, 0, size, size])
    ratio = more_y.sum() / more_x.sum()
    linearised = ((more_y - ratio * more_x) ** 2).sum() / more_x.sum() ** 2
    assert value[0] == pytest.approx(y.sum() / x.sum())
    assert se[0] == pytest.approx(math.sqrt(linearised * (n + 4) / (n - 1)))


@pytest.mark.parametrize("recovered", [0.0, 1.0])
def test_nothing_recovered_and_everything_is_not_certain(recovered: float) -> None:
    """Of equal claims it is the error of a share, and of few large ones more."""
    equal = np.full((1, 40), 5.0)
    value, se = rates.amount_rate(*amount_sums(equal, equal * recovered))
    assert value[0] == recovered
    assert se[0] == pytest.approx(rates.share(np.array([40 * recovered]), np.array([40.0]))[1][0] * math.sqrt(40 / 39))
    unequal = np.geomspace(1, 1000, 40)[None]
    assert rates.amount_rate(*amount_sums(unequal, unequal * recovered))[1][0] > 1.5 * se[0]


def test_one_case_has_no_error() -> None:
    one = np.array([[7.0]])
    assert np.isnan(rates.amount_rate(*amount_sums(one, one / 2))[1][0])


def test_amount_rate_error_matches_the_spread_between_samples() -> None:
    draw = random.Random(11)
    values, errors = [], []
    for _ in range(600):
        x = np.array([draw.lognormvariate(0, 1) for _ in range(200)])
        y = x * np.array([draw.betavariate(1, 2) for _ in range(200)])
        value, se = rates.amount_rate(*amount_sums(x[None], y[None]))
        values.append(value[0])
        errors.append(se[0])
    assert statistics.mean(errors) == pytest.approx(statistics.stdev(values), rel=0.1)


@given(st.lists(st.floats(0, 2.99), min_size=1, max_size=200))
def test_median_is_off_by_at_most_one_step(values: list[float]) -> None:
    step = 0.005
    histogram = np.bincount([int(v / step) for v in values], minlength=601).astype(float)
    found, _ = rates.median(histogram[None, :], step)
    low, high = statistics.median_low(values), statistics.median_high(values)
    assert low - step <= found[0] <= high + step


def test_median_error_matches_the_spread_between_samples() -> None:
    draw = random.Random(3)
    medians, errors = [], []
    for _ in range(500):
        values = [min(max(draw.gauss(0.8, 0.15), 0.01), 2.9) for _ in range(120)]
        histogram = np.bincount([int(v / 0.005) for v in values], minlength=601).astype(float)
        value, se = rates.median(histogram[None, :], 0.005)
        medians.append(value[0])
        errors.append(se[0])
    assert statistics.mean(errors) == pytest.approx(statistics.stdev(medians), rel=0.15)


def test_nothing_gives_nothing() -> None:
    value, se = rates.median(np.zeros((1, 601)), 0.005)
    assert np.isnan(value[0])
    assert np.isnan(se[0])
