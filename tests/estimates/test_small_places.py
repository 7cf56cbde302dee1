"""Small units drawn towards their peers, and what peers say of a unit of which nothing is known."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from statistics import fmean

import duckdb
import numpy as np
import pandas as pd
import pytest

from index_engine.estimates import shrinkage, small_places
from index_engine.estimates.indicator_estimate import IndicatorEstimate
from index_engine.estimates.panel import PanelAxes
from index_engine.estimates.peer_groups import WHOLE_LEVEL, PeerGroups
from index_engine.estimates.places import Places
from index_engine.estimates.random_groups import SamplingVariation
from index_engine.estimates.store import Store
from index_engine.estimates.visibility import CountRegistry, base_count
from index_engine.estimates.windows import Windows
from tests.fixed_method import fixed_method

METHOD = fixed_method()
IDS = [i.id for i in METHOD.indicators]
UNITS, WINDOWS = 30, 2
LEVEL = Places("court", tuple(f"K{n:02d}" for n in range(UNITS)), [np.array([n]) for n in range(UNITS)])
AXIS = Windows(PanelAxes(LEVEL.ids, 8080, 8085), 4, np.array([4, 5]))
PERIODS = AXIS.labels
CURVE = ("months_to_cash", "cash_24m")  # two that are read off one curve

Found = dict[str, IndicatorEstimate]
Shared = dict[tuple[str, str], np.ndarray]


def given(seed: int = 3, units: int = UNITS) -> tuple[Found, Shared]:
    """Estimates between the goalposts, more precise with more cases; the first two units have too
    few cases to say anything, the third has no estimate."""
    rng = np.random.Generator(np.random.PCG64(seed))
    found = {}
    n = rng.integers(METHOD.min_cell, 900, (units, WINDOWS)).astype(float)
    n[:2] = 2
    for i in METHOD.indicators:
        span = abs(i.best - i.worst)
        truth = (i.best + i.worst) / 2 + 0.1 * span * rng.standard_normal((units, 1))
        se = 0.5 * span / np.sqrt(n)
        value = truth + se * rng.standard_normal((units, WINDOWS))
        value[2:3] = np.nan
        found[i.id] = IndicatorEstimate(value, np.where(np.isnan(value), np.nan, se), n, ~np.isnan(value))
    pair = -0.8 * found[CURVE[0]].se * found[CURVE[1]].se
    return found, {CURVE: pair}


def together(labels: list[str]) -> list[PeerGroups]:
    return [PeerGroups(np.array(labels), ()) for _ in range(WINDOWS)]


def groups_of_ten() -> list[PeerGroups]:
    return together([f"size{1 + n % 3}" for n in range(UNITS)])


def registry(level: Places) -> CountRegistry:
    """One in which every count is large."""
    found = CountRegistry([level], [METHOD])
    for indicator in METHOD.indicators:
        found.add(base_count(indicator.estimate), level.level, np.full((len(level.ids), len(AXIS.ends)), 1000.0))
    return found


@contextmanager
def stored(
    found: Found, shared: Shared, groups: list[PeerGroups], effects: dict[str, float] | None = None
) -> Iterator[duckdb.DuckDBPyConnection]:
    """The tables that shrinking makes."""
    size = len(found["recovery"].n)
    level = Places(LEVEL.level, LEVEL.ids[:size], LEVEL.members[:size])
    store = Store(AXIS, registry(level))
    small_places.store_shrinkage(store, METHOD, level, found, shared, groups, effects or {})
    with duckdb.connect() as con:
        store.write(con, SamplingVariation({}, {}, 0))
        yield con


def table(con: duckdb.DuckDBPyConnection, name: str, indicator: str, column: str) -> np.ndarray:
    """A column of an indicator as (unit, window), NaN for what is missing."""
    basis = "" if name == "shrinkage" else "AND basis = 'shrunk'"
    rows = con.execute(
        f"SELECT place_id, period, {column} FROM estimates.{name} WHERE indicator = ? {basis}", [indicator]
    ).df()
    return rows.pivot(index="place_id", columns="period", values=column).to_numpy(dtype=float)


def known(item: IndicatorEstimate) -> np.ndarray:
    return item.estimable & (item.n >= METHOD.min_cell)


# ---------------------------------------------------------------- drawn


@pytest.fixture(scope="module")
def drawn() -> Iterator[tuple[Found, Shared, duckdb.DuckDBPyConnection]]:
    found, shared = given()
    with stored(found, shared, groups_of_ten()) as con:
        yield found, shared, con


@pytest.mark.parametrize("name", IDS)
def test_a_value_lies_between_its_own_and_that_of_its_peers(drawn, name: str):
    found, _, con = drawn
    item, mine = found[name], known(found[name])
    value, centre = (table(con, "shrinkage", name, column) for column in ("value", "centre"))
    weight = table(con, "shrinkage", name, "weight")
    low, high = np.minimum(item.value, centre), np.maximum(item.value, centre)
    assert (value[mine] >= low[mine] - 1e-9).all() and (value[mine] <= high[mine] + 1e-9).all()
    assert ((weight[mine] >= 0) & (weight[mine] <= 1)).all()
    between = weight * item.value + (1 - weight) * centre
    assert value[mine] == pytest.approx(between[mine], abs=1e-5)  # weights are rounded
    assert (weight[mine] > 0.1).any() and (weight[mine] < 0.99).any()
    assert np.isnan(weight[~mine]).all()
    assert table(con, "indicators", name, "value")[mine] == pytest.approx(value[mine])


def test_each_group_is_drawn_to_its_own_mean(drawn):
    """By the normal prior, shares of counted things by the beta: each group and window alone."""
    found, _, con = drawn
    for name in ("recovery", "first_round_sold"):
        item, mine = found[name], known(found[name])
        columns = {c: table(con, "shrinkage", name, c) for c in ("value", "se", "weight", "centre")}
        for window in range(WINDOWS):
            for start in range(3):
                rows = np.arange(start, UNITS, 3)
                value, se = (np.where(mine[rows, window], a[rows, window], np.nan) for a in (item.value, item.se))
                if name == "recovery":
                    alone = shrinkage.normal(value, se)
                else:
                    n = np.where(mine[rows, window], item.n[rows, window], np.nan)
                    alone = shrinkage.beta_binomial(value * n, n)
                there = ~np.isnan(alone.value)
                assert there.sum() >= 8
                for column, array in columns.items():
                    expected = getattr(alone, column)
                    assert array[rows[there], window] == pytest.approx(expected[there], abs=1e-6)


def test_a_design_effect_makes_shares_of_fewer_cases():
    """A share of n cases with an effect of 4 is drawn as one of n / 4."""
    found, shared = given()
    name = "first_round_sold"
    quarter = found | {name: replace(found[name], n=found[name].n * 4)}
    with (
        stored(found, shared, groups_of_ten()) as plain,
        stored(quarter, shared, groups_of_ten(), {name: 4.0}) as widened,
    ):
        mine = known(found[name])
        for column in ("value", "se", "weight"):
            a, b = (table(con, "shrinkage", name, column) for con in (plain, widened))
            assert b[mine] == pytest.approx(a[mine], abs=1e-8)
    with stored(found, shared, groups_of_ten(), {name: 4.0}) as widened:
        less = table(widened, "shrinkage", name, "weight")[mine]
    with stored(found, shared, groups_of_ten()) as plain:
        more = table(plain, "shrinkage", name, "weight")[mine]
    assert fmean(less) < fmean(more) - 0.05


# ---------------------------------------------------------------- borrowed


@pytest.mark.parametrize("name", IDS)
def test_a_unit_without_cases_is_given_the_mean_of_its_group(drawn, name: str):
    """With the error of one more unit drawn from among them: their spread and the error of their
    mean, each known as well as it is."""
    found, _, con = drawn
    item, mine = found[name], known(found[name])
    value, se, centre = (table(con, "shrinkage", name, c) for c in ("value", "se", "centre"))
    for unit in range(3):
        for window in range(WINDOWS):
            rows = np.arange(unit % 3, UNITS, 3)
            rows = rows[mine[rows, window]]
            own, error = item.value[rows, window], item.se[rows, window]
            if METHOD.indicator(name).estimate.kind == "share":
                n = item.n[rows, window]
                group = shrinkage.beta_binomial(own * n, n)
            else:
                group = shrinkage.normal(own, error)
            assert value[unit, window] == centre[unit, window]
            assert value[unit, window] == pytest.approx(group.centre[0], abs=1e-9)
            assert se[unit, window] == pytest.approx(group.prediction_error[0], abs=1e-9)
            plug_in = group.spread[0] * np.sqrt(1 + 1 / len(rows))
            assert group.prediction_error[0] > plug_in, "as if the spread were known"
    assert np.isnan(table(con, "indicators", name, "value")[:3]).all(), "none of its own"


def test_peers_that_only_chance_tells_apart_are_not_known_for_certain():
    """A spread of 0 leaves the error of the mean, and that the spread may not be 0 after all."""
    found, shared = given()
    name = "recovery"
    alike = 0.5 + found[name].se * np.tile([[-0.3], [0.3]], (UNITS // 2, WINDOWS))
    found[name] = replace(found[name], value=alike)
    with stored(found, shared, together([WHOLE_LEVEL] * UNITS)) as con:
        se = table(con, "shrinkage", name, "se")
    mine = known(found[name])
    for window in range(WINDOWS):
        errors = found[name].se[mine[:, window], window]
        of_mean = 1 / np.sqrt(sum(1 / e**2 for e in errors))
        assert of_mean < se[0, window] < 3 * of_mean, "a spread of 0 is not known to be 0"


def test_a_group_that_knows_nothing_asks_the_whole_level():
    """Fewer than the least number of units with an estimate say nothing of how units differ."""
    found, shared = given()
    few = ["few"] * 6 + ["many"] * (UNITS - 6)  # of the six, three have no estimate
    assert shrinkage.MIN_PLACES > 3
    with stored(found, shared, together(few)) as con, stored(found, shared, together([WHOLE_LEVEL] * UNITS)) as whole:
        for name in IDS:
            for column in ("value", "se", "weight", "centre"):
                array, everywhere = (table(c, "shrinkage", name, column) for c in (con, whole))
                assert array[:6] == pytest.approx(everywhere[:6], nan_ok=True)
                assert array[6:] != pytest.approx(everywhere[6:], rel=1e-4)
            drawn = table(con, "shrinkage", name, "weight")[3:6]
            assert ((drawn > 0) & (drawn < 1)).all(), "to the whole level, not to nothing"
            shown = table(con, "indicators", name, "value")
            assert shown[3:6] == pytest.approx(table(con, "shrinkage", name, "value")[3:6])


def test_what_is_drawn_nowhere_stays_as_observed():
    """One unit, such as the nation: no peers, nothing borrowed, and the value its own."""
    found, shared = given(units=5)
    one = {
        name: IndicatorEstimate(item.value[4:], item.se[4:], item.n[4:], item.estimable[4:])
        for name, item in found.items()
    }
    pair = {CURVE: shared[CURVE][4:]}
    with stored(one, pair, [PeerGroups(np.array(["all"]), ()) for _ in range(WINDOWS)]) as con:
        for name in IDS:
            for column in ("value", "se"):
                own = getattr(one[name], column)
                assert table(con, "indicators", name, column) == pytest.approx(own, abs=1e-9)
            assert np.isnan(table(con, "shrinkage", name, "centre")).all()
            assert (table(con, "shrinkage", name, "weight") == 1).all()
        assert table(con, "covariances", CURVE[0], "covariance") == pytest.approx(pair[CURVE])


def test_what_nobody_knows_is_not_said():
    found, shared = given()
    nothing = np.full((UNITS, WINDOWS), np.nan)
    found["recovery"] = IndicatorEstimate(nothing, nothing, np.zeros_like(nothing), nothing == 0)
    with stored(found, shared, groups_of_ten()) as con:
        for column in ("value", "se", "weight", "centre"):
            assert np.isnan(table(con, "shrinkage", "recovery", column)).all()


# ---------------------------------------------------------------- covariances


def test_covariances_keep_their_correlation(drawn):
    found, shared, con = drawn
    covariance = table(con, "covariances", CURVE[0], "covariance")
    one, other = (table(con, "indicators", name, "se") for name in CURVE)
    mine = known(found[CURVE[0]])
    assert covariance[mine] == pytest.approx((-0.8 * one * other)[mine], abs=1e-9)
    assert (np.abs(covariance) < np.abs(shared[CURVE]))[mine].mean() > 0.8
    rows = con.execute("SELECT DISTINCT indicator, other_indicator FROM estimates.covariances").fetchall()
    assert rows == [CURVE]


# ---------------------------------------------------------------- who is a peer of whom


def test_peers_are_stored_with_how_many_they_are():
    n = np.where(np.arange(UNITS) < 12, 100.0, 3000.0)[:, None] * np.ones(WINDOWS)
    at_stake = np.arange(UNITS, dtype=float)[:, None] * np.ones(WINDOWS)
    at_stake[:, 1] = np.nan
    everybody = np.ones(n.shape, dtype=bool)
    groups = small_places.form_groups_by_window(METHOD, n, at_stake, everybody, everybody[:, 0])
    store = Store(AXIS, registry(LEVEL))
    small_places.store_peer_groups(store, LEVEL, groups)
    with duckdb.connect() as con:
        store.write(con, SamplingVariation({}, {}, 0))
        rows = con.execute("SELECT * FROM estimates.peer_groups").df()
    for window, period in enumerate(PERIODS):
        mine = rows[rows["period"] == period].set_index("place_id")
        assert mine["peer_group"].to_dict() == dict(zip(LEVEL.ids, groups[window].label.tolist(), strict=True))
        assert (mine["n_members"] == mine.groupby("peer_group")["peer_group"].transform("count")).all()
    assert set(groups[1].label) == {"size1", "size3"}, groups[1].label


def test_what_is_at_stake_is_the_mean_claim_of_the_province():
    courts = Places("court", ("a", "b", "c", "d"), [np.array([n]) for n in range(4)])
    province = Places("province", ("1", "2"), [np.array([0, 2]), np.array([1])])
    nation = Places("nation", ("CN",), [np.array([0, 1, 2])])
    totals = {
        "province": {"claimed": [[90.0, 0.0], [50.0, 10.0]], "amount_cases": [[3.0, 0.0], [5, 5]]},
        "nation": {"claimed": [[140.0, 10.0]], "amount_cases": [[8.0, 5.0]]},
    }
    arrays = {k: {n: np.array(v, dtype=float) for n, v in c.items()} for k, c in totals.items()}
    levels = [nation, province, courts]
    nan = np.nan
    for level, expected in (
        (courts, [[30, nan], [10, 2], [30, nan], [nan, nan]]),
        (province, [[30, nan], [10, 2]]),
        (nation, [[17.5, 2]]),
    ):
        found = small_places.mean_claim_by_province(levels, level, arrays)
        pd.testing.assert_frame_equal(pd.DataFrame(found), pd.DataFrame(expected, dtype=float))


def test_special_courts_are_nobodys_peers():
    """Their label is empty, they count in no group, and they move no one's centre."""
    n = np.full((UNITS, 1), 1000.0)
    ordinary = np.arange(UNITS) != 3
    [group] = small_places.form_groups_by_window(METHOD, n, np.full((UNITS, 1), np.nan), n > 0, ordinary)
    assert group.label[3] == ""
    assert (group.label[ordinary] != "").all()
    value = np.where(ordinary, 0.5, 100.0) + np.linspace(0, 0.01, UNITS)
    shrunk = shrinkage.fit_by_group(shrinkage.normal, group.label, value, np.full(UNITS, 0.1))
    assert np.isnan(shrunk.value[3])
    assert shrunk.centre[ordinary] == pytest.approx(0.5, abs=0.02)
