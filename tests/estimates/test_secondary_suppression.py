"""Which places are withheld so that no other can be restored: by hand, and attacked by linear algebra."""

from collections.abc import Hashable
from itertools import pairwise

import numpy as np
import pytest

from index_engine.estimates import monthly_tables
from index_engine.estimates.places import Places
from index_engine.estimates.visibility import (
    CountRegistry,
    Hierarchy,
    Suppression,
    determined,
    place_hierarchy,
    suppress,
)
from index_engine.method import load_method
from tests.attack import restored

METHOD = load_method()
LEAST = METHOD.min_cell
NONE, FEW, OTHER = Suppression.NONE, Suppression.PRIMARY, Suppression.SECONDARY


def region(*cities: int, direct: int = 0) -> list[Places]:
    """A nation of one province of cities with so many courts each, and courts that serve the province."""
    starts = np.cumsum([0, *cities])
    courts = int(starts[-1]) + direct
    everybody = np.arange(courts)
    return [
        Places("nation", ("N",), [everybody]),
        Places("province", ("P",), [everybody]),
        Places(
            "city",
            tuple(f"C{i}" for i in range(len(cities))),
            [np.arange(a, b) for a, b in pairwise(starts)],
        ),
        Places("court", tuple(f"K{i}" for i in range(courts)), [np.array([i]) for i in everybody]),
    ]


def codes(levels: list[Places], courts: list[float]) -> dict[str, list[int]]:
    counts = np.array(courts, dtype=float)[:, None]
    hierarchy = place_hierarchy(levels)
    stacked = hierarchy.stack({p.level: np.array([counts[m].sum(axis=0) for m in p.members]) for p in levels})
    found = suppress(stacked, hierarchy, LEAST)[:, 0]
    return {level: found[rows].tolist() for level, rows in hierarchy.rows.items()}


def test_the_parent_is_the_nearest_place_above():
    levels = region(2, 1, direct=1)
    hierarchy = place_hierarchy(levels)
    parents = {
        place: hierarchy.place_ids[above] if above >= 0 else None
        for place, above in zip(hierarchy.place_ids, hierarchy.parent, strict=True)
    }
    assert parents == {"N": None, "P": "N", "C0": "P", "C1": "P", "K0": "C0", "K1": "C0", "K2": "C1", "K3": "P"}


@pytest.mark.parametrize(
    ("courts", "expected"),
    [
        ([50, 60, 70], [NONE, NONE, NONE]),
        ([5, 60, 70], [FEW, OTHER, NONE]),  # one alone could be restored: the smallest left goes too
        ([5, 70, 60], [FEW, NONE, OTHER]),
        ([5, 6, 70], [FEW, FEW, NONE]),  # eleven together
        ([2, 3, 70], [FEW, FEW, OTHER]),  # five together: each is at most four
        ([5, 0, 70], [FEW, NONE, OTHER]),  # a zero protects nothing
        ([LEAST - 1, LEAST, LEAST], [FEW, OTHER, NONE]),
        ([LEAST, LEAST, LEAST], [NONE, NONE, NONE]),
        ([0, 0, 70], [NONE, NONE, NONE]),
    ],
)
def test_the_courts_of_a_city(courts: list[float], expected: list[int]):
    found = codes(region(3, 2), [*courts, 100, 100])
    assert found["court"] == [*expected, NONE, NONE]
    assert found["city"] == [NONE, NONE]


def test_a_city_of_one_court_goes_with_it_and_so_does_another_city():
    found = codes(region(1, 2, 2), [4, 100, 200, 300, 400])
    assert found["city"] == [FEW, OTHER, NONE]
    # The courts of the second city would restore it: the smaller goes, and K0 with K1 says nothing.
    assert found["court"] == [FEW, OTHER, NONE, NONE, NONE]
    assert found["province"] == [NONE]


