"""Twelve months of a court are twelve months: what was not observed has no number, never zero, and what
was observed of the rest is right."""

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pytest

from index_engine import queries
from index_engine.closing_days import Closings, late_days
from index_engine.method import load_method
from index_engine.queries import Snapshot
from tests.truth.product import build_main_method, court_estimates
from tests.truth.simulator import (
    CourtPlan,
    Design,
    Hazards,
    Row,
    World,
    all_cases,
    late_reports,
    payments_before_closing,
)
from tests.truth.test_designs import CUT, START, WINDOW, bring_in
from tests.truth.test_worlds import court_names

TRUTH = Hazards().incidence("cash", 24)
QUARTERS = [f"{year}Q{quarter}" for year in range(2020, 2025) for quarter in range(1, 5)]


def simulated(*plans: dict[str, object], seed: int = 11) -> World:
    names = court_names(len(plans))
    courts = tuple(
        CourtPlan(name, **({"cases_per_month": 60.0} | plan))  # type: ignore[arg-type]
        for name, plan in zip(names, plans, strict=True)
    )
    return World(courts, START, CUT, seed=seed).simulate()


def built(folder: Path, world: World, design: Design, observed: tuple[date, date] | None = WINDOW) -> Path:
    warehouse = bring_in(folder, world, design, "all_cases", observed)
    build_main_method(warehouse)
    return warehouse


def assert_right(rows: pd.DataFrame, truth: float = TRUTH) -> None:
    assert len(rows) and (rows["status"] == "estimated").all(), rows
    z = (rows["value"] - truth) / rows["se"]
    assert (z.abs() < 4).all() and abs(z.mean()) < 2.5, rows.assign(z=z)


def assert_withheld(rows: pd.DataFrame, status: str = "not_observed") -> None:
    assert len(rows) and (rows["status"] == status).all() and rows["value"].isna().all(), rows


def of_court(rows: pd.DataFrame, world: World, position: int) -> pd.DataFrame:
    return rows[rows["court"] == world.courts[position].name]


def without(world_rows: list[Row], court: str, first: date, end: date) -> list[Row]:
    """Rows of a file in which the closings of one court between two days are missing."""
    return [
        replace(row, closed_on=None, closing=None)
        if row.case.court == court and row.closed_on is not None and first <= row.closed_on < end
        else row
        for row in world_rows
    ]


@pytest.mark.parametrize("gap", [(START, date(2022, 7, 1)), (date(2023, 1, 1), date(2025, 1, 1))])
def test_days_of_a_stated_window_without_any_closing_are_not_observed(tmp_path: Path, gap: tuple[date, date]) -> None:
    """Not 0.0 % paid, 0.0 to 0.0; and no reform where the closings begin."""
    world = simulated({}, {})
    silent = world.courts[1].name
    warehouse = built(tmp_path, world, lambda world: without(all_cases(world), silent, *gap))
    rows = court_estimates(warehouse, "cash_24m")
    assert_right(of_court(rows, world, 0))
    part = of_court(rows, world, 1)
    last_quarters = part["period"].map(lambda label: date(int(label[:4]), 3 * int(label[5]) - 2, 1))
    if gap[0] == START:
        assert_withheld(part[last_quarters < gap[1]])
        assert_right(part[part["period"] == "2024Q4"])
    else:
        assert_withheld(part[last_quarters > gap[0]])
        assert_right(part[part["period"] == "2022Q4"])
    with duckdb.connect(str(warehouse), read_only=True) as con:
        scores = con.execute(
            "SELECT DISTINCT status FROM index.scores JOIN courts ON court_id = place_id"
            " WHERE courts.name = ? AND period = ?",
            [silent, "2020Q4" if gap[0] == START else "2024Q4"],
        ).fetchall()
        signals = con.execute("SELECT * FROM index.exceptions").fetchall()
    assert scores == [("not_observed",)]
    assert signals == []


def test_months_in_which_other_years_have_closings_are_not_observed_without_any(tmp_path: Path) -> None:
    """What was closed in nine months is in no file, at the beginning or in the middle: .11 and .26 for .45."""
    world = simulated({}, {}, {}, {})
    gaps = {2: (START, date(2020, 10, 1)), 3: (date(2022, 1, 1), date(2022, 10, 1))}
    by_name = {world.courts[position].name: gap for position, gap in gaps.items()}

    def design(world: World) -> list[Row]:
        return [
            row
            for row in all_cases(world)
            if row.closed_on is None or not (gap := by_name.get(row.case.court)) or not gap[0] <= row.closed_on < gap[1]
        ]

    rows = court_estimates(built(tmp_path, world, design), "cash_24m")
    for position, withheld, right in ((2, ("2020Q4", "2021Q2"), "2021Q4"), (3, ("2022Q2", "2023Q2"), "2023Q4")):
        part = of_court(rows, world, position)
        assert_withheld(part[part["period"].between(*withheld)])
        assert_right(part[part["period"] >= right])
    assert_right(of_court(rows, world, 0))


