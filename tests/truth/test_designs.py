"""Files that do not hold all cases of their courts: asked about, withheld, or right, never wrong in
silence."""

import csv
from datetime import date
from pathlib import Path

import duckdb
import pandas as pd
import pytest

from index_engine.build import build
from index_engine.errors import InputError
from index_engine.importing.mapping import read_mapping
from index_engine.importing.observation_design import DESIGNS
from index_engine.method.read import builtin_methods
from tests.truth.product import build_main_method, court_estimates, import_file, mapping_text
from tests.truth.simulator import (
    CourtPlan,
    Design,
    Hazards,
    Row,
    World,
    all_cases,
    closed_cases,
    filed_cases,
    late_reports,
    write_cases,
    zhongben_list,
)
from tests.truth.test_worlds import court_names
from tests.warehouses import china_warehouse

START, CUT = date(2020, 1, 1), date(2024, 12, 31)
WINDOW = (START, CUT)
OBSERVATION_CASES = Path(__file__).parents[3] / "shared" / "cases" / "observation"
CURVES = ("cash_24m", "zhongben_24m", "months_to_cash", "zhongben_resumed_24m")


def simulated(courts: int = 1, seed: int = 5, **plan: object) -> World:
    settings: dict[str, object] = {"cases_per_month": 25.0} | plan
    plans = tuple(CourtPlan(name, **settings) for name in court_names(courts))  # type: ignore[arg-type]
    return World(plans, START, CUT, seed=seed).simulate()


def bring_in(
    folder: Path,
    world: World,
    design: Design,
    holds: str | None = None,
    observed: tuple[date, date] | None = None,
    name: str = "court list",
) -> Path:
    """Import the file of one design into folder/world.duckdb. InputError where it is refused."""
    file = write_cases(folder / f"{name}.csv", design(world))
    text = mapping_text(name, observed)
    if holds is not None:
        text = text.replace("[source]", f'[source]\nholds = "{holds}"')
    warehouse = folder / "world.duckdb"
    import_file(warehouse, "cases", file, text)
    return warehouse


def rows_of(warehouse: Path, indicators: tuple[str, ...]) -> pd.DataFrame:
    return pd.concat(court_estimates(warehouse, name).assign(name=name) for name in indicators)


@pytest.mark.parametrize(
    ("design", "code", "key"),
    [
        (closed_cases, "seems_closed_cases", "closed_cases"),
        (zhongben_list, "seems_zhongben_list", "zhongben_list"),
        (
            late_reports(9_999),  # as where no closing date can be read
            "seems_open_cases",
            "open_cases",
        ),
    ],
)  # fmt: skip
@pytest.mark.parametrize("observed", [None, WINDOW])
def test_a_part_is_not_taken_for_the_whole(
    tmp_path: Path,
    design: Design,
    code: str,
    key: str,
    observed: tuple[date, date] | None,
) -> None:
    with pytest.raises(InputError) as refused:
        bring_in(tmp_path, simulated(), design, observed=observed)
    assert refused.value.message.code == code
    assert f'holds = "{key}"' in str(refused.value) and "\n" not in str(refused.value)
    assert (tmp_path / "world.duckdb").read_bytes() == china_warehouse().read_bytes()
    bring_in(tmp_path, simulated(), design, holds=key, observed=observed)


def test_one_court_without_open_cases_among_others_is_asked_about(tmp_path: Path) -> None:
    world = simulated(courts=8)
    closed_only = world.courts[3].name
    with pytest.raises(InputError) as refused:
        bring_in(
            tmp_path,
            world,
            lambda world: [row for row in all_cases(world) if row.closed_on or row.case.court != closed_only],
        )
    assert refused.value.message.code == "court_seems_closed_cases"
    assert refused.value.message.parameters["court"] == closed_only


@pytest.mark.parametrize("design", [all_cases, filed_cases, late_reports(90)])
@pytest.mark.parametrize(
    "plan",
    [
        {},
        {"hazards": Hazards(0.3, 0.2, 0.1)},  # few are open on any day
        {"hazards": Hazards(0.01, 0.005, 0.001)},
        {"hazards": Hazards(shape=0.7)},
        {"batch_size": 15, "cases_per_month": 60.0},
        {"last_day": date(2021, 6, 30)},  # abolished: few are left
        {"first_day": date(2023, 1, 1)},
    ],
)
def test_whole_files_are_not_asked_about(tmp_path: Path, design: Design, plan: dict[str, object]) -> None:
    bring_in(tmp_path, simulated(courts=3, **plan), design)