def test_where_nothing_is_left_the_region_goes():
    found = codes(region(2), [4, 3])
    assert found["court"] == [FEW, FEW]
    assert found["city"] == found["province"] == found["nation"] == [FEW]
    found = codes(region(2, 0 + 1, direct=0), [30, 0, 40])
    assert found["court"] == [NONE, NONE, NONE]
    # What is withheld for a reason of its own needs company too.
    levels = region(1, 1)
    hierarchy = place_hierarchy(levels)
    counts = np.array([[80.0], [80.0], [30.0], [50.0], [30.0], [50.0]])
    withheld = np.array([[False], [False], [False], [False], [True], [False]])
    found = suppress(counts, hierarchy, LEAST, withheld)[:, 0].tolist()
    assert found == [NONE, NONE, OTHER, OTHER, OTHER, OTHER]


def test_counts_withheld_together_are_withheld_for_the_fewest():
    levels = region(3)
    hierarchy = place_hierarchy(levels)
    parts = np.array([[30.0, 50.0, 60.0], [4.0, 20.0, 12.0]])  # of the second, one court has few
    stacked = np.concatenate([parts.sum(axis=1)[:, None].repeat(3, axis=1), parts], axis=1).T[:, None, :]
    assert suppress(stacked, hierarchy, LEAST)[:, 0].tolist() == [NONE, NONE, NONE, FEW, OTHER, NONE]


def test_a_small_numerator_is_withheld_and_what_it_is_a_share_of_is_not():
    levels = region(3)
    registry = CountRegistry(levels, [METHOD])
    for name, courts in (("first_held", [30, 50, 60]), ("first_sold", [4, 20, 30])):
        counts = np.array(courts, dtype=float)[:, None]
        for places in levels:
            registry.add(name, places.level, np.array([counts[m].sum(axis=0) for m in places.members]))
    assert registry.level_codes(["first_sold"], "court")[:, 0].tolist() == [FEW, OTHER, NONE]
    assert registry.level_codes(["first_held"], "court")[:, 0].tolist() == [NONE, NONE, NONE]


def test_what_protects_another_is_told_by_no_rate():
    """Of the second court few are filed of none, but it protects the first: the cases handled, times the closure rate,
    would be those closed, and those over the clearance rate those filed."""
    levels = region(3)
    registry = CountRegistry(levels, [METHOD])
    for name, courts in (("filed", [8, 38, 252]), ("closed", [12, 27, 180]), ("handled", [24, 45, 300])):
        counts = np.array(courts, dtype=float)[:, None]
        for places in levels:
            registry.add(name, places.level, np.array([counts[m].sum(axis=0) for m in places.members]))
    for name, expected in (("filed", FEW), ("closed", OTHER), ("handled", OTHER)):
        assert registry.level_codes([name], "court")[:, 0].tolist() == [expected, OTHER, NONE], name


def test_a_part_that_alone_links_crossing_sums_is_determined():
    """Two squares of courts and stages, in each of which two numbers may be exchanged, and one stage of a court of the
    first that stands in the lines of both."""
    levels = region(5)
    hierarchy = place_hierarchy(levels)
    unknown = np.zeros((len(hierarchy.parent), 4), dtype=bool)
    courts = hierarchy.rows["court"].start
    unknown[courts : courts + 2, :2] = unknown[courts + 2 : courts + 4, 2:] = unknown[courts, 2] = True
    everywhere = np.ones(len(unknown), dtype=bool)
    assert np.argwhere(determined(unknown, hierarchy, everywhere)).tolist() == [[courts, 2]]
    unknown[courts + 2, 0] = True  # a way back
    assert not determined(unknown, hierarchy, everywhere).any()
    unknown[courts + 2, 0] = False
    everywhere[[courts, courts + 2]] = False  # nobody knows what a court of each square has in all
    assert not determined(unknown, hierarchy, everywhere).any()


def random_levels(rng: np.random.Generator) -> tuple[list[Places], np.ndarray]:
    levels = region(*rng.integers(1, 5, rng.integers(2, 6)).tolist(), direct=int(rng.integers(0, 2)))
    courts = len(levels[-1].ids)
    return levels, np.round(rng.lognormal(2.5, 1.2, (courts, 24))) * (rng.random((courts, 24)) < 0.9)


