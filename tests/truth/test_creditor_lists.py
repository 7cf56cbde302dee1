"""The cases of one creditor, bought when they were old: what became of them since, beside the court's."""

import csv
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pytest

from index_engine.errors import InputError
from index_engine.method import load_method
from tests.truth.product import build_main_method, import_file, mapping_text
from tests.truth.simulator import MONTH, Hazards, Row, World, all_cases
from tests.truth.test_designs import CUT, WINDOW, bring_in, simulated

BOUGHT_SHARE, OLDEST_MONTHS = 0.4, 30
LATE_WINDOWS = [(2023, 4), (2024, 1), (2024, 2), (2024, 3), (2024, 4)]  # of a list that begins in 2023
HEADINGS = ("编号", "执行法院", "立案日期", "结案日期", "结案方式", "申请执行标的（元）", "受让日期")


@dataclass(frozen=True)
class Purchase:
    row: Row
    acquired_on: date


def bought(world: World, seed: int = 3) -> list[Purchase]:
    """Cases that a manager bought while they were open, at any age up to OLDEST_MONTHS."""
    rng = np.random.default_rng(seed)
    purchases = []
    for row in all_cases(world):
        day = row.case.filed_on + timedelta(days=int(rng.uniform(0, OLDEST_MONTHS) * MONTH))
        is_open = row.closed_on is None or row.closed_on > day
        if rng.random() < BOUGHT_SHARE and is_open and day <= CUT:
            purchases.append(Purchase(row, day))
    return purchases


def write_purchases(path: Path, purchases: list[Purchase]) -> Path:
    words = {"cash": "执行完毕", "zhongben": "终结本次执行程序", "other": "终结执行", None: ""}
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEADINGS)
        for purchase in purchases:
            row = purchase.row
            days = (row.case.filed_on, row.closed_on or "")
            claim = f"{row.case.claim:.2f}"
            writer.writerow(
                (row.case.number, row.case.court, *days, words[row.closing or None], claim, purchase.acquired_on)
            )
    return path


def list_mapping(
    observed: tuple[date, date], holds: str = 'holds = "creditor_cases"', acquired: str = "受让日期"
) -> str:
    text = mapping_text("manager", observed).replace("[source]", f"[source]\n{holds}")
    return text.split("[columns.recovered_amount]")[0] + f'[columns.acquired_on]\ncolumn = "{acquired}"\n'


def import_purchases(warehouse: Path, file: Path, holds: str, acquired: str = "受让日期") -> None:
    text = list_mapping(WINDOW, holds, acquired)
    import_file(warehouse, "cases", file, text)


def list_rows(warehouse: Path) -> pd.DataFrame:
    with duckdb.connect(str(warehouse), read_only=True) as con:
        return con.execute("SELECT * FROM estimates.creditor_lists ORDER BY level, place_id, period").df()


def national_ratios(rows: pd.DataFrame) -> pd.DataFrame:
    return rows[rows["level"] == "nation"]


@pytest.fixture(scope="module")
def world() -> World:
    return simulated(courts=12, cases_per_month=60.0)


