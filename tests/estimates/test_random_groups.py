"""What random groups tell: correlations and design effects that were put in are found again."""

from dataclasses import replace
from datetime import date, timedelta
from random import Random

import numpy as np
import pytest

from index_engine.estimates import curve_estimates, panel, random_groups
from index_engine.estimates.case_mix import CaseWeights
from index_engine.estimates.estimate import estimate
from index_engine.estimates.indicator_estimate import IndicatorEstimate
from index_engine.estimates.places import read_places
from index_engine.estimates.random_groups import MIN_GROUPS, SamplingVariation, sampling_variation
from index_engine.estimates.windows import read_windows
from index_engine.measures.compute import compute_measures
from index_engine.measures.strata import stratum_grid
from index_engine.method import load_method
from tests.worlds import AUCTIONS, CASES, Case, Round, World

METHOD = load_method()
GROUPS, WINDOWS = 100, 5


def generator(seed: int) -> np.random.Generator:
    return np.random.Generator(np.random.PCG64(seed))


def estimated(value: np.ndarray, se: np.ndarray | float) -> IndicatorEstimate:
    se = np.broadcast_to(np.asarray(se, dtype=float), value.shape).copy()
    return IndicatorEstimate(value, se, np.full(value.shape, 100.0), ~np.isnan(value))


def pair(r: float, seed: int, groups: int = GROUPS) -> tuple[np.ndarray, np.ndarray]:
    """Standard normal values (group, window) with a correlation r."""
    one, other = generator(seed).standard_normal((2, groups, WINDOWS))
    return one, r * one + np.sqrt(1 - r**2) * other


# ---------------------------------------------------------------- correlations


@pytest.mark.parametrize("r", [-0.9, -0.3, 0.0, 0.6, 0.95])
def test_a_correlation_put_in_is_found(r: float):
    """Fisher's z of one window has the error 1 / sqrt(groups - 3); windows are independent here.
    Scale and location are no part of it, and differ by window."""
    one, other = pair(r, seed=3)
    shift = np.arange(WINDOWS) * 10.0
    found = sampling_variation({"a": estimated(5 * one + shift, 1), "b": estimated(other - shift, 1)}, GROUPS)
    assert list(found.correlation) == [("a", "b")]
    error = 1 / np.sqrt((GROUPS - 3) * WINDOWS)
    assert np.arctanh(found.correlation["a", "b"]) == pytest.approx(np.arctanh(r), abs=4 * error)
    assert found.n_groups == GROUPS


def test_what_is_the_same_is_not_taken_for_more_than_nearly_the_same():
    one, _ = pair(0, seed=4)
    found = sampling_variation({"a": estimated(one, 1), "b": estimated(-2 * one, 1)}, GROUPS)
    assert found.correlation["a", "b"] == pytest.approx(-random_groups.MAX_CORRELATION)


def test_every_pair_once_in_the_order_given():
    one, other = pair(0.5, seed=5)
    found = sampling_variation({n: estimated(v, 1) for n, v in zip("cab", (one, other, one), strict=True)}, GROUPS)
    assert list(found.correlation) == [("c", "a"), ("c", "b"), ("a", "b")]


# ---------------------------------------------------------------- design effects


@pytest.mark.parametrize("effect", [1.5, 4.0])
def test_a_design_effect_put_in_is_found(effect: float):
    """A mean without each group deviates from the whole by that group's mean over (groups - 1). A
    variance of normal values has the relative error sqrt(2 / (groups - 1))."""
    group_means = generator(6).standard_normal((GROUPS, WINDOWS)) * np.sqrt(effect)
    replicates = (group_means.sum(axis=0) - group_means) / (GROUPS - 1)
    found = sampling_variation({"a": estimated(replicates, 1 / np.sqrt(GROUPS - 1))}, GROUPS)
    error = effect * np.sqrt(2 / (GROUPS - 1) / WINDOWS)
    assert found.design_effect["a"] == pytest.approx(effect, abs=4 * error)


