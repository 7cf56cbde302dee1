"""Files of every format are staged row by row, and a broken line costs only itself."""

import csv
import io
import zipfile
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import duckdb
import openpyxl
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from index_engine.errors import InputError
from index_engine.importing.files.csv_file import CsvFile
from index_engine.importing.files.readers import ReadOptions, open_file
from index_engine.importing.progress import Progress
from tests.importing.tables import PLAIN, Rows, book, staged

Read = Callable[..., tuple[list[str], Rows, Rows]]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    """read(name, content): headers, staged rows and broken lines of a file."""

    def make(name: str, content: bytes, **opening: Any) -> tuple[list[str], Rows, Rows]:
        file = tmp_path / name
        file.write_bytes(content)
        return staged(file, ReadOptions(**opening))

    return make


# -------------------------------------------------------------------------------------------- CSV


@pytest.mark.parametrize(
    "content",
    [
        b"a,b\n1,x\n2,y\n",
        b"\xef\xbb\xbfa,b\n1,x\n2,y\n",  # byte order mark
        b"a,b\r\n1,x\r\n2,y",  # as Windows ends lines; no end of the last
        b"a,b\n1,x\r\n2,y\n",  # mixed
        b"\n a , b\n1,x\n\n\n2,y\n\n",  # blank lines are no rows
        b'"a",b\n1,"x"\n"2",y\n',
        b"a,b,\n1,x,\n2,y,\n",  # trailing delimiters
        b"a,b\n1,x,\n2,y,,\n",
    ],
)
def test_csv_in_its_usual_shapes(read: Read, content: bytes) -> None:
    headers, rows, broken = read("f.csv", content)
    assert headers[:2] == ["a", "b"]
    assert [row[:3] for row in rows] == [(1, "1", "x"), (2, "2", "y")]
    assert broken == []


@pytest.mark.parametrize("end", ["\n", "\n甲\n"], ids=["by DuckDB", "by Python"])
def test_marks_that_keep_a_cell_a_text_are_none_of_it(read: Read, end: str) -> None:
    content = f"案号,额\n=\"0012\",'7\n=1+1,''8{end}".encode()
    headers, rows, broken = read("f.csv", content)
    assert (headers, rows) == (["案号", "额"], [(1, "0012", "7"), (2, "=1+1", "''8")])
    assert len(broken) == (end != "\n")


def test_csv_with_another_delimiter(read: Read) -> None:
    assert read("f.csv", "案号;额\n1;2,5\n".encode(), delimiter=";") == (["案号", "额"], [(1, "1", "2,5")], [])


@pytest.mark.parametrize("encoding", ["gb18030", "gbk"])
def test_csv_in_chinese_encodings(read: Read, encoding: str) -> None:
    text = "案号,执行法院\n（2020）甲01执1号,甲市法院\n"
    text += "2,䶮\n" if encoding == "gb18030" else ""  # a character beyond GBK
    headers, rows, broken = read("f.csv", text.encode(encoding), encoding="gb18030")
    assert headers == ["案号", "执行法院"]
    assert rows[0] == (1, "（2020）甲01执1号", "甲市法院")
    assert (len(rows), broken) == (1 + (encoding == "gb18030"), [])


def test_values_may_hold_delimiters_quotes_and_line_ends(read: Read) -> None:
    content = b'a,b\n1,"x, ""y""\nz"\n2,\n,3\n'
    assert read("f.csv", content)[1] == [(1, "1", 'x, "y"\nz'), (2, "2", None), (3, None, "3")]


def test_a_broken_line_costs_only_itself(read: Read) -> None:
    content = b'a,b\n1,x\n2\n3,y,z\n4,"p\n5,q\n6,"r"s\n7,"t\nu"\n\n8,v\n'
    _, rows, broken = read("f.csv", content)
    assert rows == [(1, "1", "x"), (5, "5", "q"), (7, "7", "t\nu"), (8, "8", "v")]
    assert broken == [
        (2, "unreadable_line", "the line has 1 values where the header names 2"),
        (3, "unreadable_line", "the line has 3 values where the header names 2"),
        (4, "unreadable_line", "the line cannot be taken apart: ',' expected after '\"'"),
        (6, "unreadable_line", "the line cannot be taken apart: ',' expected after '\"'"),
    ]


