"""The coherence audit against R, against textbook formulas, and against indices of known make."""

import math
from dataclasses import replace
from pathlib import Path
from statistics import fmean, variance

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index_engine.index import coherence, composite
from index_engine.index.rank_changes import DECIMALS
from index_engine.index.score import Scores, compute_scores
from index_engine.method import Method
from tests.fixed_method import fixed_method

NAN = math.nan
EXACT = 1e-9
METHOD = fixed_method()
IDS = [i.id for i in METHOD.indicators]
WHOLE = st.integers(-9, 9).map(float)
# Units with two to five items each.
TABLES = st.integers(2, 5).flatmap(lambda k: st.lists(st.lists(WHOLE, min_size=k, max_size=k), min_size=3, max_size=9))


def random(seed: int) -> np.random.Generator:
    return np.random.Generator(np.random.PCG64(seed))


def scores(method: Method, points: np.ndarray) -> Scores:
    """The method on values that are points already."""
    on_points = replace(method, indicators=tuple(replace(i, worst=0.0, best=100.0) for i in method.indicators))
    count = len(method.indicators)
    return compute_scores(on_points, points, np.zeros((len(points), count, count)))


def units(seed: int, count: int, missing: float = 0.0) -> Scores:
    rng = random(seed)
    points = rng.uniform(METHOD.floor, 100.0, (count, len(IDS)))
    points[rng.random(points.shape) < missing] = NAN
    return scores(METHOD, points)


# ---------------------------------------------------------------- R


def test_correlations_across_levels_are_those_of_r(shared: Path):
    """COINr's get_corr of ASEM: pillars with indicators, after treatment and normalisation."""
    folder = shared / "verify" / "composite"
    levels = pd.read_csv(folder / "dset_Aggregated.csv", index_col="uCode")
    expected = pd.read_csv(folder / "corr_L1_L2_pearson.csv")
    table = expected.pivot(index="Var1", columns="Var2", values="Correlation")
    assert table.shape == (8, 49)
    found, n = coherence.correlations(levels[table.index].to_numpy(), levels[table.columns].to_numpy())
    assert found == pytest.approx(table.to_numpy(), abs=EXACT)
    assert (n == 51).all()


def test_alpha_is_that_of_r(shared: Path):
    """COINr's get_cronbach of ASEM's raw data by pillar, pairwise complete. Raw data have
    no common scale nor direction, so most of these are near 0: ours is asked of points."""
    folder = shared / "verify" / "composite"
    raw = pd.read_csv(folder / "dset_Raw.csv", index_col="uCode")
    meta = pd.read_csv(folder / "ASEM_iMeta.csv", index_col="iCode")
    expected = pd.read_csv(folder / "cronbach_by_pillar_raw.csv", index_col="Pillar").cronbach
    assert len(expected) == 8
    missing = 0
    for pillar, value in expected.items():
        items = raw[meta.index[meta.Parent == pillar]].to_numpy(dtype=float)
        found, n = coherence.cronbach_alpha(items)
        assert found == pytest.approx(value, abs=EXACT), pillar
        assert n <= 51
        missing += np.isnan(items).any()
    assert missing > 0, "pairs of units with and without a value are compared"


# ---------------------------------------------------------------- textbook


def pearson(pairs: list[tuple[float, float]]) -> float:
    """Product moment over the products of the sums of squares, in plain Python."""
    mean_x, mean_y = fmean(x for x, _ in pairs), fmean(y for _, y in pairs)
    xy = math.fsum((x - mean_x) * (y - mean_y) for x, y in pairs)
    xx = math.fsum((x - mean_x) ** 2 for x, _ in pairs)
    yy = math.fsum((y - mean_y) ** 2 for _, y in pairs)
    return xy / math.sqrt(xx * yy)


@given(
    st.lists(st.tuples(*[st.one_of(st.just(NAN), WHOLE)] * 2), min_size=1, max_size=12), st.sampled_from([0.5, -3.0])
)
def test_correlation_by_its_definition(rows: list[tuple[float, float]], factor: float):
    values = np.array(rows)
    found, n = coherence.correlations(values[:, :1], values[:, 1:])
    known = [(x, y) for x, y in rows if not math.isnan(x) and not math.isnan(y)]
    assert n[0, 0] == len(known)
    if len(known) < 3 or any(len(set(column)) == 1 for column in zip(*known, strict=True)):
        assert math.isnan(found[0, 0])
        return
    assert found[0, 0] == pytest.approx(pearson(known), abs=1e-12)
    scaled, _ = coherence.correlations(values[:, :1] * factor + 7.0, values[:, 1:])
    assert scaled[0, 0] == pytest.approx(math.copysign(1.0, factor) * found[0, 0], abs=1e-9)


