"""Sobol indices against functions whose indices are known, by the code that serves a method."""

import itertools
import math
from dataclasses import replace
from statistics import fmean, pvariance

import numpy as np
import pytest

from index_engine.index import rank_changes, sensitivity, sobol
from index_engine.index.sensitivity import GROUPS, NO_OMISSION
from index_engine.index.sobol import NO_EFFECT, NOT_ESTIMABLE, sobol_indices
from tests.fixed_method import fixed_method

METHOD = fixed_method()


def ishigami(uniform: np.ndarray) -> np.ndarray:
    """sin x1 + 7 sin^2 x2 + 0.1 x3^4 sin x1 on -pi..pi (Ishigami and Homma 1990), and an input
    that does nothing."""
    x = (2.0 * uniform - 1.0) * math.pi
    y = np.sin(x[:, 0]) + 7.0 * np.sin(x[:, 1]) ** 2 + 0.1 * x[:, 2] ** 4 * np.sin(x[:, 0])
    return y[:, None]


def known_of_ishigami() -> tuple[list[float], list[float]]:
    """First and total by the closed form (Saltelli et al. 2008, Global Sensitivity Analysis)."""
    a, b, pi = 7.0, 0.1, math.pi
    first = [0.5 * (1 + b * pi**4 / 5) ** 2, a**2 / 8, 0.0, 0.0]
    both = b**2 * pi**8 * (1 / 18 - 1 / 50)  # x1 with x3
    variance = sum(first) + both
    total = [first[0] + both, first[1], both, 0.0]
    return [v / variance for v in first], [v / variance for v in total]


# ---------------------------------------------------------------- known functions


def test_ishigami():
    found = sobol_indices(["x1", "x2", "x3", "idle"], ishigami, base=4096, seed=1)
    first, total = known_of_ishigami()
    assert found.groups == ("x1", "x2", "x3", "idle")
    assert found.first[:, 0] == pytest.approx(first, abs=0.01)
    assert found.total[:, 0] == pytest.approx(total, abs=0.01)
    assert found.reason[:, 0].tolist() == ["", "", "", NO_EFFECT]
    assert (found.first[3, 0], found.total[3, 0]) == (0.0, 0.0)


def test_a_group_has_the_share_of_its_inputs_together():
    """y = u1 + 2 u2 + 3 u3 + 4 u4: shares 1, 4, 9, 16 of 30; groups need not be neighbours."""
    found = sobol_indices(
        ["odd", "even", "odd", "even"], lambda u: (u @ np.array([1.0, 2.0, 3.0, 4.0]))[:, None], base=1024, seed=2
    )
    for figure in (found.first, found.total):
        assert figure[:, 0] == pytest.approx([10 / 30, 20 / 30], abs=0.01)


def test_a_group_holds_its_own_interactions():
    """y = u1 u2 with both in one group is first-order; apart, a seventh is interaction."""
    together = sobol_indices(["a", "a", "b"], lambda u: u[:, :1] * u[:, 1:2], base=1024, seed=3)
    assert together.first[:, 0] == pytest.approx([1.0, 0.0], abs=0.02)
    apart = sobol_indices(["a", "b"], lambda u: u[:, :1] * u[:, 1:2], base=4096, seed=3)
    assert apart.first[:, 0] == pytest.approx([3 / 7, 3 / 7], abs=0.01)
    assert apart.total[:, 0] == pytest.approx([4 / 7, 4 / 7], abs=0.01)


def test_a_mean_far_from_zero_does_not_matter():
    far = sobol_indices(["x1", "x2", "x3", "idle"], lambda u: ishigami(u) + 1e4, base=1024, seed=4)
    near = sobol_indices(["x1", "x2", "x3", "idle"], ishigami, base=1024, seed=4)
    assert far.first == pytest.approx(near.first, abs=1e-6)
    assert far.total == pytest.approx(near.total, abs=1e-6)


def test_half_widths_hold_the_truth():
    """95 % intervals, of 40 seeds: on the wide side, for they take the points as independent."""
    first, total = known_of_ishigami()
    hits = []
    for seed in range(1, 41):
        found = sobol_indices(["x1", "x2", "x3", "idle"], ishigami, base=256, seed=seed)
        hits += (np.abs(found.first[:3, 0] - first[:3]) <= found.first_half[:3, 0]).tolist()
        hits += (np.abs(found.total[:3, 0] - total[:3]) <= found.total_half[:3, 0]).tolist()
        assert found.first_half[:3, 0].max() < 0.35
    assert fmean(hits) > 0.9


