"""One case in two files counts once: as the file knows it that has all cases of the court, with what
the other knows of its end."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import duckdb
import pandas as pd
import pytest

from index_engine.build import build
from index_engine.errors import InputError
from index_engine.importing.mapping import read_mapping
from index_engine.importing.pipeline import run_import
from tests.truth.product import court_estimates, mapping_text
from tests.truth.simulator import CourtPlan, Row, World, all_cases, closed_cases, write_cases
from tests.truth.test_worlds import court_names

START, CUT = date(2020, 1, 1), date(2024, 12, 31)
INDICATORS = ("cash_24m", "zhongben_24m", "months_to_cash", "recovery")


def simulated(courts: int = 2, **plan: object) -> World:
    settings: dict[str, object] = {"cases_per_month": 25.0} | plan
    plans = tuple(CourtPlan(name, **settings) for name in court_names(courts))  # type: ignore[arg-type]
    return World(plans, START, CUT, seed=9).simulate()


def renumbered(rows: list[Row]) -> list[Row]:
    """The same cases by the numbers of the bank's own ledger."""
    return [replace(row, case=replace(row.case, number=f"bank-{k}")) for k, row in enumerate(rows)]


def half(rows: list[Row]) -> list[Row]:
    return rows[::2]


def bring_in(warehouse: Path, name: str, rows: list[Row], **stated: object) -> None:
    """Import a file as a source of that name; `stated` are further lines of [source]."""
    file = write_cases(warehouse.with_name(f"{name}.csv"), rows)
    lines = "".join(
        f"\n{key} = {str(value).lower() if isinstance(value, bool) else repr(value)}" for key, value in stated.items()
    )
    text = mapping_text(name, (START, CUT)).replace("[source]", f"[source]{lines}")
    run_import(warehouse, "cases", file, read_mapping(text, "cases", file.with_suffix(".toml")))


def numbers(warehouse: Path) -> pd.DataFrame:
    """Estimates of all courts, built."""
    build(warehouse, threads=2)
    return pd.concat([court_estimates(warehouse, name).assign(name=name) for name in INDICATORS], ignore_index=True)


@pytest.fixture(scope="module")
def world() -> World:
    return simulated()


@pytest.fixture(scope="module")
def alone(world: World, tmp_path_factory: pytest.TempPathFactory) -> pd.DataFrame:
    """The numbers of the court's own file."""
    warehouse = tmp_path_factory.mktemp("alone") / "w.duckdb"
    bring_in(warehouse, "court", all_cases(world), holds="all_cases")
    found = numbers(warehouse)
    assert found["value"].notna().any()
    return found


def assert_equal(found: pd.DataFrame, expected: pd.DataFrame) -> None:
    pd.testing.assert_frame_equal(found, expected, check_exact=True)


@pytest.mark.parametrize("holds", [{}, {"holds": "creditor_cases"}], ids=["not stated", "creditor_cases"])
def test_cases_of_another_file_under_other_numbers_are_asked_about(
    tmp_path: Path, world: World, alone: pd.DataFrame, holds: dict[str, object]
) -> None:
    warehouse = tmp_path / "w.duckdb"
    bring_in(warehouse, "court", all_cases(world), holds="all_cases")
    bank = renumbered(half(all_cases(world)))
    with pytest.raises(InputError) as refused:
        bring_in(warehouse, "bank", bank, **holds)
    assert refused.value.message.code == "possible_duplicates"
    assert "same_cases = true" in str(refused.value) and "\n" not in str(refused.value)
    with duckdb.connect(str(warehouse), read_only=True) as con:
        assert con.execute("SELECT count(DISTINCT name) FROM sources WHERE kind = 'cases'").fetchall() == [(1,)]
    bring_in(warehouse, "bank", bank, **holds, same_cases=True)
    assert_equal(numbers(warehouse), alone)


def test_the_order_of_the_files_does_not_matter(tmp_path: Path, world: World, alone: pd.DataFrame) -> None:
    warehouse = tmp_path / "w.duckdb"
    bring_in(warehouse, "bank", renumbered(half(all_cases(world))))
    bring_in(warehouse, "court", all_cases(world), holds="all_cases", same_cases=True)
    assert_equal(numbers(warehouse), alone)


def test_cases_that_only_look_alike_count_each(tmp_path: Path, world: World, alone: pd.DataFrame) -> None:
    warehouse = tmp_path / "w.duckdb"
    bring_in(warehouse, "court", all_cases(world), holds="all_cases")
    bring_in(warehouse, "bank", renumbered(all_cases(world)), same_cases=False)
    found = numbers(warehouse)
    known = alone["n"] > 0
    assert (found.loc[known, "n"] == 2 * alone.loc[known, "n"]).all()


