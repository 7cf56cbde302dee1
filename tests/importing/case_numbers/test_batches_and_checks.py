"""What an import makes of the numbers of cases: batches, styles, gaps, and secrecy."""

from pathlib import Path
from typing import Any

import duckdb
import pytest

from index_engine.errors import InputError
from index_engine.importing import api
from index_engine.importing.pipeline import run_import
from index_engine.importing.validation.load import LoadResult
from tests.importing.test_pipeline import hashed, rows_of

MAPPING = """
kind = "cases"
[source]
name = "编号"
observed_from = 2022-07-01
observed_to = 2024-12-31
{more}
[columns.case_id]
column = "案号"
[columns.court_id]
{court}
[columns.filed_on]
column = "立案日期"
[columns.claim_amount]
column = "标的"
"""
TYPE = '\n[columns.case_type]\ncolumn = "案号"\npart = "type"'
BY_NUMBER = 'column = "案号"\npart = "court"' + TYPE
BY_NAME = 'column = "法院"' + TYPE


@pytest.fixture
def run(tmp_path: Path) -> Any:
    """run(rows): import (案号, 立案日期, 标的, 法院) into a new warehouse of China's courts."""

    def make(
        rows: list[tuple[str, ...]], court: str = BY_NUMBER, more: str = "", name: str = "w"
    ) -> tuple[Path, LoadResult]:
        file, mapping = tmp_path / f"{name}.csv", tmp_path / "m.toml"
        lines = ["案号,立案日期,标的,法院", *(",".join(f'"{cell}"' for cell in r) for r in rows)]
        file.write_text("\n".join(lines), encoding="utf-8")
        mapping.write_text(MAPPING.format(court=court, more=more), encoding="utf-8")
        warehouse = tmp_path / f"{name}.duckdb"
        return warehouse, run_import(warehouse, "cases", file, mapping)

    return make


def findings(warehouse: Path) -> list[tuple[Any, ...]]:
    return rows_of(warehouse, "SELECT row_no, rule, action FROM rejects WHERE source_id > 4 ORDER BY ALL")


def test_a_batch_is_its_cases(run: Any) -> None:
    warehouse, outcome = run(
        [
            ("（2023）粤0304执15号", "2023-03-01", "100", ""),
            ("(2023)粤0304执21-23、25号", "2023-03-02", "400", ""),
            ("（2023）粤0304执23号", "2023-03-03", "700", ""),
        ]
    )
    assert (outcome.rows, outcome.accepted_rows, outcome.rejection_counts) == (6, 5, {"duplicate": 1})
    kept = rows_of(warehouse, "SELECT case_id, claim_amount::INTEGER FROM cases")
    numbers = {15: 100, 21: None, 22: None, 23: 700, 25: None}
    assert dict(kept) == {hashed(warehouse, f"(2023)粤0304执{number}号"): amount for number, amount in numbers.items()}
    # The third line, not the batch, has case 23: it stands before the cases a batch adds.
    assert findings(warehouse) == [
        (2, "batch_expanded", "noted"),
        (2, "batch_expanded", "noted"),
        (2, "batch_expanded", "noted"),
        (2, "duplicate", "rejected"),
    ]


def test_a_duplicate_of_a_case_of_a_batch_names_its_line(run: Any) -> None:
    warehouse, outcome = run(
        [
            ("（2023）粤0304执1号", "2023-03-01", "1", ""),
            ("（2023）粤0304执11-13号", "2023-03-01", "1", ""),
            ("（2023）粤0304执10、13号", "2023-03-01", "1", ""),
        ]
    )
    assert (outcome.rows, outcome.accepted_rows, outcome.rejection_counts) == (6, 5, {"duplicate": 1})
    found = rows_of(warehouse, "SELECT row_no, message FROM rejects WHERE rule = 'duplicate'")
    [(row_no, message)] = found
    assert (row_no, message.endswith(" stands in line 2 already")) == (3, True)


def test_a_batch_that_cannot_be_read_is_rejected_whole(run: Any) -> None:
    warehouse, outcome = run(
        [("（2023）粤0304执15号", "2023-03-01", "1", ""), ("（2023）粤0304执90-80号", "2023-03-01", "1", "")]
    )
    assert (outcome.rows, outcome.accepted_rows, outcome.rejection_counts) == (2, 1, {"unreadable_batch": 1})
    [(message,)] = rows_of(warehouse, "SELECT message FROM rejects WHERE action = 'rejected'")
    assert "ends before it starts" in message


@pytest.mark.parametrize("numbers", ["9003-9001", "9001-90000", "9001-9", "9005、9001", "1-2-9003"])
def test_what_is_wrong_with_a_batch_names_no_number(run: Any, numbers: str) -> None:
    good = ("（2023）粤0304执15号", "2023-03-01", "1", "")
    warehouse, _ = run([good, (f"（2023）粤0304执{numbers}号", "2023-03-01", "1", "")])
    found = str(rows_of(warehouse, "SELECT * FROM rejects WHERE action = 'rejected'"))
    assert "unreadable_batch" in found
    assert "900" not in found


