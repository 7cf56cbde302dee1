"""Estimates of weighted cases and lots against plain Python from the rows of a small world."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from itertools import product
from random import Random

import duckdb
import numpy as np
import pytest

from index_engine import periods
from index_engine.age_grid import months_to_days
from index_engine.estimates import case_mix, count_estimates, curve_estimates, incidence, panel
from index_engine.estimates.case_mix import CaseWeights
from index_engine.estimates.indicator_estimate import IndicatorEstimate
from index_engine.estimates.panel import PanelAxes
from index_engine.estimates.places import Places, read_places
from index_engine.estimates.windows import Windows, read_windows
from index_engine.measures import strata
from index_engine.measures.compute import compute_measures
from index_engine.method import AUCTION_COUNTS, CaseMix, Method, load_methods
from index_engine.method.counts import CASE_COUNTS, NON_COUNTS
from tests.fixed_method import fixed_method
from tests.measures import recount, strata_of
from tests.measures.tables import labels
from tests.oracle import counts as plain_counts
from tests.oracle import incidence as oracle
from tests.worlds import Case, World, random_world

METHOD, OFFICIAL = fixed_method(), load_methods(())[1]
GRID = strata.stratum_grid(METHOD)
WANTED = {
    process: [i for i in METHOD.indicators if i.estimate.process == process] for process in ("case", "listing", "lot")
}
CHECKED = (4, 7)  # windows that are counted again: no leap day makes a year's age longer in them
COUNTED = [i for m in (METHOD, OFFICIAL) for i in m.indicators if i.estimate.kind in count_estimates.COUNT_KINDS]
NO_PART = NON_COUNTS - {"value_finished", "value_sold"}  # of counted things
# Every other count, with one that it is a part of.
WHOLES = (
    (count_estimates.UNSTRATIFIED_COUNTS, "numbered_expected"),
    ({"value_finished", "value_sold"}, "value_finished"),
    ({"lots_finished", "lots_sold"}, "lots_finished"),
    ({"first_held", "first_sold"}, "first_held"),
    (AUCTION_COUNTS, "rounds_ended"),
    (CASE_COUNTS, "handled"),
)


@pytest.fixture(scope="module")
def world() -> World:
    return random_world(seed=21, cases=2500)


@pytest.fixture(scope="module")
def con(world: World) -> Iterator[duckdb.DuckDBPyConnection]:
    with world.connect() as found:
        compute_measures(found, METHOD)
        yield found


@pytest.fixture(scope="module")
def windows(con: duckdb.DuckDBPyConnection) -> Windows:
    return read_windows(con, METHOD)


@pytest.fixture(scope="module")
def level(con: duckdb.DuckDBPyConnection) -> Places:
    """Provinces: several courts each, and special courts in none."""
    return next(found for found in read_places(con) if found.level == "province")


def random_weights(level: Places, windows: Windows, seed: int) -> CaseWeights:
    """From 0.2 to 3, and 0 for some strata."""
    rng = np.random.Generator(np.random.PCG64(seed))
    weight = rng.uniform(0.2, 3.0, (len(level.ids), len(windows.ends), GRID.n_strata))
    weight[:, :, rng.integers(0, GRID.n_case_strata, 9)] = 0.0
    return CaseWeights(weight, np.ones(weight.shape[:2]), np.zeros(len(level.ids), dtype=int))


def ones(level: Places, windows: Windows) -> CaseWeights:
    return CaseWeights.uniform(len(level.ids), len(windows.ends), GRID.n_strata)


def read(con: duckdb.DuckDBPyConnection, windows: Windows, process: str) -> panel.ProcessCells:
    events = METHOD.process_events(process)
    return panel.read_process_cells(con, windows.axes, process, events, METHOD.ages)


def weighted_curves(
    cells: panel.ProcessCells, level: Places, weights: CaseWeights, windows: Windows, method: Method
) -> incidence.IncidenceCurves:
    """Curves of every place and window, in all ages."""
    of_court = case_mix.map_courts_to_places(level, cells.entries.shape[0])
    flows = curve_estimates.weighted_flows(cells, case_mix.process_rows(cells, of_court), weights, windows)
    return curve_estimates.effective_curves(*flows, method)


def days(windows: Windows, window: int) -> tuple[date, date]:
    """First day of a window and the day after it."""
    end = windows.axes.first_period + int(windows.ends[window])
    return periods.first_day(end - windows.length + 1), periods.first_day(end + 1)


def courts_of(level: Places, unit: int, windows: Windows) -> set[str]:
    return {windows.axes.courts[row] for row in level.members[unit]}


# ---------------------------------------------------------------- curves, from rows

# What a window saw; the window that each spell is weighted by, and its stratum.
Seen = tuple[list[tuple[int, int, str]], list[tuple[int, int]]]


@pytest.fixture(scope="module")
def seen(
    world: World, con: duckdb.DuckDBPyConnection, level: Places, windows: Windows
) -> dict[tuple[str, int, int], Seen]:
    """By process, unit and window."""
    number = {label: n for n, label in labels(con).items()}
    every = recount.spells(world, METHOD)
    found = {}
    for unit in range(len(level.ids)):
        courts = courts_of(level, unit, windows)
        for window in CHECKED:
            begins, ends = (day.toordinal() for day in days(windows, window))
            for process in WANTED:
                rows, of = [], []
                for spell in every:
                    if spell.process == process and spell.court_id in courts:
                        seen = [d.toordinal() for d in (spell.start, spell.entry, spell.stop)]
                        part = oracle.within([oracle.Spell(*seen, spell.event)], begins, ends)
                        rows += part
                        at = weighted_by(windows, window, spell.start)
                        of += [(at, number[spell.stratum])] * len(part)
                found[process, unit, window] = rows, of
    return found


def weighted_by(windows: Windows, window: int, start: date) -> int:
    """The window itself for what began in it, else that which ended whole years before and in which
    the spell began, or the first."""
    ends = days(windows, window)[1]
    years = ends.year - start.year - ((start.month, start.day) >= (ends.month, ends.day))
    return max(window - 4 * years, 0)


@pytest.mark.parametrize("process", list(WANTED))
def test_the_mix_is_of_what_began_in_a_window(world, con, level, windows, process):
    """Not of what was taken over when observation began, but for what was a week old at most."""
    number = {label: n for n, label in labels(con).items()}
    cells = read(con, windows, process)
    found = case_mix.entry_mix(cells, level, windows.axes, windows, GRID.n_strata)
    plain = np.zeros_like(found)
    week = METHOD.ages.edges[1]
    initial_stock = 0
    for spell in recount.spells(world, METHOD):
        for unit, window in np.ndindex(*plain.shape[:2]):
            first, after = days(windows, window)
            mine = spell.process == process and spell.court_id in courts_of(level, unit, windows)
            if mine and first <= spell.entry < after:
                initial_stock += spell.age(spell.entry) >= week
                plain[unit, window, number[spell.stratum]] += spell.age(spell.entry) < week
    assert (found == plain).all()
    assert plain.sum() > 0 and initial_stock > 0


@pytest.mark.parametrize("process", list(WANTED))
def test_curves_of_weighted_spells(con, level, windows, seen, process):
    """Value, error and covariances of every indicator, on the grid of the method."""
    weights = random_weights(level, windows, 7)
    cells = read(con, windows, process)
    found, shared = curve_estimates.estimates(cells, level, weights, windows, WANTED[process], METHOD)
    curves = weighted_curves(cells, level, weights, windows, METHOD)
    known = 0
    for unit, window in product(range(len(level.ids)), CHECKED):
        rows, of = seen[process, unit, window]
        expected = oracle.weighted(
            rows,
            [float(weights.weight[unit, at, number]) for at, number in of],
            METHOD.process_events(process),
            METHOD.ages.edges,
            METHOD.min_at_risk,
            METHOD.max_unresolved,
        )
        assert curves.n_estimable_bins[unit, window] == expected.bins
        assert curves.risk[unit, window] == pytest.approx(expected.risk, rel=1e-9, abs=1e-9)
        edges, specs = METHOD.ages.edges, {i.id: i.estimate for i in WANTED[process]}
        item = {n: (s.events[0], oracle.weights(s.kind, s.months, edges)) for n, s in specs.items()}
        for indicator in WANTED[process]:
            spec, mine = indicator.estimate, found[indicator.id]
            if expected.bins < METHOD.ages.bin_index(months_to_days(spec.months)) + 1:
                assert np.isnan(mine.value[unit, window])
                continue
            value = oracle.functional(expected, *item[indicator.id])
            value = spec.months - value if spec.kind == "restricted_mean" else value
            assert mine.value[unit, window] == pytest.approx(value, abs=1e-10)
            variance = oracle.sampling_variance(expected, *item[indicator.id], edges)
            assert mine.se[unit, window] ** 2 == pytest.approx(variance, rel=1e-8)
            known += 1
        for (one, other), covariance in shared.items():
            if not np.isnan(covariance[unit, window]):
                pairs = ((one, other), (one, one), (other, other))
                plain, *squares = (oracle.covariance(expected, item[a], item[b]) for a, b in pairs)
                means = [METHOD.indicator(name).estimate.kind for name in (one, other)]
                sign = -1 if means.count("restricted_mean") == 1 else 1
                correlation = sign * plain / (squares[0] * squares[1]) ** 0.5
                errors = [found[name].se[unit, window] for name in (one, other)]
                assert covariance[unit, window] == pytest.approx(correlation * errors[0] * errors[1], rel=1e-7)
    assert known >= 2 * len(WANTED[process]), "nothing to compare"


@pytest.mark.parametrize("process", list(WANTED))
def test_weights_of_one_change_nothing(con, level, windows, process):
    """At every level, so that curves of a handful of spells are among them."""
    cells, known = read(con, windows, process), 0
    least = replace(METHOD, min_at_risk=1)
    for each in read_places(con):
        counts = vars(panel.panel_from_cells(cells))
        of_places = panel.ProcessPanel(**{n: panel.sum_members(array, each.members) for n, array in counts.items()})
        curves, n = curve_estimates.period_curves(of_places, windows, least)
        plain, shared = curve_estimates.estimates_from_curves(curves, n, WANTED[process], least)
        weights = ones(each, windows)
        found, again = curve_estimates.estimates(cells, each, weights, windows, WANTED[process], least)
        for name, item in plain.items():
            for part in ("value", "se", "n", "estimable"):
                mine, theirs = getattr(found[name], part), getattr(item, part)
                np.testing.assert_allclose(mine, theirs, rtol=0, atol=1e-12, err_msg=name)
        for pair, covariance in shared.items():
            np.testing.assert_allclose(again[pair], covariance, rtol=0, atol=1e-12)
        known += sum(int((~np.isnan(item.value)).sum()) for item in plain.values())
    assert known > 20 * len(WANTED[process])


def test_where_no_weights_are_nothing_is_estimated(con, level, windows):
    weights = ones(level, windows)
    weights.weight[1] = np.nan
    for process, wanted in WANTED.items():
        cells = read(con, windows, process)
        found, shared = curve_estimates.estimates(cells, level, weights, windows, wanted, METHOD)
        for item in found.values():
            assert np.isnan(item.value[1]).all() and np.isnan(item.se[1]).all()
            assert not item.estimable[1].any()
            assert item.estimable.any()
        assert all(np.isnan(covariance[1]).all() for covariance in shared.values())
    read_counts = count_estimates.read_all_counts(con, windows.axes, METHOD)
    plain = observed_counts(read_counts, level, windows)
    both = {"case": weights, "lot": weights}
    brought = count_estimates.standardised_estimates(read_counts, level, both, windows, COUNTED, plain, METHOD)
    for item in brought.values():
        assert np.isnan(item.value[1]).all() and not item.estimable[1].any()
        assert item.estimable.any()


def test_a_heavy_case_is_not_taken_for_many(con, level, windows):
    """A curve ends where the effective number at risk is too small, whatever the weights' scale."""
    cells = read(con, windows, "case")
    one = random_weights(level, windows, 3)
    ten = replace(one, weight=one.weight * 10)
    a, b = (weighted_curves(cells, level, w, windows, METHOD) for w in (one, ten))
    assert (a.n_estimable_bins == b.n_estimable_bins).all()
    assert a.risk == pytest.approx(b.risk)
    assert a.hazard == pytest.approx(b.hazard)
    strict = replace(METHOD, min_at_risk=60)
    assert (weighted_curves(cells, level, ten, windows, strict).n_estimable_bins < a.n_estimable_bins).any()


