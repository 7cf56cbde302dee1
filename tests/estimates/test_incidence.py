"""Curves against R's survival package, against the plain-Python oracle, and their properties."""

import csv
import dataclasses
import random
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index_engine.age_grid import MONTH_DAYS, AgeGrid, months_to_days
from index_engine.estimates import incidence
from tests.oracle import incidence as oracle
from tests.oracle.incidence import Spell

DAYS = AgeGrid.daily(1100)
WEEKS = AgeGrid.by_month(36, 4)  # the grid of method.toml


def cells(seen: list[tuple[int, int, str]], events: list[str], grid: AgeGrid) -> dict[str, np.ndarray]:
    """Bin what a window saw, as the measures do."""
    names = ("entries", "entries_elapsed_days", "censored", "censored_elapsed_days")
    found = {name: np.zeros(grid.n_bins) for name in names}
    found["events"] = np.zeros((len(events), grid.n_bins))

    def add(name: str | tuple[str, int], age: int, amount: int = 1) -> None:
        array = found[name] if isinstance(name, str) else found[name[0]][name[1]]
        if age < grid.edges[-1]:  # ages beyond the horizon are not used
            array[grid.bin_index(age)] += amount

    def passed(age: int) -> int:
        return age - grid.edges[grid.bin_index(age)]

    for enters, leaves, how in seen:
        add("entries", enters)
        add("entries_elapsed_days", enters, passed(enters))
        if how == "open":
            add("censored", leaves)
            add("censored_elapsed_days", leaves, passed(leaves))
        else:
            add(("events", events.index(how)), leaves)
    return found


def curves(
    seen: list[tuple[int, int, str]], events: list[str], grid: AgeGrid, least: float = 1, open_at_most: float = 0
) -> incidence.IncidenceCurves:
    found = cells(seen, events, grid)
    risk = incidence.number_at_risk(**found, age_grid=grid)
    return incidence.aalen_johansen(found["events"], risk, least, open_at_most)


# ---------------------------------------------------------------- against R


