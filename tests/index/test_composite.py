"""The steps of the index against formulas written out in plain Python."""

import math
from statistics import fmean

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index_engine.index import composite

NAN = math.nan
VALUES = st.lists(st.one_of(st.just(NAN), st.floats(1, 100)), min_size=1, max_size=8)


# ---------------------------------------------------------------- normalise


@pytest.mark.parametrize(
    ("value", "worst", "best", "points"),
    [
        (0.4, 0.1, 0.7, 50.0),
        (0.1, 0.1, 0.7, 1.0),  # at the worst goalpost: the floor
        (0.0, 0.1, 0.7, 1.0),
        (0.9, 0.1, 0.7, 100.0),
        (23.0, 32.0, 14.0, 50.0),  # fewer months are better
        (40.0, 32.0, 14.0, 1.0),
        (10.0, 32.0, 14.0, 100.0),
        (0.1018, 0.1, 0.7, 1.0),  # 0.3 points, below the floor
    ],
)
def test_points_between_goalposts(value: float, worst: float, best: float, points: float):
    found = composite.normalise(np.array([value]), worst, best, floor=1.0)
    assert found == pytest.approx([points])


def test_a_missing_value_has_no_points():
    assert np.isnan(composite.normalise(np.array([NAN]), 0.0, 1.0, 1.0)).all()


@given(st.floats(-1, 2), st.floats(-1, 2))
def test_better_is_never_fewer_points(a: float, b: float):
    up = composite.normalise(np.array([min(a, b), max(a, b)]), 0.1, 0.7, 1.0)
    down = composite.normalise(np.array([min(a, b), max(a, b)]), 0.7, 0.1, 1.0)
    assert up[0] <= up[1]
    assert down[0] >= down[1]


# ---------------------------------------------------------------- means


def test_weights_of_what_is_missing_go_to_what_is_there():
    values = np.array([[10.0, 20.0, 30.0], [10.0, NAN, 30.0], [NAN, NAN, 30.0], [NAN, NAN, NAN]])
    found = composite.weights_present(np.array([2.0, 1.0, 1.0]), values)
    assert found.tolist() == [[0.5, 0.25, 0.25], [2 / 3, 0, 1 / 3], [0, 0, 1], [0, 0, 0]]


@given(VALUES, st.data())
def test_arithmetic_mean(values: list[float], data: st.DataObject):
    sizes = st.lists(st.floats(0.1, 10), min_size=len(values), max_size=len(values))
    weights = data.draw(sizes)
    found = composite.arithmetic_mean(np.array(values), np.array(weights))
    known = [(v, w) for v, w in zip(values, weights, strict=True) if not math.isnan(v)]
    if known:
        expected = sum(v * w for v, w in known) / sum(w for _, w in known)
        assert found == pytest.approx(expected)
    else:
        assert math.isnan(found)


@given(VALUES, st.data())
def test_geometric_mean(values: list[float], data: st.DataObject):
    sizes = st.lists(st.floats(0.1, 10), min_size=len(values), max_size=len(values))
    weights = data.draw(sizes)
    found = composite.geometric_mean(np.array(values), np.array(weights))
    if any(math.isnan(v) for v in values):
        assert math.isnan(found), "one dimension too few is no score"
    else:
        product = math.prod(v**w for v, w in zip(values, weights, strict=True))
        assert found == pytest.approx(product ** (1 / sum(weights)))


def test_speed_cannot_buy_off_non_recovery():
    """The reason for a geometric mean: balanced beats lopsided at the same arithmetic mean."""
    balanced, lopsided = np.array([50.0, 50.0, 50.0]), np.array([98.0, 51.0, 1.0])
    assert fmean(balanced) == fmean(lopsided)
    ones = np.ones(3)
    assert composite.geometric_mean(lopsided, ones) < 0.4 * composite.geometric_mean(balanced, ones)


# ---------------------------------------------------------------- ranks


@given(st.lists(st.one_of(st.just(NAN), st.integers(0, 6).map(float)), max_size=12))
def test_rank_is_one_more_than_how_many_are_better(scores: list[float]):
    found = composite.rank(np.array(scores))
    for mine, rank in zip(scores, found, strict=True):
        if math.isnan(mine):
            assert math.isnan(rank)
        else:
            assert rank == 1 + sum(other > mine for other in scores)
