"""How alike places are, against sums in plain Python and what a distance must keep."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index_engine.estimates.similarity import SIZE_SCALE_DECADES, hellinger_distance, mix_and_size_distance

COUNTS = st.lists(st.integers(0, 500), min_size=4, max_size=4).filter(any)


def by_hand(one: list[int], other: list[int]) -> float:
    p = [x / sum(one) for x in one]
    q = [x / sum(other) for x in other]
    return math.sqrt(sum((math.sqrt(a) - math.sqrt(b)) ** 2 for a, b in zip(p, q, strict=True)) / 2)


@given(COUNTS, COUNTS)
def test_the_mixes_by_hand(one: list[int], other: list[int]):
    found = hellinger_distance(np.array(one, dtype=float), np.array([other, one], dtype=float))
    assert found[0] == pytest.approx(by_hand(one, other), abs=1e-7)
    assert found[1] == pytest.approx(0.0, abs=1e-7)
    back = hellinger_distance(np.array(other, dtype=float), np.array([one], dtype=float))
    assert back[0] == pytest.approx(found[0], abs=1e-7)
    assert 0.0 <= found[0] <= 1.0


def test_mixes_with_nothing_in_common_are_farthest_apart():
    assert hellinger_distance(np.array([3.0, 0.0]), np.array([[0.0, 8.0]])).tolist() == [1.0]


def test_of_one_mix_only_the_size_tells_places_apart():
    mix = np.array([10.0, 30.0])
    found = mix_and_size_distance(mix, 100.0, np.array([mix * 5, mix * 5]), np.array([100.0, 10.0]))
    assert found[0] == pytest.approx(0.0, abs=1e-7)
    assert found[1] == pytest.approx(1 / SIZE_SCALE_DECADES, abs=1e-7)


@given(COUNTS, COUNTS, st.integers(1, 10_000), st.integers(1, 10_000))
def test_the_distance_is_the_same_both_ways(one: list[int], other: list[int], n: int, m: int):
    a, b = np.array(one, dtype=float), np.array(other, dtype=float)
    there = mix_and_size_distance(a, float(n), b[None], np.array([float(m)]))[0]
    assert there == pytest.approx(mix_and_size_distance(b, float(m), a[None], np.array([float(n)]))[0], abs=1e-7)
    assert there == pytest.approx(math.hypot(by_hand(one, other), math.log10(m / n) / SIZE_SCALE_DECADES), abs=1e-7)


def test_a_place_without_cases_is_like_none():
    some, none = np.array([4.0, 1.0]), np.array([0.0, 0.0])
    assert np.isnan(mix_and_size_distance(some, 5.0, none[None], np.array([0.0]))).all()
    assert np.isnan(mix_and_size_distance(none, 0.0, some[None], np.array([5.0]))).all()