@pytest.mark.parametrize("plan", [{}, {"batch_size": 15, "cases_per_month": 60.0}], ids=["single", "batches"])
def test_two_halves_of_a_court_are_not_asked_about(tmp_path: Path, plan: dict[str, object]) -> None:
    """Two chambers, each with its own file; claims in batches are equal among themselves."""
    rows = all_cases(simulated(**plan))
    if plan:
        rows = [replace(row, case=replace(row.case, claim=3000.0 + 10 * (row.case.batch % 7))) for row in rows]
    warehouse = tmp_path / "w.duckdb"
    bring_in(warehouse, "first chamber", rows[::2], holds="all_cases")
    bring_in(warehouse, "second chamber", renumbered(rows[1::2]), holds="all_cases")


def test_a_later_delivery_is_not_asked_what_was_answered(tmp_path: Path, world: World, alone: pd.DataFrame) -> None:
    warehouse = tmp_path / "w.duckdb"
    rows = all_cases(world)
    bring_in(warehouse, "court", rows, holds="all_cases")
    bank = renumbered(half(rows))
    bring_in(warehouse, "bank", bank[:-50], same_cases=True)
    bring_in(warehouse, "bank", bank[-60:])
    assert_equal(numbers(warehouse), alone)


def still_open(rows: list[Row]) -> list[Row]:
    return [replace(row, closed_on=None, closing=None) for row in rows]


Files = Callable[[World], list[tuple[str, list[Row], dict[str, object]]]]


@pytest.mark.parametrize(
    "files",
    [
        lambda world: [
            ("bank", half(still_open(all_cases(world))), {"holds": "creditor_cases"}),
            ("court", all_cases(world), {"holds": "all_cases"}),
        ],
        lambda world: [
            ("court", still_open(all_cases(world)), {"holds": "all_cases"}),
            ("closings", closed_cases(world), {"holds": "closed_cases"}),
        ],
        lambda world: [
            ("closings", closed_cases(world), {"holds": "closed_cases"}),
            ("court", still_open(all_cases(world)), {"holds": "all_cases"}),
        ],
    ],
    ids=["a bank that knows no closings, first", "closings from a list, last", "closings from a list, first"],
)  # fmt: skip
def test_of_one_number_in_two_files_the_newest_knowledge_counts(
    tmp_path: Path, world: World, alone: pd.DataFrame, files: Files
) -> None:
    """By the windows of the file that has all cases; what the closings tell of them is known then."""
    warehouse = tmp_path / "w.duckdb"
    for name, rows, stated in files(world):
        bring_in(warehouse, name, rows, **stated)
    assert_equal(numbers(warehouse), alone)


def test_one_number_of_two_different_cases_is_not_one_case(tmp_path: Path, world: World) -> None:
    """Ledgers that count from 1: the second of them would lose its cases to the first in silence."""
    warehouse = tmp_path / "w.duckdb"
    rows = all_cases(world)
    bring_in(warehouse, "court", rows, holds="all_cases")
    others = [replace(row, case=replace(row.case, filed_on=row.case.filed_on - timedelta(days=100))) for row in rows]
    with pytest.raises(InputError) as refused:
        bring_in(warehouse, "other", others, holds="all_cases")
    assert refused.value.message.code == "no_row_accepted"
    assert [str(rule) for rule in refused.value.message.parameters["rules"]] == ["already_imported"]


@pytest.mark.parametrize("unit", [100, 10_000], ids=["12.35 万元", "12 万元"])
def test_claims_that_a_bank_rounds_are_the_same_claims(
    tmp_path: Path, world: World, alone: pd.DataFrame, unit: int
) -> None:
    """A bank's list in 万元, of claims that the court has to the fen."""
    warehouse = tmp_path / "w.duckdb"
    bring_in(warehouse, "court", all_cases(world), holds="all_cases")
    bank = [
        replace(row, case=replace(row.case, claim=float(unit * round(row.case.claim / unit))))
        for row in renumbered(half(all_cases(world)))
        if row.case.claim > unit
    ]
    with pytest.raises(InputError) as refused:
        bring_in(warehouse, "bank", bank)
    assert refused.value.message.code == "possible_duplicates"
    bring_in(warehouse, "bank", bank, same_cases=True)
    assert_equal(numbers(warehouse), alone)


def test_rounded_claims_of_two_halves_of_a_court_are_no_duplicates(tmp_path: Path, world: World) -> None:
    """Where claims are round, chance alone makes many that are equal."""
    rows = [
        replace(row, case=replace(row.case, claim=float(10_000 * max(1, round(row.case.claim / 10_000)))))
        for row in all_cases(world)
    ]
    warehouse = tmp_path / "w.duckdb"
    bring_in(warehouse, "first chamber", rows[::2], holds="all_cases")
    bring_in(warehouse, "second chamber", renumbered(rows[1::2]), holds="all_cases")