def test_styles_are_named(run: Any) -> None:
    warehouse, outcome = run(
        [
            ("（2023）粤0304执15号", "2023-03-01", "1", "粤0304"),
            ("(2023)粤０３０４执恢16号", "2023-03-01", "1", "粤0304"),
            ("（2023）粤03**执1*号", "2023-03-01", "1", "粤0304"),
            ("(2012)深福法执字第66号", "2023-03-01", "1", "粤0304"),
            ("（2023）粤0305执17号", "2023-03-01", "1", "粤0304"),
        ],
        court=BY_NAME,
    )
    assert (outcome.accepted_rows, outcome.rejection_counts) == (4, {"masked_number": 1})
    assert {
        (3, "masked_number", "rejected"),
        (4, "legacy_number", "noted"),
        (5, "number_of_another_court", "warned"),
    } <= set(findings(warehouse))
    assert rows_of(warehouse, "SELECT case_type, number_year FROM cases ORDER BY case_type, number_year") == [
        ("first", 2012),
        ("first", 2023),
        ("first", 2023),
        ("resumed", 2023),
    ]


@pytest.mark.parametrize(("numbers", "ids", "warned"), [(3, 2, 2), (2, 2, 0), (2, 3, 0), (4, 1, 1)])
def test_an_id_is_no_case_number_only_where_more_than_half_are(run: Any, numbers: int, ids: int, warned: int) -> None:
    rows = [(f"（2023）粤0304执{n}号", "2023-03-01", "1", "粤0304") for n in range(1, numbers + 1)]
    rows += [(f"A-{n}", "2023-03-01", "1", "粤0304") for n in range(ids)]
    court = 'column = "法院"\n[columns.case_type]\nconstant = "first"'
    warehouse, outcome = run(rows, court=court)
    assert outcome.accepted_rows == numbers + ids
    found = [rule for _row, rule, _action in findings(warehouse)]
    assert found.count("not_a_case_number") == warned


def test_no_sequence_and_no_number_is_stored(run: Any) -> None:
    warehouse, _ = run([("（2023）粤0304执98765号", "2023-03-01", "1", "")])
    with duckdb.connect(str(warehouse), read_only=True) as con:
        tables = con.execute("SELECT schema_name, table_name FROM duckdb_tables()").fetchall()
        for schema, table in tables:
            text = str(con.execute(f'SELECT * FROM {schema}."{table}"').fetchall())
            assert "执98765" not in text, table
            assert "98765" not in text or table == "case_sequences"
    assert "执98765号".encode() not in warehouse.read_bytes()


def test_one_name_in_two_provinces_is_decided_by_the_number_or_the_mapping(run: Any) -> None:
    row = ("（2023）浙0106执1号", "2023-03-01", "1", "西湖区人民法院")
    warehouse, _ = run([row], court=BY_NAME)
    assert rows_of(warehouse, "SELECT court_id FROM cases") == [("浙0106",)]
    own_id = ("A-1", "2023-03-01", "1", "西湖区人民法院")
    typed = 'column = "法院"' + '\n[columns.case_type]\nconstant = "first"\n'
    with pytest.raises(InputError, match="may mean 浙江省杭州市西湖区人民法院; 江西省"):
        run([own_id], typed, name="unsure")
    warehouse, _ = run([own_id], typed, 'province = "江西"', name="told")
    assert rows_of(warehouse, "SELECT court_id FROM cases") == [("赣0103",)]


def test_gaps_in_the_numbers_are_coverage(run: Any) -> None:
    """Observed from July 2022: of that year the numbers begin where the file does."""
    rows = [(f"（2022）粤0304执{n}号", "2022-08-01", "1", "") for n in (500, 501, 504)]
    rows += [("（2022）粤0304执3号", "2022-01-05", "1", "")]  # still open when observation began
    rows += [(f"（2023）粤0304执{n}号", "2023-02-01", "1", "") for n in (2, 3, 10)]
    warehouse, _ = run(rows)
    found = api.number_coverage(warehouse)
    assert found[["year", "received", "highest", "missing"]].to_numpy().tolist() == [
        [2022, 3, 504, 2],
        [2023, 3, 10, 7],
    ]


def test_a_later_delivery_fills_gaps_and_an_undo_reopens_them(run: Any, tmp_path: Path) -> None:
    rows = [(f"（2023）粤0304执{n}号", "2023-02-01", "1", "") for n in (1, 4)]
    warehouse, _ = run(rows)
    file = tmp_path / "later.csv"
    later = "\n".join(f"（2023）粤0304执{n}号,2023-02-01,2,粤0304" for n in (2, 4))
    file.write_text(f"案号,立案日期,标的,法院\n{later}\n", encoding="utf-8")
    outcome = run_import(warehouse, "cases", file, tmp_path / "m.toml")
    assert (outcome.changes.added_rows, outcome.changes.changed_rows, outcome.changes.absent_rows) == (1, 1, 1)
    assert api.number_coverage(warehouse)["missing"].tolist() == [1]
    api.undo_source(warehouse, outcome.source_id)
    assert api.number_coverage(warehouse)["missing"].tolist() == [2]
    assert rows_of(warehouse, "SELECT DISTINCT claim_amount::INTEGER FROM cases") == [(1,)]


def test_a_case_number_names_the_court_where_the_row_does_not(run: Any) -> None:
    warehouse, outcome = run(
        [
            ("（2023）粤0304执15号", "2023-03-01", "100", ""),
            ("（2023）粤0305执16号", "2023-03-01", "100", "-"),
            ("（2023）粤0305执17号", "2023-03-01", "100", "深圳市南山区人民法院"),
            ("（2014）深福法执字第18号", "2014-03-01", "100", ""),
        ],
        court=BY_NAME,
    )
    assert (outcome.rows, outcome.accepted_rows) == (4, 3)
    courts = rows_of(warehouse, "SELECT name FROM cases JOIN courts USING (court_id) ORDER BY ALL")
    assert courts == [("广东省深圳市南山区人民法院",)] * 2 + [("广东省深圳市福田区人民法院",)]
