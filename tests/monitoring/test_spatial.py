"""Moran's I and local clusters against R, against esda, and against counting in plain Python."""

import csv
import itertools
import math
import random
from collections.abc import Iterable
from pathlib import Path
from statistics import fmean, pvariance

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index_engine.monitoring import spatial
from index_engine.monitoring.spatial import LocalMoran, Neighbours

NAN = math.nan


def graph(ids: Iterable[str], pairs: Iterable[tuple[str, str]]) -> Neighbours:
    ids = tuple(ids)
    adjacent = np.zeros((len(ids), len(ids)), dtype=bool)
    for one, other in pairs:
        adjacent[ids.index(one), ids.index(other)] = True
        adjacent[ids.index(other), ids.index(one)] = True
    return Neighbours(ids, adjacent)


def ring(n: int) -> Neighbours:
    ids = [f"{place:03}" for place in range(n)]
    return graph(ids, zip(ids, [*ids[1:], ids[0]], strict=True))


def random_graph(draw: random.Random, n: int, share: float) -> Neighbours:
    ids = [f"{place:03}" for place in range(n)]
    pairs = [pair for pair in itertools.combinations(ids, 2) if draw.random() < share]
    return graph(ids, pairs)


def others(near: Neighbours) -> list[list[int]]:
    """Places of the neighbours of each unit."""
    return [np.flatnonzero(row).tolist() for row in near.adjacent]


# ---------------------------------------------------------------- against R and esda


@pytest.fixture(scope="session")
def columbus(shared: Path) -> tuple[np.ndarray, Neighbours, list[dict[str, float]]]:
    """Crime in the 49 quarters of Columbus, their neighbours, and what R says of each."""
    folder = shared / "verify" / "spatial"
    with (folder / "localmoran_columbus.csv").open(encoding="utf-8") as lines:
        local = [{k: float(v) for k, v in row.items()} for row in csv.DictReader(lines)]
    with (folder / "columbus_weights.csv").open(encoding="utf-8") as lines:
        links = list(csv.DictReader(lines))
    ids = [str(place + 1) for place in range(len(local))]
    near = graph(ids, [(link["from"], link["to"]) for link in links])
    assert near.adjacent.sum() == len(links), "every link stands there both ways"
    for link in links:
        assert float(link["w"]) == pytest.approx(1 / near.degree[ids.index(link["from"])])
    return np.array([row["CRIME"] for row in local]), near, local


def test_moran_is_that_of_r(columbus, shared: Path):
    values, near, _ = columbus
    with (shared / "verify" / "spatial" / "moran_columbus.csv").open(encoding="utf-8") as lines:
        theirs = {k: float(v) for k, v in next(csv.DictReader(lines)).items()}
    found = spatial.moran(values, near)
    ours = {"I": found.i, "EI": found.expected, "VI": found.variance, "z": found.z, "p": found.p}
    assert ours == pytest.approx(theirs, rel=1e-11)
    assert (found.n, found.islands, found.status) == (49, (), "estimated")


def test_local_moran_is_that_of_r(columbus):
    values, near, theirs = columbus
    found = spatial.local_moran(values, near, seed=1)
    ours = {"Ii": found.i, "E.Ii": found.expected, "Var.Ii": found.variance, "Z.Ii": found.z, "Pr(z != E(Ii))": found.p}
    for name, column in ours.items():
        assert column == pytest.approx([row[name] for row in theirs], rel=1e-11, abs=1e-13), name