def test_a_design_effect_by_hand():
    """Jackknife variance over that of the formula, which without one of G groups is G / (G - 1) of
    the whole's."""
    value = generator(12).standard_normal((MIN_GROUPS, 2)) * 3
    se = generator(13).uniform(0.5, 1.5, value.shape)
    share = (MIN_GROUPS - 1) / MIN_GROUPS
    jackknife = [share * sum((v - column.mean()) ** 2 for v in column) for column in value.T]
    claimed = [share * sum(e**2 for e in column) / MIN_GROUPS for column in se.T]
    found = sampling_variation({"a": estimated(value, se)}, MIN_GROUPS)
    assert found.design_effect["a"] == pytest.approx(sum(jackknife) / sum(claimed))


def test_errors_are_never_narrowed():
    value = generator(7).standard_normal((GROUPS, WINDOWS))
    assert sampling_variation({"a": estimated(value, 20.0)}, GROUPS).design_effect == {"a": 1.0}


# ---------------------------------------------------------------- what is not known


def test_nothing_is_known_of_too_few_groups():
    one, other = pair(0.6, seed=8, groups=MIN_GROUPS - 1)
    found = sampling_variation({"a": estimated(one, 0.5), "b": estimated(other, 0.5)}, MIN_GROUPS - 1)
    assert found.correlation == {} and found.design_effect == {}
    one, other = pair(0.6, seed=8, groups=MIN_GROUPS)
    found = sampling_variation({"a": estimated(one, 0.5), "b": estimated(other, 0.5)}, MIN_GROUPS)
    assert len(found.correlation) == 1 and len(found.design_effect) == 2


def test_windows_without_a_value_of_every_replicate_are_passed_over():
    """The whole less a hundredth is nearly the whole: what one replicate cannot know is in doubt."""
    one, other = pair(0.6, seed=9)
    whole = sampling_variation({"a": estimated(one[:, 2:], 0.5), "b": estimated(other[:, 2:], 0.5)}, GROUPS)
    holes = one.copy()
    holes[7, 0] = np.nan
    wild = other.copy()
    wild[:, :2] *= 50  # would be seen if they counted
    holes[:, 1] = np.nan
    wild_se = np.full(other.shape, 0.5)
    wild_se[3, :2] = np.nan
    found = sampling_variation({"a": estimated(holes, 0.5), "b": estimated(wild, wild_se)}, GROUPS)
    assert found.correlation["a", "b"] == pytest.approx(whole.correlation["a", "b"])
    assert found.design_effect["a"] == pytest.approx(whole.design_effect["a"])
    assert found.design_effect["b"] == pytest.approx(whole.design_effect["b"])


def test_nothing_is_known_where_no_window_is_complete():
    one, other = pair(0.6, seed=10)
    holes = one.copy()
    holes[5] = np.nan
    found = sampling_variation({"a": estimated(holes, 0.5), "b": estimated(other, 0.5)}, GROUPS)
    assert found.correlation == {} and set(found.design_effect) == {"b"}


def test_what_does_not_vary_has_no_correlation():
    one, other = pair(0.6, seed=11)
    found = sampling_variation({"a": estimated(np.ones_like(one), 0.5), "b": estimated(other, 0.5)}, GROUPS)
    assert found.correlation == {}
    assert found.design_effect["a"] == 1.0


# ---------------------------------------------------------------- lots sold together

WINDOW = (date(2022, 1, 1), date(2023, 12, 31))
LOTS = 6  # of one estate


def estates(together: bool, seed: int = 2, count: int = 1600) -> World:
    """Cases with six lots each that are sold, or not, all on one day, or each on its own."""
    rng = Random(seed)
    cases, rounds = [], []
    for number in range(count):
        filed = date(2022, 1, 1) + timedelta(days=rng.randrange(540))
        cases.append(Case(f"c{number}", "K1", filed))
        outcome = 0, True
        for lot in range(LOTS):
            if lot == 0 or not together:
                outcome = rng.randrange(20, 300), rng.random() < 0.6
            days, sold = outcome
            listed = filed + timedelta(days=10)
            ended = listed + timedelta(days=days)
            over = ended <= WINDOW[1]
            rounds.append(
                Round(
                    f"c{number}-{lot}",
                    "K1",
                    listed,
                    ended if over else None,
                    ("sold" if sold else "failed") if over else None,
                    case_id=f"c{number}",
                )
            )
    return World(cases=tuple(cases), rounds=tuple(rounds), observed=dict.fromkeys((CASES, AUCTIONS), WINDOW))