@given(TABLES, st.sampled_from([0.25, -2.0, 100.0]))
def test_alpha_by_its_definition(rows: list[list[float]], factor: float):
    """k / (k - 1) x (1 - sum of the items' variances / variance of their sum)."""
    k = len(rows[0])
    found, n = coherence.cronbach_alpha(np.array(rows))
    of_sum = variance([sum(row) for row in rows])
    assert n == len(rows)
    if of_sum == 0:
        assert math.isnan(found)
    else:
        of_items = sum(variance(column) for column in zip(*rows, strict=True))
        assert found == pytest.approx(k / (k - 1) * (1 - of_items / of_sum), abs=1e-9)
    assert coherence.cronbach_alpha(np.array(rows) * factor)[0] == pytest.approx(found, abs=1e-6, nan_ok=True)


def test_alpha_of_the_same_the_unrelated_and_the_opposite():
    one, other = np.array([[1.0, 1.0, -1.0, -1.0], [1.0, -1.0, 1.0, -1.0]])
    assert coherence.cronbach_alpha(np.column_stack([one, one, one]))[0] == pytest.approx(1.0)
    assert coherence.cronbach_alpha(np.column_stack([one, other]))[0] == pytest.approx(0.0)
    assert coherence.cronbach_alpha(np.column_stack([one, one, -one]))[0] == pytest.approx(-3.0)
    assert math.isnan(coherence.cronbach_alpha(np.column_stack([one, -one]))[0])
    assert math.isnan(coherence.cronbach_alpha(one[:, None])[0])


def test_units_behind_alpha_are_those_of_the_thinnest_pair():
    values = random(1).normal(size=(10, 3))
    values[:4, 0] = values[6:8, 1] = NAN
    assert coherence.cronbach_alpha(values)[1] == 4
    values[4:6, 0] = NAN
    assert coherence.cronbach_alpha(values)[1] == 2
    assert math.isnan(coherence.cronbach_alpha(values)[0])


# ---------------------------------------------------------------- main effects


def test_main_effects_of_a_sum_of_independent_parts():
    """Then S_i = w_i^2 / sum of w^2: a weight of 0.5, 0.3 and 0.2 is 0.66, 0.24 and 0.11 of it."""
    weights = np.array([0.5, 0.3, 0.2])
    x = random(2).uniform(1, 100, (20_000, 3))
    found = [coherence.main_effect(x[:, item], x @ weights)[0] for item in range(3)]
    assert found == pytest.approx(weights**2 / (weights**2).sum(), abs=0.015)


def test_main_effects_of_a_product():
    """y = a b: E[y | a] = a E[b], so S = Var(a) E[b]^2 / (E[a^2] E[b^2] - (E[a] E[b])^2)."""
    a, b = random(3).uniform(0, 1, (2, 20_000))
    assert coherence.main_effect(a, a * b)[0] == pytest.approx((1 / 12 / 4) / (1 / 9 - 1 / 16), abs=0.015)


def test_a_main_effect_needs_no_straight_line():
    x = np.linspace(-1, 1, 101)
    assert coherence.correlations(x[:, None], (x**2)[:, None])[0] == pytest.approx(0.0, abs=1e-12)
    assert coherence.main_effect(x, x**2)[0] == pytest.approx(1.0)


def test_a_step_is_seen_in_part():
    """The limit that the docstring gives: a polynomial of degree 3 has 1 - 9/64 of a step."""
    x = np.linspace(-1, 1, 5001)
    assert coherence.main_effect(x, np.sign(x))[0] == pytest.approx(0.8594, abs=0.001)


def test_the_polynomial_is_the_one_with_the_least_corrected_aic():
    """The same with polyfit, degree by degree, on relations of all degrees."""
    chosen = set()
    for seed in range(60):
        rng = random(seed)
        x = rng.uniform(-1, 1, 34)
        y = x ** (1 + seed % 4) + rng.normal(0, 0.2, 34)
        fits = []
        for degree in range(1, 5):
            left = ((y - np.polyval(np.polyfit(x, y, degree), x)) ** 2).sum()
            criterion = math.log(left / 34) + (34 + degree + 1) / (34 - degree - 3)
            fits.append((criterion, 1 - left / (34 - degree - 1) / y.var(ddof=1), degree))
        _, ratio, degree = min(fits)
        chosen.add(degree)
        assert coherence.main_effect(x, y)[0] == pytest.approx(max(ratio, 0.0), abs=1e-9)
    assert chosen == {1, 2, 3, 4}


@pytest.mark.parametrize(("count", "mean"), [(34, 0.035), (375, 0.0035)])
def test_what_has_no_effect_has_nearly_none(count: int, mean: float):
    """The upward bias that the docstring gives."""
    rng = random(5)
    found = [coherence.main_effect(rng.uniform(0, 100, count), rng.normal(size=count))[0] for _ in range(1000)]
    assert fmean(found) == pytest.approx(mean, rel=0.2)


