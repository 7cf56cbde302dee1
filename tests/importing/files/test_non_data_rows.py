"""Headers below titles, over several lines and with names that stand twice; rows of no data."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index_engine.errors import InputError
from index_engine.importing.files.non_data_rows import TOTAL, find_non_data_rows, is_blank, non_data_reason
from index_engine.importing.files.readers import ReadOptions
from index_engine.importing.files.staging import RESET_STAGING_SQL
from tests.importing.tables import Rows, book, staged

Read = Callable[..., tuple[list[str], Rows, Rows]]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    """read(name, content): headers, staged rows and broken lines of a file."""

    def make(name: str, content: bytes, **opening: Any) -> tuple[list[str], Rows, Rows]:
        file = tmp_path / name
        file.write_bytes(content)
        return staged(file, ReadOptions(**opening))

    return make


# ------------------------------------------------------------------------------------------ header


@pytest.mark.parametrize(
    ("content", "header"),
    [
        ("标题\n案号,额\n1,2\n3,4\n", 2),
        ("标题,\n\n单位：万元,\n案号,额\n1,2\n3,4\n", 4),
        ("标题\r\n\r\n案号,额\r\n1,2\r\n3,4\r\n", 2),  # the first row from there on
        ('"标题,\n单位",x\n案号,额\n1,2\n3,4\n', 3),  # a line end within quotes
        ("标题\r案号,额\n1,2\n3,4\n", 2),  # mixed ends of lines
        ('标"题\n案号,额\n1,2\n3,4\n', 2),
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "utf-16"])
def test_a_header_below_titles(read: Read, content: str, header: int, encoding: str) -> None:
    headers, rows, broken = read("f.csv", content.encode(encoding), encoding=encoding, header=header)
    assert headers == ["案号", "额"]
    assert (rows, broken) == ([(1, "1", "2"), (2, "3", "4")], [])


@pytest.mark.parametrize("quote", ["", '"'])
def test_a_header_of_several_lines(read: Read, quote: str) -> None:
    content = f"标题\n案号,{quote}金额{quote},,备注\n,申请,到位,\n,万元,元,\n1,2,3,x\n"
    headers, rows, _ = read("f.csv", content.encode(), header=2, header_rows=3)
    assert headers == ["案号", "金额 申请 万元", "金额 到位 元", "备注"]
    assert rows == [(1, "1", "2", "3", "x")]
    headers, rows, _ = read("f.csv", content.encode(), header=2, header_rows=2)
    assert headers == ["案号", "金额 申请", "金额 到位", "备注"]
    assert rows[1] == (2, "1", "2", "3", "x")


def test_names_that_stand_twice_are_numbered(read: Read) -> None:
    assert read("f.csv", "金额,案号,金额,\n1,2,3,4\n".encode())[0] == ["金额 (1)", "案号", "金额 (2)", ""]


def test_a_header_beyond_the_end(read: Read) -> None:
    with pytest.raises(InputError, match="the first line is to name the columns; blank"):
        read("f.csv", b"a,b\n1,2\n", header=3)


def test_encoding_and_delimiter_by_content(read: Read) -> None:
    content = "案号;额\n1;2,5\n".encode("gbk")
    assert read("f.csv", content, encoding="auto", delimiter="auto")[:2] == (["案号", "额"], [(1, "1", "2,5")])


def test_xlsx_header_below_titles(tmp_path: Path) -> None:
    rows = [["标题"], [], ["案号", "金额", None], [None, "申请", "到位"], ["x", 1, 2], ["合计", 1, 2]]
    file = book(tmp_path / "f.xlsx", 表=rows)
    headers, staged_rows, broken = staged(file, ReadOptions(header=3, header_rows=2))
    assert headers == ["案号", "金额 申请", "金额 到位"]
    assert staged_rows == [(1, "x", "1", "2")]
    assert broken == [(2, *TOTAL)]


def test_all_sheets_of_one_header_are_read(tmp_path: Path) -> None:
    head = ["案号", "额"]
    file = book(tmp_path / "f.xlsx", 封面=[["说明"]], 甲=[head, ["1", "2"]], 空=[], 乙=[head, ["3", "4"]])
    headers, rows, _ = staged(file, ReadOptions(sheet="*"))
    assert (headers, rows) == (head, [(1, "1", "2"), (2, "3", "4")])
    file = book(tmp_path / "g.xlsx", 甲=[head, ["1", "2"]], 乙=[[*head, "备注"], ["3", "4", "x"]])
    with pytest.raises(InputError, match="the sheet 乙 has some columns of the others, but not"):
        staged(file, ReadOptions(sheet="*"))


# ----------------------------------------------------------------------------- totals and footnotes

TOTALS = ["合计", "合　计", " 总计：", "本页小计", "合计（件）", "Total", "SUBTOTAL", "全省合计"]
FOOTNOTES = ["注：不含执保", "备注: x", "注1：x", "说明：", "制表人：某某", "数据来源：某系统", "Note: x"]
ROWS = ["合计科技公司", "总院", "注销", "备注", "（2023）粤0304执1号", "说明书", "T1", "x合计"]


@pytest.mark.parametrize("suffix", [".csv", ".xlsx", ".parquet"])
def test_totals_and_footnotes_are_set_aside(tmp_path: Path, suffix: str) -> None:
    table = [["案号", "额"], *[[text, "1"] for text in (*TOTALS, *FOOTNOTES, *ROWS)]]
    file = tmp_path / f"f{suffix}"
    if suffix == ".xlsx":
        book(file, 表=table)
    elif suffix == ".csv":
        file.write_text("\n".join(map(",".join, table)), encoding="utf-8")
    else:
        pd.DataFrame(table[1:], columns=table[0]).to_parquet(file)
    _, rows, broken = staged(file)
    assert [row[1] for row in rows] == ROWS
    assert [rule for _, rule, _ in broken] == ["total_row"] * len(TOTALS) + ["footnote"] * len(FOOTNOTES)
    assert [row_no for row_no, *_ in broken] == list(range(1, len(broken) + 1))
    assert rows[0][0] == len(broken) + 1
    assert not any("某某" in message for *_, message in broken)


def test_a_total_stands_in_the_first_cell_that_is_not_blank(read: Read) -> None:
    content = "序号,案号,额\n1,a,2\n,合计,2\n , 总计,2\n2,合计,2\n注：x\n".encode()
    _, rows, broken = read("f.csv", content)
    assert [row[0] for row in rows] == [1, 4]
    assert [(row_no, rule) for row_no, rule, _ in broken] == [(2, "total_row"), (3, "total_row"), (5, "footnote")]


@settings(max_examples=100, deadline=None)
@given(
    cells=st.lists(
        st.lists(
            st.none()
            | st.sampled_from([*TOTALS, *FOOTNOTES, *ROWS, "", " ", "\u3000"])
            | st.text(st.sampled_from("合计总小注备：: \u3000（）()1Ttoal\n"), max_size=6),
            min_size=3,
            max_size=3,
        ),
        min_size=1,
        max_size=6,
    )
)
def test_totals_are_told_alike_in_python_and_sql(cells: list[list[str | None]]) -> None:
    with duckdb.connect() as con:
        con.execute(RESET_STAGING_SQL)
        con.execute("CREATE TEMP TABLE import_text (row_no BIGINT, c0 TEXT, c1 TEXT, c2 TEXT)")
        con.executemany(
            "INSERT INTO import_text VALUES (?, ?, ?, ?)", [[number, *row] for number, row in enumerate(cells)]
        )
        found = find_non_data_rows(con, "import_text", ["c0", "c1", "c2"])
        broken = con.execute("SELECT * FROM import_broken ORDER BY row_no").fetchall()
        kept = con.execute(
            "SELECT row_no FROM import_text ANTI JOIN import_left_out USING (row_no) ORDER BY row_no"
        ).fetchall()
    told = {number: why for number, row in enumerate(cells) if (why := non_data_reason(row))}
    assert {row_no: (rule, message) for row_no, rule, message in broken} == told
    assert found == (len(kept) < len(cells))
    assert [row_no for (row_no,) in kept] == [n for n, row in enumerate(cells) if n not in told and not is_blank(row)]
