"""Peer groups: what they are made of, and that they are coarser rather than too small."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index_engine.estimates.peer_groups import form_peer_groups, wealth_tiers

NAN = math.nan
BREAKS = (500.0, 2000.0, 8000.0)
UNITS = st.lists(
    st.tuples(
        st.one_of(st.just(NAN), st.sampled_from([0.0, 10, 499, 500, 1999, 2000, 9000])),
        st.one_of(st.just(NAN), st.integers(1, 6).map(float)),
        st.booleans(),
    ),
    min_size=1,
    max_size=120,
)


def level(*blocks: tuple[float, float, int]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Units from (cases, wealth, how many), all with an estimate."""
    n = np.repeat([b[0] for b in blocks], [b[2] for b in blocks]).astype(float)
    wealth = np.repeat([b[1] for b in blocks], [b[2] for b in blocks]).astype(float)
    return n, wealth, np.ones(n.size, dtype=bool)


def members(found) -> dict[str, int]:
    return {group.label: group.n_members for group in found.groups}


def test_size_and_wealth():
    blocks = [(n, wealth, 10) for n in (100, 1000) for wealth in (1, 2, 3)]
    found = form_peer_groups(*level(*blocks), BREAKS, n_tiers=3, min_members=10)
    expected = [f"size{size}-tier{tier}" for size in (1, 2) for tier in (1, 2, 3)]
    assert found.label.tolist() == np.repeat(expected, 10).tolist()


def test_the_table_says_what_a_label_means():
    n, wealth, known = level((100, 1.5, 10), (100, 3, 6), (100, 4, 5), (1000, 2, 9))
    known[:2] = False
    found = form_peer_groups(n, wealth, known, (500.0,), n_tiers=2, min_members=8)
    small, rich, large = found.groups
    assert (small.label, small.n_members, small.n_estimates) == ("size1-tier1", 10, 8)
    assert (small.lower_size, small.upper_size, small.min_wealth, small.max_wealth) == (0, 500, 1.5, 1.5)
    assert (rich.label, rich.n_members) == ("size1-tier2", 11)
    assert (rich.min_wealth, rich.max_wealth) == (3, 4)
    assert (large.label, large.lower_size, large.upper_size) == ("size2", 500, math.inf)


def test_a_class_with_one_small_tier_is_not_split():
    blocks = [(n, wealth, 20) for n in (100, 1000) for wealth in (1, 2, 3)]
    blocks[-1] = (1000, 3, 9)
    found = form_peer_groups(*level(*blocks), BREAKS, n_tiers=3, min_members=10)
    assert members(found) == {
        "size1-tier1": 20, "size1-tier2": 20, "size1-tier3": 20, "size2": 49,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("counts", "labels"),
    [
        ((20, 20, 20, 20), ["size1", "size2", "size3", "size4"]),
        ((20, 20, 20, 9), ["size1", "size2", "size3+4"]),
        ((20, 9, 20, 20), ["size1+2", "size3", "size4"]),
        ((9, 20, 20, 20), ["size1+2", "size3", "size4"]),
        ((4, 4, 4, 20), ["size1+2+3", "size4"]),
        ((3, 3, 3, 20), ["all"]),
        ((20, 3, 3, 3), ["all"]),
        ((20, 0, 0, 3), ["all"]),
        ((20, 0, 15, 3), ["size1", "size3+4"]),
        ((0, 0, 15, 0), ["size3"]),
        ((1, 1, 1, 1), ["all"]),
    ],
)
def test_small_size_classes_join_their_neighbour(counts, labels):
    sizes = (100, 1000, 5000, 10000)
    blocks = [(n, 1, count) for n, count in zip(sizes, counts, strict=True)]
    found = form_peer_groups(*level(*blocks), BREAKS, n_tiers=3, min_members=10)
    assert [group.label for group in found.groups] == labels


def test_the_whole_level_may_still_have_tiers():
    found = form_peer_groups(*level((100, 1, 10), (100, 2, 10)), (), n_tiers=2, min_members=10)
    assert members(found) == {"tier1": 10, "tier2": 10}


