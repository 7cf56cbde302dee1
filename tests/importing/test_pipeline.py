"""Whole imports: a file and a mapping in, a warehouse out, or the warehouse as it was."""

import csv
import hashlib
import io
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import openpyxl
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from index_engine.errors import InputError
from index_engine.importing import pipeline
from index_engine.importing.pipeline import run_import
from index_engine.importing.progress import Progress

MAPPING = """
kind = "cases"
[source]
name = "甲省执行案件"
observed_from = 2019-01-01
observed_to = 2024-12-31
null = ["-"]
[columns.case_id]
column = "案号"
[columns.court_id]
column = "法院"
values = { "甲市第一法院" = "K1", "甲市第二法院" = "K2" }
[columns.case_type]
constant = "first"
[columns.filed_on]
column = "立案日期"
format = ["%Y年%m月%d日", "excel"]
[columns.closed_on]
column = "结案日期"
format = ["%Y年%m月%d日", "excel"]
[columns.close_mode]
column = "结案方式"
values = { "执行完毕" = "completed", "终结本次执行程序" = "zhongben" }
[columns.claim_amount]
column = "标的金额"
unit = "万元"
on_bad = "clear"
"""
HEADER = ["案号", "法院", "立案日期", "结案日期", "结案方式", "标的金额"]
ROWS = [
    ["c1", "甲市第一法院", "2020年1月2日", "2020年8月1日", "执行完毕", "1.5"],
    ["c2", "甲市第二法院", "43832", "-", "", "不详"],
    ["c3", "乙市法院", "2020年1月2日", "", "", "1"],
    ["c4", "甲市第一法院", "2020年1月2日", "2019年1月2日", "执行完毕", "1"],
    ["c5", "甲市第一法院", "上月", "", "", "1"],
    ["c1", "甲市第一法院", "2020年1月2日", "", "", "1"],
]
KEPT = [
    ("c1", "K1", date(2020, 1, 2), date(2020, 8, 1), "completed", Decimal("15000.00")),
    ("c2", "K2", date(2020, 1, 2), None, None, None),
]
REASONS = {"closed_before_filed": 1, "duplicate": 1, "unknown_code": 1, "unreadable_date": 1}


