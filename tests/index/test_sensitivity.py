"""Scores under other choices against the steps written out, one replicate and unit at a time."""

import math
import time
from dataclasses import replace
from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index_engine.index import composite, rank_changes, sensitivity
from index_engine.index.sensitivity import NO_OMISSION, Scenarios
from index_engine.method import Method
from index_engine.method.reweigh import reweigh_method
from tests.fixed_method import fixed_method

METHOD = fixed_method()
NAN = math.nan
CYCLE = ("months_to_cash", "listed_12m")
SPREAD = {"concentration": 40.0, "goalpost_shift": 0.1}
SCORES = st.one_of(st.just(NAN), st.integers(0, 40).map(lambda n: n / 30))  # no half of a tenth


def shortened(indicators: tuple[str, ...]) -> Method:
    """The method with some of its indicators and the dimensions that these need."""
    kept = tuple(i for i in METHOD.indicators if i.id in indicators)
    used = {i.dimension for i in kept}
    dimensions = tuple(d for d in METHOD.dimensions if d.id in used)
    return replace(METHOD, indicators=kept, dimensions=dimensions)


ONE_EACH = shortened(("months_to_cash", "cash_24m", "lot_sold_12m"))
ONE = shortened(("cash_24m",))
NO_MINIMUM = replace(METHOD, min_weight_present=0.0)
METHODS = {"whole": METHOD, "one each": ONE_EACH, "one": ONE, "no minimum": NO_MINIMUM}


def random_values(method: Method, rng: Random, units: int, missing: float = 0.0) -> np.ndarray:
    """Values (unit, indicator) around the goalposts and up to 0.2 of their distance beyond."""
    at = np.array(
        [[i.worst + rng.uniform(-0.2, 1.2) * (i.best - i.worst) for i in method.indicators] for _ in range(units)]
    )
    gaps = [[rng.random() < missing for _ in method.indicators] for _ in range(units)]
    return np.where(gaps, NAN, at)


def drawn_towards_mean(value: np.ndarray) -> np.ndarray:
    return 0.6 * value + 0.4 * np.nanmean(value, axis=0)


def random_choices(method: Method, replicates: int, seed: int, shift: float = 0.3) -> Scenarios:
    rng = np.random.default_rng(seed)
    uniform = rng.random((replicates, len(sensitivity.input_groups(method))))
    return sensitivity.draw_scenarios(method, uniform, 5.0, shift)


def plain_score(method: Method, value: np.ndarray, shrunk: np.ndarray, choices: Scenarios, replicate: int) -> float:
    """The score of one unit (indicator,) in one replicate, step by step."""
    means, weights = [], []
    for position, dimension in enumerate(method.dimensions):
        of = [
            k
            for k, i in enumerate(method.indicators)
            if i.dimension == dimension.id and k != choices.omission[replicate]
        ]
        if not of:
            continue
        there = [k for k in of if not math.isnan(value[k])]
        asked = sum(method.indicators[k].weight for k in of)
        known = sum(method.indicators[k].weight for k in there)
        if not there or known / asked < method.min_weight_present - 1e-9:
            return NAN
        points = {}
        for k in there:
            use_shrunk = choices.shrunk[replicate] and not math.isnan(shrunk[k])
            x = shrunk[k] if use_shrunk else value[k]
            worst, best = choices.worst[replicate, k], choices.best[replicate, k]
            points[k] = min(max(100 * (x - worst) / (best - worst), method.floor), 100.0)
        weight = {k: choices.indicator_weight[replicate, k] for k in there}
        means.append(sum(weight[k] * points[k] for k in there) / sum(weight.values()))
        weights.append(choices.dimension_weight[replicate, position])
    if not means:
        return NAN
    if choices.geometric[replicate]:
        logs = sum(w * math.log(m) for w, m in zip(weights, means, strict=True))
        return math.exp(logs / sum(weights))
    return sum(w * m for w, m in zip(weights, means, strict=True)) / sum(weights)


def plain_ranks(scores: list[float]) -> list[float]:
    printed = [round(score, 1) for score in scores]
    return [NAN if math.isnan(s) else 1 + sum(other > s for other in printed) for s in printed]


# ---------------------------------------------------------------- scores


