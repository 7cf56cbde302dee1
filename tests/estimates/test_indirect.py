"""Observed over expected: rates of the nation applied to the mix and the ages of each court."""

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import pairwise
from random import Random

import duckdb
import numpy as np
import pytest

from index_engine import periods
from index_engine.age_grid import MONTH_DAYS
from index_engine.estimates import curve_estimates, indirect, indirect_tables, panel
from index_engine.estimates.places import Places, read_places
from index_engine.estimates.random_groups import SamplingVariation
from index_engine.estimates.store import Store
from index_engine.estimates.visibility import CountRegistry
from index_engine.estimates.windows import Windows, read_windows
from index_engine.measures import strata
from index_engine.measures.compute import compute_measures
from index_engine.method import load_method
from tests.measures import recount
from tests.measures.tables import labels
from tests.oracle import incidence as oracle
from tests.worlds import Case, World, random_world

METHOD = load_method()
GRID = strata.stratum_grid(METHOD)
AGES = METHOD.ages


def read(con: duckdb.DuckDBPyConnection) -> tuple[panel.ProcessCells, list[Places], Windows]:
    windows = read_windows(con, METHOD)
    events = METHOD.process_events("case")
    cells = panel.read_process_cells(con, windows.axes, "case", events, AGES)
    return cells, read_places(con), windows


# ---------------------------------------------------------------- a random world


@pytest.fixture(scope="module")
def world() -> World:
    return random_world(seed=31, cases=4000)


@pytest.fixture(scope="module")
def con(world: World) -> Iterator[duckdb.DuckDBPyConnection]:
    with world.connect() as found:
        compute_measures(found, METHOD)
        yield found


@pytest.fixture(scope="module")
def given(con) -> tuple[panel.ProcessCells, list[Places], Windows]:
    cells, levels, windows = read(con)
    return cells, levels, Windows(windows.axes, windows.length, windows.ends[4:7])


@pytest.fixture(scope="module")
def hazard(given) -> np.ndarray:
    cells, levels, windows = given
    return indirect.national_hazard(cells, levels[0], windows, METHOD)


def test_all_that_is_expected_is_all_that_was_seen(given, hazard):
    """Poisson regression with the canonical link: the nation's expected events are the observed,
    also where cases are older than the last age of the grid."""
    cells, levels, windows = given
    assert [level.level for level in levels] == ["nation", "province", "city", "court"]
    seen, wanted = indirect.observed_and_expected_events(cells, levels[0], windows, hazard, AGES)
    assert (seen > 200).all()
    assert wanted == pytest.approx(seen, rel=1e-6)
    of_courts = indirect.observed_and_expected_events(cells, levels[3], windows, hazard, AGES)
    in_nation = np.isin(np.arange(len(levels[3].ids)), levels[0].members[0])
    assert not in_nation.all(), "no special court"
    for all_courts, nation in zip(of_courts, (seen, wanted), strict=True):
        assert all_courts[in_nation].sum(axis=0) == pytest.approx(nation[0])
    assert (np.abs(of_courts[0] - of_courts[1]) > 5).any(), "every court as expected"


def test_what_is_expected_of_a_case_is_its_time_at_risk(world, con, given, hazard):
    """From rows: each case brings the hazard of its stratum for the days that it was at risk."""
    cells, levels, windows = given
    _, wanted = indirect.observed_and_expected_events(cells, levels[3], windows, hazard, AGES)
    number = {label: n for n, label in labels(con).items()}
    spells = [s for s in recount.spells(world, METHOD) if s.process == "case"]
    old = 0
    for window, end in enumerate(windows.axes.first_period + windows.ends):
        begins = periods.first_day(int(end) - windows.length + 1).toordinal()
        ends = periods.first_day(int(end) + 1).toordinal()
        plain = dict.fromkeys(levels[3].ids, 0.0)
        for s in spells:
            days = [d.toordinal() for d in (s.start, s.entry, s.stop)]
            for enters, leaves, how in oracle.within([oracle.Spell(*days, s.event)], begins, ends):
                rates = hazard[window, number[s.stratum]]
                plain[s.court_id] += hazard_between(rates, enters, leaves, how)
                old += leaves >= AGES.edges[-1]
        assert wanted[:, window] == pytest.approx([plain[c] for c in levels[3].ids], rel=1e-9)
    assert old > 50, "none beyond the grid"