def test_a_stray_quote_does_not_swallow_the_file(read: Read) -> None:
    lines = [b"a,b", b'0,"open'] + [b"%d,x" % number for number in range(1, 1000)]
    _, rows, broken = read("f.csv", b"\n".join(lines))
    assert (len(rows), len(broken)) == (999, 1)
    assert rows[-1] == (1000, "999", "x")
    message = "the line cannot be taken apart: unexpected end of data"
    assert broken == [(1, "unreadable_line", message)]


def test_rows_are_numbered_as_they_stand_however_many(tmp_path: Path) -> None:
    """DuckDB reads by several threads and stores by groups of 122,880 rows."""
    file, total = tmp_path / "f.csv", 250_000
    lines = ["n,x", *(f"{number},{'y' * 20}" for number in range(1, 400_000))]
    lines[total] = "合计,"
    file.write_text("\n".join(lines), encoding="utf-8")
    reader = open_file(file, PLAIN, tmp_path)
    with duckdb.connect(config={"threads": 4}) as con:
        reader.stage(con, [0, 1], Progress())
        counts = con.execute(
            "SELECT count(*), count(*) FILTER (c0 = row_no::VARCHAR), sum(row_no) FROM import_text"
        ).fetchall()
        broken = con.execute("SELECT row_no, rule FROM import_broken").fetchall()
    assert counts == [(399_998, 399_998, sum(range(1, 400_000)) - total)]
    assert broken == [(total, "total_row")]


def test_clean_and_careful_reading_agree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "f.csv"
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(["a", "b", "c"])
    for number in range(5000):
        writer.writerow([number, f'x,"{number}"\n' if number % 7 == 0 else "", "终本"])
    file.write_text(text.getvalue(), encoding="utf-8", newline="")
    fast = staged(file)
    # In this process, where the careful way can be chosen.
    monkeypatch.setattr(CsvFile, "_has_plain_header", lambda self: False)
    with duckdb.connect() as con:
        CsvFile(file, "utf-8", ",", tmp_path).stage(con, range(3), Progress())
        careful = con.execute("FROM import_text ORDER BY row_no").fetchall()
    assert len(fast[1]) == 5000
    # DuckDB has no value where nothing is written, Python an empty one; both are no value later.
    assert fast[1] == [tuple(value or None for value in row) for row in careful]


_cell = st.text(st.sampled_from('ab ,"\n\r;1终'), max_size=4)
_dirty_line = st.lists(_cell, min_size=0, max_size=4).map(",".join)


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(lines=st.lists(_dirty_line, max_size=8), end=st.sampled_from(["\n", "\r\n"]))
def test_every_line_of_a_dirty_file_is_a_row_or_broken(read: Read, lines: list[str], end: str) -> None:
    """Rows and broken lines are numbered together; lines of blanks and delimiters are neither."""
    text = end.join(["a,b,c", *lines])
    _, rows, broken = read("f.csv", text.encode())
    numbers = sorted(row[0] for row in rows + broken)
    # Each line that is not empty is at least part of a row, and none is counted twice.
    physical = [line for line in io.StringIO("\n".join(lines), newline=None) if line.strip("\n")]
    assert len(set(numbers)) == len(numbers) <= len(physical)
    if '"' not in text:
        filled = [number for number, line in enumerate(physical, 1) if line.strip(", \n")]
        assert numbers == filled


def test_rows_of_delimiters_alone_are_no_rows(tmp_path: Path) -> None:
    """Spreadsheets saved as CSV end in thousands of them; in a workbook they do not even show."""
    for name, more in (("clean.csv", ""), ("dirty.csv", "1,2\n")):
        file = tmp_path / name
        file.write_text(f"a,b,c\n1,2,3\n,,\n , ,\u3000\n{more},,4\n,,\n", encoding="utf-8")
        _, rows, broken = staged(file)
        last = 5 if more else 4
        assert [row[0] for row in rows] == [1, last]
        assert [row[0] for row in broken] == ([4] if more else [])


