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
    assert se[0] == pytest.approx(math.sqrt(near * (1 - near) / 104))
    assert se[1] > 0.04, "no sale in twenty rounds is not certainty"
    assert np.isnan(value[2])
    assert np.isnan(se[2])


def test_amount_rate_is_the_ratio_of_sums_with_linearised_error() -> None:
    draw = random.Random(5)
    x = [draw.uniform(1, 100) for _ in range(40)]
    y = [a * draw.random() for a in x]
    sums = [
        np.array([sum(v)])
        for v in (y, x, [b * b for b in y], [a * b for a, b in zip(x, y, strict=True)], [a * a for a in x])
    ]
    value, se = rates.amount_rate(*sums, np.array([40.0]))
    ratio = sum(y) / sum(x)
    residual = sum((b - ratio * a) ** 2 for a, b in zip(x, y, strict=True))
    assert value[0] == pytest.approx(ratio)
    assert se[0] == pytest.approx(math.sqrt(residual * 40 / 39) / sum(x))


def test_amount_rate_error_matches_the_spread_between_samples() -> None:
    draw = random.Random(11)
    values, errors = [], []
    for _ in range(600):
        x = np.array([draw.lognormvariate(0, 1) for _ in range(200)])
        y = x * np.array([draw.betavariate(1, 2) for _ in range(200)])
        value, se = rates.amount_rate(*(np.array([v.sum()]) for v in (y, x, y * y, x * y, x * x)), np.array([200.0]))
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
