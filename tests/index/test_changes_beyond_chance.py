"""Changes named beyond chance: of the places that did not change hardly any is among them."""

import numpy as np

from index_engine.index.change_intervals import change_interval, changes_beyond_chance

Z, RATE = 1.959963984540054, 0.05


def changes(rng: np.random.Generator, shifts: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Changes of scores of 50 points whose logarithms err by a twentieth, with their intervals."""
    states = []
    for middle in (50.0 + shifts, np.full(shifts.shape, 50.0)):
        score = middle * np.exp(0.05 * rng.standard_normal(shifts.shape))
        states.append((score * np.exp(-0.05 * Z), score, score * np.exp(0.05 * Z)))
    low, high = change_interval(*states)
    return states[0][1] - states[1][1], low, high


def test_where_nothing_changed_a_table_hardly_ever_names_a_place() -> None:
    rng = np.random.default_rng(1)
    tables = [changes(rng, np.zeros(300)) for _ in range(400)]
    alone = np.mean([((low > 0) | (high < 0)).sum() for _, low, high in tables])
    assert 13 < alone < 17, "one by one, 5 % of 300"
    any_named = np.mean([changes_beyond_chance(*table, Z, RATE).any() for table in tables])
    assert any_named < RATE + 2 * (RATE * (1 - RATE) / 400) ** 0.5


def test_of_those_named_few_are_chance_and_real_changes_are_found() -> None:
    rng = np.random.default_rng(2)
    shifts = np.zeros(300)
    shifts[:40], shifts[40:60] = 15.0, -12.0
    false_shares, found = [], []
    for _ in range(200):
        named = changes_beyond_chance(*changes(rng, shifts), Z, RATE)
        false_shares.append(named[60:].sum() / max(named.sum(), 1))
        found.append(named[:60].mean())
    assert np.mean(false_shares) < RATE
    assert np.mean(found) > 0.7


def test_one_place_is_judged_by_its_interval_and_nothing_by_none() -> None:
    for low, high in ((0.1, 3.9), (-0.1, 4.1)):
        named = changes_beyond_chance(np.array([2.0]), np.array([low]), np.array([high]), Z, RATE)
        assert named.tolist() == [low > 0]
    unknown = np.array([np.nan, 2.0, -2.0, 0.0])
    ends = np.array([np.nan, 1.0, -3.0, 0.0]), np.array([np.nan, 3.0, -1.0, 0.0])
    assert changes_beyond_chance(unknown, *ends, Z, RATE).tolist() == [False, True, True, False]