def test_a_court_without_any_closing_is_not_observed(tmp_path: Path) -> None:
    world = simulated({}, {})
    silent = world.courts[1].name
    warehouse = built(tmp_path, world, lambda world: without(all_cases(world), silent, START, date(2099, 1, 1)))
    rows = court_estimates(warehouse, "cash_24m")
    assert_right(of_court(rows, world, 0))
    assert_withheld(of_court(rows, world, 1))


def test_a_region_of_which_too_little_was_observed_has_no_score(tmp_path: Path) -> None:
    """Courts of one city: a large one that comes into the file late, and a small one."""
    world = simulated({"cases_per_month": 120.0}, {"cases_per_month": 10.0}, {"cases_per_month": 120.0})
    late, small = world.courts[2].name, world.courts[1].name

    def rows(*unobserved: str) -> Design:
        def design(world: World) -> list[Row]:
            found = all_cases(world)
            for court in unobserved:
                found = without(found, court, START, date(2023, 1, 1))
            return found

        return design

    for name, courts, status, share in (
        ("large", (late,), "not_observed", 130 / 250),
        ("small", (small,), "estimated", 240 / 250),
    ):
        folder = tmp_path / name
        folder.mkdir()
        warehouse = built(folder, world, rows(*courts))
        with duckdb.connect(str(warehouse), read_only=True) as con:
            found = con.execute(
                "SELECT DISTINCT status FROM estimates.indicators WHERE level <> 'court' AND period = '2021Q4'"
                " AND basis = 'observed' AND indicator = 'cash_24m'"
            ).fetchall()
        assert found == [(status,)], name
        with Snapshot(warehouse) as snapshot:
            regions = [place for place in snapshot.places() if place.level != "court"]
            shares = [queries.observed_share(snapshot, p.level, p.place_id, "2021Q4") for p in regions]
            # By filings, of which there are some 45,000.
            assert shares == pytest.approx([share] * len(regions), abs=0.02), name


def test_open_cases_of_an_abolished_court_are_censored_on_its_last_day(tmp_path: Path) -> None:
    world = simulated({}, {"last_day": date(2023, 3, 31)})
    abolished, last = world.courts[1].name, date(2023, 3, 31)

    def design(world: World) -> list[Row]:
        return without(all_cases(world), abolished, last + timedelta(days=1), date(2099, 1, 1))

    warehouse = bring_in(tmp_path, world, design, "all_cases", WINDOW)
    with duckdb.connect(str(warehouse)) as con:
        con.execute("UPDATE courts SET valid_to = ? WHERE name = ?", [last, abolished])
    build_main_method(warehouse)
    rows = court_estimates(warehouse, "cash_24m")
    assert_right(of_court(rows, world, 0))
    part = of_court(rows, world, 1)
    assert_right(part[part["period"].between("2021Q4", "2023Q1")])
    assert_withheld(part[part["period"] >= "2023Q3"])
    with duckdb.connect(str(warehouse), read_only=True) as con:
        city = con.execute(
            "SELECT period, value, se FROM estimates.indicators WHERE level = 'nation' AND basis = 'observed'"
            " AND indicator = 'cash_24m' AND status = 'estimated' AND period >= '2022Q4' AND method = ?",
            [load_method().id],
        ).df()
    assert len(city) == 9 and ((city["value"] - TRUTH).abs() < 4 * city["se"]).all()


def test_a_quarter_of_closings_is_no_year(tmp_path: Path) -> None:
    """A court whose file begins with the last December of the window."""
    world = simulated({}, {})
    new = world.courts[1].name
    warehouse = built(tmp_path, world, lambda world: without(all_cases(world), new, START, date(2024, 10, 1)))
    assert_withheld(of_court(court_estimates(warehouse, "cash_24m"), world, 1))


@pytest.mark.parametrize("lag", [60, 100])
def test_late_reports_end_the_window_earlier(tmp_path: Path, lag: int) -> None:
    world = simulated({}, {}, {})
    warehouse = built(tmp_path, world, late_reports(lag))
    rows = court_estimates(warehouse, "cash_24m")
    assert rows["period"].max() == "2024Q3"
    assert_right(rows[rows["period"] >= "2023Q4"])
    with duckdb.connect(str(warehouse), read_only=True) as con:
        [(late,)] = con.execute("SELECT late_days FROM measures.windows").fetchall()
    assert late == {60: 60, 100: 90}[lag]


@pytest.mark.parametrize("mean_lag", [0, 5, 15, 30, 90])
@pytest.mark.parametrize("rush", [1.0, 3.0], ids=["even", "a rush in the last month of a year"])
@pytest.mark.parametrize("years", [2, 5])
def test_hardly_a_closing_lacks_in_the_year_that_is_left(mean_lag: int, rush: float, years: int) -> None:
    """Closings of four years or of just one before the last, that reach the file after lags of their
    own, exponential: counted as they are to be expected, so that chance has no part in it."""
    end = years * 365
    days = np.arange(end)
    true = np.where(days % 365 >= 335, rush, 1.0) * 200
    known = true * (1 - np.exp(-(end - days) / max(mean_lag, 0.01)))
    late = late_days(Closings(days, known.round().astype(np.int64)), end)
    last_year = slice(end - late - 365, end - late)
    lacking = 1 - known[last_year].sum() / true[last_year].sum()
    assert lacking < (0.04 if rush > 1 else 0.03), (late, lacking)
    assert late <= 3 * mean_lag + 30 and (mean_lag or not late)