def csv_text(header: list[str], rows: list[list[str]]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([header, *rows])
    return text.getvalue()


def as_csv(folder: Path) -> Path:
    path = folder / "cases.csv"
    path.write_text(csv_text(HEADER, ROWS), encoding="utf-8")
    return path


def as_gb18030(folder: Path) -> Path:
    path = folder / "cases.csv"
    path.write_text(csv_text(HEADER, ROWS), encoding="gb18030")
    return path


def as_xlsx(folder: Path) -> Path:
    path = folder / "cases.xlsx"
    workbook = openpyxl.Workbook()
    sheet = workbook.worksheets[0]
    for row in [HEADER, *ROWS]:
        # A serial day and amounts as the numbers they would be in a spreadsheet.
        sheet.append([float(cell) if cell.replace(".", "").isdigit() else cell for cell in row])
    workbook.save(path)
    return path


def as_parquet(folder: Path) -> Path:
    path = folder / "cases.parquet"
    pd.DataFrame(ROWS, columns=HEADER).to_parquet(path)
    return path


@pytest.fixture
def mapping(tmp_path: Path) -> Path:
    path = tmp_path / "mapping.toml"
    path.write_text(MAPPING, encoding="utf-8")
    return path


def hashed(warehouse: Path, number: str) -> str:
    """What is stored of a case number, worked out again."""
    salt = warehouse.with_name(warehouse.name + ".salt").read_text(encoding="ascii").strip()
    return hashlib.sha256((salt + number).encode()).hexdigest()[:32]


def rows_of(warehouse: Path, sql: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(warehouse), read_only=True) as con:
        return con.execute(sql).fetchall()


@pytest.mark.parametrize("make", [as_csv, as_gb18030, as_xlsx, as_parquet])
def test_every_format_gives_the_same_rows(
    tmp_path: Path, warehouse: Path, mapping: Path, make: Callable[[Path], Path]
) -> None:
    if make is as_gb18030:
        mapping.write_text(MAPPING.replace("null =", 'encoding = "gb18030"\nnull ='), "utf-8")
    file = make(tmp_path)
    outcome = run_import(warehouse, "cases", file, mapping)
    assert (outcome.rows, outcome.accepted_rows, outcome.rejected_rows) == (6, 2, 4)
    assert (outcome.rejection_counts, outcome.clearing_counts) == (REASONS, {"unreadable_number": 1})
    kept = "SELECT case_id, court_id, filed_on, closed_on, close_mode, claim_amount FROM cases ORDER BY court_id"
    assert rows_of(warehouse, kept) == [(hashed(warehouse, number), *values) for number, *values in KEPT]
    assert rows_of(warehouse, "SELECT row_no, field, value, rule, action FROM rejects") == [
        (2, "claim_amount", "‹2 characters›", "unreadable_number", "cleared"),
        (3, "court_id", "‹4 characters›", "unknown_code", "rejected"),
        (4, "closed_on", "2019-01-02", "closed_before_filed", "rejected"),
        (5, "filed_on", "‹2 characters›", "unreadable_date", "rejected"),
        (6, "case_id", hashed(warehouse, "c1"), "duplicate", "rejected"),
    ]
    assert rows_of(warehouse, "SELECT name, sha256, rows, rejected, observed_from, observed_to FROM sources") == [
        ("甲省执行案件", hashlib.sha256(file.read_bytes()).hexdigest(), 6, 4, date(2019, 1, 1), date(2024, 12, 31))
    ]


def test_a_warehouse_from_nothing_without_mappings(tmp_path: Path) -> None:
    def write(name: str, text: str) -> Path:
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return path

    warehouse = tmp_path / "new.duckdb"
    regions = write("r.csv", "code,level,name,parent\nCN,nation,全国,\n44,province,甲省,CN\n")
    courts = write("c.csv", "court_id,name,level,region,special\nA1,甲法院,basic,44,false\nB1,乙法院,basic,99,false\n")
    cases = write("k.csv", "case_id,court_id,case_type,filed_on\n1,A1,first,2020-01-02\n")
    lots = write("l.csv", "lot_id,court_id,round_no,stage,listed_on,bidders\n1,A1,1,first,2020-01-02,3\n")
    run_import(warehouse, "regions", regions, None)
    outcome = run_import(warehouse, "courts", courts, None)
    assert (outcome.accepted_rows, outcome.rejection_counts) == (1, {"unknown_region": 1})
    run_import(warehouse, "cases", cases, None)
    run_import(warehouse, "auctions", lots, None)
    today = datetime.now(UTC).date()
    assert rows_of(warehouse, "SELECT source_id, kind, name FROM sources ORDER BY source_id") == [
        (1, "regions", f"regions {today}"),
        (2, "courts", f"courts {today}"),
        (3, "cases", f"cases {today}"),
        (4, "auctions", f"auctions {today}"),
    ]
    assert rows_of(warehouse, "SELECT lot_id, bidders, source_id FROM auction_rounds") == [
        (hashed(warehouse, "1"), 3, 4)
    ]


def test_a_file_is_imported_once(tmp_path: Path, warehouse: Path, mapping: Path) -> None:
    file = as_csv(tmp_path)
    run_import(warehouse, "cases", file, mapping)
    before = warehouse.read_bytes()
    with pytest.raises(InputError) as error:
        run_import(warehouse, "cases", file, mapping)
    assert f"{file}: already imported on " in str(error.value)
    assert "as source 1 (甲省执行案件) of cases; to read it anew, undo" in str(error.value)
    assert warehouse.read_bytes() == before


def test_a_file_of_which_nothing_can_be_kept_changes_nothing(tmp_path: Path, warehouse: Path, mapping: Path) -> None:
    """Most likely the mapping is wrong; with it mended the same file can be imported."""
    file = as_csv(tmp_path)
    before = warehouse.read_bytes()
    mapping.write_text(MAPPING.replace('"%Y年%m月%d日", "excel"', '"%d/%m/%Y"'), "utf-8")
    with pytest.raises(InputError) as error:
        run_import(warehouse, "cases", file, mapping)
    assert str(error.value) == (
        f"{file}: none of its 6 rows can be kept (unknown_code: 1, unreadable_date: 6); line 1:"
        " closed_on: 2020年8月1日 is no date written %d/%m/%Y or %Y-%m-%d; check the mapping,"
        " nothing was imported"
    )
    assert warehouse.read_bytes() == before
    mapping.write_text(MAPPING, "utf-8")
    assert run_import(warehouse, "cases", file, mapping).accepted_rows == 2


def test_a_file_without_rows(tmp_path: Path, warehouse: Path, mapping: Path) -> None:
    file = tmp_path / "f.csv"
    file.write_text(csv_text(HEADER, []), encoding="utf-8")
    with pytest.raises(InputError, match=r"f\.csv: has a header, but no rows"):
        run_import(warehouse, "cases", file, mapping)


def test_broken_lines_are_rejected_rows(tmp_path: Path, warehouse: Path, mapping: Path) -> None:
    file = tmp_path / "f.csv"
    lines = csv_text(HEADER, ROWS[:2]).splitlines()
    lines[1:1] = ["c0,甲市第一法院,2020年1月2日", '张三"的,"案"件,,,,']
    file.write_text("\n".join(lines), encoding="utf-8")
    outcome = run_import(warehouse, "cases", file, mapping)
    assert (outcome.rows, outcome.accepted_rows, outcome.rejection_counts) == (4, 2, {"unreadable_line": 2})
    assert rows_of(warehouse, "SELECT row_no, field, value FROM rejects ORDER BY 1 LIMIT 2") == [
        (1, "(line)", None),
        (2, "(line)", None),
    ], "the text of a line that is not understood may hold names, and stays out"


def test_unusable_input_is_found_before_anything_is_written(tmp_path: Path, mapping: Path) -> None:
    warehouse = tmp_path / "none.duckdb"
    with pytest.raises(InputError, match="no such file"):
        run_import(warehouse, "cases", tmp_path / "none.csv", mapping)
    with pytest.raises(InputError, match="unknown kind of file 'lots'"):
        run_import(warehouse, "lots", as_csv(tmp_path), mapping)
    with pytest.raises(InputError, match=r"案号.*: no field of cases; rename it"):
        run_import(warehouse, "cases", as_csv(tmp_path), None)
    assert not warehouse.exists()


@pytest.mark.parametrize(("text", "expected"), [("1073741824\n", 512 << 20), ("max\n", 2 << 30)])
def test_no_more_memory_is_used_than_half_of_the_container(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, expected: int
) -> None:
    (tmp_path / "memory.max").write_text(text)
    monkeypatch.setattr(pipeline, "_CONTAINER_LIMIT_FILES", (tmp_path / "memory.max", tmp_path / "missing"))
    monkeypatch.setattr(pipeline.os, "sysconf", lambda name: 1 << 24 if name == "SC_PHYS_PAGES" else 1 << 12)
    assert pipeline._memory_limit() == expected


def test_more_than_memory_holds_is_said(
    tmp_path: Path, warehouse: Path, mapping: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def exhausted(*_: object) -> None:
        raise duckdb.OutOfMemoryException("out of memory")

    monkeypatch.setattr(pipeline, "parse_values", exhausted)
    with pytest.raises(InputError, match=r"cases\.csv: does not fit into \d+ MB of memory"):
        run_import(warehouse, "cases", as_csv(tmp_path), mapping)


def test_progress_is_shown_if_asked(
    tmp_path: Path, warehouse: Path, mapping: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    run_import(warehouse, "cases", as_csv(tmp_path), mapping, Progress(always_visible=True))
    shown = capfd.readouterr()
    assert "read, parse, judge" in shown.err
    assert shown.out == ""


def test_no_progress_where_nobody_looks(
    tmp_path: Path, warehouse: Path, mapping: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    run_import(warehouse, "cases", as_csv(tmp_path), mapping)
    assert capfd.readouterr() == ("", "")


_dirty_row = st.tuples(
    st.sampled_from(["c1", "c2", "c3", ""]),
    st.sampled_from(["甲市第一法院", "甲市第二法院", "乙", ""]),
    st.sampled_from(["2020年1月2日", "2025年1月2日", "1980年1月1日", "43832", "x", "", "-"]),
    st.sampled_from(["2020年9月2日", "2019年1月2日", "x", "", "-"]),
    st.sampled_from(["执行完毕", "终结本次执行程序", "?", ""]),
    st.sampled_from(["1.5", "-1", "一", "", 'a"b', '"a"b']),
    st.sampled_from(["", ",", ",x", "\n"]),  # what may follow the last value
)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(_dirty_row, min_size=1, max_size=10))
def test_no_row_of_a_dirty_file_is_lost(
    tmp_path: Path, warehouse: Path, mapping: Path, rows: list[tuple[str, ...]]
) -> None:
    good = "g,甲市第一法院,2020年1月2日,,,1"
    lines = [",".join(HEADER), good, *(",".join(row[:6]) + row[6] for row in rows)]
    file = tmp_path / "f.csv"
    file.write_text("\n".join(lines), encoding="utf-8")
    draft = warehouse.with_name("draft.duckdb")
    draft.write_bytes(warehouse.read_bytes())
    outcome = run_import(draft, "cases", file, mapping)
    assert outcome.rows == outcome.accepted_rows + outcome.rejected_rows == 1 + len(rows)
    assert rows_of(draft, "SELECT count(*) FROM cases") == [(outcome.accepted_rows,)]
    assert rows_of(draft, "SELECT count(DISTINCT row_no) FROM rejects WHERE action = 'rejected'") == [
        (outcome.rejected_rows,)
    ]


@pytest.mark.parametrize(("on_bad", "kept"), [("reject", None), ("clear", 60)])
def test_a_column_of_which_nothing_can_be_read_stops_the_import(
    warehouse: Path, tmp_path: Path, on_bad: str, kept: int | None
) -> None:
    """To reject its rows would keep the open cases alone; to leave such values out has to be said."""
    source = tmp_path / "cases.csv"
    with source.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(["case", "court", "filed", "paid out"])
        writer.writerows([f"c{n}", "K1", "2020-01-02", f"day {n}" if n < 40 else ""] for n in range(60))
    columns = {"case_id": "case", "court_id": "court", "filed_on": "filed", "paid_out_on": "paid out"}
    mapping = tmp_path / "map.toml"
    tables = "".join(f'[columns.{field}]\ncolumn = "{header}"\n' for field, header in columns.items())
    mapping.write_text(
        f'kind = "cases"\n[source]\nholds = "all_cases"\n{tables}on_bad = "{on_bad}"\n'
        '[columns.case_type]\nconstant = "first"\n'
    )
    if kept is None:
        with pytest.raises(InputError, match="of 40 values of the column paid out, 40 cannot be read as paid_out_on"):
            run_import(warehouse, "cases", source, mapping)
    else:
        assert run_import(warehouse, "cases", source, mapping).accepted_rows == kept


def test_a_value_that_is_withheld_leaves_no_gap_in_a_message(tmp_path: Path, warehouse: Path) -> None:
    """Of a case number no finding keeps the text: what is wrong with it is said without it."""
    file, mapping = tmp_path / "cases.csv", tmp_path / "m.toml"
    file.write_text("案号,立案日期\nA-1,2020-01-02\n", encoding="utf-8")
    mapping.write_text(
        'kind = "cases"\n[columns.case_id]\ncolumn = "案号"\n[columns.court_id]\nconstant = "K1"\n'
        '[columns.case_type]\ncolumn = "案号"\npart = "type"\n[columns.filed_on]\ncolumn = "立案日期"\n',
        encoding="utf-8",
    )
    with pytest.raises(InputError) as caught:
        run_import(warehouse, "cases", file, mapping)
    assert "line 1: case_type: is no case number that tells its type" in str(caught.value)
    assert "None" not in str(caught.value)