@pytest.mark.parametrize("method", METHODS.values(), ids=METHODS)
def test_scores_are_the_steps_one_by_one(method: Method):
    value = random_values(method, Random(1), 40, missing=0.12)
    shrunk = drawn_towards_mean(value)
    shrunk[::5, 0] = NAN  # cannot be shrunk
    choices = random_choices(method, 60, seed=2)
    found = sensitivity.evaluate_scenarios(method, value, shrunk, choices)
    expected = [
        [plain_score(method, value[u], shrunk[u], choices, r) for u in range(len(value))] for r in range(len(choices))
    ]
    assert found == pytest.approx(np.array(expected), rel=1e-12, nan_ok=True)
    assert 0 < np.isnan(found).mean() < 0.8, "some with a score and some without"


def test_exactly_the_required_weight_is_enough():
    """3.9 of 6 is 0.65, whatever binary fractions make of it."""
    method = reweigh_method(METHOD, {"months_to_cash": 3.9, "listed_12m": 2.1})
    value = random_values(method, Random(1), 1)
    value[0, [i.id for i in method.indicators].index("listed_12m")] = NAN
    found = sensitivity.evaluate_scenarios(method, value, value, sensitivity.nominal_scenario(method))
    assert not np.isnan(found).any()


def test_blocks_change_nothing(monkeypatch: pytest.MonkeyPatch):
    value = random_values(METHOD, Random(4), 20, missing=0.05)
    choices = random_choices(METHOD, 50, seed=5)
    whole = sensitivity.evaluate_scenarios(METHOD, value, value, choices)
    monkeypatch.setattr(sensitivity, "BLOCK", 7 * value.size)
    found = sensitivity.evaluate_scenarios(METHOD, value, value, choices)
    assert np.array_equal(found, whole, equal_nan=True)


# ---------------------------------------------------------------- ranks


@given(st.lists(st.lists(SCORES, min_size=6, max_size=6), min_size=1, max_size=5))
def test_ranks_of_many_replicates_are_those_of_each(scores: list[list[float]]):
    found = rank_changes.printed_ranks(np.array(scores))
    for row, mine in zip(found.tolist(), scores, strict=True):
        assert row == pytest.approx(plain_ranks(mine), nan_ok=True)
        printed = np.round(np.array(mine), 1)
        assert row == pytest.approx(composite.rank(printed).tolist(), nan_ok=True)


def test_what_is_printed_alike_shares_a_rank():
    assert rank_changes.printed_ranks(np.array([50.04, 60.0, 49.96, 49.0])).tolist() == [2, 1, 2, 4]


def test_nobody_rises_because_another_has_no_score():
    before = np.array([90.0, 80.0, 70.0, NAN])
    found = rank_changes.rank_changes(before, np.array([[NAN, 80.0, 70.0, 60.0], [90.0, 60.0, 70.0, 1]]))
    assert found == pytest.approx(np.array([[NAN, 0, 0, NAN], [0, 1, -1, NAN]]), nan_ok=True)


# ---------------------------------------------------------------- what is drawn


def test_weights_vary_around_the_methods_own_as_said():
    choices = _many(concentration=40.0)
    thirds = choices.dimension_weight
    assert thirds.sum(axis=1) == pytest.approx(np.ones(len(choices)))
    assert thirds.mean(axis=0) == pytest.approx([1 / 3] * 3, abs=0.002)
    assert thirds.std(axis=0) == pytest.approx([math.sqrt(2 / 9 / 41)] * 3, rel=0.02)
    assert thirds.std() == pytest.approx(0.07, abs=0.005)
    assert np.corrcoef(thirds[:, 0], thirds[:, 1])[0, 1] == pytest.approx(-0.5, abs=0.02)
    for dimension in METHOD.dimensions:
        of = [k for k, i in enumerate(METHOD.indicators) if i.dimension == dimension.id]
        share = np.array([METHOD.indicators[k].weight for k in of])
        share = share / share.sum()
        mine = choices.indicator_weight[:, of]
        assert mine.sum(axis=1) == pytest.approx(np.ones(len(choices)))
        assert mine.mean(axis=0) == pytest.approx(share, abs=0.003)
        assert mine.std(axis=0) == pytest.approx(np.sqrt(share * (1 - share) / 41), rel=0.03)


