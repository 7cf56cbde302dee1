"""What is kept beside the rows themselves says nothing of people: rejects and mappings."""

import duckdb

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
        "-1,234,567.89": "-1,234,567.89",
        "2023年13月45日": "2023年13月45日",
        "30/02/2023 10:15": "30/02/2023 10:15",
        "20230230": "20230230",
        "ab1" * 10 + "00": "ab1" * 10 + "00",
        "赵六六诉某区法院": None,
        "赵六六法院": None,
        "B12345": None,
        "粤B·12345": None,
        "13800138000": None,
        "138.0013.8000": None,
        "138/00138/000": None,
        "１３８００１３８０００": None,
        "1380013.8000": None,
        "138,001,380,00": None,
        "44010519900101123X": None,
        "4401 0519 9001 0112 34": None,
        "6222.0212.3456.7890": None,
        "0101234567": None,
    }
    con.execute("CREATE TEMP TABLE found (row_no BIGINT, field TEXT, value TEXT, rule TEXT, message TEXT)")
    for row_no, cell in enumerate(cells, start=1):
        con.execute("INSERT INTO found VALUES (?, 'close_mode', ?, 'x', ?)", [row_no, cell, cell])
    con.execute("INSERT INTO found VALUES (1, 'court_id', ?, 'x', 'x')", ["甲市第一法院"])
    con.execute("INSERT INTO found VALUES (2, 'court_id', '赵六六法院', 'x', '赵六六法院 13800138000.00')")
    load_rows(con, stage("cases", [case(cell) for cell in cells]), source("cases"), findings="found")
    kept = con.execute("SELECT value, message FROM rejects WHERE field = 'close_mode' ORDER BY row_no").fetchall()
    hidden = [f"‹{len(cell)} characters›" for cell in cells]
    texts = [kept or length for kept, length in zip(cells.values(), hidden, strict=True)]
    assert kept == [(text, text) for text in texts]
    assert con.execute("SELECT value, message FROM rejects WHERE field = 'court_id' ORDER BY row_no").fetchall() == [
        ("甲市第一法院", "x"),
        ("‹5 characters›", "‹5 characters› ‹…›"),
    ]
