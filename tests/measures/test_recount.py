"""Every measure against the same counted from the rows in plain Python, by quarter, month, year."""

from collections import Counter

import pytest

from index_engine.measures.compute import MEASURES, PROCESSES, compute_measures
from index_engine.method import Method, load_method
from tests.measures import recount, strata_of
from tests.measures.recount import MONTHS, QUARTERS, YEARS, Calendar
from tests.measures.tables import AGES, KEYS, labels, nonzero, read_cells, read_counts
from tests.steps import with_steps
from tests.worlds import World, random_world


@pytest.fixture(scope="module")
def method() -> Method:
    return load_method()


@pytest.fixture(scope="module")
def world() -> World:
    return with_steps(random_world(seed=7), seed=7)


@pytest.fixture(scope="module", params=[QUARTERS, MONTHS, YEARS], ids=["quarter", "month", "year"])
def measured(request, world: World, method: Method):
    """A connection with the measures, and the calendar they are kept by."""
    with world.connect() as con:
        compute_measures(con, method, period_function=request.param.of)
        yield con, request.param


def test_the_world_has_what_the_recount_is_to_catch(world: World, method: Method):
    found = recount.spells(world, method)
    first = [c for c in world.cases if c.case_type == "first"]
    assert any(s.entry > s.start and s.process == "lot" for s in found), "no lot carried in"
    assert any(s.age(s.stop) > recount.edges(method)[-1] for s in found), "no spell beyond the horizon"
    assert len([s for s in found if s.process == "case"]) < len(first), "no case left out"
    assert {s.event for s in found} >= {"cash", "zhongben", "other", "open", "sold", "gone"}
    assert {s.event for s in found if s.process == "resume"} == {"resumed", "open"}
    assert max(r.round_no for r in world.rounds) == 4
    modes = {c.recovery_mode for c in first if c.close_mode == "completed"}
    assert modes >= {"cash", "instalment", "setoff", "asset_swap", "restructuring", None}
    assert any(c.recovery_mode for c in first if c.close_mode == "zhongben")
    assert any(c.number_year == c.filed_on.year - 1 for c in first)


def test_the_world_has_every_stratum_there_is(measured, world: World, method: Method):
    con, _ = measured
    there = {strata_of.stratum_of_case(c, method) for c in world.cases}
    there |= {strata_of.stratum_of_lot(r, method) for r in world.rounds}
    assert there == set(labels(con).values())
    lots = recount.lots(world.rounds)
    of_rounds = [{strata_of.stratum_of_lot(r, method) for r in lot} for lot in lots]
    assert max(map(len, of_rounds)) > 1, "no lot has rounds of two strata"


def test_the_world_has_cases_resumed_again_and_too_early(world: World):
    resumed = [c for c in world.cases if c.case_type == "resumed"]
    closed_on = {c.case_id: c.closed_on for c in world.cases if c.close_mode == "zhongben"}
    with_parent = [c for c in resumed if c.parent_case_id in closed_on]
    assert max(Counter(c.parent_case_id for c in with_parent).values()) > 1
    assert any(c.filed_on < closed_on[c.parent_case_id] for c in with_parent)


@pytest.mark.parametrize("name", AGES)
def test_spells_by_age(measured, world: World, method: Method, name: str):
    con, calendar = measured
    found = recount.spells(world, method)
    expected = getattr(recount, name)(found, calendar, recount.edges(method))
    assert read_cells(con, name) == expected
    assert {process for process, *_ in expected} == set(PROCESSES)


@pytest.mark.parametrize("name", ["case_counts", "round_counts", "lot_counts", "price_ratios"])
def test_counts(measured, world: World, method: Method, name: str):
    con, calendar = measured
    expected = getattr(recount, name)(world, calendar, method)
    assert read_counts(con, name) == nonzero(expected)


def test_coverage(measured, world: World):
    con, calendar = measured
    expected = recount.coverage(world, calendar)
    assert read_counts(con, "coverage") == nonzero(expected)


def test_the_tables_are_the_ones_named(measured):
    con, _ = measured
    rows = con.execute("SELECT table_name FROM duckdb_tables() WHERE schema_name = 'measures'").fetchall()
    # Months are the same in every calendar, and recounted in test_monthly.
    assert {name for (name,) in rows} == {*MEASURES, "monthly", "strata", "windows", "court_windows", "claim_cap"}
    assert set(KEYS) == set(MEASURES)


def test_a_calendar_begins_each_period_on_its_first_day():
    """The recount's own footing."""
    for calendar in (MONTHS, QUARTERS, YEARS, Calendar(6)):
        for period in range(calendar.of(recount.date(2019, 1, 1)), calendar.of(recount.date.max)):
            day = calendar.first_day(period)
            assert calendar.of(day) == period
            assert calendar.of(day - recount.DAY) == period - 1