def test_goalposts_move_by_a_uniform_share_of_their_distance():
    choices = _many(shift=0.1)
    for k, i in enumerate(METHOD.indicators):
        for column, start in ((choices.worst[:, k], i.worst), (choices.best[:, k], i.best)):
            share = (column - start) / (i.best - i.worst)
            assert share.min() == pytest.approx(-0.1, abs=0.001)
            assert share.max() == pytest.approx(0.1, abs=0.001)
            assert share.std() == pytest.approx(0.2 / math.sqrt(12), rel=0.02)
    assert abs(np.corrcoef(choices.worst[:, 0], choices.best[:, 0])[0, 1]) < 0.03


def test_none_and_each_indicator_are_equally_likely_to_be_left_out():
    choices = _many()
    options, count = np.unique(choices.omission, return_counts=True)
    assert options.tolist() == [NO_OMISSION, *range(len(METHOD.indicators))]
    assert count / len(choices) == pytest.approx([1 / 9] * 9, abs=0.01)
    assert choices.geometric.mean() == pytest.approx(0.5, abs=0.01)
    assert choices.shrunk.mean() == pytest.approx(0.5, abs=0.01)
    assert (random_choices(ONE, 100, seed=1).omission == NO_OMISSION).all(), "the only one stays"


def test_a_draw_of_zero_is_still_a_weight():
    choices = sensitivity.draw_scenarios(METHOD, np.zeros((1, len(sensitivity.input_groups(METHOD)))), 40.0, 0.1)
    assert np.isfinite(choices.dimension_weight).all()
    assert choices.dimension_weight.sum() == pytest.approx(1.0)


@pytest.mark.parametrize(("concentration", "shift"), [(0.0, 0.1), (40.0, 0.5), (40.0, -0.1)])
def test_spreads_that_make_no_sense_are_refused(concentration: float, shift: float):
    uniform = np.full((1, len(sensitivity.input_groups(METHOD))), 0.5)
    with pytest.raises(ValueError, match="goalpost_shift"):
        sensitivity.draw_scenarios(METHOD, uniform, concentration, shift)
    if shift != 0.1:
        with pytest.raises(ValueError, match="goalpost_shift"):
            sensitivity.one_at_a_time(METHOD, np.zeros((1, 8)), np.zeros((1, 8)), goalpost_shift=shift)


def _many(concentration: float = 40.0, shift: float = 0.1) -> Scenarios:
    uniform = np.random.default_rng(7).random((20_000, len(sensitivity.input_groups(METHOD))))
    return sensitivity.draw_scenarios(METHOD, uniform, concentration, shift)


# ---------------------------------------------------------------- all at once


def test_uncertainty_is_the_quantiles_of_replayed_replicates():
    value = random_values(METHOD, Random(8), 25, missing=0.06)
    shrunk = drawn_towards_mean(value)
    found = sensitivity.uncertainty_analysis(METHOD, value, shrunk, replicates=80, seed=9, **SPREAD)
    uniform = np.random.Generator(np.random.PCG64(9)).random((80, len(sensitivity.input_groups(METHOD))))
    choices = sensitivity.draw_scenarios(METHOD, uniform, **SPREAD)
    start = sensitivity.nominal_scenario(METHOD)
    before = [plain_score(METHOD, value[u], shrunk[u], start, 0) for u in range(25)]
    known = [u for u in range(25) if not math.isnan(before[u])]
    own = dict(zip(range(25), plain_ranks(before), strict=True))
    scores: dict[int, list[float]] = {u: [] for u in known}
    places: dict[int, list[float]] = {u: [] for u in known}
    for r in range(80):
        mine = {u: plain_score(METHOD, value[u], shrunk[u], choices, r) for u in known}
        both = [u for u in known if not math.isnan(mine[u])]
        new = plain_ranks([mine[u] for u in both])
        old = plain_ranks([before[u] for u in both])
        for u, after, earlier in zip(both, new, old, strict=True):
            scores[u].append(mine[u])
            places[u].append(own[u] + after - earlier)
    assert 10 < len(known) < 25
    assert any(len(scores[u]) < 80 for u in known), "somebody lost the score at times"
    for u in range(25):
        row = found.loc[u]
        if u not in known:
            assert row.isna().all()
            continue
        assert row["score"] == pytest.approx(before[u])
        assert row["rank"] == own[u]
        assert row["scored"] == pytest.approx(len(scores[u]) / 80)
        for name, share in (("low", 0.05), ("median", 0.5), ("high", 0.95)):
            at = np.quantile(places[u], share, method="inverted_cdf")
            assert row[f"rank_{name}"] == at
            if name != "median":
                expected = np.quantile(scores[u], share, method="inverted_cdf")
                assert row[f"score_{name}"] == pytest.approx(expected)


