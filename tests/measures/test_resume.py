"""The process from 终本 to resumption, on rows few enough to see."""

from datetime import date, timedelta

import pytest

from index_engine.measures.compute import compute_measures
from index_engine.method import load_method
from tests.measures import recount
from tests.measures.recount import QUARTERS
from tests.worlds import CASES, OBSERVED, Case, World

METHOD = load_method()
FIRST, LAST = OBSERVED
END = LAST + timedelta(days=1)  # the first day no longer observed
CLOSED = date(2022, 6, 1)
AGAIN = date(2022, 9, 1)
LATER = 3  # a second source of cases


def closed(on: date = CLOSED, **fields) -> Case:
    mode = {"close_mode": "zhongben"} | fields
    return Case("c1", "K1", on - timedelta(days=200), on, **mode)


def resumes(case_id: str, filed_on: date, court_id: str = "K1", **fields) -> Case:
    given = {"case_type": "resumed", "parent_case_id": "c1"} | fields
    return Case(case_id, court_id, filed_on, **given)


def spells(*cases: Case, observed: dict | None = None) -> list[tuple[str, int]]:
    """Event and age at the end, in days since closing, of every spell of the process."""
    world = World(cases=cases, observed=observed or {CASES: OBSERVED})
    with world.connect() as con:
        compute_measures(con, METHOD)
        came = con.execute("SELECT SUM(n), SUM(elapsed_days) FROM measures.entries WHERE process = 'resume'").fetchall()
        rows = con.execute(
            "SELECT event::VARCHAR, age_bin, n, elapsed_days, cohort FROM measures.exits WHERE process = 'resume'"
        ).fetchall()
    if not rows:
        assert came == [(None, None)]
        return []
    [(event, age_bin, n, elapsed_days, cohort)] = rows
    assert n == 1 and cohort == QUARTERS.of(cases[0].closed_on)
    assert came == [(1, 0)], "not observed from its beginning"
    return [(event, recount.edges(METHOD)[age_bin] + elapsed_days)]


# Of some case: the source tells of resumptions.
OTHER = resumes("r9", AGAIN, parent_case_id="c9")


def until(day: date, begun: date = CLOSED) -> int:
    return (day - begun).days


def test_a_case_is_watched_from_its_closing_to_its_resumption():
    assert spells(closed(), resumes("r1", AGAIN)) == [("resumed", until(AGAIN))]


def test_a_case_never_resumed_is_watched_to_the_end():
    other = resumes("r1", AGAIN, parent_case_id="c2")
    unnamed = resumes("r2", AGAIN, parent_case_id=None)
    assert spells(closed(), other, unnamed) == [("open", until(END))]


@pytest.mark.parametrize("others", [(), (resumes("r1", AGAIN, parent_case_id=None),)])
def test_where_no_case_names_one_that_it_resumes_nothing_is_known_of_resumptions(others: tuple[Case, ...]):
    """A list of first enforcement alone tells of none; that is not 0 % resumed."""
    assert spells(closed(), *others) == []


def test_of_two_resumptions_the_first_counts():
    later = resumes("r1", date(2023, 3, 1))
    assert spells(closed(), later, resumes("r2", AGAIN)) == [("resumed", until(AGAIN))]


def test_resumed_on_the_day_of_closing():
    assert spells(closed(), resumes("r1", CLOSED)) == [("resumed", 0)]


def test_a_resumption_before_the_closing_is_none():
    early = resumes("r1", CLOSED - timedelta(days=1))
    assert spells(closed(), early) == [("open", until(END))]


def test_a_resumption_before_the_closing_does_not_hide_a_later_one():
    early = resumes("r1", CLOSED - timedelta(days=1))
    assert spells(closed(), early, resumes("r2", AGAIN)) == [("resumed", until(AGAIN))]


@pytest.mark.parametrize(("day", "event"), [(LAST, "resumed"), (END, "open")])
def test_a_resumption_after_the_window_is_not_yet_seen(day: date, event: str):
    assert spells(closed(), resumes("r1", day)) == [(event, until(day))]


@pytest.mark.parametrize("day", [FIRST, LAST])
def test_closed_on_the_first_or_the_last_day_observed(day: date):
    assert spells(closed(day), OTHER) == [("open", until(END, day))]


@pytest.mark.parametrize("day", [FIRST - timedelta(days=1), END])
def test_closed_outside_the_window_there_is_no_clock(day: date):
    """Not even for those resumed inside it: of the others, not resumed, a source knows nothing."""
    assert spells(closed(day), resumes("r1", AGAIN)) == []


@pytest.mark.parametrize("mode", ["completed", "terminated", "cancelled", None])
def test_only_what_was_closed_as_zhongben_can_be_resumed(mode: str | None):
    assert spells(closed(close_mode=mode), resumes("r1", AGAIN)) == []


def test_a_case_still_open_has_no_clock():
    open_case = Case("c1", "K1", date(2022, 1, 10))
    assert spells(open_case, resumes("r1", AGAIN)) == []


def test_a_resumed_case_closed_as_zhongben_again_starts_none():
    again = resumes("r1", AGAIN, closed_on=date(2023, 1, 9), close_mode="zhongben")
    third = resumes("r2", date(2023, 5, 1), parent_case_id="r1")
    assert spells(closed(), again, third) == [("resumed", until(AGAIN))]


@pytest.mark.parametrize("kind", ["first", "objection", "preservation"])
def test_only_a_resumed_case_resumes(kind: str):
    other = resumes("r1", AGAIN, case_type=kind)
    assert spells(closed(), other, OTHER) == [("open", until(END))]


def test_a_payment_does_not_move_the_closing():
    assert spells(closed(paid_out_on=date(2022, 5, 1)), OTHER) == [("open", until(END))]


def test_the_window_is_that_of_the_case_that_was_closed():
    """Its own source says until when it is known whether a case names it."""
    windows = {CASES: (FIRST, date(2022, 12, 31)), LATER: (date(2022, 7, 1), LAST)}
    early = resumes("r1", AGAIN, source_id=LATER)
    assert spells(closed(), early, observed=windows) == [("resumed", until(AGAIN))]
    late = resumes("r1", date(2023, 9, 1), source_id=LATER)
    assert spells(closed(), late, observed=windows) == [("open", until(date(2023, 1, 1)))]


def test_a_resumption_in_another_court_counts_where_the_case_was_closed():
    elsewhere = resumes("r1", AGAIN, court_id="K2", cause="labour", debtor_kind="person")
    world = World(cases=(closed(), elsewhere))
    with world.connect() as con:
        compute_measures(con, METHOD)
        rows = con.execute(
            "SELECT court_id::VARCHAR, debtor_kind, event::VARCHAR FROM measures.exits "
            "JOIN measures.strata USING (stratum) WHERE process = 'resume'"
        ).fetchall()
    assert rows == [("K1", "", "resumed")]