def test_equal_to_the_analysis_of_salib():
    from SALib.analyze.sobol import analyze

    outputs = []

    def model(uniform: np.ndarray) -> np.ndarray:
        outputs.append(ishigami(uniform))
        return outputs[-1]

    names = ["x1", "x2", "x3", "idle"]
    found = sobol_indices(names, model, base=512, seed=5)
    problem = {"num_vars": 4, "names": names, "bounds": [[0, 1]] * 4}
    theirs = analyze(problem, outputs[0][:, 0], calc_second_order=False, seed=5, num_resamples=500)
    assert found.first[:, 0] == pytest.approx(theirs["S1"], abs=1e-12)
    assert found.total[:, 0] == pytest.approx(theirs["ST"], abs=1e-12)
    # Two bootstraps of 200 and 500 samples: their standard errors are 5 and 3 %.
    assert found.first_half[:, 0] == pytest.approx(theirs["S1_conf"], rel=0.25)
    assert found.total_half[:, 0] == pytest.approx(theirs["ST_conf"], rel=0.25)


def test_a_seed_decides_everything():
    runs = [sobol_indices(["x1", "x2", "x3", "x4"], ishigami, base=64, seed=seed) for seed in (1, 1, 2)]
    assert np.array_equal(runs[0].first, runs[1].first)
    assert np.array_equal(runs[0].total_half, runs[1].total_half)
    assert not np.array_equal(runs[0].first, runs[2].first)


# ---------------------------------------------------------------- nothing to share out


def test_outputs_without_indices_say_why(monkeypatch: pytest.MonkeyPatch):
    """Next to one that has some; looked at together and one at a time."""

    def model(uniform: np.ndarray) -> np.ndarray:
        run = np.arange(len(uniform))
        gap = np.where(run == 17, np.nan, uniform[:, 0])
        exchanged = (run % 4 == 1) * uniform[:, 0]  # not in A, not in B
        return np.column_stack([np.full(len(run), 3.0), uniform[:, 0], gap, exchanged])

    found = sobol_indices(["a", "b"], model, base=64, seed=1)
    assert found.reason.tolist() == [
        [NO_EFFECT, "", NOT_ESTIMABLE, NOT_ESTIMABLE],
        [NO_EFFECT, NO_EFFECT, NOT_ESTIMABLE, NOT_ESTIMABLE],
    ]
    for figure in (found.first, found.first_half, found.total, found.total_half):
        assert np.isnan(figure[:, [0, 2, 3]]).all()
        assert np.isfinite(figure[:, 1]).all()
    assert found.total[:, 1] == pytest.approx([1.0, 0.0], abs=0.05)
    monkeypatch.setattr(sobol, "BLOCK_OUTPUTS", 1)
    singly = sobol_indices(["a", "b"], model, base=64, seed=1)
    assert np.array_equal(singly.total, found.total, equal_nan=True)
    assert np.array_equal(singly.reason, found.reason)


# ---------------------------------------------------------------- of a method


TWO = replace(
    METHOD,
    dimensions=METHOD.dimensions[:2],
    indicators=(METHOD.indicator("months_to_cash"), METHOD.indicator("cash_24m")),
)


def values(units: int, seed: int) -> np.ndarray:
    """Values (unit, 2) inside the goalposts."""
    at = np.random.default_rng(seed).uniform(0.05, 0.95, (units, 2))
    worst = np.array([i.worst for i in TWO.indicators])
    return worst + at * (np.array([i.best for i in TWO.indicators]) - worst)