@pytest.mark.parametrize("cut", [date(2023, 12, 31), date(2024, 12, 31)])
def test_values_said_earlier_and_later_agree(tmp_path: Path, cut: date) -> None:
    """Payments that are known when the case is closed, 100 days later."""
    world = replace(simulated({}, {}, {}, {}), cut=cut)
    warehouse = built(tmp_path, world, payments_before_closing(100), (START, cut))
    rows = court_estimates(warehouse, "cash_24m")
    known = rows[rows["status"] == "estimated"]
    assert_right(known[known["period"] >= "2021Q4"])
    assert_withheld(rows[rows["period"] == f"{cut.year}Q{(cut.month + 2) // 3}"])


def test_a_court_that_closes_long_after_payment_is_told_apart_from_the_others_of_its_list(tmp_path: Path) -> None:
    """By the whole list the usual time is none, and the newest payments of that court are in no file yet."""
    world = simulated({}, *[{"cases_per_month": 200.0}] * 6)
    late = world.courts[0].name

    def design(world: World) -> list[Row]:
        of_one, of_others = payments_before_closing(150)(world), all_cases(world)
        return [row for row in of_one if row.case.court == late] + [row for row in of_others if row.case.court != late]

    rows = court_estimates(built(tmp_path, world, design), "cash_24m")
    own = of_court(rows, world, 0)
    assert_withheld(own[own["period"] == "2024Q4"])
    assert_right(own[own["status"] == "estimated"])
    assert (of_court(rows, world, 1)["status"] == "estimated").tail(8).all()


def test_late_closings_of_a_court_in_two_sources_end_the_days_of_both(tmp_path: Path) -> None:
    """The smaller one has too few to tell that they are late."""
    world = simulated({})
    rows = late_reports(60)(world)
    numbers = {row.case.number for row in rows[::40]}
    for name in ("large", "small"):
        bring_in(
            tmp_path,
            world,
            lambda _, name=name: [row for row in rows if (row.case.number in numbers) == (name == "small")],  # type: ignore[misc]
            "all_cases",
            WINDOW,
            name=name,
        )
    build_main_method(tmp_path / "world.duckdb")
    with duckdb.connect(str(tmp_path / "world.duckdb"), read_only=True) as con:
        found = con.execute("SELECT late_days FROM measures.court_windows ORDER BY source_id").fetchall()
    assert found == [(60,), (60,)]
    assert_withheld(court_estimates(tmp_path / "world.duckdb", "cash_24m").tail(1))


def test_a_source_with_few_cases_of_a_silent_court_does_not_make_it_observed(tmp_path: Path) -> None:
    """Alone it could not tell; that in both together nothing was closed for years chance does not explain."""
    world = simulated({}, {})
    silent = world.courts[1].name
    rows = without(all_cases(world), silent, START, date(2022, 7, 1))
    numbers = {row.case.number for row in rows[::300]}
    for name in ("large", "small"):
        bring_in(
            tmp_path,
            world,
            lambda _, name=name: [row for row in rows if (row.case.number in numbers) == (name == "small")],  # type: ignore[misc]
            "all_cases",
            WINDOW,
            name=name,
        )
    build_main_method(tmp_path / "world.duckdb")
    part = of_court(court_estimates(tmp_path / "world.duckdb", "cash_24m"), world, 1)
    last_quarters = part["period"].map(lambda label: date(int(label[:4]), 3 * int(label[5]) - 2, 1))
    assert_withheld(part[last_quarters < date(2022, 7, 1)])
    assert_right(part[part["period"] == "2024Q4"])


def test_a_source_that_ends_before_another_makes_no_closings_late(tmp_path: Path) -> None:
    world = simulated({}, {})
    rows = all_cases(world)
    for position, (name, last_day) in enumerate((("early", date(2024, 9, 30)), ("late", CUT))):
        known = [
            replace(row, closed_on=None, closing=None)
            if row.closed_on is not None and row.closed_on > last_day
            else row
            for row in rows[position::2]
            if row.case.filed_on <= last_day
        ]
        bring_in(tmp_path, world, lambda _, known=known: known, "all_cases", (START, last_day), name=name)  # type: ignore[misc]
    build_main_method(tmp_path / "world.duckdb")
    with duckdb.connect(str(tmp_path / "world.duckdb"), read_only=True) as con:
        windows = con.execute(
            "SELECT DISTINCT name, DATE '1970-01-01' + end_day - 1, late_days FROM measures.court_windows"
            " JOIN sources USING (source_id) ORDER BY name"
        ).fetchall()
    assert windows == [("early", date(2024, 9, 30), 0), ("late", CUT, 0)]
