"""Waits for single steps: when a process runs, what ends it, and days that cannot be."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from index_engine.measures.compute import compute_measures
from index_engine.method import load_method
from tests.measures import recount, step_waits
from tests.measures.recount import QUARTERS
from tests.steps import LATE, LATE_FROM, SILENT, with_steps
from tests.worlds import CASES, Case, World, random_world

METHOD = load_method()
STEPS = [process for process, *_ in step_waits.CLOCKS]
FILED = date(2022, 3, 1)
# A case of long ago, whose steps are dated: from then on its court records all of them.
EARLIER = Case(
    "earlier", "K1", date(2021, 2, 1), date(2021, 12, 1), "zhongben",
    has_assets=True, notified_on=date(2021, 2, 3), queried_on=date(2021, 2, 4),
    seized_on=date(2021, 2, 5), priced_on=date(2021, 2, 6), first_listed_on=date(2021, 2, 7),
)  # fmt: skip


def on(day: int) -> date:
    """So many days after filing."""
    return FILED + timedelta(days=day)


def case(**fields) -> Case:
    return Case("c", "K1", FILED, **({"has_assets": True} | fields))


def ends(*cases: Case, names: dict[int, str] | None = None) -> dict[str, list[tuple[str, int]]]:
    """Events of the step clocks and the days until them, of spells begun in 2022; `names` are
    those of sources, of which there is one each otherwise."""
    sources = {one.source_id for one in cases} | set(names or {})
    world = World(cases=cases, observed=dict.fromkeys(sorted(sources | {CASES}), _OBSERVED))
    with world.connect() as con:
        for source, name in (names or {}).items():
            con.execute("UPDATE sources SET kind = 'cases', name = ? WHERE source_id = ?",
                        [name, source])  # fmt: skip
        compute_measures(con, METHOD)
        rows = con.execute(
            "SELECT process::VARCHAR, event::VARCHAR, age_bin, elapsed_days, n FROM measures.exits"
            " WHERE cohort >= ? ORDER BY ALL",
            [QUARTERS.of(date(2022, 1, 1))],
        ).fetchall()
    first_day = recount.edges(METHOD)
    found: dict[str, list[tuple[str, int]]] = {}
    for process, event, age_bin, elapsed_days, n in rows:
        if process in STEPS:
            assert n == 1
            found.setdefault(process, []).append((event, first_day[age_bin] + elapsed_days))
    return found


_OBSERVED = (date(2021, 1, 1), date(2024, 12, 31))
OPEN = (_OBSERVED[1] - FILED).days + 1  # the first day no longer observed


def test_each_step_is_counted_from_where_it_starts():
    one = case(notified_on=on(5), queried_on=on(8), seized_on=on(20), priced_on=on(75),
               first_listed_on=on(90))  # fmt: skip
    assert ends(EARLIER, one) == {
        "notified": [("notified", 5)],
        "queried": [("queried", 8)],
        "seized": [("seized", 20)],
        "priced": [("priced", 55)],
        "offered": [("listed", 15)],
    }


def test_a_case_without_a_step_waits_for_it_and_for_no_later_one():
    assert ends(EARLIER, case()) == {c: [("open", OPEN)] for c in ("notified", "queried", "seized")}
    closed = ends(EARLIER, case(closed_on=on(40), close_mode="terminated"))
    assert closed == {c: [("closed", 40)] for c in ("notified", "queried", "seized")}


def test_only_property_that_must_be_sold_waits_to_be_seized_and_priced():
    steps = {"seized_on": on(20), "priced_on": on(30), "first_listed_on": on(40)}
    for unknown in (False, None):
        assert set(ends(EARLIER, case(has_assets=unknown, **steps))) == {"notified", "queried"}


def test_what_was_preserved_before_filing_is_seized_from_the_start():
    found = ends(EARLIER, case(seized_on=on(-200), priced_on=on(50)))
    assert found["seized"] == [("seized", 0)]
    assert found["priced"] == [("priced", 50)]


@pytest.mark.parametrize(
    ("wrong", "lost"),
    [
        ({"notified_on": on(-1)}, "notified"),
        ({"queried_on": on(-1)}, "queried"),
        ({"seized_on": on(9), "priced_on": on(8)}, "priced"),
        ({"priced_on": on(9), "first_listed_on": on(8)}, "offered"),
    ],
)
def test_days_that_cannot_be_leave_the_case_out_of_that_clock_alone(wrong: dict, lost: str):
    found = ends(EARLIER, case(**wrong))
    assert lost not in found
    assert set(found) >= {"notified", "queried", "seized"} - {lost}


def test_of_a_step_and_the_closing_the_first_counts():
    """A step dated after the closing is of the case that resumed it."""
    late = case(closed_on=on(100), close_mode="zhongben", seized_on=on(101), priced_on=on(150))
    found = ends(EARLIER, late)
    assert found["seized"] == [("closed", 100)]
    assert "priced" not in found
    same_day = case(closed_on=on(100), close_mode="zhongben", seized_on=on(100))
    assert ends(EARLIER, same_day)["seized"] == [("seized", 100)]


def test_a_step_after_the_window_is_not_yet_known():
    assert ends(EARLIER, case(seized_on=on(OPEN)))["seized"] == [("open", OPEN)]


# ---------------------------------------------------------------- where a step is recorded


def test_no_case_waits_for_a_step_that_nobody_dates():
    """Neither a file without the columns nor a court that leaves them empty."""
    assert ends(case()) == {}
    elsewhere = replace(EARLIER, court_id="K2")
    assert ends(elsewhere, case()) == {}
    other_file = replace(EARLIER, source_id=7)
    assert ends(other_file, case()) == {}


def test_a_step_is_waited_for_from_the_day_its_court_began_to_date_it():
    began = replace(EARLIER, case_id="began", filed_on=on(-9), notified_on=on(3), closed_on=None,
                    close_mode=None, queried_on=None, seized_on=None, priced_on=None,
                    first_listed_on=None)  # fmt: skip
    before, since = case(), replace(case(), case_id="since", filed_on=on(3))
    assert ends(began, before, since) == {"notified": [("open", OPEN - 3)]}


def test_a_day_before_filing_does_not_begin_it():
    slip = replace(EARLIER, case_id="slip", notified_on=EARLIER.filed_on - timedelta(days=1))
    assert "notified" not in ends(slip, case())
    # But a seizure before filing is one.
    preserved = replace(EARLIER, seized_on=EARLIER.filed_on - timedelta(days=300))
    assert ends(preserved, case())["seized"] == [("open", OPEN)]


def test_deliveries_of_one_source_are_read_together():
    """The second brings the dates; the case of the first is still without any, and waits."""
    second = replace(EARLIER, source_id=7)
    assert ends(second, case(), names={CASES: "a", 7: "b"}) == {}
    together = ends(second, case(), names={CASES: "a", 7: "a"})
    assert together["notified"] == [("open", OPEN)]


# ---------------------------------------------------------------- the whole


def test_the_random_world_has_every_trap_of_the_recount():
    world = with_steps(random_world(seed=7), seed=7)
    first = [c for c in world.cases if c.case_type == "first"]
    for step in ("notified_on", "priced_on", "seized_on"):
        assert any(getattr(c, step) and getattr(c, step) < c.filed_on for c in first), step
    assert any(c.seized_on and c.priced_on and c.priced_on < c.seized_on for c in first)
    assert any(c.seized_on and c.closed_on and c.seized_on > c.closed_on for c in first)
    assert not any(c.notified_on for c in first if c.court_id.startswith(SILENT))
    of_late = [c for c in first if c.court_id == LATE and c.filed_on < LATE_FROM]
    assert of_late and all(c.notified_on is None or c.notified_on >= LATE_FROM for c in of_late)


def test_a_court_that_records_no_step_has_no_wait_for_one():
    world = with_steps(random_world(seed=7), seed=7)
    with world.connect() as con:
        compute_measures(con, METHOD)
        rows = con.execute("SELECT DISTINCT court_id::VARCHAR FROM measures.entries WHERE stratum IS NULL").fetchall()
    courts = {court for (court,) in rows}
    assert courts == {c.court_id for c in world.courts if not c.court_id.startswith(SILENT)}
