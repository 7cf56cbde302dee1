"""Measures are additive: places are sums of courts, years are sums of months, and the numbers at
risk at every age are those that a count of spells by day gives."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

import duckdb
import numpy as np
import pytest

from index_engine.age_grid import AgeGrid
from index_engine.estimates import panel
from index_engine.estimates.incidence import number_at_risk
from index_engine.estimates.panel import PanelAxes, ProcessPanel
from index_engine.estimates.places import courts_in_sources, read_places
from index_engine.measures.compute import PROCESSES, compute_measures
from index_engine.method import Method, load_method
from tests.measures import recount
from tests.measures.recount import MONTHS, QUARTERS, YEARS, Calendar
from tests.measures.tables import summed
from tests.steps import with_steps
from tests.worlds import CASES, Case, Court, World, random_world

METHOD = load_method()


@pytest.fixture(scope="module")
def world() -> World:
    return with_steps(random_world(seed=3), seed=3)


@pytest.fixture(scope="module")
def by_calendar(world: World) -> Iterator[dict[Calendar, duckdb.DuckDBPyConnection]]:
    """The measures by month and by year."""
    found = {}
    for calendar in (MONTHS, YEARS):
        found[calendar] = world.connect()
        compute_measures(found[calendar], METHOD, period_function=calendar.of)
    yield found
    for con in found.values():
        con.close()


# ---------------------------------------------------------------- time

FLOWS = {
    "entries": ("process", "court_id", "stratum", "age_bin"),
    "case_counts": ("court_id", "stratum"),
    "round_counts": ("court_id", "stratum", "stage"),
    "lot_counts": ("court_id", "stratum"),
    "price_ratios": ("court_id", "stratum", "stage", "ratio_bin"),
    # A cohort is a period too: a year's cohorts are those of its months.
    "exits": ("process", "court_id", "stratum", "age_bin", "event"),
}


@pytest.mark.parametrize("table", FLOWS)
def test_a_year_is_the_sum_of_its_months(by_calendar: dict, table: str):
    keys = FLOWS[table]
    of_months = _by_year(by_calendar[MONTHS], table, keys, MONTHS)
    of_years = _by_year(by_calendar[YEARS], table, keys, YEARS)
    assert of_months == of_years
    assert len({year for _, year in of_years}) > 2, "hardly a test with so few years"


def _by_year(
    con: duckdb.DuckDBPyConnection, table: str, keys: tuple[str, ...], calendar: Calendar
) -> dict[tuple, Counter]:
    rows = con.execute(f"SELECT * FROM measures.{table}").fetchall()
    names = [column[0] for column in con.description]
    found: dict[tuple, Counter] = {}
    for row in rows:
        named = dict(zip(names, row, strict=True))
        year = calendar.first_day(named.pop("period")).year
        key = tuple(named.pop(name) for name in keys)
        if named.pop("cohort", 0):
            key = (*key, "observed from its beginning")
        found.setdefault((key, year), Counter()).update(named)
    return found


@pytest.mark.parametrize("process", PROCESSES)
def test_the_years_risk_is_the_sum_of_its_months(by_calendar: dict, world: World, process: str):
    """What is carried out of one month and into the next cancels; the rest adds up exactly."""
    months = _risk(by_calendar[MONTHS], process, MONTHS, 2021, 2024)
    years = _risk(by_calendar[YEARS], process, YEARS, 2021, 2024)
    summed = months.reshape(len(world.courts), -1, 12, METHOD.ages.n_bins).sum(axis=2)
    # In days at risk both are whole numbers, so that nothing hides in a tolerance.
    widths = METHOD.ages.widths
    assert np.allclose(years * widths, (years * widths).round(), atol=1e-6)
    assert ((years * widths).round() == (summed * widths).round()).all()
    assert years.max() > 5


def _risk(con: duckdb.DuckDBPyConnection, process: str, calendar: Calendar, first: int, last: int) -> np.ndarray:
    """Numbers at risk (court, period, bin) of each single period of the years first..last."""
    cells = _cells(con, process, calendar, first, last)
    ahead = {name: _next_period(getattr(cells, name)) for name in ("opening_stock", "opening_stock_elapsed_days")}
    return number_at_risk(
        cells.entries + cells.opening_stock,
        cells.entries_elapsed_days + cells.opening_stock_elapsed_days,
        cells.censored + ahead["opening_stock"],
        cells.censored_elapsed_days + ahead["opening_stock_elapsed_days"],
        cells.events,
        METHOD.ages,
    )


def _cells(con: duckdb.DuckDBPyConnection, process: str, calendar: Calendar, first: int, last: int) -> ProcessPanel:
    begins, ends = calendar.of(date(first, 1, 1)), calendar.of(date(last, 12, 31))
    frame = PanelAxes(courts_in_sources(con), begins, ends)
    return panel.read_process_panel(con, frame, process, METHOD.process_events(process), METHOD.ages.n_bins)


def _next_period(stock: np.ndarray) -> np.ndarray:
    return np.concatenate([stock[:, 1:], np.zeros_like(stock[:, :1])], axis=1)


# ---------------------------------------------------------------- place


def test_a_place_is_the_sum_of_the_courts_in_it(by_calendar: dict, world: World):
    """The panel's gathering against counts of the rows of the courts that lie in each place."""
    con = by_calendar[YEARS]
    frame = PanelAxes(courts_in_sources(con), 2021, 2024)
    counts = panel.read_counts(con, frame, "case_counts")
    closed = summed(recount.case_counts(world, YEARS, METHOD), 1)
    for level in read_places(con):
        found = panel.sum_members(counts["closed"], level.members)
        for unit, row in zip(level.ids, found, strict=True):
            inside = _courts_in(world, level.level, unit)
            expected = [
                sum(closed.get((court, year), Counter())["closed"] for court in inside) for year in range(2021, 2025)
            ]
            assert row.tolist() == expected, unit
    assert [level.level for level in read_places(con)] == ["nation", "province", "city", "court"]


