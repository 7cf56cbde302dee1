"""A court that was abolished and the one that took over its cases, under their old days and numbers:
each has a case for the days on which it had it, whatever list tells of it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import duckdb
import pandas as pd
import pytest

from index_engine.importing.validation.load import LoadResult
from tests.truth.product import build_main_method, court_estimates, import_file, mapping_text
from tests.truth.simulator import CourtPlan, Hazards, Row, World, all_cases, merged, write_cases

START, CUT = date(2017, 1, 1), date(2023, 12, 31)
LAST_DAY = date(2021, 4, 8)  # of the court of Xiacheng, whose cases went to Gongshu (data/courts.csv)
OLD, HEIR = "浙江省杭州市下城区人民法院", "浙江省杭州市拱墅区人民法院"
TRUTH = Hazards().incidence("cash", 24)
YEARS_OF_OLD = ["2019Q4", "2020Q1", "2020Q2", "2020Q3", "2020Q4"]
YEARS_OF_HEIR = [*YEARS_OF_OLD, *(f"{year}Q{quarter}" for year in (2021, 2022, 2023) for quarter in (1, 2, 3, 4))]


@pytest.fixture(scope="module")
def world() -> World:
    courts = (
        CourtPlan(OLD, cases_per_month=150.0, last_day=LAST_DAY, code="浙0103"),
        CourtPlan(HEIR, cases_per_month=150.0, code="浙0105"),
    )
    return World(courts, START, CUT, seed=3).simulate()


def known_until(rows: list[Row], last_day: date) -> list[Row]:
    """What a file written on that day said of these cases."""
    return [
        replace(row, closed_on=None, closing=None) if row.closed_on is not None and row.closed_on > last_day else row
        for row in rows
        if row.case.filed_on <= last_day
    ]


def of_court(rows: list[Row], court: str) -> list[Row]:
    return [row for row in rows if row.case.court == court]


def listed_under(rows: list[Row], court: str) -> list[Row]:
    return [replace(row, case=replace(row.case, court=court)) for row in rows]


def bring_in(warehouse: Path, name: str, rows: list[Row], last_day: date = CUT) -> LoadResult:
    file = write_cases(warehouse.with_name(f"{name}.csv"), rows)
    text = mapping_text(name, (START, last_day)).replace("[source]", '[source]\nholds = "all_cases"')
    return import_file(warehouse, "cases", file, text)


Files = Callable[[World], list[tuple[str, list[Row], date]]]


def one_list(world: World) -> list[tuple[str, list[Row], date]]:
    return [("province", merged(world), CUT)]


def two_lists(world: World) -> list[tuple[str, list[Row], date]]:
    return [
        ("old", known_until(of_court(all_cases(world), OLD), LAST_DAY), LAST_DAY),
        ("heir", of_court(merged(world), HEIR), CUT),
    ]


def heir_first(world: World) -> list[tuple[str, list[Row], date]]:
    return two_lists(world)[::-1]


def archive_of_heir(world: World) -> list[tuple[str, list[Row], date]]:
    return [("archive", listed_under(all_cases(world), HEIR), CUT)]


def under_the_old_name(world: World) -> list[tuple[str, list[Row], date]]:
    return [("province", all_cases(world), CUT)]


@pytest.mark.parametrize("files", [one_list, two_lists, heir_first, archive_of_heir, under_the_old_name])
def test_each_court_has_a_case_on_the_days_on_which_it_had_it(tmp_path: Path, world: World, files: Files) -> None:
    warehouse = tmp_path / "w.duckdb"
    for name, rows, last_day in files(world):
        assert not bring_in(warehouse, name, rows, last_day).notices
    build_main_method(warehouse)
    rows = court_estimates(warehouse, "cash_24m")
    assert_right(rows, OLD, YEARS_OF_OLD)
    assert_right(rows, HEIR, YEARS_OF_HEIR)
    assert (rows.loc[(rows["court"] == OLD) & (rows["period"] > "2021Q4"), "status"] == "not_observed").all()
    assert_counted_once(warehouse, world)


def test_a_list_of_the_heir_alone_tells_nothing_of_the_court_before(tmp_path: Path, world: World) -> None:
    warehouse = tmp_path / "w.duckdb"
    bring_in(warehouse, "heir", of_court(merged(world), HEIR))
    build_main_method(warehouse)
    rows = court_estimates(warehouse, "cash_24m")
    assert_right(rows, HEIR, YEARS_OF_HEIR)
    assert rows[(rows["court"] == OLD) & rows["value"].notna()].empty


def assert_right(rows: pd.DataFrame, court: str, labels: list[str]) -> None:
    found = rows[(rows["court"] == court) & rows["period"].isin(labels)]
    assert list(found["period"]) == labels and (found["status"] == "estimated").all(), found
    z = (found["value"] - TRUTH) / found["se"]
    # Windows of a year share nine months with the next: the mean of z has a variance of about a fourth.
    assert (z.abs() < 3.5).all() and abs(z.mean()) < 1.6, found.assign(z=z)


def assert_counted_once(warehouse: Path, world: World) -> None:
    """The cases of both courts together: filed, closed and pending on the last day as they really were."""
    with duckdb.connect(str(warehouse), read_only=True) as con:
        counts = con.execute(
            "SELECT SUM(filed), SUM(closed), SUM(filed + initial_stock - closed) FROM measures.case_counts"
        ).fetchall()
    cases = [case for case in world.cases if case.filed_on <= CUT and case.ended_on >= START]
    filed = sum(case.filed_on >= START for case in cases)
    closed = sum(case.ended_on <= CUT for case in cases)
    assert counts == [(filed, closed, len(cases) - closed)]


@pytest.mark.parametrize("number", ["（2021）浙0105执{}号", "X-{}"])
def test_cases_taken_over_under_new_numbers_are_not_the_own_of_years_before(
    tmp_path: Path, world: World, number: str
) -> None:
    """Nobody can tell them apart: what is told of the heir begins with the merger, and was .37 for .45 before it."""
    rows = [
        replace(row, case=replace(row.case, number=number.format(90000 + position)))
        if "浙0103" in row.case.number
        else row
        for position, row in enumerate(of_court(merged(world), HEIR))
    ]
    warehouse = tmp_path / "w.duckdb"
    [notice] = bring_in(warehouse, "heir", rows).notices
    assert (notice.code, notice.parameters["court"], notice.parameters["day"]) == (
        "unmarked_merger",
        HEIR,
        date(2021, 4, 9),
    )
    build_main_method(warehouse)
    estimates = court_estimates(warehouse, "cash_24m")
    assert_right(estimates, HEIR, [label for label in YEARS_OF_HEIR if label >= "2022Q2"])
    before = estimates[(estimates["court"] == HEIR) & (estimates["period"] < "2022Q1")]
    assert len(before) and (before["status"] == "not_observed").all(), before


def test_a_court_that_took_over_no_case_is_observed_all_along(tmp_path: Path, world: World) -> None:
    warehouse = tmp_path / "w.duckdb"
    rows = [replace(row, case=replace(row.case, number=f"X-{n}")) for n, row in enumerate(all_cases(world))]
    assert not bring_in(warehouse, "own", of_court(rows, HEIR)).notices
    build_main_method(warehouse)
    assert_right(court_estimates(warehouse, "cash_24m"), HEIR, YEARS_OF_HEIR)