def test_of_a_method_with_two_choices_by_enumeration():
    """Weights and goalposts held still: what is left out and how dimensions are put together make
    six equally likely cases, whose variances can be written down."""
    value = values(30, seed=6)
    start = sensitivity.nominal_scenario(TWO)
    before = sensitivity.evaluate_scenarios(TWO, value, value, start)[0]
    overall, unit = {}, {}
    for left_out, geometric in itertools.product((NO_OMISSION, 0, 1), (True, False)):
        choices = replace(start, omission=np.array([left_out]), geometric=np.array([geometric]))
        moved = rank_changes.rank_changes(before, sensitivity.evaluate_scenarios(TWO, value, value, choices))[0]
        overall[left_out, geometric] = float(np.abs(moved).mean())
        unit[left_out, geometric] = float(moved[4])
    found = sobol.sobol_tables(TWO, value, value, base=1024, concentration=1e9, goalpost_shift=0.0, seed=1)
    mine = found.overall.set_index("group")
    of_unit = found.places[found.places["unit"] == 4].set_index("group")
    for table, cases in ((mine, overall), (of_unit, unit)):
        for group, key in (("left_out", 0), ("aggregation", 1)):
            assert table.loc[group, "first"] == pytest.approx(share(cases, key), abs=0.03)
            rest = 1.0 - share(cases, 1 - key)
            assert table.loc[group, "total"] == pytest.approx(rest, abs=0.03)
    assert share(overall, 1) < share(overall, 0) < 1.0
    for group in ("goalposts", "shrinkage"):
        assert mine.loc[group, ["first", "total"]].tolist() == [0.0, 0.0]
        assert mine.loc[group, "reason"] == NO_EFFECT


def share(cases: dict[tuple[int, bool], float], key: int) -> float:
    """First-order index of one of the two choices behind equally likely cases."""
    options = sorted({case[key] for case in cases})
    means = [fmean(y for case, y in cases.items() if case[key] == option) for option in options]
    return pvariance(means) / pvariance(cases.values())


def test_a_method_whose_choices_change_nothing():
    """One indicator and still goalposts: its order is the order, NaN and not a division by 0."""
    one = replace(TWO, dimensions=TWO.dimensions[1:], indicators=TWO.indicators[1:])
    value = values(10, seed=7)[:, 1:]
    found = sobol.sobol_tables(one, value, value, base=64, concentration=40, goalpost_shift=0.0, seed=1)
    for table in (found.overall, found.places):
        assert (table["reason"] == NO_EFFECT).all()
        assert table[["first", "first_half", "total", "total_half"]].isna().all(axis=None)
    assert found.overall["group"].tolist() == list(GROUPS)


def test_places_without_a_score_have_no_indices():
    value = values(12, seed=8)
    value[3, 0] = np.nan  # a whole dimension
    found = sobol.sobol_tables(TWO, value, value, base=64, concentration=40, goalpost_shift=0.1, seed=1)
    assert found.places["unit"].unique().tolist() == [u for u in range(12) if u != 3]
    nobody = np.full((5, 2), np.nan)
    found = sobol.sobol_tables(TWO, nobody, nobody, base=64, concentration=40, goalpost_shift=0.1, seed=1)
    assert found.places.empty
    assert (found.overall["reason"] == NOT_ESTIMABLE).all()


@pytest.mark.parametrize("unit", [0, 1])
def test_a_place_that_loses_its_score_has_no_indices_of_its_own(unit: int):
    """Without `cash_24m` too little of the closure is there for a place without `recovery`."""
    at = np.random.default_rng(9).uniform(0.1, 0.9, (10, len(METHOD.indicators)))
    worst = np.array([i.worst for i in METHOD.indicators])
    value = worst + at * (np.array([i.best for i in METHOD.indicators]) - worst)
    value[unit, [i.id for i in METHOD.indicators].index("recovery")] = np.nan
    found = sobol.sobol_tables(METHOD, value, value, base=64, concentration=40, goalpost_shift=0, seed=1)
    reasons = found.places.set_index("unit")["reason"]
    assert (reasons.loc[unit] == NOT_ESTIMABLE).all()
    assert (reasons.drop(unit) != NOT_ESTIMABLE).all()
    assert found.overall.loc[found.overall["group"] == "left_out", "first"].item() > 0.1


def test_blocks_of_runs_change_nothing(monkeypatch: pytest.MonkeyPatch):
    value = values(12, seed=10)

    def run() -> sobol.SobolTables:
        return sobol.sobol_tables(TWO, value, value * 0.9, base=64, concentration=40, goalpost_shift=0.1, seed=1)

    whole = run()
    monkeypatch.setattr(sobol, "BLOCK_RUNS", 50)
    assert run().overall.equals(whole.overall)
    assert run().places.equals(whole.places)