def stack(levels: list[Places], hierarchy: Hierarchy, counts: np.ndarray) -> np.ndarray:
    return hierarchy.stack({p.level: np.array([counts[m].sum(axis=0) for m in p.members]) for p in levels})


def cells(mask: np.ndarray) -> set[Hashable]:
    return {(int(place), int(column)) for place, column in np.argwhere(mask)}


def level_relations(hierarchy: Hierarchy, columns: int) -> list[dict[tuple[int, int], int]]:
    """Each parent less its children is nothing, column by column."""
    return [
        {(int(parent), c): 1, **{(int(child), c): -1 for child in np.flatnonzero(hierarchy.parent == parent)}}
        for parent in np.unique(hierarchy.parent[hierarchy.parent >= 0])
        for c in range(columns)
    ]


def test_no_count_is_restored_over_levels():
    restored_without = 0
    for seed in range(60):
        levels, courts = random_levels(np.random.default_rng(seed))
        hierarchy = place_hierarchy(levels)
        counts = stack(levels, hierarchy, courts[:, :1])
        codes = suppress(counts, hierarchy, LEAST)
        few = {(int(p), int(c)) for p, c in np.argwhere((counts > 0) & (counts < LEAST))}
        relations = level_relations(hierarchy, 1)
        assert not few & restored(relations, cells(codes == NONE)), seed
        # The attack works: without the second places much is restored.
        restored_without += len(few & restored(relations, cells(codes != FEW)))
        for parent in np.unique(hierarchy.parent[hierarchy.parent >= 0]):
            hidden = counts[(hierarchy.parent == parent) & (codes[:, 0] != NONE)]
            if codes[parent, 0] == NONE and hidden.sum():
                assert (hidden > 0).sum() >= 2 and hidden.sum() >= LEAST
    assert restored_without > 50


def test_no_month_is_restored_over_levels_and_quarters():
    """What a quarter has in all is known of every place: windows that follow one another tell it."""
    quarter = np.arange(12) // 3
    restored_alone = 0
    for seed in range(20):
        levels, courts = random_levels(np.random.default_rng(100 + seed))
        hierarchy = place_hierarchy(levels)
        registry = CountRegistry(levels, [METHOD])
        by_level = {p.level: np.array([courts[m, :12].sum(axis=0) for m in p.members]) for p in levels}
        visible = monthly_tables._visible_months(registry, "filed", by_level, range(24_000, 24_012), METHOD)
        counts = hierarchy.stack(by_level)
        few = {(int(p), int(c)) for p, c in np.argwhere((counts > 0) & (counts < LEAST))}
        sums = [
            {**{(place, int(m)): 1 for m in np.flatnonzero(quarter == q)}, (place, 100 + q): -1}
            for place in range(len(counts))
            for q in range(4)
        ]
        totals = {(place, 100 + q) for place in range(len(counts)) for q in range(4)}
        relations = [*level_relations(hierarchy, 12), *sums]
        assert few
        assert not few & restored(relations, cells(visible) | totals), seed
        # Month by month alone would not do.
        alone = suppress(counts, hierarchy, LEAST) == NONE
        restored_alone += len(few & restored(relations, cells(alone) | totals))
    assert restored_alone > 20


def test_of_a_place_with_a_withheld_window_no_month_is_published():
    levels = region(3)
    registry = CountRegistry(levels, [METHOD])
    months = np.full((3, 12), 40.0)
    for places in levels:
        windows = np.array([[4.0, 400.0], [300.0, 480.0], [500.0, 480.0]])
        registry.add("filed", places.level, np.array([windows[m].sum(axis=0) for m in places.members]))
    by_level = {p.level: np.array([months[m].sum(axis=0) for m in p.members]) for p in levels}
    visible = monthly_tables._visible_months(registry, "filed", by_level, range(24_000, 24_012), METHOD)
    assert visible.all(axis=1).tolist() == [True, True, True, False, False, True]
    assert visible.any(axis=1).tolist() == [True, True, True, False, False, True]