def test_closed_cases_feed_counts_of_closings_and_no_curve(tmp_path: Path) -> None:
    """Beside a court of which all cases are known, whose numbers stay what they are alone. The closings listed are a
    twentieth of its cases: their region has shares paid, and of its rate of closing it says why there is none."""
    world = simulated(courts=2)
    whole, part = (plan.name for plan in world.courts)

    def of(court: str, design: Design) -> Design:
        return lambda world: [row for row in design(world) if row.case.court == court]

    def listed(world: World) -> list[Row]:
        return of(part, closed_cases)(world)[::15]

    bring_in(tmp_path, world, of(whole, all_cases), "all_cases", WINDOW, "whole")
    warehouse = bring_in(tmp_path, world, listed, "closed_cases", WINDOW, "part")
    build(warehouse, builtin_methods()[:2], threads=2)
    rows = rows_of(warehouse, CURVES).query(f"court == '{part}'")
    assert len(rows) and (rows["status"] == "part_of_cases").all() and rows["value"].isna().all()
    whole_rows = court_estimates(warehouse, "cash_24m").query(f"court == '{whole}'")
    z = (whole_rows["value"] - Hazards().incidence("cash", 24)) / whole_rows["se"]
    assert (whole_rows["status"] == "estimated").all() and (z.abs() < 3.5).all()
    with duckdb.connect(str(warehouse), read_only=True) as con:
        statistics = con.execute(
            "SELECT statistic, value, denominator FROM estimates.statistics"
            " JOIN courts ON court_id = place_id WHERE statistics.level = 'court'"
            " AND courts.name = ? AND period = '2024Q4'",
            [part],
        ).df().set_index("statistic")  # fmt: skip
        statuses = con.execute(
            "SELECT DISTINCT score, status FROM index.scores JOIN courts ON court_id = place_id WHERE courts.name = ?",
            [part],
        ).fetchall()
        flows = con.execute(
            "SELECT sum(filed), sum(closed) FROM measures.monthly JOIN courts USING (court_id) WHERE name = ?",
            [part],
        ).fetchall()
        region = con.execute(
            "SELECT indicator, value, status FROM estimates.indicators WHERE level = 'nation' AND basis = 'observed'"
            " AND period = '2024Q4' AND indicator IN ('cash_24m', 'closed_share')"
        ).df().drop_duplicates("indicator").set_index("indicator")  # fmt: skip
    assert region.loc["cash_24m", "status"] == "estimated"
    assert region.loc["closed_share", "status"] == "part_of_cases" and pd.isna(region.loc["closed_share", "value"])
    closed = [row for row in listed(world) if row.closed_on is not None]
    in_2024 = sum(row.closed_on >= date(2024, 1, 1) for row in closed if row.closed_on)
    assert statistics.loc["zhongben_rate", "denominator"] == in_2024
    for unknown in ("closure_rate", "clearance_rate", "disposition_time"):
        assert pd.isna(statistics.loc[unknown, "value"])
    assert statuses == [(None, "part_of_cases")]
    assert flows == [(0, len(closed))]


def test_a_list_of_zhongben_tells_no_share_of_closings(tmp_path: Path) -> None:
    warehouse = bring_in(tmp_path, simulated(), zhongben_list, "zhongben_list", WINDOW)
    build_main_method(warehouse)
    rows = rows_of(warehouse, (*CURVES, "recovered_24m", "zhongben_share"))
    assert (rows["status"] == "part_of_cases").all() and rows["value"].isna().all()
    early = court_estimates(warehouse, "zhongben_120")
    assert (early["status"] == "estimated").all()


@pytest.mark.parametrize("holds", ["creditor_cases", "open_cases", "selected_cases"])
def test_cases_of_one_creditor_and_open_cases_tell_nothing_of_a_court(tmp_path: Path, holds: str) -> None:
    world = simulated(courts=2)
    first, second = (plan.name for plan in world.courts)
    for court, stated in ((first, "all_cases"), (second, holds)):
        bring_in(
            tmp_path,
            world,
            lambda world, court=court: [  # type: ignore[misc]
                row for row in all_cases(world) if row.case.court == court
            ],
            stated,
            WINDOW,
            court,
        )
    warehouse = tmp_path / "world.duckdb"
    build_main_method(warehouse)
    rows = rows_of(warehouse, (*CURVES, "recovered_24m", "zhongben_share"))
    told = rows[(rows["court"] == second) & rows["value"].notna()]
    assert told.empty
    assert rows.loc[rows["court"] == first, "value"].notna().any()


