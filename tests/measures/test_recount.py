"""Every measure against the same counted from the rows in plain Python, by quarter, month, year."""

import pytest

from index_engine.measures.measure import MEASURES, measure
from index_engine.method import Method, load
from tests.measures import recount
from tests.measures.recount import MONTHS, QUARTERS, YEARS, Calendar
from tests.measures.tables import nonzero, read_cells, read_counts, read_ratios
from tests.worlds import World, random_world


@pytest.fixture(scope="module")
def method() -> Method:
    return load()


@pytest.fixture(scope="module")
def world() -> World:
    return random_world(seed=7)


@pytest.fixture(scope="module", params=[QUARTERS, MONTHS, YEARS], ids=["quarter", "month", "year"])
def measured(request, world: World, method: Method):
    """A connection with the measures, and the calendar they are kept by."""
    with world.connect() as con:
        measure(con, method, period_of=request.param.of)
        yield con, request.param


def test_the_world_has_what_the_recount_is_to_catch(world: World, method: Method):
    found = recount.spells(world, method)
    first = [c for c in world.cases if c.case_type == "first"]
    assert any(s.entry > s.start and s.clock == "lot" for s in found), "no lot carried in"
    assert any(s.age(s.stop) > recount.edges(method)[-1] for s in found), (
        "no spell beyond the horizon"
    )
    assert len([s for s in found if s.clock == "case"]) < len(first), "no case left out"
    assert {s.event for s in found} >= {"cash", "zhongben", "other", "open", "sold", "gone"}
    assert max(r.round_no for r in world.rounds) == 4
    modes = {c.recovery_mode for c in first if c.close_mode == "completed"}
    assert modes >= {"cash", "instalment", "setoff", "asset_swap", "restructuring", None}
    assert any(c.recovery_mode for c in first if c.close_mode == "zhongben")
    assert any(c.number_year == c.filed_on.year - 1 for c in first)


@pytest.mark.parametrize("name", ["entered", "carried"])
def test_spells_in_by_age(measured, world: World, method: Method, name: str):
    con, calendar = measured
    found = recount.spells(world, method)
    expected = getattr(recount, name)(found, calendar, recount.edges(method))
    columns = "clock::VARCHAR, court_id::VARCHAR, period, age_bin, n, elapsed"
    assert read_cells(con, name, columns) == expected


def test_spells_out_by_age_event_and_cohort(measured, world: World, method: Method):
    con, calendar = measured
    found = recount.spells(world, method)
    expected = recount.exits(found, calendar, recount.edges(method))
    columns = "clock::VARCHAR, court_id::VARCHAR, cohort, period, event::VARCHAR, age_bin, n"
    assert read_cells(con, "exits", columns + ", elapsed") == expected


def test_case_counts(measured, world: World, method: Method):
    con, calendar = measured
    expected = recount.case_counts(world, calendar, method.claim_cap)
    assert read_counts(con, "case_counts", ("court_id", "period")) == nonzero(expected)


def test_coverage(measured, world: World):
    con, calendar = measured
    expected = recount.coverage(world, calendar)
    assert read_counts(con, "coverage", ("court_id", "period")) == nonzero(expected)


def test_round_counts(measured, world: World):
    con, calendar = measured
    expected = recount.round_counts(world, calendar)
    assert read_counts(con, "round_counts", ("court_id", "period", "stage")) == nonzero(expected)


def test_lot_counts(measured, world: World):
    con, calendar = measured
    expected = recount.lot_counts(world, calendar)
    assert read_counts(con, "lot_counts", ("court_id", "period")) == nonzero(expected)


def test_price_ratios(measured, world: World, method: Method):
    con, calendar = measured
    expected = recount.price_ratios(world, calendar, method.ratio_step)
    assert read_ratios(con) == expected


def test_the_tables_are_the_ones_named(measured):
    con, _ = measured
    rows = con.execute(
        "SELECT table_name FROM duckdb_tables() WHERE schema_name = 'measures'"
    ).fetchall()
    assert {name for (name,) in rows} == {*MEASURES, "windows"}


def test_a_calendar_begins_each_period_on_its_first_day():
    """The recount's own footing."""
    for calendar in (MONTHS, QUARTERS, YEARS, Calendar(6)):
        for period in range(calendar.of(recount.date(2019, 1, 1)), calendar.of(recount.date.max)):
            day = calendar.first_day(period)
            assert calendar.of(day) == period
            assert calendar.of(day - recount.DAY) == period - 1