def test_age_cells_of_a_place_are_the_sums_of_its_courts(by_calendar: dict, world: World):
    con = by_calendar[YEARS]
    cells = _cells(con, "case", YEARS, 2021, 2024)
    found = recount.entries(recount.spells(world, METHOD), YEARS, recount.edges(METHOD))
    for level in read_places(con):
        gathered = panel.sum_members(cells.entries, level.members)
        for unit, array in zip(level.ids, gathered, strict=True):
            inside = _courts_in(world, level.level, unit)
            expected = np.zeros_like(array)
            for (process, court, _stratum, year, age_bin), (n, _) in found.items():
                if process == "case" and court in inside and age_bin < METHOD.ages.n_bins:
                    expected[year - 2021, age_bin] += n
            assert (array == expected).all(), unit


def _courts_in(world: World, level: str, unit: str) -> set[str]:
    if level == "court":
        return {unit}
    above = {r.code: r.parent for r in world.regions}
    inside = set()
    for court in world.courts:
        place: str | None = court.region
        while place is not None and not court.special:
            if place == unit:
                inside.add(court.court_id)
            place = above[place]
    return inside


# ---------------------------------------------------------------- any spells

DAY0 = date(2022, 1, 1)
WINDOW = (DAY0, date(2023, 6, 30))
LAST = (WINDOW[1] - DAY0).days
DAYS = AgeGrid.daily(400)


@dataclass(frozen=True)
class Lived:
    """A case filed and closed (None: open) so many days after the window's first one."""

    filed: int
    closed: int | None


@pytest.fixture(scope="module")
def anything() -> tuple[tuple[Lived, ...], ...]:
    """Three hundred courts, each an example of its own: a few cases of any length, many of which
    begin or end on the first or the last day of a period, of the window or of an age bin."""
    rng = Random(11)
    borders = [0, 31, 59, 90, 181, 364, 365, LAST - 1, LAST, LAST + 1]

    def lived() -> Lived:
        begins = rng.choice(borders[:-1]) if rng.random() < 0.4 else rng.randint(-600, LAST)
        later = [border for border in borders if border >= begins]
        ends = rng.choice(later) if rng.random() < 0.4 else begins + rng.randint(0, 900)
        return Lived(begins, rng.choices([None, ends, begins], [20, 75, 5])[0])

    return tuple(tuple(lived() for _ in range(rng.randint(1, 12))) for _ in range(300))


def test_risk_by_day_is_a_count_of_spells(anything: tuple):
    """With bins of a day, the number at risk at an age is how many were watched at that age."""
    risk = _risk_of_window(anything, MONTHS, DAYS)
    for number, court in enumerate(anything):
        expected = np.zeros(DAYS.n_bins)
        for case in court:
            last = LAST if case.closed is None else min(case.closed, LAST)
            expected[max(-case.filed, 0) : max(last - case.filed + 1, 0)] += 1
        assert (risk[number] == expected).all(), court


def test_any_calendar_gives_the_same_risk(anything: tuple):
    monthly, quarterly, yearly = (
        _risk_of_window(anything, calendar, METHOD.ages) for calendar in (MONTHS, QUARTERS, YEARS)
    )
    assert monthly == pytest.approx(quarterly, abs=1e-9)
    assert monthly == pytest.approx(yearly, abs=1e-9)
    assert (monthly > -1e-9).all()


def _risk_of_window(courts: tuple, calendar: Calendar, grid: AgeGrid) -> np.ndarray:
    """Numbers at risk (court, bin) over all periods: what is carried out and in again cancels."""

    class OnGrid(Method):
        ages = grid

    def on(day: int | None) -> date | None:
        return None if day is None else DAY0 + timedelta(days=day)

    cases = [
        Case(f"{court}-{number}", f"K{court:03}", on(case.filed), on(case.closed), "completed")
        for court, of_court in enumerate(courts)
        for number, case in enumerate(of_court)
    ]
    world = World(
        courts=tuple(Court(f"K{court:03}", "4401") for court in range(len(courts))),
        cases=tuple(cases),
        observed={CASES: WINDOW},
    )
    method = OnGrid(**vars(METHOD))
    with world.connect() as con:
        compute_measures(con, method, period_function=calendar.of)
        # Also courts of which nothing falls into the window.
        ids = tuple(court.court_id for court in world.courts)
        frame = PanelAxes(ids, calendar.of(WINDOW[0]), calendar.of(WINDOW[1]))
        cells = panel.read_process_panel(con, frame, "case", method.process_events("case"), grid.n_bins)
    return number_at_risk(
        (cells.entries + cells.opening_stock).sum(axis=1),
        (cells.entries_elapsed_days + cells.opening_stock_elapsed_days).sum(axis=1),
        (cells.censored + _next_period(cells.opening_stock)).sum(axis=1),
        (cells.censored_elapsed_days + _next_period(cells.opening_stock_elapsed_days)).sum(axis=1),
        cells.events.sum(axis=1),
        grid,
    )