def test_unknown_wealth_is_a_tier_of_its_own():
    found = form_peer_groups(*level((1, 1, 12), (1, 2, 12), (1, NAN, 12)), (), n_tiers=2, min_members=10)
    assert members(found) == {"tier0": 12, "tier1": 12, "tier2": 12}
    assert math.isnan(found.groups[0].min_wealth)


def test_courts_of_one_province_are_in_one_tier():
    wealth = np.repeat([5.0, 1.0, 9.0, 2.0], [40, 3, 7, 2])
    tiers = wealth_tiers(wealth, 3)
    assert all(len(set(tiers[wealth == value])) == 1 for value in set(wealth))
    assert wealth_tiers(np.arange(9.0), 3).tolist() == [1, 1, 1, 2, 2, 2, 3, 3, 3]


def test_only_units_with_an_estimate_count():
    n, wealth, known = level((100, 1, 20), (1000, 1, 20))
    known[25:] = False
    found = form_peer_groups(n, wealth, known, (500.0,), n_tiers=1, min_members=10)
    assert [(group.label, group.n_members, group.n_estimates) for group in found.groups] == [("all", 40, 25)]


@pytest.mark.parametrize(("breaks", "tiers", "least"), [((5.0, 2.0), 3, 1), ((2.0, 2.0), 3, 1), ((), 0, 1), ((), 1, 0)])
def test_nonsense_is_refused(breaks, tiers, least):
    with pytest.raises(ValueError, match="ascend"):
        form_peer_groups(*level((1, 1, 3)), breaks, tiers, least)


def test_a_few_places_of_unknown_wealth_are_no_tier_of_their_own():
    """They would be shrunk towards one another, and be too few for it."""
    found = form_peer_groups(*level((100, 1, 12), (100, 2, 12), (100, math.nan, 4)), (), n_tiers=2, min_members=10)
    assert members(found) == {"all": 28}


@given(UNITS, st.integers(1, 4), st.integers(1, 15))
def test_every_unit_has_a_group_and_no_group_is_too_small(units, tiers: int, least: int):
    n, wealth, known = (np.array(column) for column in zip(*units, strict=True))
    found = form_peer_groups(n, wealth, known, BREAKS, tiers, least)
    labels = [group.label for group in found.groups]
    assert len(set(labels)) == len(labels)
    assert set(found.label) == set(labels)
    for group in found.groups:
        inside = found.label == group.label
        assert (group.n_members, group.n_estimates) == (inside.sum(), (inside & known).sum())
        cases = np.nan_to_num(n[inside])
        assert ((cases >= group.lower_size) & (cases < group.upper_size)).all()
        # Too few only where the level has too few, or nobody to shrink.
        assert group.n_estimates >= min(least, known.sum()) or group.n_estimates == 0
    backwards = form_peer_groups(n[::-1], wealth[::-1], known[::-1], BREAKS, tiers, least)
    assert backwards.label.tolist() == found.label[::-1].tolist()
    assert set(backwards.groups) == set(found.groups) or np.isnan(wealth).any()


@pytest.mark.parametrize("fewer", [0, 1])
def test_the_least_number_of_members_is_enough_and_one_fewer_is_not(fewer: int):
    """For a size class of its own, and for a tier of its own; either side may be the small one."""
    sizes = ((100, 1, 10), (1000, 1, 10 - fewer)), ((100, 1, 10 - fewer), (1000, 1, 10))
    for blocks in sizes:
        found = form_peer_groups(*level(*blocks), (500.0,), n_tiers=1, min_members=10)
        assert len(found.groups) == 2 - fewer
    tiers = ((100, 1, 10), (100, 2, 10 - fewer)), ((100, 1, 10 - fewer), (100, 2, 10))
    for blocks in tiers:
        found = form_peer_groups(*level(*blocks), (), n_tiers=2, min_members=10)
        assert len(found.groups) == 2 - fewer