# ---------------------------------------------------------------- direct standardisation


def test_a_cohort_is_standardised_directly():
    """All filed in a year and followed beyond the grid, so the curve of a stratum is its share paid
    so far: weighted, it is the sum over strata of wanted share x that share (Fleiss, Levin and Paik
    2003, section 19.3), at every horizon."""
    rng, cases = Random(8), []
    kinds = {("financial_loan", "person"): 60, ("sale", "company"): 400, ("labour", None): 900}
    for number in range(1200):
        (cause, debtor), pace = rng.choice(list(kinds.items()))
        court = "K1" if rng.random() < (0.8 if cause == "sale" else 0.3) else "K2"
        filed = date(2021, 1, 1) + timedelta(days=rng.randrange(365))
        closed = filed + timedelta(days=int(rng.expovariate(1 / pace)))
        mode = rng.choice(["completed", "completed", "zhongben", "cancelled"])
        more = {"closed_on": closed, "close_mode": mode} if closed <= date(2025, 12, 31) else {}
        cases.append(Case(f"c{number}", court, filed, cause=cause, debtor_kind=debtor, **more))
    last = date(2025, 12, 31)
    observed = {source: (date(2021, 1, 1), last) for source in (1, 2)}
    with World(cases=tuple(cases), observed=observed).connect() as con:
        compute_measures(con, METHOD)
        frame = PanelAxes(("K1", "K2"), periods.parse("2021Q1"), periods.parse("2025Q4"))
        windows = Windows(frame, frame.n_periods, np.array([frame.n_periods - 1]))
        courts = Places("court", frame.courts, [np.array([0]), np.array([1])])
        cells = read(con, windows, "case")
        own = case_mix.entry_mix(cells, courts, frame, windows, GRID.n_strata)
        wanted = own.sum(axis=0, keepdims=True)
        weights = case_mix.standardisation_weights(own, wanted, CaseMix(100, 0.01))
        curves = weighted_curves(cells, courts, weights, windows, METHOD)
        number = {label: n for n, label in labels(con).items()}
    assert (weights.overlap == 1).all()
    assert np.abs(weights.weight[own > 0] - 1).max() > 0.3, "nothing is standardised"
    for position, event in enumerate(METHOD.process_events("case")):
        for months in (3, 12, 24, 36):
            item = incidence.mass_functional(curves, position, incidence.incidence_weights(METHOD.ages, months))
            for unit, court in enumerate(frame.courts):
                expected = 0.0
                for stratum in np.flatnonzero(wanted[0, 0]):
                    mine = [
                        c
                        for c in cases
                        if c.court_id == court and number[strata_of.stratum_of_case(c, METHOD)] == stratum
                    ]
                    paid = [
                        c
                        for c in mine
                        if c.closed_on
                        and METHOD.closing_event(c.close_mode, "") == event
                        and (c.closed_on - c.filed_on).days <= months_to_days(months)
                    ]
                    expected += wanted[0, 0, stratum] / len(cases) * len(paid) / len(mine)
                assert item.value[unit, 0] == pytest.approx(expected, abs=1e-12)