@pytest.fixture(scope="module")
def lung(shared: Path) -> dict[str, list[tuple[int, int, str]]]:
    with (shared / "verify/survival/lung.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    # A patient censored on day t is still at risk on day t: first unseen on day t + 1.
    return {
        f"sex={sex}": [
            (0, int(r["time"]), "died") if r["status"] == "2" else (0, int(r["time"]) + 1, "open")
            for r in rows
            if r["sex"] == sex
        ]
        for sex in "12"
    }


def test_kaplan_meier_equals_r(lung: dict, shared: Path) -> None:
    with (shared / "verify/survival/km_lung_by_sex.csv").open(newline="") as file:
        expected = list(csv.DictReader(file))
    assert len(expected) == 206
    drawn = {sex: curves(seen, ["died"], DAYS) for sex, seen in lung.items()}
    for row in expected:
        found = drawn[row["sex"]]
        day = int(row["time"])
        weights = incidence.incidence_weights(DAYS, (day + 0.5) / MONTH_DAYS)
        died = incidence.mass_functional(found, 0, weights)
        assert found.risk[day] == int(row["n_risk"])
        assert 1 - died.value == pytest.approx(float(row["surv"]), abs=1e-12)
        if float(row["surv"]) > 0:
            se = np.sqrt(incidence.covariance(found, died, died))
            assert se == pytest.approx(float(row["se"]), abs=1e-12)


def test_restricted_mean_equals_r(lung: dict, shared: Path) -> None:
    with (shared / "verify/survival/km_lung_rmst365.csv").open(newline="") as file:
        expected = list(csv.DictReader(file))
    assert len(expected) == 2
    months = 365.001 / MONTH_DAYS
    for row in expected:
        found = curves(lung[row["strata"]], ["died"], DAYS)
        weights = incidence.restricted_mean_weights(DAYS, months)
        mean = incidence.mass_functional(found, 0, weights).complement(months)
        scale = 365 / months
        assert mean.value * scale == pytest.approx(float(row["rmean"]), abs=1e-9)
        se = np.sqrt(incidence.covariance(found, mean, mean)) * scale
        assert se == pytest.approx(float(row["se(rmean)"]), abs=1e-9)


def test_median_equals_r(lung: dict, shared: Path) -> None:
    with (shared / "verify/survival/km_lung_quantiles_loglog.csv").open(newline="") as file:
        expected = {row["strata"]: row for row in csv.DictReader(file)}
    for sex, seen in lung.items():
        found = curves(seen, ["died"], DAYS)
        for share in ("25", "50", "75"):
            months = incidence.months_to_reach(found, 0, int(share) / 100, DAYS)
            day = months * MONTH_DAYS
            assert day == pytest.approx(int(expected[sex][share]))


# ---------------------------------------------------------------- against the oracle

EVENTS = ["cash", "other", "zhongben"]


def random_spells(seed: int, count: int = 400) -> list[Spell]:
    """Three years before to three after day 0, on which observation begins; open after day 1095."""
    draw = random.Random(seed)
    spells = []
    for _ in range(count):
        start = draw.randrange(-900, 1090)
        duration = int(draw.expovariate(1 / draw.choice([60, 240, 700])))
        event = draw.choices(EVENTS, [5, 2, 4])[0]
        if event == "zhongben":
            duration = max(duration, 91)
        stop, first_seen = start + duration, max(start, 0)
        if stop >= 1095:
            stop, event = 1095, "open"
        if stop >= first_seen and not (event == "open" and stop == first_seen):
            spells.append(Spell(start, first_seen, stop, event))
    return spells


@pytest.mark.parametrize("seed", range(4))
def test_daily_bins_equal_the_oracle_with_delayed_entry(seed: int) -> None:
    seen = oracle.within(random_spells(seed), 365, 730)
    found = curves(seen, EVENTS, DAYS)
    for position, event in enumerate(EVENTS):
        for months in (6, 12, 24):
            weights = incidence.incidence_weights(DAYS, months)
            item = incidence.mass_functional(found, position, weights)
            value, variance = oracle.incidence(seen, event, months_to_days(months))
            assert item.value == pytest.approx(value, abs=1e-12)
            assert incidence.covariance(found, item, item) == pytest.approx(variance, rel=1e-9)


def bin_errors(seed: int, count: int) -> list[tuple[float, float]]:
    """Error of the method's bins against the exact daily curve at 6, 12 and 24 months, for each
    event, with the standard error of the estimate."""
    seen = oracle.within(random_spells(seed, count), 365, 730)
    exact, binned = curves(seen, EVENTS, DAYS), curves(seen, EVENTS, WEEKS)
    found = []
    for position in range(len(EVENTS)):
        for months in (6, 12, 24):
            a, b = (
                incidence.mass_functional(c, position, incidence.incidence_weights(grid, months))
                for c, grid in ((exact, DAYS), (binned, WEEKS))
            )
            se = np.sqrt(incidence.covariance(exact, a, a))
            found.append((abs(float(a.value - b.value)), float(se)))
    return found


def test_bins_err_by_less_than_half_a_point() -> None:
    """Bins of a quarter of a month against exact days: with about 600 spells under way the error
    stays below 0.5 percentage points at 6, 12 and 24 months (0.21 is the worst of these worlds).
    It shrinks with the number of spells as the standard error does: in a world of 170 spells it
    can reach half a point, a tenth of its standard error."""
    large = [error for seed in range(15) for error, _ in bin_errors(seed, 1500)]
    assert 0 < max(large) < 0.005, max(large)
    small = [error / se for seed in range(30) for error, se in bin_errors(seed, 400)]
    assert 0 < max(small) < 0.2, max(small)


def test_without_the_open_stock_the_window_is_not_estimable() -> None:
    spells = [s for s in random_spells(7) if s.start >= 365]
    seen = oracle.within(spells, 365, 730)
    found = curves(seen, EVENTS, DAYS, least=5)
    weights = incidence.incidence_weights(DAYS, 24)
    assert np.isnan(incidence.mass_functional(found, 0, weights).value)
    early = incidence.mass_functional(found, 0, incidence.incidence_weights(DAYS, 3))
    assert not np.isnan(early.value)


# ---------------------------------------------------------------- uncertainty


def test_standard_errors_match_the_spread_between_samples() -> None:
    """Monte Carlo: the mean reported variance is that of the estimates over 200 worlds, for an
    incidence, a restricted mean and their covariance."""
    values, variances = [], []
    weights = [incidence.incidence_weights(WEEKS, 24), incidence.restricted_mean_weights(WEEKS, 24)]
    for seed in range(200):
        seen = oracle.within(random_spells(seed, 1000), 365, 730)
        found = curves(seen, EVENTS, WEEKS)
        a, b = (incidence.mass_functional(found, 0, w) for w in weights)
        values.append((a.value, b.value))
        variances.append([incidence.covariance(found, *pair) for pair in ((a, a), (b, b), (a, b))])
    spread = np.cov(np.array(values, dtype=float).T)
    reported = np.array(variances, dtype=float).mean(axis=0)
    assert reported[0] == pytest.approx(spread[0, 0], rel=0.25)
    assert reported[1] == pytest.approx(spread[1, 1], rel=0.25)
    assert reported[2] == pytest.approx(spread[0, 1], rel=0.25)


# ---------------------------------------------------------------- properties

SEEN = st.lists(
    st.tuples(st.integers(0, 300), st.integers(0, 400), st.sampled_from([*EVENTS, "open"])).map(
        lambda t: (t[0], t[0] + t[1] + (t[2] == "open"), t[2])
    ),
    min_size=1,
    max_size=60,
)


@settings(max_examples=150, deadline=None)
@given(seen=SEEN, grid=st.sampled_from([DAYS, WEEKS, AgeGrid.by_month(24, 1)]))
def test_probabilities_add_to_one_and_never_fall(seen: list, grid: AgeGrid) -> None:
    found = curves(seen, EVENTS, grid)
    left = found.survival[-1] * (1 - found.total_hazard[-1])
    assert found.mass.sum() + left == pytest.approx(1.0, abs=1e-9)
    assert (found.mass >= -1e-12).all()
    assert (found.risk >= -1e-9).all()


@settings(max_examples=60, deadline=None)
@given(seen=SEEN, split=st.integers(0, 60))
def test_risk_and_events_are_additive_over_groups(seen: list, split: int) -> None:
    whole, one, two = (cells(s, EVENTS, WEEKS) for s in (seen, seen[:split], seen[split:]))
    for name, array in whole.items():
        assert (array == one[name] + two[name]).all()
    risk = [incidence.number_at_risk(**part, age_grid=WEEKS) for part in (whole, one, two)]
    assert risk[0] == pytest.approx(risk[1] + risk[2])


def test_a_curve_is_flat_and_known_once_nobody_is_left() -> None:
    found = curves([(0, 5, "cash")] * 6 + [(0, 9, "other")] * 6, EVENTS, DAYS, least=5)
    item = incidence.mass_functional(found, 0, incidence.incidence_weights(DAYS, 3))
    assert item.value == pytest.approx(0.5)
    assert dataclasses.asdict(found)["n_estimable_bins"] == DAYS.n_bins


# ---------------------------------------------------------------- boundaries


def leaving_one_a_day(events: list[str]) -> list[tuple[int, int, str]]:
    """Ten cases seen from day 0, of which one ends on each of the days 0 to 9."""
    return [(0, day, events[day % len(events)]) for day in range(10)]


@pytest.mark.parametrize(("first_days", "second_days"), [(8, 8), (4, 9), (9, 4), (1, 3)])
def test_events_of_whole_observation_covary_as_multinomial_counts(first_days: int, second_days: int) -> None:
    """Without censoring F is a share of n cases: of two events, no case is in both shares; of one
    event at two ages, the earlier share is part of the later one."""
    seen = leaving_one_a_day(["cash", "cash", "other"])
    found = curves(seen, EVENTS, DAYS)

    def upto(event: str, days: int) -> tuple[incidence.Functional, float]:
        weights = (np.arange(DAYS.n_bins) < days).astype(float)
        share = sum(how == event and day < days for _, day, how in seen) / len(seen)
        return incidence.mass_functional(found, EVENTS.index(event), weights), share

    cash, cash_share = upto("cash", first_days)
    later, later_share = upto("cash", second_days)
    other, other_share = upto("other", second_days)
    assert (cash.value, other.value) == pytest.approx((cash_share, other_share))
    n = len(seen)
    assert incidence.covariance(found, cash, other) == pytest.approx(-cash_share * other_share / n)
    both = min(cash_share, later_share)
    expected = (both - cash_share * later_share) / n
    assert incidence.covariance(found, cash, later) == pytest.approx(expected)
    assert incidence.covariance(found, other, cash) == incidence.covariance(found, cash, other)
    # 1 - F of an event covaries the other way round.
    mirrored = incidence.covariance(found, cash.complement(1.0), other)
    assert mirrored == pytest.approx(cash_share * other_share / n)


def test_a_curve_ends_with_the_last_bin_of_enough_at_risk() -> None:
    """On day j ten less j are at risk: with at least five the curve holds on days 0 to 5."""
    found = curves(leaving_one_a_day(["cash"]), EVENTS, DAYS, least=5)
    assert found.risk[:7].tolist() == [10, 9, 8, 7, 6, 5, 4]
    assert found.n_estimable_bins == 6
    for n_days, expected in ((5, 0.5), (6, 0.6), (7, np.nan)):
        weights = (np.arange(DAYS.n_bins) < n_days).astype(float)
        value = incidence.mass_functional(found, 0, weights).value
        assert value == pytest.approx(expected, nan_ok=True), n_days
    reached = [incidence.months_to_reach(found, 0, s, DAYS) * MONTH_DAYS for s in (0.59, 0.61)]
    assert reached == pytest.approx([5.0, np.nan], nan_ok=True)


@pytest.mark.parametrize(("unresolved", "n_bins"), [(0.35, 6), (0.45, DAYS.n_bins)])
def test_few_at_risk_do_not_end_a_curve_of_nearly_all_cases(unresolved: float, n_bins: int) -> None:
    """Before day 6, the first of fewer than five, four in ten are without an event."""
    found = curves(leaving_one_a_day(["cash"]), EVENTS, DAYS, least=5, open_at_most=unresolved)
    assert found.n_estimable_bins == n_bins