@pytest.fixture(scope="module")
def built(world: World, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The courts' own list, and the same cases as their manager has them: some of them, each since a day."""
    folder = tmp_path_factory.mktemp("purchases")
    warehouse = bring_in(folder, world, all_cases, "all_cases", WINDOW)
    file = write_purchases(folder / "manager.csv", bought(world))
    import_purchases(warehouse, file, 'holds = "creditor_cases"')
    build_main_method(warehouse)
    return warehouse


def test_cases_count_from_the_day_on_which_they_were_acquired(built: Path) -> None:
    """Bought by chance, they are paid as all cases of their age are."""
    rows = list_rows(built)
    nation = national_ratios(rows)
    assert len(nation) == 17
    assert ((nation["low"] < 1) & (nation["high"] > 1)).mean() > 0.9
    assert abs(nation["ratio"].mean() - 1) < 0.06
    courts = rows[(rows["level"] == "court") & (rows["expected"] >= 10)]
    assert len(courts) > 50 and ((courts["low"] < 1) & (courts["high"] > 1)).mean() > 0.9


def test_what_is_paid_after_the_purchase_is_counted_by_hand(world: World, built: Path) -> None:
    """Payments of the last year among the cases that the manager then had, at the ages that curves reach."""
    paid = [
        purchase
        for purchase in bought(world)
        if purchase.row.closing == "cash"
        and purchase.row.closed_on
        and purchase.row.closed_on.year == CUT.year
        and (purchase.row.closed_on - purchase.row.case.filed_on).days < load_method().ages.edges[-1]
    ]
    nation = national_ratios(list_rows(built)).set_index("period")
    assert nation.loc["2024Q4", "observed"] == len(paid)


def test_of_cases_paid_twice_as_often_it_is_said(world: World, tmp_path: Path) -> None:
    better = simulated(courts=12, cases_per_month=60.0, seed=6, hazards=Hazards(cash=0.08))
    warehouse = bring_in(tmp_path, world, all_cases, "all_cases", WINDOW)
    purchases = [replace(one, row=replace(one.row, case=replace(one.row.case, number=f"m{n}")))
                 for n, one in enumerate(bought(better))]  # fmt: skip
    import_purchases(warehouse, write_purchases(tmp_path / "manager.csv", purchases), 'holds = "creditor_cases"')
    build_main_method(warehouse)
    nation = national_ratios(list_rows(warehouse))
    assert ((nation["low"] < 2) & (nation["high"] > 2)).mean() > 0.9
    assert abs(nation["ratio"].mean() - 2) < 0.12


def test_counted_since_their_filing_they_would_seem_to_be_paid_late(world: World, tmp_path: Path) -> None:
    """What the day of acquisition is asked for: nobody buys a case that has been paid."""
    warehouse = bring_in(tmp_path, world, all_cases, "all_cases", WINDOW)
    file = write_purchases(tmp_path / "manager.csv", bought(world))
    import_purchases(warehouse, file, 'holds = "creditor_cases"', acquired="立案日期")
    build_main_method(warehouse)
    assert (national_ratios(list_rows(warehouse))["high"] < 0.8).all()


def test_a_list_of_purchases_changes_no_number_of_a_court(world: World, built: Path, tmp_path: Path) -> None:
    alone = bring_in(tmp_path, world, all_cases, "all_cases", WINDOW)
    build_main_method(alone)
    query = "SELECT * FROM estimates.indicators ORDER BY ALL"
    with duckdb.connect(str(built), read_only=True) as con, duckdb.connect(str(alone), read_only=True) as other:
        assert con.execute(query).fetchall() == other.execute(query).fetchall()


def test_who_does_not_say_what_a_list_of_purchases_is_is_asked(world: World, tmp_path: Path) -> None:
    file = write_purchases(tmp_path / "manager.csv", bought(world))
    with pytest.raises(InputError, match="one creditor"):
        import_purchases(tmp_path / "world.duckdb", file, "")


def test_of_cases_that_do_not_say_when_nothing_is_said(world: World, tmp_path: Path) -> None:
    purchases = bought(world)
    file = write_purchases(tmp_path / "manager.csv", purchases)
    warehouse = bring_in(tmp_path, world, all_cases, "all_cases", WINDOW)
    text = list_mapping(WINDOW).split("[columns.acquired_on]")[0]
    report = import_file(warehouse, "cases", file, text)
    [notice] = [notice for notice in report.notices if notice.code == "acquisition_unknown"]
    assert notice.parameters["unknown"] == notice.parameters["rows"] == len(purchases)
    build_main_method(warehouse)
    assert list_rows(warehouse).empty


def test_a_year_that_the_list_does_not_cover_has_no_number(world: World, tmp_path: Path) -> None:
    file = write_purchases(tmp_path / "manager.csv", bought(world))
    warehouse = bring_in(tmp_path, world, all_cases, "all_cases", WINDOW)
    text = list_mapping((date(2023, 1, 1), CUT))
    import_file(warehouse, "cases", file, text)
    build_main_method(warehouse)
    assert sorted(national_ratios(list_rows(warehouse))["period"]) == [f"{y}Q{q}" for y, q in LATE_WINDOWS]