def test_without_stated_days_nothing_is_said_of_the_time_before_the_closings(
    tmp_path: Path,
) -> None:
    """The stock of a court was filed years before the first closing that its file records."""
    world = simulated(courts=20)
    warehouse = bring_in(tmp_path, world, all_cases)
    build_main_method(warehouse)
    truth = Hazards().incidence("cash", 24)
    rows = court_estimates(warehouse, "cash_24m")
    before = rows[rows["period"] < "2020Q1"]
    assert before["value"].isna().all()
    rows = rows[rows["period"].isin(["2020Q4", "2021Q4", "2022Q4", "2023Q4"])]
    assert len(rows) == 80 and (rows["status"] == "estimated").all()
    z = (rows["value"] - truth) / rows["se"]
    assert abs(z.mean()) < 4 / len(rows) ** 0.5
    assert (z.abs() < 1.96).mean() > 0.95 - 4 * (0.95 * 0.05 / len(rows)) ** 0.5


@pytest.mark.parametrize("holds", [None, "all_cases"])
def test_closing_dates_that_cannot_be_read_are_no_open_cases(tmp_path: Path, holds: str | None) -> None:
    """Every third closing date is a remark: rejected, they would leave a court that hardly closes."""
    file = write_cases(tmp_path / "list.csv", all_cases(simulated()))
    with file.open(encoding="utf-8", newline="") as lines:
        header, *rows = csv.reader(lines)
    closed = header.index("结案日期")
    for row in rows[::3]:
        row[closed] = row[closed] and "见卷宗"
    with file.open("w", encoding="utf-8", newline="") as lines:
        csv.writer(lines).writerows([header, *rows])
    text = mapping_text("list", WINDOW)
    if holds is not None:
        text = text.replace("[source]", f'[source]\nholds = "{holds}"')
    with pytest.raises(InputError) as refused:
        import_file(tmp_path / "w.duckdb", "cases", file, text)
    assert refused.value.message.code == "closings_lost"
    assert "\n" not in str(refused.value)
    assert (tmp_path / "w.duckdb").read_bytes() == china_warehouse().read_bytes()


@pytest.mark.skipif(not OBSERVATION_CASES.exists(), reason="needs ../shared/cases/observation")
def test_a_list_of_the_closings_of_a_year_is_asked_about_and_then_counted(tmp_path: Path) -> None:
    file, mapping = (OBSERVATION_CASES / f"closed2025.{ending}" for ending in ("csv", "toml"))
    text, warehouse = mapping.read_text(encoding="utf-8"), tmp_path / "w.duckdb"
    with pytest.raises(InputError) as refused:
        import_file(warehouse, "cases", file, text)
    assert refused.value.message.code == "seems_closed_cases"
    stated = 'holds = "closed_cases"\nobserved_from = 2025-01-01\nobserved_to = 2025-12-31'
    text = text.replace("[source]", f"[source]\n{stated}")
    outcome = import_file(warehouse, "cases", file, text)
    build_main_method(warehouse)
    rows = rows_of(warehouse, ("cash_24m", "months_to_cash"))
    assert len(rows) and (rows["status"] == "part_of_cases").all() and rows["value"].isna().all()
    with duckdb.connect(str(warehouse), read_only=True) as con:
        assert con.execute("SELECT sum(closed) FROM measures.case_counts").fetchall() == [(outcome.accepted_rows,)]
        assert con.execute("SELECT count(score) FROM index.scores").fetchall() == [(0,)]


def test_only_known_designs_and_only_of_cases(tmp_path: Path) -> None:
    text = mapping_text("list", None).replace("[source]", '[source]\nholds = "most"')
    with pytest.raises(InputError) as refused:
        read_mapping(text, "cases", tmp_path / "m.toml")
    assert all(design in str(refused.value) for design in DESIGNS)
    text = 'kind = "court_names"\n[source]\nholds = "all_cases"\n'
    text += '[columns.court_id]\ncolumn = "a"\n[columns.name]\ncolumn = "b"\n'
    with pytest.raises(InputError, match="files of cases"):
        read_mapping(text, "court_names", tmp_path / "m.toml")
