"""Weights that bring one mix of cases to another, against the definition in plain Python."""

from dataclasses import replace
from math import isnan, nan

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index_engine.estimates import case_mix
from index_engine.estimates.case_mix import CaseWeights
from index_engine.estimates.panel import BEFORE_OBSERVATION, Cells, CountRows, PanelAxes
from index_engine.estimates.places import Places
from index_engine.estimates.windows import Windows
from index_engine.method import CaseMix

FREE = CaseMix(max_weight=1e9, min_overlap=1e-6)
STRATA = 6
COUNTS = st.lists(st.one_of(st.just(0), st.integers(0, 400)), min_size=STRATA, max_size=STRATA).map(
    lambda found: np.array(found, dtype=float)
)
LIMITS = st.builds(CaseMix, st.floats(1, 12), st.floats(0.01, 1))


def plain(own: list[float], wanted: list[float], limits: CaseMix) -> tuple[list[float], float]:
    """Weights and the share represented, one stratum after the other; no weights where too little
    is represented."""
    cases, all_wanted = sum(own), sum(wanted)
    weights = []
    for mine, theirs in zip(own, wanted, strict=True):
        if mine == 0 or all_wanted == 0:
            weights.append(0.0)
        else:
            weights.append(min((theirs / all_wanted) / (mine / cases), limits.max_weight))
    reached = sum(w * mine / cases for w, mine in zip(weights, own, strict=True)) if cases else 0.0
    if reached < limits.min_overlap - 1e-9:
        return [nan] * len(own), reached
    return [w / reached for w in weights], reached


def one(own: np.ndarray, wanted: np.ndarray, limits: CaseMix) -> tuple[np.ndarray, float]:
    """Weights (stratum,) of one unit and window."""
    found = case_mix.standardisation_weights(own[None, None], wanted[None, None], limits)
    return found.weight[0, 0], float(found.overlap[0, 0])


# ---------------------------------------------------------------- towards


@given(COUNTS, COUNTS, LIMITS)
def test_weights_are_those_of_the_definition(own: np.ndarray, wanted: np.ndarray, limits: CaseMix):
    weight, represented = one(own, wanted, limits)
    expected, reached = plain(own.tolist(), wanted.tolist(), limits)
    assert represented == pytest.approx(reached, abs=1e-12)
    if abs(reached - limits.min_overlap + 1e-9) > 1e-11:
        assert weight == pytest.approx(expected, nan_ok=True, rel=1e-9)


@given(COUNTS, COUNTS)
def test_uncapped_weights_bring_the_mix_exactly_to_the_wanted(own: np.ndarray, wanted: np.ndarray):
    """Where the place has cases of every kind that is wanted."""
    own = np.where(wanted > 0, np.maximum(own, 1.0), own)
    weight, represented = one(own, wanted, FREE)
    if wanted.sum() == 0:
        assert represented == 0 and np.isnan(weight).all()
        return
    assert represented == pytest.approx(1.0)
    weighted = weight * own / own.sum()
    assert weighted == pytest.approx(wanted / wanted.sum(), abs=1e-12)


@given(COUNTS, COUNTS, LIMITS)
def test_a_case_stays_one_case_on_average(own: np.ndarray, wanted: np.ndarray, limits: CaseMix):
    weight, represented = one(own, wanted, limits)
    assert 0 <= represented <= 1 + 1e-12
    if np.isnan(weight).any():
        assert np.isnan(weight).all() and represented < limits.min_overlap
        return
    assert (weight * own).sum() == pytest.approx(own.sum())
    assert (weight >= 0).all()
    # Relative to one another no case counts more than the most; in cases of the unit, that much
    # over what is represented.
    assert weight.max() <= limits.max_weight / represented * (1 + 1e-12)


@given(COUNTS, st.floats(0.1, 50), LIMITS)
def test_the_same_mix_weighs_every_case_as_one(own: np.ndarray, times: float, limits: CaseMix):
    weight, represented = one(own, own * times, limits)
    if own.sum() == 0:
        assert np.isnan(weight).all()
        return
    assert represented == pytest.approx(1.0)
    assert weight[own > 0] == pytest.approx(np.ones((own > 0).sum()))
    assert (weight[own == 0] == 0).all()