def test_esda_says_the_same():
    from esda.moran import Moran, Moran_Local
    from libpysal.weights import W

    draw = random.Random(2)
    near = random_graph(draw, 60, 0.08)
    assert near.islands == (), "esda has islands of its own"
    values = np.array([draw.lognormvariate(0, 1) for _ in near.ids])
    weights = W(dict(enumerate(others(near))))
    whole = Moran(values, weights, permutations=0)
    ours = spatial.moran(values, near)
    assert (ours.i, ours.variance, ours.z) == pytest.approx((whole.I, whole.VI_rand, whole.z_rand))
    assert 2 * min(ours.p, 1 - ours.p) == pytest.approx(whole.p_rand), "esda's has two sides"
    with pytest.warns(DeprecationWarning, match="alternative hypothesis"):
        parts = Moran_Local(values, weights, permutations=9_999, seed=3, n_jobs=1)
    found = spatial.local_moran(values, near, seed=3)
    assert found.i == pytest.approx(parts.Is * 60 / 59)  # esda divides by n - 1, R by n
    assert found.expected == pytest.approx(parts.EIc)
    assert found.variance == pytest.approx(parts.VIc)
    # esda's p is that of one side, from draws as ours. A single neighbour comes again in one draw
    # of 59, which esda does not count as no less than itself (all ways to choose, below, do).
    share = np.minimum(found.pseudo_p / 2, 0.5)
    error = np.sqrt(share * (1 - share) * (1 / 9_999 + 1 / spatial.PERMUTATIONS))
    alike = np.abs(share - np.minimum(parts.p_sim, 0.5)) < 4 * error + 2e-4
    assert alike[near.degree > 1].all()


# ---------------------------------------------------------------- against counting


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000), st.integers(12, 40), st.floats(0.05, 0.6))
def test_moran_in_plain_python(seed: int, n: int, share: float):
    draw = random.Random(seed)
    near = random_graph(draw, n, share)
    values = [draw.choice([NAN, draw.gauss(50, 10), draw.gauss(50, 10)]) for _ in range(n)]
    known = [place for place in range(n) if not math.isnan(values[place])]
    beside = {u: [v for v in others(near)[u] if v in known] for u in known}
    beside = {u: them for u, them in beside.items() if them}
    found = spatial.moran(np.array(values), near)
    assert found.n == len(beside)
    assert found.islands == tuple(near.ids[u] for u in known if u not in beside)
    if len(beside) < 10:
        assert found.status == "too_few"
        assert math.isnan(found.i) and math.isnan(found.p)
        return
    mean = fmean(values[u] for u in beside)
    above = sum((values[u] - mean) * (values[v] - mean) / len(them) for u, them in beside.items() for v in them)
    below = sum((values[u] - mean) ** 2 for u in beside)
    assert found.i == pytest.approx(above / below)


def test_moments_are_those_of_shuffling():
    draw = random.Random(4)
    near = random_graph(draw, 25, 0.2)
    values = np.array([draw.lognormvariate(0, 1) for _ in near.ids])
    found = spatial.moran(values, near)
    shuffler = np.random.Generator(np.random.PCG64(5))
    shuffled = [spatial.moran(shuffler.permutation(values), near).i for _ in range(6_000)]
    assert fmean(shuffled) == pytest.approx(found.expected, abs=4 * (found.variance / 6_000) ** 0.5)
    assert pvariance(shuffled) == pytest.approx(found.variance, rel=0.1)


def test_local_moments_and_p_are_those_of_all_ways_to_choose_neighbours():
    """With its own value kept, a unit may get any others as neighbours, each set alike."""
    draw = random.Random(6)
    near = random_graph(draw, 13, 0.3)
    # Few different values, and no binary numbers: many sets of neighbours have the same sum.
    values = np.array([draw.choice([0.1, 0.2, 0.3, 0.6, 1.3]) for _ in near.ids])
    found = spatial.local_moran(values, near, seed=7)
    assert found.ids == near.ids
    z = (values - values.mean()).tolist()
    second = fmean(a * a for a in z)
    for unit, beside in enumerate(others(near)):
        rest = [a for place, a in enumerate(z) if place != unit]
        sums = [math.fsum(them) for them in itertools.combinations(rest, len(beside))]
        every = [z[unit] * total / len(beside) / second for total in sums]
        assert found.expected[unit] == pytest.approx(fmean(every))
        assert found.variance[unit] == pytest.approx(pvariance(every))
        mine = math.fsum(z[v] for v in beside)
        high = sum(total >= mine - 1e-9 for total in sums) / len(sums)
        low = sum(total <= mine + 1e-9 for total in sums) / len(sums)
        exact = min(1.0, 2 * min(high, low))
        # Draws with the unit itself do not count: of 39,999 some 20,000 to 35,000 are left.
        assert found.pseudo_p[unit] == pytest.approx(exact, abs=8 * (exact / 20_000) ** 0.5)


