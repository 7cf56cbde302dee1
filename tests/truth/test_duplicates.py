"""One case in two files counts once: as the file knows it that has all cases of the court, with what
the other knows of its end."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import duckdb
import pandas as pd
import pytest

from index_engine.errors import InputError, Message
from index_engine.linkage.case_pairs import create_case_pairs
from tests.truth.product import build_main_method, court_estimates, import_file, mapping_text
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


def bring_in(
    warehouse: Path, name: str, rows: list[Row], cause: str | None = None, **stated: object
) -> tuple[Message, ...]:
    """Import a file as a source of that name and return its notices; `stated` are further lines of [source],
    `cause` is that of all its cases."""
    file = write_cases(warehouse.with_name(f"{name}.csv"), rows)
    lines = "".join(
        f"\n{key} = {str(value).lower() if isinstance(value, bool) else repr(value)}" for key, value in stated.items()
    )
    text = mapping_text(name, (START, CUT)).replace("[source]", f"[source]{lines}")
    if cause is not None:
        text += f'[columns.cause]\nconstant = "{cause}"\n'
    return import_file(warehouse, "cases", file, text).notices


def refusal(warehouse: Path, name: str, rows: list[Row], cause: str | None = None) -> str:
    """The code with which a file is refused that does not say whether its cases are another's."""
    with pytest.raises(InputError) as refused:
        bring_in(warehouse, name, rows, cause)
    return refused.value.message.code


def same_pairs(warehouse: Path) -> set[tuple[float, float, date]]:
    """Cases that are one: the claim in the earlier source, the claim and the day of filing in the later."""
    with duckdb.connect(str(warehouse)) as con:
        create_case_pairs(con)
        rows = con.execute(
            "SELECT earlier.claim_amount::DOUBLE, later.claim_amount::DOUBLE, later.filed_on FROM case_pairs"
            " JOIN cases AS earlier ON earlier.case_id = earlier_case JOIN cases AS later ON later.case_id = later_case"
            " WHERE is_same"
        ).fetchall()
    return set(rows)


def numbers(warehouse: Path) -> pd.DataFrame:
    """Estimates of all courts, built."""
    build_main_method(warehouse)
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


def rounded_down(rows: list[Row], unit: int) -> list[Row]:
    kept = [row for row in rows if row.case.claim > unit]
    return [replace(row, case=replace(row.case, claim=float(row.case.claim // unit * unit))) for row in kept]


def dated_earlier(rows: list[Row], days: int) -> list[Row]:
    """Filings by the day of the application, up to so many days before that of the court."""
    return [
        replace(row, case=replace(row.case, filed_on=row.case.filed_on - timedelta(days=k % (days + 1))))
        for k, row in enumerate(rows)
    ]


Ledger = Callable[[list[Row]], list[Row]]


@pytest.mark.parametrize(
    "ledger",
    [
        lambda rows: rounded_down(rows, 10_000),
        lambda rows: rounded_down(rows, 1_000),
        lambda rows: dated_earlier(rows, 3),
        lambda rows: dated_earlier(rounded_down(rows, 10_000), 3),
    ],
    ids=["down to 万元", "down to 千元", "filed days before", "both"],
)  # fmt: skip
def test_cases_that_a_bank_rounds_or_dates_otherwise_are_found(tmp_path: Path, world: World, ledger: Ledger) -> None:
    warehouse = tmp_path / "w.duckdb"
    rows = all_cases(world)
    bank = ledger(renumbered(half(rows)))
    bring_in(warehouse, "court", rows, holds="all_cases")
    assert refusal(warehouse, "bank", bank) == "possible_duplicates"
    bring_in(warehouse, "bank", bank, same_cases=True)
    originals = {f"bank-{k}": row.case for k, row in enumerate(half(rows))}
    right = {(originals[row.case.number].claim, row.case.claim, row.case.filed_on) for row in bank}
    found = same_pairs(warehouse)
    # Two of a court and day that are alike and both open may change places.
    assert len(found & right) >= 0.98 * len(right)
    assert len(found - right) <= 0.015 * len(right)


def test_cases_whose_causes_are_named_otherwise_are_found(tmp_path: Path, world: World) -> None:
    warehouse = tmp_path / "w.duckdb"
    rows = all_cases(world)
    bring_in(warehouse, "court", rows, holds="all_cases", cause="private_loan")
    assert refusal(warehouse, "bank", renumbered(half(rows)), cause="financial_loan") == "possible_duplicates"


def test_cases_of_a_large_court_are_found(tmp_path: Path) -> None:
    """Sixty a day: of so many claims some are alike on each day, if one is in a thousand."""
    rows = [
        replace(row, case=replace(row.case, filed_on=row.case.filed_on.replace(day=1)))
        for row in all_cases(simulated(courts=1, cases_per_month=60.0))
    ]
    warehouse = tmp_path / "w.duckdb"
    bring_in(warehouse, "court", rows, holds="all_cases")
    assert refusal(warehouse, "second list", renumbered(rows)) == "possible_duplicates"


def test_what_of_a_source_said_to_be_of_another_is_not_found_there_is_told(tmp_path: Path, world: World) -> None:
    """Claims that a bank has after payments on them: those cases stand twice, and the import says how many."""
    warehouse = tmp_path / "w.duckdb"
    rows = all_cases(world)
    bank = renumbered(half(rows))
    paid = [replace(row, case=replace(row.case, claim=round(0.7 * row.case.claim, 2))) for row in bank[::3]]
    bring_in(warehouse, "court", rows, holds="all_cases")
    notices = bring_in(warehouse, "bank", bank[1::3] + bank[2::3] + paid, same_cases=True)
    [notice] = [notice for notice in notices if notice.code == "cases_without_match"]
    assert notice.parameters == {"name": "bank", "other": "court", "unmatched": len(paid), "cases": len(bank)}


def test_rounded_claims_of_two_halves_of_a_court_are_no_duplicates(tmp_path: Path, world: World) -> None:
    """Where claims are round, chance alone makes many that are equal."""
    rows = [
        replace(row, case=replace(row.case, claim=float(10_000 * max(1, round(row.case.claim / 10_000)))))
        for row in all_cases(world)
    ]
    warehouse = tmp_path / "w.duckdb"
    bring_in(warehouse, "first chamber", rows[::2], holds="all_cases")
    bring_in(warehouse, "second chamber", renumbered(rows[1::2]), holds="all_cases")
