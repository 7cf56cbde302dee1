"""Coverage by case numbers and the ways of recovery, on rows few enough to count by hand."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index_engine.measures.compute import compute_measures
from index_engine.method import load_method
from tests.measures import recount, strata_of
from tests.measures.recount import QUARTERS
from tests.measures.tables import nonzero, read_counts
from tests.worlds import CASES, OBSERVED, Case, Sequences, World

METHOD = load_method()
LATER = 3  # a second source of cases
Q1, Q2, Q3, Q4 = (QUARTERS.of(date(2022, month, 1)) for month in (1, 4, 7, 10))


def numbered(case_id: str, day: str, **more) -> Case:
    return Case(case_id, "K1", date.fromisoformat(day), number_year=2022, **more)


def covered(world: World) -> dict[int, tuple[int, int]]:
    """Received and expected of court K1 by period."""
    with world.connect() as con:
        compute_measures(con, METHOD)
        rows = con.execute(
            "SELECT court_id, period, numbered_received, numbered_expected FROM measures.coverage"
        ).fetchall()
    assert {court for court, *_ in rows} <= {"K1"}
    return {period: (received, expected) for _, period, received, expected in rows}


def test_the_missing_are_spread_as_the_received():
    cases = (numbered("a", "2022-01-10"), numbered("b", "2022-05-01"), numbered("c", "2022-05-02"))
    world = World(cases=cases, sequences=(Sequences("K1", 2022, 1, 10, 3),))
    assert covered(world) == {Q1: (1, 3), Q2: (2, 7)}


def test_no_more_expected_than_received_is_whole():
    cases = (numbered("a", "2022-01-10"), numbered("b", "2022-05-01"))
    world = World(cases=cases, sequences=(Sequences("K1", 2022, 7, 8, 2),))
    assert covered(world) == {Q1: (1, 1), Q2: (1, 1)}
    # Two cases of one number, 之一 and 之二: not less than what came.
    world = World(cases=cases, sequences=(Sequences("K1", 2022, 7, 7, 1),))
    assert covered(world) == {Q1: (1, 1), Q2: (1, 1)}


def test_deliveries_of_one_year_are_one_series_of_numbers():
    """Each knows part of it: sums of the two would be more, or fewer, than there are."""
    cases = (
        numbered("a", "2022-01-10"),
        numbered("b", "2022-05-01", source_id=LATER),
        numbered("c", "2022-05-02", source_id=LATER),
    )
    sequences = (Sequences("K1", 2022, 1, 4, 1), Sequences("K1", 2022, 3, 9, 2, source_id=LATER))
    world = World(cases=cases, observed={CASES: OBSERVED, LATER: OBSERVED}, sequences=sequences)
    assert covered(world) == {Q1: (1, 3), Q2: (2, 6)}


def test_what_has_no_part_in_coverage():
    cases = (
        numbered("a", "2022-07-01"),
        numbered("resumed", "2022-07-01", case_type="resumed"),
        Case("no number", "K1", date(2022, 7, 1)),
        Case("no sequences", "K2", date(2022, 7, 1), number_year=2022),
        replace(numbered("before the window", "2020-12-30"), number_year=2020),
    )
    sequences = (
        Sequences("K1", 2022, 1, 2, 1),
        Sequences("K1", 2022, 1, 99, 1, case_type="resumed"),
        Sequences("K1", 2020, 1, 99, 1),
    )
    assert covered(World(cases=cases, sequences=sequences)) == {Q3: (1, 2)}


def test_without_case_numbers_there_is_no_coverage():
    assert covered(World(cases=(Case("a", "K1", date(2022, 7, 1)),))) == {}


@settings(max_examples=25, deadline=None)
@given(days=st.lists(st.integers(0, 364), min_size=1, max_size=40), missing=st.integers(0, 60))
def test_the_quarters_of_a_year_add_up_to_its_numbers(days: list[int], missing: int):
    first = date(2022, 1, 1)
    cases = tuple(numbered(f"c{n}", (first + timedelta(days=day)).isoformat()) for n, day in enumerate(days))
    highest = len(days) + missing
    found = covered(World(cases=cases, sequences=(Sequences("K1", 2022, 1, highest, len(days)),)))
    assert sum(received for received, _ in found.values()) == len(days)
    assert sum(expected for _, expected in found.values()) == highest
    assert all(received <= expected for received, expected in found.values())


# ---------------------------------------------------------------- ways of recovery


@pytest.mark.parametrize(
    ("close_mode", "recovery_mode", "event"),
    [
        ("completed", None, "cash"),
        ("completed", "cash", "cash"),
        ("completed", "instalment", "cash"),
        ("completed", "setoff", "satisfied"),
        ("completed", "asset_swap", "satisfied"),
        ("zhongben", "setoff", "zhongben"),
        (None, "setoff", "other"),
    ],
)
def test_property_taken_is_not_cash(close_mode: str | None, recovery_mode: str | None, event: str):
    case = numbered("a", "2022-01-10", closed_on=date(2022, 11, 1), close_mode=close_mode, recovery_mode=recovery_mode)
    world = World(cases=(case,))
    with world.connect() as con:
        compute_measures(con, METHOD)
        out = con.execute("SELECT event::VARCHAR, period FROM measures.exits WHERE process = 'case'").fetchall()
        counts = read_counts(con, "case_counts")
    assert out == [(event, Q4)]
    assert counts == nonzero(recount.case_counts(world, QUARTERS, METHOD))
    known = int(close_mode == "completed" and recovery_mode is not None)
    stratum = strata_of.stratum_of_case(case, METHOD)
    assert counts["K1", stratum, Q4]["recovered_known"] == known


# ---------------------------------------------------------------- deliveries


def test_a_delivery_that_brought_nothing_new_still_watched():
    """Half a year without news is observed all the same: the case is open until its end."""
    windows = {CASES: (date(2022, 1, 1), date(2022, 6, 30)), LATER: (date(2022, 7, 1), date(2022, 12, 31))}
    world = World(cases=(numbered("a", "2022-01-10"),), observed=windows)
    with world.connect() as con:
        con.execute("UPDATE sources SET kind = 'cases', name = 'one source'")
        compute_measures(con, METHOD, period_function=date.toordinal)
        out = con.execute("SELECT event::VARCHAR, period FROM measures.exits").fetchall()
    assert out == [("open", date(2022, 12, 31).toordinal())]