@given(COUNTS, COUNTS, LIMITS, st.randoms(use_true_random=False))
def test_strata_have_no_order(own: np.ndarray, wanted: np.ndarray, limits: CaseMix, rng):
    order = list(range(STRATA))
    rng.shuffle(order)
    weight, represented = one(own, wanted, limits)
    turned, again = one(own[order], wanted[order], limits)
    assert again == pytest.approx(represented)
    if abs(represented - limits.min_overlap + 1e-9) > 1e-11:
        assert turned == pytest.approx(weight[order], nan_ok=True)


def test_a_cap_by_hand():
    """Of the second stratum there is 1 case in 10 where half is wanted: at a cap of 3, three
    tenths of the mix are reached of it, eight in all."""
    own, wanted = np.array([90.0, 10.0]), np.array([500.0, 500.0])
    weight, represented = one(own, wanted, CaseMix(3, 0.8))
    assert represented == pytest.approx(0.5 + 0.3)
    assert weight == pytest.approx([0.5 / 0.9 / 0.8, 3 / 0.8])
    weight, _ = one(own, wanted, CaseMix(3, 0.81))
    assert np.isnan(weight).all(), "a little less than must be represented"


def test_what_is_not_there_is_not_represented():
    own, wanted = np.array([50.0, 50.0, 0.0]), np.array([45.0, 45.0, 10.0])
    weight, represented = one(own, wanted, CaseMix(5, 0.8))
    assert represented == pytest.approx(0.9)
    assert weight.tolist() == pytest.approx([1.0, 1.0, 0.0])


@pytest.mark.parametrize("min_overlap", [0.8, 1e-6])
def test_where_nothing_of_the_mix_is_represented_there_are_no_weights(min_overlap: float):
    """No case is of a kind that is wanted; nor is any where the place has no case."""
    for own in (np.array([50.0, 50.0, 0.0]), np.zeros(3)):
        weight, overlap = one(own, np.array([0.0, 0.0, 10.0]), CaseMix(5, min_overlap))
        assert overlap == 0.0
        assert np.isnan(weight).all()


def test_where_nothing_need_be_represented_nothing_is_counted():
    """Without a least overlap the weights are zero: not infinite, and not those of whole cases."""
    weight, overlap = one(np.array([50.0, 0.0]), np.array([0.0, 10.0]), CaseMix(5, 0.0))
    assert overlap == 0.0
    assert weight.tolist() == [0.0, 0.0]


def test_windows_before_the_first_standard_mix_are_known():
    """Of a place with a mix a year before, from the window on in which that is the standard."""
    own = np.ones((3, 4, 2))
    standard = np.ones((3, 4, 2))
    standard[0, :2] = 0.0
    standard[1] = 0.0
    found = case_mix.standardisation_weights(own, standard, FREE)
    assert found.first_window.tolist() == [2, 0, 0]
    assert np.isnan(found.weight).all(axis=2).tolist() == [[True, True, False, False], [True] * 4, [False] * 4]


def test_units_and_windows_are_apart_and_may_share_what_is_wanted():
    rng = np.random.Generator(np.random.PCG64(5))
    own = rng.integers(0, 30, (7, 4, STRATA)).astype(float)
    wanted = rng.integers(1, 500, (1, 4, STRATA)).astype(float)
    limits = CaseMix(4, 0.7)
    found = case_mix.standardisation_weights(own, wanted, limits)
    known = 0
    for unit in range(7):
        for window in range(4):
            weight, represented = one(own[unit, window], wanted[0, window], limits)
            assert found.weight[unit, window] == pytest.approx(weight, nan_ok=True)
            assert found.overlap[unit, window] == pytest.approx(represented)
            known += not isnan(weight[0])
    assert 0 < known < 28, "some with weights and some without"


# ---------------------------------------------------------------- a year before


def test_the_mix_of_earlier_windows():
    own = np.arange(2 * 5 * 3, dtype=float).reshape(2, 5, 3) + 1
    found = case_mix.lag_windows(own, 2)
    assert (found[:, :2] == 0).all(), "of the first two nothing earlier is known"
    assert (found[:, 2:] == own[:, :3]).all()
    assert (case_mix.lag_windows(own, 5) == 0).all()
    assert (case_mix.lag_windows(own, 9) == 0).all()
    assert (case_mix.lag_windows(own, 0) == own).all()


