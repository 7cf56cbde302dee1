"""One mistyped number must not say that the cases of a whole court are missing; gaps must."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from index_engine.importing import api
from index_engine.importing.pipeline import run_import
from index_engine.importing.validation.load import LoadResult
from tests.corpus.messy import small_warehouse

MAPPING = """
kind = "cases"
[source]
name = "编号"
holds = "all_cases"
observed_from = 2023-01-01
observed_to = 2024-12-31
[columns.case_id]
column = "案号"
[columns.court_id]
column = "案号"
part = "court"
[columns.case_type]
column = "案号"
part = "type"
[columns.filed_on]
column = "立案日期"
"""
SLIP = "number_out_of_line"

Numbers = list[tuple[int, date]]


@pytest.fixture
def deliver(tmp_path: Path) -> Any:
    """deliver(numbers): import cases of one court with these numbers and days of filing."""
    warehouse, mapping = small_warehouse(tmp_path / "w.duckdb"), tmp_path / "m.toml"
    mapping.write_text(MAPPING, encoding="utf-8")

    def make(numbers: Numbers) -> tuple[Path, LoadResult]:
        file = tmp_path / "f.csv"
        rows = [f"（2023）粤0304执{number}号,{filed}" for number, filed in numbers]
        file.write_text("\n".join(["案号,立案日期", *rows]), encoding="utf-8")
        return warehouse, run_import(warehouse, "cases", file, mapping)

    return make


def even(numbers: range, first: date = date(2023, 1, 2), last: date = date(2023, 12, 28)) -> Numbers:
    """Numbers in their order, filed evenly from the first day to the last."""
    days = (last - first).days
    return [(number, first + timedelta(days * place // len(numbers))) for place, number in enumerate(numbers)]


def seen(warehouse: Path) -> list[list[int]]:
    """Received, highest and missing of the one court and year."""
    found = api.number_coverage(warehouse)[["received", "highest", "missing"]]
    return [list(map(int, row)) for row in found.to_numpy()]


@pytest.mark.parametrize("slip", [1000, 9_999_999])
@pytest.mark.parametrize("day", [date(2023, 1, 2), date(2023, 6, 1), date(2023, 12, 30)])
def test_one_mistyped_number_is_not_the_highest(deliver: Any, slip: int, day: date) -> None:
    warehouse, outcome = deliver([*even(range(1, 401)), (slip, day)])
    assert (outcome.accepted_rows, outcome.warning_counts) == (401, {SLIP: 1})
    assert seen(warehouse) == [[401, 400, 0]]


def test_two_slips_are_two(deliver: Any) -> None:
    slips = [(8_888_888, date(2023, 3, 1)), (9_999_999, date(2023, 4, 1))]
    warehouse, outcome = deliver([*even(range(1, 101)), *slips])
    assert outcome.warning_counts == {SLIP: 2}
    assert seen(warehouse) == [[102, 100, 0]]


def test_a_slip_in_a_small_court(deliver: Any) -> None:
    few = [(1, date(2023, 2, 1)), (3, date(2023, 5, 1)), (9_999_999, date(2023, 11, 1))]
    warehouse, outcome = deliver(few)
    assert outcome.warning_counts == {SLIP: 1}
    assert seen(warehouse) == [[3, 3, 0]]


def test_the_finding_does_not_tell_the_number(deliver: Any) -> None:
    warehouse, _ = deliver([*even(range(1, 101)), (9_999_999, date(2023, 4, 1))])
    [found] = api.list_findings(warehouse).to_dict("records")
    assert (found["row_no"], found["field"], found["action"]) == (101, "case_id", "warned")
    assert found["value"] is None
    assert "9999999" not in found["message"]


@pytest.mark.parametrize(
    ("numbers", "highest"),
    [
        # The middle of the year is missing: what comes after it is many, not a slip.
        ([*even(range(1, 101), last=date(2023, 3, 31)), *even(range(900, 1001))], 1000),
        # All of it from April on but one case of December: that one tells of the others.
        ([*even(range(1, 101), last=date(2023, 3, 31)), (1000, date(2023, 12, 20))], 1000),
        # Nine in ten are missing, evenly.
        (even(range(5, 1001, 10)), 995),
        # Too few to say.
        ([(1, date(2023, 1, 5)), (2, date(2023, 1, 6)), (30, date(2023, 1, 7))], 30),
    ],
)
def test_gaps_are_no_slips(deliver: Any, numbers: Numbers, highest: int) -> None:
    warehouse, outcome = deliver(numbers)
    assert SLIP not in outcome.warning_counts
    assert seen(warehouse) == [[len(numbers), highest, highest - len(numbers)]]


@pytest.mark.parametrize(("number", "highest"), [(80, 40), (79, 79)])
def test_a_number_is_out_of_line_from_twice_the_next_on(deliver: Any, number: int, highest: int) -> None:
    warehouse, outcome = deliver([*even(range(1, 41)), (number, date(2023, 1, 2))])
    assert outcome.warning_counts == ({SLIP: 1} if highest == 40 else {})
    [[_received, seen_highest, _missing]] = seen(warehouse)
    assert seen_highest == highest


@pytest.mark.parametrize("word", ["执恢", "执保", "民初"])
def test_numbers_of_another_type_fill_no_gaps(tmp_path: Path, word: str) -> None:
    """They run apart: called first enforcements, they neither stand in for missing ones nor make
    more of them."""
    warehouse, mapping = small_warehouse(tmp_path / "w.duckdb"), tmp_path / "m.toml"
    typed = MAPPING.replace('column = "案号"\npart = "type"', 'constant = "first"')
    mapping.write_text(typed, encoding="utf-8")
    file = tmp_path / "f.csv"
    rows = [f"（2023）粤0304执{number}号,2023-03-01" for number in (1, 2, 10)]
    rows += [f"（2023）粤0304{word}{number}号,2023-03-01" for number in (3, 4, 50)]
    file.write_text("\n".join(["案号,立案日期", *rows]), encoding="utf-8")
    assert run_import(warehouse, "cases", file, mapping).accepted_rows == 6
    assert seen(warehouse) == [[3, 10, 7]]


def test_later_deliveries_are_held_against_earlier_ones(deliver: Any) -> None:
    half = even(range(1, 201), last=date(2023, 6, 30))
    deliver(half)
    # Late closings of low numbers and one new case that goes on where the last file ended.
    warehouse, outcome = deliver([*half[:30], (230, date(2023, 7, 20))])
    assert outcome.warning_counts == {}
    assert seen(warehouse) == [[201, 230, 29]]
    warehouse, outcome = deliver([(99_999, date(2023, 7, 21))])
    assert outcome.warning_counts == {SLIP: 1}
    assert seen(warehouse) == [[202, 230, 28]]


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(random=st.randoms(use_true_random=False), share=st.floats(0.05, 1))
def test_cases_missing_at_random_are_never_taken_for_slips(
    tmp_path_factory: pytest.TempPathFactory, random: Any, share: float
) -> None:
    warehouse = small_warehouse(tmp_path_factory.mktemp("w") / "w.duckdb")
    file, mapping = warehouse.with_name("f.csv"), warehouse.with_name("m.toml")
    mapping.write_text(MAPPING, encoding="utf-8")
    numbers = [one for one in even(range(1, 301)) if random.random() < share] or even(range(1, 2))
    rows = [f"（2023）粤0304执{number}号,{filed}" for number, filed in numbers]
    file.write_text("\n".join(["案号,立案日期", *rows]), encoding="utf-8")
    assert run_import(warehouse, "cases", file, mapping).warning_counts == {}
    assert seen(warehouse)[0][1] == numbers[-1][0]