# ---------------------------------------------------------------- counts, from rows


def observed_counts(found: count_estimates.Counts, level: Places, windows: Windows) -> dict[str, IndicatorEstimate]:
    totals = count_estimates.window_totals(found.totals, windows, level)
    return count_estimates.observed_estimates(totals, found.ratios, level, windows, COUNTED, METHOD)


def cells_of(
    rows: recount.Counts, con, weights: CaseWeights, level: Places, windows: Windows, at: tuple[int, int]
) -> list[tuple[float, int, tuple, dict[str, float]]]:
    """Counted cells of the courts of a unit up to the end of a window: the weight of a case, how
    many periods before the end, the other keys, and the counts."""
    unit, window = at
    number = {label: n for n, label in labels(con).items()}
    courts = courts_of(level, unit, windows)
    end = windows.axes.first_period + int(windows.ends[window])
    return [
        (float(weights.weight[unit, window, number[stratum]]), end - quarter, tuple(rest), cell)
        for (court, stratum, quarter, *rest), cell in rows.items()
        if court in courts and quarter <= end
    ]


def test_counts_of_weighted_cases(world, con, level, windows):
    """Shares, stocks, first rounds, means, amounts and medians, against sums over recounted rows;
    cases and lots by weights of their own."""
    weights = {c: random_weights(level, windows, seed) for c, seed in (("case", 5), ("lot", 6))}
    found = count_estimates.read_all_counts(con, windows.axes, METHOD)
    plain = observed_counts(found, level, windows)
    brought = count_estimates.standardised_estimates(found, level, weights, windows, COUNTED, plain, METHOD)
    assert {i.estimate.kind for i in COUNTED} == set(count_estimates.COUNT_KINDS)
    of_cases = recount.case_counts(world, recount.QUARTERS, METHOD)
    of_rounds = recount.round_counts(world, recount.QUARTERS, METHOD)
    prices = recount.price_ratios(world, recount.QUARTERS, METHOD)
    for at in product(range(len(level.ids)), CHECKED):
        for indicator in COUNTED:
            spec = indicator.estimate
            if spec.kind == "median":
                cells = cells_of(prices, con, weights["lot"], level, windows, at)
                value, se = plain_counts.median(cells)
            else:
                on_lots = spec.denominator in ("first_held", "held")
                rows, by = (of_rounds, "lot") if on_lots else (of_cases, "case")
                cells = cells_of(rows, con, weights[by], level, windows, at)
                stage = "first" if spec.denominator == "first_held" else None
                value, se = plain_counts.quotient(spec, cells, stage)
            mine = brought[indicator.id]
            assert mine.value[at] == pytest.approx(value, rel=1e-9), indicator.id
            assert mine.se[at] == pytest.approx(se, rel=1e-7), indicator.id
            assert mine.n[at] == plain[indicator.id].n[at]
            assert mine.value[at] != pytest.approx(plain[indicator.id].value[at], rel=1e-5)