def test_q_is_the_step_up_of_benjamini_and_hochberg():
    draw = random.Random(8)
    near = random_graph(draw, 40, 0.1)
    found = spatial.local_moran(np.array([draw.random() for _ in near.ids]), near, seed=9)
    p = found.pseudo_p.tolist()
    for unit, own in enumerate(p):
        larger = [other for other in p if other >= own]
        expected = min(len(p) * other / sum(a <= other for a in p) for other in larger)
        assert found.q[unit] == pytest.approx(min(expected, 1.0))


# ---------------------------------------------------------------- what must not matter


def test_the_order_of_units_does_not_matter():
    draw = random.Random(10)
    near = random_graph(draw, 50, 0.1)
    values = np.array([draw.gauss(0, 1) for _ in near.ids])
    order = np.array(draw.sample(range(50), 50))
    turned = Neighbours(tuple(near.ids[place] for place in order), near.adjacent[np.ix_(order, order)])
    one, other = spatial.moran(values, near), spatial.moran(values[order], turned)
    assert (one.i, one.variance, one.p) == pytest.approx((other.i, other.variance, other.p))
    assert set(one.islands) == set(other.islands)
    here, there = (spatial.local_moran(values, near, seed=1), spatial.local_moran(values[order], turned, seed=1))
    place = [there.ids.index(code) for code in here.ids]
    assert here.i == pytest.approx(there.i[place])
    assert here.variance == pytest.approx(there.variance[place])
    # By other draws.
    assert here.pseudo_p == pytest.approx(there.pseudo_p[place], abs=0.02)


def test_the_scale_does_not_matter_and_turning_it_swaps_high_and_low():
    near = spatial.read_neighbours("province")
    values = np.arange(34.0) ** 2
    plain = spatial.local_moran(values, near, seed=1)
    turned = spatial.local_moran(1_000 - 3 * values, near, seed=1)
    assert turned.i == pytest.approx(plain.i)
    assert turned.pseudo_p == pytest.approx(plain.pseudo_p)
    named = set(plain.cluster.tolist())
    assert {"high-high", "low-low"} & named, "codes go by region, so there must be clusters"
    swap = str.maketrans({"h": "l", "l": "h"})
    initials = [word.translate(swap)[0] for word in plain.cluster if word != "none"]
    assert initials == [word[0] for word in turned.cluster if word != "none"]


def test_the_same_seed_gives_the_same_bytes():
    near = ring(30)
    values = np.random.Generator(np.random.PCG64(1)).normal(size=30)
    first = spatial.local_moran(values, near, seed=5)
    spatial._draws.cache_clear()
    again = spatial.local_moran(values, near, seed=5)
    assert first.pseudo_p.tobytes() == again.pseudo_p.tobytes()
    other = spatial.local_moran(values, near, seed=6)
    assert first.pseudo_p.tobytes() != other.pseudo_p.tobytes()


# ---------------------------------------------------------------- islands and missing values


def test_islands_take_no_part_and_are_named():
    near = graph([*ring(12).ids, "far", "lone"], itertools.pairwise(ring(12).ids))
    values = np.array([*np.arange(12.0), 500.0, NAN])
    without = spatial.moran(values[:12], near.subset(np.arange(14) < 12))
    found = spatial.moran(values, near)
    assert near.islands == ("far", "lone")
    assert found.islands == ("far",), "lone has no value"
    assert (found.i, found.variance, found.n) == (without.i, without.variance, 12)
    assert "far" not in spatial.local_moran(values, near, seed=1).ids


