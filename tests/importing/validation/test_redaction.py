"""What is kept beside the rows themselves says nothing of people: rejects and mappings."""

import tomllib
from pathlib import Path

import duckdb

from index_engine.importing.mapping import read_mapping
from index_engine.importing.validation.load import load_rows
from tests.importing.conftest import Stage
from tests.importing.rows import case, source


def test_rejects_keep_no_word_that_may_be_a_name(con: duckdb.DuckDBPyConnection, stage: Stage) -> None:
    cells = {
        "closed": None,
        "completed": "completed",
        "zhaoliuliu": None,
        "wxid_6zhao6": None,
        "(0571)87654321": None,
        "0571) 87654321": None,
        "12.5万元": "12.5万元",
        "赵六六诉某区法院": None,
    }
    con.execute("CREATE TEMP TABLE found (row_no BIGINT, field TEXT, value TEXT, rule TEXT, message TEXT)")
    for row_no, cell in enumerate(cells, start=1):
        con.execute("INSERT INTO found VALUES (?, 'close_mode', ?, 'x', ?)", [row_no, cell, cell])
    con.execute("INSERT INTO found VALUES (1, 'court_id', '某区法院', 'x', 'x')")
    load_rows(con, stage("cases", [case(cell) for cell in cells]), source("cases"), findings="found")
    kept = con.execute("SELECT value, message FROM rejects WHERE field = 'close_mode' ORDER BY row_no").fetchall()
    hidden = [f"‹{len(cell)} characters›" for cell in cells]
    texts = [kept or length for kept, length in zip(cells.values(), hidden, strict=True)]
    assert kept == [(text, text) for text in texts]
    assert con.execute("SELECT value FROM rejects WHERE field = 'court_id'").fetchall() == [("某区法院",)]


def test_what_is_kept_of_a_mapping_has_no_comment() -> None:
    text = """# 赵六六
kind = "cases"  # 钱七七
[source]
name = "第 # 号" # 孙八八
  # 李九九
[columns.case_id]
column = 'a#"b' # "周十"
[columns.court_id]
constant = "K\\"#1"
[columns.case_type]
constant = "first"
[columns.filed_on]
column = "立案日期"#吴
"""
    kept = read_mapping(text, "cases", Path("m.toml")).text
    assert kept is not None
    assert tomllib.loads(kept) == tomllib.loads(text)
    for comment in ("赵", "钱", "孙", "李", "周", "吴"):
        assert comment not in kept