def test_the_first_window_for_which_a_mix_is_wanted():
    own = np.ones((2, 5, 3))
    own[1, :2] = 0
    found = case_mix.standardisation_weights(own, case_mix.lag_windows(own, 2), CaseMix(5, 0.8))
    assert found.first_window.tolist() == [2, 4]
    assert case_mix.standardisation_weights(own, own.sum(axis=0, keepdims=True), FREE).first_window.tolist() == [0, 0]


def test_no_mix_of_a_year_before_makes_no_weights():
    own = np.ones((1, 3, 2))
    found = case_mix.standardisation_weights(own, case_mix.lag_windows(own, 2), CaseMix(5, 0.8))
    assert np.isnan(found.weight[0, :2]).all()
    assert found.weight[0, 2].tolist() == [1.0, 1.0]


# ---------------------------------------------------------------- adding up

COURTS, PERIODS, LENGTH = 5, 9, 3
FRAME = PanelAxes(tuple("abcde"), 100, 100 + PERIODS - 1)
WINDOWS = Windows(FRAME, LENGTH, np.arange(4, 8))  # not from the first, not to the last
LEVEL = Places("city", ("x", "y"), [np.array([0, 3]), np.array([2])])  # courts 1 and 4 in none


def random_rows(seed: int, count: int = 400) -> tuple[CountRows, np.ndarray]:
    rng = np.random.Generator(np.random.PCG64(seed))
    court, period, stratum = (rng.integers(0, n, count) for n in (COURTS, PERIODS, STRATA))
    rows = CountRows(court, period, stratum, {"n": rng.integers(0, 50, count).astype(float)})
    return rows, rng.uniform(0, 3, (2, len(WINDOWS.ends), STRATA))


@pytest.mark.parametrize(
    ("offsets", "seen"),
    [
        (case_mix.window_offsets(WINDOWS), lambda end, period: end - LENGTH < period <= end),
        (case_mix.start_offsets(WINDOWS), lambda end, period: period == end - LENGTH + 1),
        (case_mix.end_offsets(WINDOWS), lambda end, period: period == end + 1),
    ],
)
def test_weighted_sums_over_windows(offsets, seen):
    rows, weight = random_rows(3)
    placed = case_mix.rows_from_counts(rows, case_mix.map_courts_to_places(LEVEL, COURTS))
    given = CaseWeights(weight, np.ones(weight.shape[:2]), np.zeros(2, dtype=int))
    [plain_sums], [squares] = case_mix.sum_by_window(placed, [rows.counts["n"]], given, WINDOWS, offsets)
    for unit, members in enumerate([{0, 3}, {2}]):
        for window, end in enumerate(range(4, 8)):
            mine = [
                (float(weight[unit, window, stratum]), n)
                for court, period, stratum, n in zip(
                    rows.court, rows.period, rows.stratum, rows.counts["n"], strict=True
                )
                if court in members and seen(end, period)
            ]
            assert plain_sums[unit, window, 0] == pytest.approx(sum(w * n for w, n in mine))
            assert squares[unit, window, 0] == pytest.approx(sum(w * w * n for w, n in mine))
            assert mine


def began_by(rows: CountRows, seed: int) -> np.ndarray:
    """Up to eight periods before each row's own, BEFORE for what began before the first."""
    rng = np.random.Generator(np.random.PCG64(seed))
    return np.maximum(rows.period - rng.integers(0, 9, len(rows.period)), BEFORE_OBSERVATION)