def test_who_loses_all_neighbours_becomes_an_island():
    near = graph(
        [*ring(12).ids, "bridge", "end"], [*itertools.pairwise(ring(12).ids), ("000", "bridge"), ("bridge", "end")]
    )
    values = np.arange(14.0)
    assert spatial.moran(values, near).islands == ()
    values[12] = NAN
    found = spatial.local_moran(values, near, seed=1)
    assert found.islands == ("end",)
    assert found.ids == ring(12).ids
    # The weight of the one that left went to those that stayed: 000 has 001 alone.
    z = np.arange(12.0) - 5.5
    assert found.i[0] == pytest.approx(z[0] * z[1] / (z**2).mean())


def test_too_few_units_and_equal_values_have_no_result():
    few = spatial.moran(np.arange(9.0), ring(9))
    assert (few.status, few.n) == ("too_few", 9)
    assert math.isnan(few.i)
    assert spatial.moran(np.arange(10.0), ring(10)).status == "estimated"
    assert spatial.moran(np.full(12, 3.3), ring(12)).status == "constant"
    for values, reason in ((np.arange(9.0), "too_few"), (np.full(9, NAN), "too_few")):
        found = spatial.local_moran(values, ring(9), seed=1)
        assert (found.ids, found.i.size, found.status) == ((), 0, reason)


def test_a_unit_beside_all_others_has_no_z():
    ids = ring(11).ids
    near = graph(ids, [*itertools.pairwise(ids[1:]), *(("000", other) for other in ids[1:])])
    found = spatial.local_moran(np.arange(11.0), near, seed=1)
    assert np.isnan(found.z[0]) and found.pseudo_p[0] == 1.0
    assert not np.isnan(found.z[1:5]).any()


def test_a_unit_at_the_mean_is_neither_high_nor_low():
    ids = ring(81).ids
    near = graph(ids, [*itertools.pairwise(ids), *(("000", other) for other in ids[-8:])])
    found = spatial.local_moran(np.array([0.0, *range(-40, 0), *range(1, 41)]), near, seed=1)
    assert found.q[0] <= 0.05, "its neighbours are the highest"
    assert found.cluster[0] == "none"


# ---------------------------------------------------------------- what the clusters are worth


def words(found: LocalMoran) -> dict[str, str]:
    return dict(zip(found.ids, found.cluster.tolist(), strict=True))


def test_a_planted_cluster_is_found():
    near = spatial.read_neighbours("city")
    values = np.random.Generator(np.random.PCG64(3)).normal(50, 5, size=len(near.ids))
    planted = np.array([code.startswith("44") for code in near.ids])  # Guangdong
    values[planted] += 30
    found = words(spatial.local_moran(values, near, seed=1))
    # Among 372 cities it happens by chance that two or three neighbours are all high.
    inside = planted & ~(near.adjacent & ~planted).any(axis=1) & (near.degree >= 4)
    assert inside.sum() == 7
    assert {found[near.ids[place]] for place in np.flatnonzero(inside)} == {"high-high"}
    far = [word for code, word in found.items() if code[:2] not in {"43", "44", "45", "36", "35"}]
    assert len(far) - far.count("none") <= 3


def test_maps_without_clusters_have_hardly_any_though_values_are_skewed():
    near = spatial.read_neighbours("city")
    maps = np.random.Generator(np.random.PCG64(4)).lognormal(0, 0.5, size=(60, len(near.ids)))
    found = [spatial.local_moran(values, near, seed=1) for values in maps]
    assert sum((one.cluster != "none").any() for one in found) <= 6
    # By the normal approximation every second map had one.
    normal = sum(one.p.min() * len(one.ids) <= 0.05 for one in found)
    assert normal > 20