@pytest.mark.parametrize(
    ("content", "opening", "says"),
    [
        (b"", {}, "the file is empty"),
        (b"\n\n", {}, "the first line is to name the columns; blank"),
        (b" , \n1,2\n", {}, "the first line is to name the columns, and is blank"),
        (b'"a\n1\n', {}, "the first line is to name the columns; the line cannot be taken apart"),
        ("案号,b\n".encode("gbk"), {}, "not UTF-8 near byte 0; save it as UTF-8, or if it is GBK"),
        (
            "a,b\n".encode("utf-16"),
            {},
            "not UTF-8 near byte 0; save it as UTF-8, or if it is GBK or GB18030 say so in a"
            ' mapping file: [source] encoding = "gb18030"',
        ),
        (
            b"a,b\n" + b"1,2\n" * 10_000 + b"\xff\xff,3\n",
            {"encoding": "gb18030"},
            "not GB18030 near byte 40004; save it as UTF-8 and remove encoding from the mapping",
        ),
        (
            b"a,b\n" + b"1,2\n" * 10_000 + "案,3\n".encode("gbk"),
            {},
            "not UTF-8 near byte 40004; save it as UTF-8, or if it is GBK",
        ),
    ],
)
def test_csv_that_cannot_be_read(read: Read, content: bytes, opening: dict[str, str], says: str) -> None:
    with pytest.raises(InputError) as error:
        read("f.csv", content, **opening)
    assert f"f.csv: {says}" in str(error.value)
    assert "\n" not in str(error.value)


# ---------------------------------------------------------------------------------------- Parquet


def test_parquet_becomes_the_text_of_a_csv(tmp_path: Path) -> None:
    file = tmp_path / "f.parquet"
    table = pa.table(
        {
            'odd "name"; DROP': ["x", None],
            "day": [date(2020, 1, 2), None],
            "time": [datetime(2020, 1, 2, 13, 5), None],
            "amount": [1.5e16, 0.1],
            "yes": [True, None],
            "row_no": [7, 8],
        }
    )
    pq.write_table(table, file)
    headers, rows, broken = staged(file)
    assert headers == table.column_names
    assert rows == [
        (1, "x", "2020-01-02", "2020-01-02", "1.5e+16", "true", "7"),
        (2, None, None, None, "0.1", None, "8"),
    ]
    assert broken == []


def test_parquet_keeps_the_order_of_its_rows(tmp_path: Path) -> None:
    file = tmp_path / "f.parquet"
    pq.write_table(pa.table({"n": range(200_000)}), file, row_group_size=10_000)
    _, rows, _ = staged(file)
    assert all(row_no == int(n) + 1 for row_no, n in rows)


def test_parquet_of_instants_is_refused(tmp_path: Path) -> None:
    """2023-04-01 in Shanghai is 2023-03-31 in London, and in another quarter."""
    days = pd.to_datetime(["2023-04-01"])
    file = tmp_path / "f.parquet"
    pd.DataFrame({"立案日期": days.tz_localize("Asia/Shanghai")}).to_parquet(file)
    with pytest.raises(InputError, match="'立案日期' has times of a time zone"):
        staged(file)
    pd.DataFrame({"立案日期": days}).to_parquet(file)
    assert staged(file)[1] == [(1, "2023-04-01")]


def test_damaged_parquet(read: Read, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"f\.parquet: not a Parquet file, or a damaged one"):
        read("f.parquet", b"PAR1 and so on")
    file = tmp_path / "g.parquet"
    pq.write_table(pa.table({"a": ["x" * 100, "y"] * 1000}), file, compression="NONE")
    whole = bytearray(file.read_bytes())
    whole[4:200] = b"\xff" * 196
    with pytest.raises(InputError, match=r"g\.parquet: .*damaged"):
        read("g.parquet", bytes(whole))


# ------------------------------------------------------------------------------------------- XLSX


def test_xlsx_becomes_the_text_of_a_csv(tmp_path: Path) -> None:
    file = book(
        tmp_path / "f.xlsx",
        案件=[
            ["案号", "立案日期", "金额", "有财产"],
            ["x", date(2020, 1, 2), 43024.0, True],
            [],
            [" y ", datetime(2020, 1, 2, 13, 5), 1.25, None],
        ],
    )
    headers, rows, broken = staged(file)
    assert headers == ["案号", "立案日期", "金额", "有财产"]
    assert rows == [(1, "x", "2020-01-02", "43024", "true"), (2, " y ", "2020-01-02", "1.25", None)]
    assert broken == []