def hazard_between(rates: np.ndarray, enters: int, leaves: int, how: str) -> float:
    """Sum of the hazards of the bins passed, of each the part that was; a bin with an event counts
    to its end."""
    total = 0.0
    for at, (first, after) in enumerate(pairwise(AGES.edges)):
        until = after if how != "open" and first <= leaves < after else min(leaves, after)
        total += float(rates[at]) * max(0, until - max(enters, first)) / (after - first)
    return total


def test_too_few_events_of_the_nation_give_no_rates(given, hazard, monkeypatch):
    cells, levels, windows = given
    assert not np.isnan(hazard).any()
    seen, _ = indirect.observed_and_expected_events(cells, levels[0], windows, hazard, AGES)
    least = int(np.sort(seen[0])[1])
    monkeypatch.setattr(indirect, "MIN_EVENTS", least)
    few = indirect.national_hazard(cells, levels[0], windows, METHOD)
    assert np.isnan(few).all(axis=(1, 2)).tolist() == (seen[0] < least).tolist()
    store = Store(windows, CountRegistry(levels, [METHOD]))
    indirect_tables.store_indirect_ratios(store, cells, levels, windows, METHOD, {})
    with duckdb.connect() as con:
        store.write(con, SamplingVariation({}, {}, 0))
        rows = con.execute(
            "SELECT period, count(ratio), count(expected), count(*) FROM estimates.indirect_ratios"
            " WHERE level = 'court' GROUP BY period ORDER BY period"
        ).fetchall()
    for (period, ratios, wanted, every), total in zip(rows, seen[0], strict=True):
        assert (ratios > 0) == (wanted > 0) == (total >= least), period
        assert every == len(levels[3].ids)


# ---------------------------------------------------------------- rates


