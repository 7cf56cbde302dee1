"""A court whose cases come in one list after another: a list of each year, lists with a gap between them,
deliveries that tell no more of the cases of those before."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import duckdb
import pytest

from index_engine.importing.validation.load import LoadResult
from tests.truth.product import build_main_method, court_estimates, import_file, mapping_text
from tests.truth.simulator import CourtPlan, Hazards, Row, World, all_cases, write_cases
from tests.truth.test_worlds import court_names

START, CUT = date(2019, 1, 1), date(2024, 12, 31)
TRUTH = Hazards().incidence("cash", 24)
YEARS = range(START.year, CUT.year + 1)


@pytest.fixture(scope="module")
def world() -> World:
    courts = tuple(CourtPlan(name, cases_per_month=50.0) for name in court_names(2))
    return World(courts, START, CUT, seed=1).simulate()


def known_between(rows: list[Row], first: date, last: date) -> list[Row]:
    """What a list of the cases under way between two days says, written on the latter."""
    return [
        replace(row, closed_on=None, closing=None) if row.closed_on is not None and row.closed_on > last else row
        for row in rows
        if row.case.filed_on <= last and (row.closed_on is None or row.closed_on >= first)
    ]


def bring_in(
    warehouse: Path, name: str, rows: list[Row], first: date, last: date, holds: str = "all_cases"
) -> LoadResult:
    file = write_cases(warehouse.with_name(f"{name}-{last}.csv"), rows)
    text = mapping_text(name, (first, last)).replace("[source]", f'[source]\nholds = "{holds}"')
    return import_file(warehouse, "cases", file, text)


def year(number: int) -> tuple[date, date]:
    return date(number, 1, 1), date(number, 12, 31)


def pending(warehouse: Path) -> int:
    with duckdb.connect(str(warehouse), read_only=True) as con:
        [(n,)] = con.execute("SELECT SUM(filed + initial_stock - closed) FROM measures.case_counts").fetchall()
    return int(n)


def assert_right(warehouse: Path, labels: Callable[[str], bool]) -> None:
    rows = court_estimates(warehouse, "cash_24m")
    rows = rows[rows["period"].map(labels)]
    assert len(rows) and (rows["status"] == "estimated").all(), rows
    z = (rows["value"] - TRUTH) / rows["se"]
    assert (z.abs() < 3.5).all() and abs(z.mean()) < 1.2, rows.assign(z=z)


def signals(warehouse: Path) -> list[tuple[str, ...]]:
    with duckdb.connect(str(warehouse), read_only=True) as con:
        return con.execute("SELECT level, place_id, period, statistic FROM index.exceptions").fetchall()


def test_a_list_of_each_year_tells_what_one_of_all_years_tells(tmp_path: Path, world: World) -> None:
    """A case in the lists of three years was under way in the first of them, too."""
    warehouse = tmp_path / "w.duckdb"
    for number in YEARS:
        bring_in(warehouse, f"list of {number}", known_between(all_cases(world), *year(number)), *year(number))
    build_main_method(warehouse)
    assert_right(warehouse, lambda period: period >= "2019Q4")
    assert pending(warehouse) == sum(case.filed_on <= CUT < case.ended_on for case in world.cases)
    assert signals(warehouse) == []


def test_of_two_lists_the_days_between_are_observed_by_none(tmp_path: Path, world: World) -> None:
    warehouse = tmp_path / "w.duckdb"
    spans = (START, date(2020, 12, 31)), (date(2022, 7, 1), CUT)
    for name, span in zip(("early", "late"), spans, strict=True):
        bring_in(warehouse, name, known_between(all_cases(world), *span), *span)
    build_main_method(warehouse)
    assert_right(warehouse, lambda period: period <= "2020Q4" or period >= "2023Q2")
    rows = court_estimates(warehouse, "cash_24m")
    assert (rows.loc[rows["period"].between("2021Q2", "2022Q4"), "status"] == "not_observed").all()
    # What was closed in the gap is pending no more.
    assert pending(warehouse) == sum(case.filed_on <= CUT < case.ended_on for case in world.cases)
    assert signals(warehouse) == []


def test_deliveries_that_give_up_the_cases_of_those_before_end_where_each_ended(tmp_path: Path, world: World) -> None:
    """Each delivery of one source has the filings of its own year: nobody knows how those ended that were open
    when it was written, and they are not open for ever."""
    warehouse = tmp_path / "w.duckdb"
    for number in YEARS:
        first, last = year(number)
        filed = [row for row in known_between(all_cases(world), first, last) if row.case.filed_on >= first]
        notices = bring_in(warehouse, "filings", filed, first, last).notices
    known = [case for case in world.cases if START.year <= case.filed_on.year < CUT.year]
    open_in_own = sum(case.ended_on.year > case.filed_on.year for case in known)
    [notice] = notices  # the importer reads it at once
    assert notice.code == "unfollowed_deliveries"
    assert notice.parameters["cases"] == open_in_own and notice.parameters["day"] == date(2023, 12, 31)
    assert notice.parameters["deliveries"] == len(YEARS) - 1
    build_main_method(warehouse)
    rows = court_estimates(warehouse, "cash_24m")
    assert (rows["status"] == "not_estimable").all() and rows["value"].isna().all(), rows
    with duckdb.connect(str(warehouse), read_only=True) as con:
        ends = con.execute(
            "SELECT DISTINCT DATE '1970-01-01' + from_day, DATE '1970-01-01' + end_day - 1 FROM measures.windows ORDER BY 1"
        ).fetchall()
    assert ends == [year(number) for number in YEARS]


def test_deliveries_that_correct_those_before_are_one_list(tmp_path: Path, world: World) -> None:
    """Each quarter a delivery with what came in, and what was closed, in it."""
    warehouse = tmp_path / "w.duckdb"
    days = [(date(2023, 1, 1), date(2023, 12, 31)), *((date(2024, m, 1), d) for m, d in QUARTERS_OF_2024)]
    for first, last in days:
        rows = known_between(all_cases(world), first, last)
        told = [row for row in rows if row.case.filed_on >= first or row.closed_on or first.year == 2023]
        assert not bring_in(warehouse, "register", told, first, last).notices
    build_main_method(warehouse)
    assert_right(warehouse, lambda period: period >= "2023Q4")
    assert pending(warehouse) == sum(case.filed_on <= CUT < case.ended_on for case in world.cases)


QUARTERS_OF_2024 = [(1, date(2024, 3, 31)), (4, date(2024, 6, 30)), (7, date(2024, 9, 30)), (10, CUT)]