def test_counts_of_cases_that_weigh_one(con, windows):
    found = count_estimates.read_all_counts(con, windows.axes, METHOD)
    for each in read_places(con):
        plain = observed_counts(found, each, windows)
        both = {"case": ones(each, windows), "lot": ones(each, windows)}
        brought = count_estimates.standardised_estimates(found, each, both, windows, COUNTED, plain, METHOD)
        for name, item in plain.items():
            for part in ("value", "se", "n", "estimable"):
                mine, theirs = getattr(brought[name], part), getattr(item, part)
                np.testing.assert_allclose(mine, theirs, rtol=1e-12, atol=1e-12, err_msg=name)
            assert (~np.isnan(item.value)).any()


@pytest.mark.parametrize("name", sorted((CASE_COUNTS | AUCTION_COUNTS) - NO_PART))
def test_every_count_that_a_method_may_name(con, level, windows, name):
    """A method may make a share of any: weighted by 1 it is the share as observed, and what is of
    no stratum is left out."""
    [share, *_] = [i for i in COUNTED if i.estimate.kind == "share"]
    whole = next(pair[1] for pair in WHOLES if name in pair[0])
    spec = replace(share.estimate, numerator=name, denominator=whole)
    wanted = [replace(share, estimate=spec)]
    found = count_estimates.read_all_counts(con, windows.axes, METHOD)
    totals = count_estimates.window_totals(found.totals, windows, level)
    plain = count_estimates.observed_estimates(totals, found.ratios, level, windows, wanted, METHOD)
    both = {"case": ones(level, windows), "lot": ones(level, windows)}
    brought = count_estimates.standardised_estimates(found, level, both, windows, wanted, plain, METHOD)
    if name in count_estimates.UNSTRATIFIED_COUNTS:
        assert brought == {}
        return
    mine, theirs = brought[share.id], plain[share.id]
    np.testing.assert_allclose(mine.value, theirs.value, rtol=1e-12)
    assert np.isfinite(theirs.value).all()