def test_cases_weigh_by_the_mix_they_began_with():
    """Of whole windows before: with weights for the windows that end at 4 to 7 and a length of 3,
    what began at 3 is of the window before in those that end at 6 and 7, else of the same."""
    rows, weight = random_rows(5)
    weight[1, 1] = np.nan  # the next that are known stand in
    since = np.array([2, 0])
    placed = case_mix.rows_from_counts(rows, case_mix.map_courts_to_places(LEVEL, COURTS))
    began = began_by(rows, 6)
    given = CaseWeights(weight, np.ones(weight.shape[:2]), since)
    of_age = replace(placed, start_period=began[placed.source_rows])
    [found], _ = case_mix.sum_by_window(of_age, [rows.counts["n"]], given, WINDOWS, case_mix.window_offsets(WINDOWS))
    known = {0: [0, 1, 2, 3], 1: [0, 2, 3]}
    for unit, members in enumerate([{0, 3}, {2}]):
        for window, end in enumerate(range(4, 8)):
            total = 0.0
            for row in range(len(rows.court)):
                if rows.court[row] in members and end - LENGTH < rows.period[row] <= end:
                    older = (end - int(began[row])) // LENGTH * LENGTH
                    at = window
                    if older:
                        at = min(w for w in [*known[unit], window] if w >= max(window - older, 0))
                    w = float(weight[unit, at, rows.stratum[row]])
                    if older and max(window - older, 0) < since[unit] and window in known[unit]:
                        w = 1.0
                    total += w * rows.counts["n"][row]
            assert found[unit, window, 0] == pytest.approx(total, nan_ok=True)
    assert np.isnan(found[1, 1]).all() and not np.isnan(found[1, 2]).any()


def test_counts_weigh_as_what_ended():
    """Of a stratum, the mean weight of the spells that ended in the window; where none did, that of
    the window."""
    rows, weight = random_rows(7, count=60)
    began, bins = began_by(rows, 8), 2
    shape = (COURTS, PERIODS, 1, bins)
    place = (rows.court * PERIODS + rows.period) * bins + rows.stratum % bins
    n = rows.counts["n"]
    ended = Cells(place, rows.stratum, began, n, n, shape)
    given = CaseWeights(weight, np.ones(weight.shape[:2]), np.zeros(2, dtype=int))
    found = case_mix.average_weights(given, ended, LEVEL, WINDOWS)
    none = 0
    for unit, members in enumerate([{0, 3}, {2}]):
        for window, end in enumerate(range(4, 8)):
            for stratum in range(STRATA):
                mine = [
                    row
                    for row in range(len(place))
                    if rows.court[row] in members
                    and rows.stratum[row] == stratum
                    and end - LENGTH < rows.period[row] <= end
                    and n[row]
                ]
                at = [max(window - (end - int(began[r])) // LENGTH * LENGTH, 0) for r in mine]
                weights = [float(weight[unit, w, stratum]) for w in at]
                expected = float(weight[unit, window, stratum])
                if mine:
                    parts = [w * n[r] for w, r in zip(weights, mine, strict=True)]
                    expected = sum(parts) / n[mine].sum()
                none += not mine
                assert found.weight[unit, window, stratum] == pytest.approx(expected)
    assert 0 < none < 40


def test_counts_by_stratum_are_plain_sums():
    rows, _ = random_rows(4)
    placed = case_mix.rows_from_counts(rows, case_mix.map_courts_to_places(LEVEL, COURTS))
    found = case_mix.count_by_stratum(placed, rows.counts["n"], 2, STRATA, WINDOWS, case_mix.window_offsets(WINDOWS))
    apart = np.zeros((2, 4, STRATA))
    for stratum in range(STRATA):
        only = replace(rows, counts={"n": rows.counts["n"] * (rows.stratum == stratum)})
        of_one, _ = case_mix.sum_by_window(
            case_mix.rows_from_counts(only, case_mix.map_courts_to_places(LEVEL, COURTS)),
            [only.counts["n"]],
            CaseWeights.uniform(2, 4, STRATA),
            WINDOWS,
            case_mix.window_offsets(WINDOWS),
        )
        apart[:, :, stratum] = of_one[0][..., 0]
    assert found == pytest.approx(apart)
    assert found.sum() > 0


def test_nothing_adds_up_to_nothing():
    rows, weight = random_rows(3, count=0)
    placed = case_mix.rows_from_counts(rows, case_mix.map_courts_to_places(LEVEL, COURTS))
    given = CaseWeights(weight, np.ones(weight.shape[:2]), np.zeros(2, dtype=int))
    [sums], _ = case_mix.sum_by_window(placed, [rows.counts["n"]], given, WINDOWS, case_mix.window_offsets(WINDOWS))
    assert sums.shape == (2, 4, 1)
    assert (sums == 0).all()