def random_table(seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Events and exposure (stratum, age) of rates that are products of the levels' own."""
    rng = np.random.Generator(np.random.PCG64(seed))
    shape = (len(GRID.case_classes), GRID.n_claim_classes, len(GRID.debtor_kinds), 6)
    levels = [rng.uniform(0.3, 2, n) for n in shape]
    rate = np.einsum("a,b,c,d->abcd", *levels)
    exposure = rng.uniform(0, 90, shape) * (rng.random(shape) > 0.2)
    events = rng.poisson(rate * exposure).astype(float)
    return events.reshape(GRID.n_case_strata, 6), exposure.reshape(GRID.n_case_strata, 6)


def by_axis(table: np.ndarray, axis: int) -> np.ndarray:
    """Sums (level,) of a table (stratum, age)."""
    full = table.reshape(len(GRID.case_classes), GRID.n_claim_classes, len(GRID.debtor_kinds), -1)
    return full.sum(axis=tuple(other for other in range(4) if other != axis))


@pytest.mark.parametrize("seed", range(3))
def test_rates_are_those_of_the_likelihood(seed: int):
    """What makes them so: the logarithm is a sum over axes, and every level's expected events are
    the observed ones."""
    events, exposure = random_table(seed)
    rate = indirect.fit_rates(events, exposure, GRID)
    for axis in range(4):
        assert by_axis(rate * exposure, axis) == pytest.approx(by_axis(events, axis), rel=1e-6)
    logs = np.log(rate.reshape(len(GRID.case_classes), GRID.n_claim_classes, len(GRID.debtor_kinds), -1))
    for axis in range(4):
        steps = np.diff(logs, axis=axis)
        others = tuple(other for other in range(4) if other != axis)
        assert np.ptp(steps, axis=others) == pytest.approx(0, abs=1e-9)


def test_levels_with_few_events_share_a_rate():
    """A class that of the first with enough; an age that of the age before it."""
    events, exposure = random_table(4)
    full = events.reshape(len(GRID.case_classes), GRID.n_claim_classes, len(GRID.debtor_kinds), 6)
    rng = np.random.Generator(np.random.PCG64(1))
    for at in ((2,), (0,)):  # a class in the middle and the first: 9 events each
        full[at] = 0
        for place in rng.integers(0, full[at].size, 9):
            full[at].flat[place] += 1
    full[..., 5] = 0
    full[1, 0, 0, 5] = 4
    assert indirect.MIN_LEVEL_EVENTS == 10
    rate = indirect.fit_rates(events, exposure, GRID)
    of = rate.reshape(full.shape)
    assert of[0] == pytest.approx(of[1])
    assert of[2] == pytest.approx(of[1])
    assert of[3] != pytest.approx(of[1], rel=0.05)
    assert of[..., 5] == pytest.approx(of[..., 4])
    assert of[..., 4] != pytest.approx(of[..., 3], rel=0.05)
    together = by_axis(rate * exposure, 3), by_axis(events, 3)
    assert together[0][4:].sum() == pytest.approx(together[1][4:].sum(), rel=1e-6)
    assert by_axis(rate * exposure, 0)[3] == pytest.approx(by_axis(events, 0)[3], rel=1e-6)


def test_few_events_in_all_have_one_rate():
    events, exposure = np.zeros((GRID.n_case_strata, 6)), np.ones((GRID.n_case_strata, 6))
    events[::19, 3] = 1
    assert 0 < events.sum() < indirect.MIN_LEVEL_EVENTS
    rate = indirect.fit_rates(events, exposure, GRID)
    assert rate == pytest.approx(np.full(rate.shape, events.mean()))


# ---------------------------------------------------------------- a court of another mix


def two_kinds(seed: int, slow: dict[str, float], each: int) -> World:
    """Courts that work alike on each of two kinds of cases and have them in different shares."""
    rng, cases = Random(seed), []
    for court, share in slow.items():
        for number in range(each):
            late = rng.random() < share
            filed = date(2021, 1, 1) + timedelta(days=rng.randrange(3 * 365))
            closed = filed + timedelta(days=int(rng.expovariate(1 / (700 if late else 120))))
            mode = "completed" if rng.random() < (0.5 if late else 0.8) else "cancelled"
            done = {"closed_on": closed, "close_mode": mode}
            cases.append(
                Case(
                    f"{court}{number}",
                    court,
                    filed,
                    cause="sale" if late else "labour",
                    **(done if closed <= date(2024, 12, 31) else {}),
                )
            )
    return World(cases=tuple(cases))


def test_a_court_of_another_mix_is_as_expected():
    with two_kinds(3, {"K1": 0.2, "K2": 0.8}, 2500).connect() as con:
        compute_measures(con, METHOD)
        cells, levels, windows = read(con)
        windows = Windows(windows.axes, windows.length, windows.ends[4:5])
        hazard = indirect.national_hazard(cells, levels[0], windows, METHOD)
        o, e = indirect.observed_and_expected_events(cells, levels[-1], windows, hazard, AGES)
        crude = crude_expected(cells, windows)
    raw = o[:, 0] / crude
    assert raw[0] > 1.25 and raw[1] < 0.8, "the mix makes no difference"
    z = (o[:, 0] - e[:, 0]) / np.sqrt(e[:, 0])
    assert (np.abs(z) < 3).all(), z
    assert o[:, 0] / e[:, 0] == pytest.approx([1, 1], abs=0.08)


def crude_expected(cells: panel.ProcessCells, windows: Windows) -> np.ndarray:
    """What one rate for all cases and ages would expect of each court, (court,)."""
    flows = curve_estimates.window_flows(panel.panel_from_cells(cells), windows)
    time = (curve_estimates.number_at_risk(flows, METHOD)[:, 0] * AGES.widths / MONTH_DAYS).sum(axis=-1)
    events = flows.events[:, 0, 0].sum(axis=-1)
    return time * events.sum() / time.sum()


# ---------------------------------------------------------------- limits


def test_limits_against_the_exact_ones():
    """Byar's approximation to Poisson limits (exact by chi-square: Garwood 1936): off by at most
    0.2 % of the count from 10 on, and by 1.3 % below."""
    from scipy.stats import chi2

    counts = np.arange(1.0, 500.0)
    low, high = (4 * end for end in indirect.byar_interval(counts, np.full(499, 4.0), METHOD.z))
    exact_low, exact_high = chi2.ppf(0.025, 2 * counts) / 2, chi2.ppf(0.975, 2 * counts + 2) / 2
    for found, exact in ((low, exact_low), (high, exact_high)):
        off = np.abs(found - exact) / counts
        assert off[counts >= 10].max() < 0.002
        assert 1e-6 < off.max() < 0.013
    assert (low < counts).all() and (counts < high).all()


def test_limits_where_nothing_was_seen_or_expected():
    zero = np.zeros(1)
    low, high = indirect.byar_interval(zero, np.ones(1), METHOD.z)
    assert low == 0
    assert high == pytest.approx([3.689], abs=0.05)  # exact, -log(0.025)
    assert np.isnan(indirect.byar_interval(np.ones(1), zero, METHOD.z)).all()