def test_the_best_in_everything_is_first_whatever_is_chosen():
    value = random_values(METHOD, Random(10), 20)
    value[7] = [i.best + (i.best - i.worst) for i in METHOD.indicators]
    value[3] = [i.worst - (i.best - i.worst) for i in METHOD.indicators]
    found = sensitivity.uncertainty_analysis(METHOD, value, value, replicates=200, seed=1, **SPREAD)
    ranks = found[["rank", "rank_low", "rank_median", "rank_high"]]
    assert ranks.loc[7].tolist() == [1, 1, 1, 1]
    assert ranks.loc[3].tolist() == [20, 20, 20, 20]
    assert (found["rank_low"] < found["rank_high"]).sum() > 15


def test_a_seed_decides_everything():
    value = random_values(METHOD, Random(11), 12, missing=0.05)
    runs = [
        sensitivity.uncertainty_analysis(METHOD, value, value, replicates=100, seed=seed, **SPREAD)
        for seed in (1, 1, 2)
    ]
    assert runs[0].equals(runs[1])
    assert not runs[0].equals(runs[2])


def test_where_nobody_has_a_score_nothing_is_known():
    value = np.full((4, len(METHOD.indicators)), NAN)
    found = sensitivity.uncertainty_analysis(METHOD, value, value, replicates=100, seed=1, **SPREAD)
    assert len(found) == 4
    assert found.isna().all(axis=None)
    table = sensitivity.one_at_a_time(METHOD, value, value, goalpost_shift=0.1)
    assert (table["reason"] == sensitivity.NO_SCORES).all()
    assert table[["rank_mean", "score_max"]].isna().all(axis=None)


def test_a_thousand_replicates_over_all_cities_take_less_than_ten_seconds_of_processor_time():
    value = random_values(METHOD, Random(12), 375, missing=0.02)
    start = time.process_time()
    sensitivity.uncertainty_analysis(METHOD, value, value, replicates=1000, seed=1, **SPREAD)
    assert time.process_time() - start < 10


# ---------------------------------------------------------------- each alone


def plain_perturbation(name: str, item: str, shift: float) -> Scenarios:
    """What a row of `alone` says it did, written again."""
    start = sensitivity.nominal_scenario(METHOD)
    distance = start.best - start.worst
    indicators = [i.id for i in METHOD.indicators]
    doubled = [[d.weight * (1.0 + (d.id == item)) for d in METHOD.dimensions]]
    ends = {"wider": (-1, 1), "narrower": (1, -1), "harder": (1, 1), "easier": (-1, -1)}
    worst, best = ends.get(name.removeprefix("goalposts_"), (0, 0))
    changed = {
        "arithmetic": {"geometric": np.array([False])},
        "equal_dimension_weights": {"dimension_weight": np.ones((1, len(METHOD.dimensions)))},
        "equal_indicator_weights": {"indicator_weight": np.ones((1, len(indicators)))},
        "left_out": {"omission": np.array([indicators.index(item) if item in indicators else 0])},
        "shrunk": {"shrunk": np.array([True])},
        "dimension_doubled": {"dimension_weight": np.array(doubled)},
    }
    moved = {"worst": start.worst + worst * shift * distance}
    moved["best"] = start.best + best * shift * distance
    return replace(start, **changed.get(name, moved))


