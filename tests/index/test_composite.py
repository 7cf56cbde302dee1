"""The steps of the index against formulas written out in plain Python."""

import math
from itertools import pairwise
from statistics import fmean, stdev

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index_engine.index import composite
from index_engine.index.score import compute_scores
from index_engine.method import load_method

NAN = math.nan
VALUES = st.lists(st.one_of(st.just(NAN), st.floats(1, 100)), min_size=1, max_size=8)
UNITS = st.lists(st.one_of(st.just(NAN), st.integers(-20, 20).map(float)), min_size=1, max_size=9)
KINDS = ["harmonic", "geometric", "arithmetic"]  # from the lowest to the highest


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


# ---------------------------------------------------------------- normalise by the data


def there(values: list[float]) -> list[float]:
    return [v for v in values if not math.isnan(v)]


@given(UNITS, st.floats(-5, 5), st.floats(6, 100))
def test_min_max(values: list[float], low: float, high: float):
    found = composite.min_max(np.array(values), low, high)
    known = there(values)
    for value, mine in zip(values, found, strict=True):
        if math.isnan(value) or min(known) == max(known):
            assert math.isnan(mine)
        else:
            share = (value - min(known)) / (max(known) - min(known))
            assert mine == pytest.approx(low + share * (high - low))


@given(UNITS)
def test_z_score(values: list[float]):
    found = composite.z_score(np.array(values))
    known = there(values)
    for value, mine in zip(values, found, strict=True):
        if math.isnan(value) or min(known) == max(known):
            assert math.isnan(mine)
        else:
            assert mine == pytest.approx((value - fmean(known)) / stdev(known))


def test_equal_values_have_no_z_score_though_rounding_makes_them_vary():
    equal = np.full(3, 0.1)
    assert equal.sum() / 3 != 0.1, "the case that is meant"
    assert np.isnan(composite.z_score(equal)).all()


@given(UNITS)
def test_percentile_rank(values: list[float]):
    found = composite.percentile_rank(np.array(values))
    known = there(values)
    for value, mine in zip(values, found, strict=True):
        if math.isnan(value) or len(known) == 1:
            assert math.isnan(mine)
        else:
            assert mine == pytest.approx(sum(v < value for v in known) / (len(known) - 1))


@given(UNITS, UNITS)
def test_columns_are_normalised_each_on_its_own(one: list[float], other: list[float]):
    length = min(len(one), len(other))
    both = np.array([one[:length], other[:length]]).T
    for step in (composite.min_max, composite.z_score, composite.percentile_rank):
        found = step(both)
        for column in range(2):
            assert np.array_equal(found[:, column], step(both[:, column]), equal_nan=True)


@given(UNITS, st.sampled_from([0.5, 2.0, 64.0]), st.integers(-50, 50))
def test_the_unit_of_measurement_does_not_matter(values: list[float], factor: float, shift: int):
    """Months or days, from any zero: the same. Turned around, the other way round."""
    given = np.array(values)
    for step in (composite.min_max, composite.z_score, composite.percentile_rank):
        assert step(given * factor + shift) == pytest.approx(step(given), nan_ok=True, abs=1e-9)
    turned = composite.min_max(-given)
    assert turned == pytest.approx(100.0 - composite.min_max(given), nan_ok=True, abs=1e-9)
    assert composite.z_score(-given) == pytest.approx(-composite.z_score(given), nan_ok=True)


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


@given(VALUES, st.data())
def test_shares_of_what_is_present_sum_to_one(values: list[float], data: st.DataObject):
    sizes = st.lists(st.floats(0.1, 10), min_size=len(values), max_size=len(values))
    share = composite.weights_present(np.array(data.draw(sizes)), np.array(values))
    assert share.sum() == pytest.approx(1.0 if there(values) else 0.0)
    assert (share[np.isnan(values)] == 0.0).all()


@pytest.mark.parametrize("kind", KINDS)
@given(values=VALUES, data=st.data())
def test_mean_of_any_kind(kind: str, values: list[float], data: st.DataObject):
    sizes = st.lists(st.floats(0.1, 10), min_size=len(values), max_size=len(values))
    weights = data.draw(sizes)
    found = composite.mean(np.array(values), np.array(weights), kind)
    strict = composite.mean(np.array(values), np.array(weights), kind, complete=True)
    known = [(v, w) for v, w in zip(values, weights, strict=True) if not math.isnan(v)]
    if not known:
        assert math.isnan(found)
        assert math.isnan(strict)
        return
    total = sum(w for _, w in known)
    expected = {
        "arithmetic": sum(v * w for v, w in known) / total,
        "geometric": math.prod(v ** (w / total) for v, w in known),
        "harmonic": total / sum(w / v for v, w in known),
    }[kind]
    assert found == pytest.approx(expected)
    if len(known) == len(values):
        assert strict == found
    else:
        assert math.isnan(strict)


@given(VALUES, st.floats(0.01, 100), st.data())
def test_means_are_ordered_and_scale_with_their_values(values: list[float], factor: float, data: st.DataObject):
    """Harmonic <= geometric <= arithmetic (Hardy, Littlewood and Polya 1934, section 2.9)."""
    sizes = st.lists(st.floats(0.1, 10), min_size=len(values), max_size=len(values))
    weights, given = np.array(data.draw(sizes)), np.array(values)
    means = [composite.mean(given, weights, kind) for kind in KINDS]
    if there(values):
        ordered = [min(there(values)), *means, max(there(values))]
        assert all(low <= high * (1 + 1e-12) for low, high in pairwise(ordered))
    for kind, mine in zip(KINDS, means, strict=True):
        scaled = composite.mean(given * factor, weights, kind)
        assert scaled == pytest.approx(mine * factor, nan_ok=True)