def test_xlsx_sheets_are_chosen_by_name(tmp_path: Path) -> None:
    file = book(tmp_path / "f.xlsx", 甲=[["a"], ["1"]], 乙=[["b"], ["2"]], 丙=[])
    assert staged(file)[1] == [(1, "1")]
    assert staged(file, ReadOptions(sheet="乙"))[:2] == (["b"], [(1, "2")])
    with pytest.raises(InputError, match="no sheet '丁'; its sheets are 甲, 乙, 丙"):
        staged(file, ReadOptions(sheet="丁"))
    with pytest.raises(InputError, match="the sheet 丙 is empty"):
        staged(file, ReadOptions(sheet="丙"))


def test_damaged_xlsx(read: Read) -> None:
    with pytest.raises(InputError, match=r"f\.xlsx: not an Excel workbook, or a damaged one"):
        read("f.xlsx", b"PK\x03\x04 half a zip")


def test_a_zip_that_is_no_workbook(tmp_path: Path) -> None:
    file = tmp_path / "f.xlsx"
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("hello.txt", "hello")
    with pytest.raises(InputError, match=r"f\.xlsx: not an Excel workbook, or a damaged one"):
        staged(file)


# ------------------------------------------------------------------------------------- any format


@pytest.mark.parametrize("name", ["a[1]*", "案件 2020?"])
def test_names_are_no_patterns(tmp_path: Path, name: str) -> None:
    folder = tmp_path / "work"
    folder.mkdir()
    for suffix in (".csv", ".parquet"):
        file = tmp_path / f"{name}{suffix}"
        table = pd.DataFrame({"a": ["1"], "b": ["2"]})
        table.to_parquet(file) if suffix == ".parquet" else table.to_csv(file, index=False)
        assert staged(file, workdir=folder)[1] == [(1, "1", "2")]


def test_files_that_are_none(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"f\.csv: no such file"):
        staged(tmp_path / "f.csv")
    with pytest.raises(InputError, match="not a file; name one CSV, Parquet or XLSX file"):
        staged(tmp_path)
    (tmp_path / "f.doc").write_bytes(b"x")
    with pytest.raises(InputError, match=r"ends in '\.doc' is not read; save it as \.csv"):
        staged(tmp_path / "f.doc")
    for name in ("f.csv", "f.parquet", "f.xlsx"):
        (tmp_path / name).write_bytes(b"")
        with pytest.raises(InputError, match=f"{name}: the file is empty"):
            staged(tmp_path / name)


def test_merged_cells_have_their_value_in_each_line(tmp_path: Path) -> None:
    """A range over lines and columns counts in its first column; one of the heading says nothing of rows."""
    rows = [
        ["lot", "court", "price"],
        [None, None, "yuan"],
        ["L1", "K1", 5],
        [None, "K1", 4],
        ["L2", None, 3],
        [None, None, 2],
    ]
    file = book(tmp_path / "f.xlsx", merged=("A1:A2", "A3:A4", "A5:B6"), Sheet1=rows)
    headers, staged_rows, broken = staged(file, ReadOptions(header_rows=2))
    assert headers == ["lot", "court", "price yuan"]
    assert [row[1:] for row in staged_rows] == [
        ("L1", "K1", "5"),
        ("L1", "K1", "4"),
        ("L2", None, "3"),
        ("L2", None, "2"),
    ]
    assert broken == []


def test_merged_cells_may_stand_anywhere(tmp_path: Path) -> None:
    workbook = openpyxl.Workbook()
    sheet = workbook.worksheets[0]
    for cell, value in {"C4": "lot", "D4": "price", "C5": "L1", "D5": 5, "D6": 4, "D8": 3}.items():
        sheet[cell] = value
    sheet.merge_cells("C5:C8")
    workbook.save(tmp_path / "f.xlsx")
    _, staged_rows, _ = staged(tmp_path / "f.xlsx", ReadOptions(header=4))
    assert [row[1:] for row in staged_rows] == [("L1", "5"), ("L1", "4"), ("L1", "3")]