@pytest.mark.parametrize("clustered", [True, False])
def test_lots_of_one_estate_are_not_as_many_as_they_seem(clustered: bool):
    """Six lots sold as one are one: a design effect of 6, where lots are sold apart one of 1. Of 100
    groups in windows that overlap it is known to a seventh. Errors stored are widened by its root."""
    with estates(clustered).connect() as con:
        compute_measures(con, METHOD)
        windows = read_windows(con, METHOD)
        found = random_groups.estimate_sampling_variation(con, windows, [METHOD])
        assert found.n_groups == 100
        effect = found.design_effect["lot_sold_12m"]
        if clustered:
            assert effect == pytest.approx(LOTS, abs=1.7)
        else:
            assert 1.0 <= effect < 1.3
        estimate(con, [METHOD])
        stored = con.execute(
            "SELECT design_effect, n_groups FROM estimates.design_effects WHERE indicator = 'lot_sold_12m'"
        ).fetchall()
        assert stored == [(round(effect, 10), 100)]
        [nation, *_] = read_places(con)
        events = METHOD.process_events("lot")
        cells = panel.read_process_cells(con, windows.axes, "lot", events, METHOD.ages)
        wanted = [METHOD.indicator("lot_sold_12m")]
        weights = CaseWeights.uniform(len(nation.ids), len(windows.ends), stratum_grid(METHOD).n_strata)
        plain, _ = curve_estimates.estimates(cells, nation, weights, windows, wanted, METHOD)
        shown = con.execute(
            "SELECT se FROM estimates.indicators WHERE level = 'nation' AND basis = 'observed'"
            " AND indicator = 'lot_sold_12m' ORDER BY period"
        ).fetchall()
    widened = plain["lot_sold_12m"].se[0] * np.sqrt(effect)
    known = ~np.isnan(widened)
    assert [se is not None for (se,) in shown] == known.tolist()
    # Of many lots the pseudo-cases, which count for more where cases are worth fewer, hardly matter.
    assert [se for (se,) in shown if se] == pytest.approx(widened[known].tolist(), rel=1e-3)
    assert known.sum() > 2


def test_groups_of_different_sizes_and_few_cases_are_no_design_effect():
    """Groups in which few cases are, some of them none, told of a variance a third too large."""
    effects = []
    for seed in range(4):
        with estates(False, seed=seed, count=200).connect() as con:
            compute_measures(con, METHOD)
            found = random_groups.estimate_sampling_variation(con, read_windows(con, METHOD), [METHOD])
            effects.append(found.design_effect["lot_sold_12m"])
    assert sum(effects) / len(effects) < 1.35, effects


def test_what_is_not_counted_in_groups_is_left_out():
    """A method may name counts of whole lots, and of case numbers, that groups have none of."""
    share = METHOD.indicator("first_round_sold")
    of_lots = replace(share.estimate, numerator="lots_sold", denominator="lots_finished")
    method = replace(METHOD, indicators=(*METHOD.indicators[:-1], replace(share, estimate=of_lots)))
    with estates(True, count=300).connect() as con:
        compute_measures(con, method)
        found = random_groups.estimate_sampling_variation(con, read_windows(con, method), [method])
        assert "lot_sold_12m" in found.design_effect and "first_round_sold" not in found.design_effect
        estimate(con, [method])
        bases = con.execute(
            "SELECT DISTINCT basis FROM estimates.indicators WHERE indicator = 'first_round_sold' AND value IS NOT NULL"
        ).fetchall()
    assert {basis for (basis,) in bases} >= {"observed", "adjusted"}


def test_without_groups_nothing_is_learned():
    with estates(True, count=30).connect() as con:
        compute_measures(con, METHOD)
        assert random_groups.estimate_sampling_variation(con, read_windows(con, METHOD), [METHOD]) == SamplingVariation(
            {}, {}, 0
        )