def test_provinces_have_an_error_of_a_tenth():
    rng = random(6)
    x = rng.uniform(0, 100, (1000, 34, 3))
    found = [coherence.main_effect(units[:, 0], units @ [0.5, 0.3, 0.2])[0] for units in x]
    assert fmean(found) == pytest.approx(0.66, abs=0.02)
    assert np.std(found) == pytest.approx(0.09, abs=0.03)


@given(st.integers(0, 1000), st.sampled_from([-40.0, 0.01]), st.sampled_from([-1.0, 7.0]))
def test_a_main_effect_has_no_unit_of_measurement(seed: int, factor: float, other: float):
    rng = random(seed)
    x = rng.uniform(0, 100, 40)
    y = 0.03 * x + rng.normal(size=40)
    found, n = coherence.main_effect(x, y)
    assert n == 40
    assert 0.0 <= found <= 1.0
    assert coherence.main_effect(x * factor + 3.0, y * other)[0] == pytest.approx(found, abs=1e-9)


def test_where_a_main_effect_cannot_be_known():
    x = np.arange(25.0)
    x[:6] = NAN
    assert coherence.main_effect(x, np.arange(25.0)) == (pytest.approx(NAN, nan_ok=True), 19)
    x[5] = 5.0
    assert coherence.main_effect(x, np.arange(25.0)) == (pytest.approx(1.0), 20)
    assert math.isnan(coherence.main_effect(np.full(25, 100.0), np.arange(25.0))[0])
    assert math.isnan(coherence.main_effect(np.arange(25.0), np.full(25, 50.0))[0])
    two_values = np.repeat([1.0, 100.0], 20)
    assert coherence.main_effect(two_values, -two_values)[0] == pytest.approx(1.0)


# ---------------------------------------------------------------- left out


def test_weights_of_indicators_sum_to_one():
    found = dict(zip(IDS, coherence.nominal_weights(METHOD), strict=True))
    assert sum(found.values()) == pytest.approx(1.0)
    for dimension in METHOD.dimensions:
        mine = METHOD.dimension_indicators(dimension.id)
        share = dimension.weight / sum(d.weight for d in METHOD.dimensions)
        assert sum(found[i.id] for i in mine) == pytest.approx(share)
        for i in mine:
            of_dimension = i.weight / sum(other.weight for other in mine)
            assert found[i.id] == pytest.approx(share * of_dimension)


def without(method: Method, left_out: str) -> Method:
    """The method as if an indicator were not in it, nor a dimension that has no other."""
    kept = tuple(i for i in method.indicators if i.id != left_out)
    ids = {i.dimension for i in kept}
    dimensions = tuple(d for d in method.dimensions if d.id in ids)
    return replace(method, indicators=kept, dimensions=dimensions)


def alone_in_its_dimension(method: Method) -> Method:
    """The method with one dimension of a single indicator."""
    first = method.dimensions[0].id
    keep = method.dimension_indicators(first)[0].id
    kept = tuple(i for i in method.indicators if i.dimension != first or i.id == keep)
    return replace(method, indicators=kept)


@pytest.mark.parametrize("method", [METHOD, alone_in_its_dimension(METHOD)])
@pytest.mark.parametrize("missing", [0.0, 0.15])
def test_rank_shift_is_that_of_a_method_without_the_indicator(method: Method, missing: float):
    rng = random(7)
    count = len(method.indicators)
    points = rng.uniform(METHOD.floor, 100.0, (80, count))
    points[rng.random(points.shape) < missing] = NAN
    score = scores(method, points).score
    found, n = coherence.rank_shifts(method, points, score)
    for position, indicator in enumerate(method.indicators):
        other = scores(without(method, indicator.id), np.delete(points, position, axis=1)).score
        both = ~np.isnan(score) & ~np.isnan(other)
        before, after = (composite.rank(values[both].round(DECIMALS)).tolist() for values in (score, other))
        moved = [abs(a - b) for a, b in zip(before, after, strict=True)]
        assert n[position] == len(moved) > 10
        assert found[position] == pytest.approx(fmean(moved))
        assert found[position] > 0


def test_leaving_out_the_only_indicator_leaves_nothing_to_compare():
    only = METHOD.indicators[0]
    dimension = next(d for d in METHOD.dimensions if d.id == only.dimension)
    method = replace(METHOD, indicators=(only,), dimensions=(dimension,))
    points = np.linspace(1, 100, 30)[:, None]
    found, n = coherence.rank_shifts(method, points, points[:, 0])
    assert np.isnan(found).all()
    assert n.tolist() == [0]


# ---------------------------------------------------------------- the audit