@pytest.mark.parametrize("kind", ["geometric", "harmonic"])
@pytest.mark.parametrize("value", [0.0, -1.0])
def test_what_is_not_above_zero_has_no_such_mean(kind: str, value: float):
    with pytest.raises(ValueError, match="above 0"):
        composite.mean(np.array([value, 5.0, NAN]), np.ones(3), kind)


def test_a_kind_that_is_not_known_is_refused():
    with pytest.raises(ValueError, match="median"):
        composite.mean(np.ones(2), np.ones(2), "median")


# ---------------------------------------------------------------- a hierarchy

#       5          6 is apart, with nothing below
#     3   4
#    0 1  2
PARENT = np.array([3, 3, 4, 5, 5, -1, -1])
WEIGHTS = np.array([1.0, 3.0, 2.0, 1.0, 1.0, 3.0, 1.0])


def test_a_hierarchy_is_averaged_from_below():
    given = np.array([[10.0, 20.0, 40.0, NAN, 99.0, NAN, 7.0], [NAN, 20.0, NAN, 1.0, 1.0, 1.0, 7.0]])
    found = composite.aggregate(given, PARENT, WEIGHTS, "arithmetic")
    assert found[0].tolist() == [10, 20, 40, 17.5, 40, 28.75, 7]
    assert found[1] == pytest.approx([NAN, 20, NAN, 20, NAN, 20, 7], nan_ok=True)
    assert math.isnan(given[0, 3]), "what was given stays as it is"


def test_items_may_be_averaged_in_different_ways():
    given = np.array([[10.0, 20.0, 40.0, NAN, NAN, NAN, NAN]])
    kinds = ["arithmetic"] * 5 + ["geometric", "arithmetic"]
    found = composite.aggregate(given, PARENT, WEIGHTS, kinds)
    assert found[0, 3:6] == pytest.approx([17.5, 40, math.sqrt(17.5 * 40)])


def test_effective_weights_multiply_along_the_way_up():
    found = composite.effective_weights(PARENT, WEIGHTS)
    assert found == pytest.approx([0.375 / 4, 0.375 * 3 / 4, 0.375, 0.375, 0.375, 0.75, 0.25])


@st.composite
def hierarchies(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray]:
    """Parents and weights of items in any order, of any depth, with one top."""
    count = draw(st.integers(2, 12))
    above = [-1] + [draw(st.integers(0, k - 1)) for k in range(1, count)]
    names = draw(st.permutations(range(count)))
    parent = np.full(count, -1)
    for item in range(1, count):
        parent[names[item]] = names[above[item]]
    weights = draw(st.lists(st.floats(0.1, 10), min_size=count, max_size=count))
    return parent, np.array(weights)


@given(hierarchies(), st.data())
def test_effective_weights_are_what_the_top_is_made_with(hierarchy: tuple[np.ndarray, np.ndarray], data: st.DataObject):
    """The top is the mean of the lowest items with their effective weights, which sum to 1."""
    parent, weights = hierarchy
    lowest = ~np.isin(np.arange(len(parent)), parent)
    sizes = st.lists(st.floats(-100, 100), min_size=len(parent), max_size=len(parent))
    values = np.array([data.draw(sizes)])
    found = composite.aggregate(values, parent, weights, "arithmetic")
    effective = composite.effective_weights(parent, weights)
    assert effective[lowest].sum() == pytest.approx(1.0)
    top = found[0, parent == -1]
    assert top == pytest.approx(effective[lowest] @ values[0, lowest], abs=1e-9)


def test_the_index_is_such_a_hierarchy():
    """Its score, made step by step, is the geometric mean of arithmetic means."""
    method = load_method()
    ids = [i.id for i in method.indicators] + [d.id for d in method.dimensions]
    parent = [ids.index(i.dimension) for i in method.indicators]
    parent += [len(ids)] * len(method.dimensions) + [composite.NO_PARENT]
    weights = [item.weight for item in (*method.indicators, *method.dimensions)] + [1.0]
    share = np.random.Generator(np.random.PCG64(1)).random((50, len(method.indicators)))
    worst, best = (np.array([getattr(i, name) for i in method.indicators]) for name in ("worst", "best"))
    made = compute_scores(method, worst + share * (best - worst), np.zeros((50, *share.shape[1:] * 2)))
    values = np.full((50, len(parent)), np.nan)
    values[:, : share.shape[1]] = made.points
    kinds = ["arithmetic"] * len(ids) + ["geometric"]
    found = composite.aggregate(values, np.array(parent), np.array(weights), kinds)
    assert found[:, share.shape[1] : -1] == pytest.approx(made.dimension)
    assert found[:, -1] == pytest.approx(made.score)


def test_a_hierarchy_may_not_run_in_a_circle():
    circle = np.array([1, 2, 0, -1])
    with pytest.raises(ValueError, match="belongs to itself"):
        composite.aggregate(np.ones((1, 4)), circle, np.ones(4), "arithmetic")
    with pytest.raises(ValueError, match="belongs to itself"):
        composite.effective_weights(circle, np.ones(4))


# ---------------------------------------------------------------- ranks


@given(st.lists(st.one_of(st.just(NAN), st.integers(0, 6).map(float)), max_size=12))
def test_rank_is_one_more_than_how_many_are_better(scores: list[float]):
    found = composite.rank(np.array(scores))
    for mine, rank in zip(scores, found, strict=True):
        if math.isnan(mine):
            assert math.isnan(rank)
        else:
            assert rank == 1 + sum(other > mine for other in scores)