def test_each_perturbation_alone_is_what_it_says():
    value = random_values(METHOD, Random(13), 30, missing=0.05)
    shrunk = drawn_towards_mean(value)
    table = sensitivity.one_at_a_time(METHOD, value, shrunk, goalpost_shift=0.1)
    assert len(table) == 3 + 8 + 4 + 1 + 3
    start = sensitivity.nominal_scenario(METHOD)
    before = [plain_score(METHOD, value[u], shrunk[u], start, 0) for u in range(30)]
    known = [u for u in range(30) if not math.isnan(before[u])]
    for row in table.itertuples():
        choices = plain_perturbation(row.perturbation, row.item, 0.1)
        after = {u: plain_score(METHOD, value[u], shrunk[u], choices, 0) for u in known}
        both = [u for u in known if not math.isnan(after[u])]
        assert (row.units, row.lost) == (len(both), len(known) - len(both))
        change = [abs(after[u] - before[u]) for u in both]
        old = plain_ranks([before[u] for u in both])
        new = plain_ranks([after[u] for u in both])
        places = [abs(a - b) for a, b in zip(new, old, strict=True)]
        assert row.score_mean == pytest.approx(sum(change) / len(both), abs=1e-9)
        assert row.score_max == pytest.approx(max(change), abs=1e-9)
        assert row.score_moved == sum(c > 1e-9 for c in change)
        assert row.rank_mean == pytest.approx(sum(places) / len(both))
        assert row.rank_max == max(places)
        assert row.rank_moved == sum(p > 0 for p in places)
        assert row.reason == ("" if max(change) > 1e-9 or row.lost else sensitivity.NO_EFFECT)
    assert table["lost"].max() > 0


def test_a_perturbation_without_effect_is_reported():
    """Nobody has `recovery`, nothing is shrunk, dimensions weigh the same as it is; and without
    `cash_24m` and `recovery` too little of the closure is there."""
    value = random_values(METHOD, Random(14), 30)
    value[:, [i.id for i in METHOD.indicators].index("recovery")] = NAN
    table = sensitivity.one_at_a_time(METHOD, value, value, goalpost_shift=0.1)
    table = table.set_index(["perturbation", "item"])
    for still in (("left_out", "recovery"), ("shrunk", ""), ("equal_dimension_weights", "")):
        row = table.loc[still]
        assert row["reason"] == sensitivity.NO_EFFECT
        assert row[["rank_mean", "rank_max", "score_mean", "score_max"]].tolist() == [0, 0, 0, 0]
        assert row[["rank_moved", "score_moved", "lost"]].tolist() == [0, 0, 0]
        assert row["units"] == 30
    assert table.loc[("left_out", "cash_24m"), "reason"] == sensitivity.NO_SCORES
    assert (table["reason"] == "").sum() == len(table) - 4


def test_a_lost_score_is_an_effect_though_all_others_stand_still():
    """Only one place has `listed_12m`, and nothing else of the cycle."""
    value = random_values(NO_MINIMUM, Random(17), 20)
    months, listed = ([i.id for i in METHOD.indicators].index(k) for k in CYCLE)
    value[1:, listed] = value[0, months] = NAN
    table = sensitivity.one_at_a_time(NO_MINIMUM, value, value, goalpost_shift=0.1)
    row = table.set_index(["perturbation", "item"]).loc[("left_out", "listed_12m")]
    assert row[["units", "lost", "score_moved", "reason"]].tolist() == [19, 1, 0, ""]


def test_the_only_indicator_of_a_dimension_takes_the_dimension_along():
    value = random_values(ONE_EACH, Random(15), 20)
    table = sensitivity.one_at_a_time(ONE_EACH, value, value, goalpost_shift=0.1)
    out = table[table["perturbation"] == "left_out"]
    assert (out["units"] == 20).all()
    assert (out["score_moved"] > 10).all()


def test_without_its_only_indicator_a_method_has_no_scores():
    value = random_values(ONE, Random(16), 20)
    table = sensitivity.one_at_a_time(ONE, value, value, goalpost_shift=0.1)
    reasons = dict(zip(table["perturbation"], table["reason"], strict=True))
    assert reasons["left_out"] == sensitivity.NO_SCORES
    assert reasons["dimension_doubled"] == reasons["arithmetic"] == sensitivity.NO_EFFECT
    assert reasons["goalposts_wider"] == ""