def numbers(frame: pd.DataFrame, kind: str) -> pd.DataFrame:
    return frame[frame.kind == kind].reset_index(drop=True)


def test_an_audit_is_its_parts():
    """Every number again, by the name of what it is of, with missing values and stand-ins."""
    found = units(8, 120, missing=0.1)
    own = random(13).random(found.points.shape) < 0.9
    frame = coherence.coherence_table(METHOD, found.points, found.dimension, found.score, own)
    columns = dict(zip(IDS, np.where(own, found.points, NAN).T, strict=True))
    columns |= {d.id: found.dimension[:, k] for k, d in enumerate(METHOD.dimensions)}
    columns["score"] = found.score
    assert list(frame) == coherence.COLUMNS
    assert not frame.duplicated(["kind", "item", "other"]).any()

    i, d = len(IDS), len(METHOD.dimensions)
    sizes = {
        "indicator_indicator": i * (i - 1) // 2,
        "dimension_dimension": d * (d - 1) // 2,
        "indicator_dimension": i * d,
        "indicator_score": i,
        "dimension_score": d,
        "alpha": d + 1,
        **dict.fromkeys(["weight", "main_effect", "main_effect_share", "rank_shift"], i),
    }
    assert frame.kind.value_counts().to_dict() == sizes

    for row in frame.itertuples():
        if row.kind in ("weight", "main_effect_share", "rank_shift"):
            continue
        if row.kind == "alpha":
            assert pd.isna(row.other)
            of = [x.id for x in METHOD.indicators if row.item in (x.dimension, "score")]
            expected = coherence.cronbach_alpha(np.column_stack([columns[name] for name in of]))
        elif row.kind == "main_effect":
            assert row.other == "score"
            expected = coherence.main_effect(columns[row.item], columns["score"])
        else:
            assert row.item != row.other
            pairs = zip(columns[row.item], columns[row.other], strict=True)
            known = [pair for pair in pairs if not math.isnan(pair[0]) and not math.isnan(pair[1])]
            expected = pearson(known), len(known)
        assert (row.value, row.n) == (pytest.approx(expected[0]), expected[1]), row

    shifts, n = coherence.rank_shifts(METHOD, found.points, found.score)
    assert numbers(frame, "rank_shift").value.tolist() == shifts.tolist()
    assert numbers(frame, "rank_shift").n.tolist() == n.tolist()
    assert numbers(frame, "weight").value.tolist() == coherence.nominal_weights(METHOD).tolist()
    effect, share = (numbers(frame, kind).value for kind in ("main_effect", "main_effect_share"))
    assert share.tolist() == pytest.approx((effect / effect.sum()).tolist())


def test_a_weight_is_not_an_influence():
    """An indicator that is nearly the same everywhere decides nothing, whatever its weight; and one
    that hardly counts goes with the score if it goes with what does count."""
    rng = random(9)
    points = rng.uniform(20, 100, (400, len(IDS)))
    dull = int(np.argmax(coherence.nominal_weights(METHOD)))
    points[:, dull] = rng.uniform(50, 52, 400)
    found = scores(METHOD, points)
    frame = coherence.coherence_table(METHOD, found.points, found.dimension, found.score)
    of = frame[frame.item == IDS[dull]].set_index("kind").value
    assert of["weight"] == frame[frame.kind == "weight"].value.max()
    assert of["main_effect_share"] < 0.1 * of["weight"]

    follower = METHOD.indicators[0].id
    light = replace(
        METHOD, indicators=tuple(replace(i, weight=1e-9 if i.id == follower else i.weight) for i in METHOD.indicators)
    )
    points = rng.uniform(20, 100, (400, 1)) + rng.normal(0, 5, (400, len(IDS)))
    found = scores(light, np.clip(points, 1, 100))
    frame = coherence.coherence_table(light, found.points, found.dimension, found.score)
    of = frame[frame.item == follower].set_index("kind").value
    assert of["weight"] < 1e-8
    assert of["rank_shift"] == 0
    assert of["main_effect"] > 0.8


@pytest.mark.parametrize("count", [0, 2])
def test_few_units_give_no_numbers_but_how_few(count: int):
    found = units(10, count)
    frame = coherence.coherence_table(METHOD, found.points, found.dimension, found.score)
    known = frame[frame.value.notna()]
    assert set(known.kind) == ({"weight", "rank_shift"} if count else {"weight"})
    assert (frame.n == count).all()


def test_columns_must_be_those_of_the_method():
    found = units(11, 30)
    with pytest.raises(ValueError, match="items as method"):
        coherence.coherence_table(METHOD, found.points[:, 1:], found.dimension, found.score)
    with pytest.raises(ValueError, match="items as method"):
        coherence.coherence_table(METHOD, found.points, found.dimension[1:], found.score)
