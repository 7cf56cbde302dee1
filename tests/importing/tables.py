"""Tables for tests of the way in: workbooks are written, files staged, cases made up."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import duckdb
import openpyxl

from index_engine.importing.files.readers import ReadOptions, open_file
from index_engine.importing.progress import Progress
from index_engine.importing.recognise.proposal import Proposal

PLAIN = ReadOptions()

Rows = list[tuple[Any, ...]]


def staged(file: Path, opening: ReadOptions = PLAIN, workdir: Path | None = None) -> tuple[list[str], Rows, Rows]:
    reader = open_file(file, opening, workdir or file.parent)
    with duckdb.connect() as con:
        reader.stage(con, range(len(reader.headers)), Progress())
        rows = con.execute("SELECT * FROM import_text ORDER BY row_no").fetchall()
        broken = con.execute("SELECT * FROM import_broken ORDER BY row_no").fetchall()
    return reader.headers, rows, broken


def book(path: Path, merged: Sequence[str] = (), **sheets: list[list[Any]]) -> Path:
    """Write a workbook; `merged` are ranges of cells merged in each of its sheets."""
    workbook = openpyxl.Workbook()
    workbook.remove(workbook.worksheets[0])
    for name, rows in sheets.items():
        sheet = workbook.create_sheet(name)
        for row in rows:
            sheet.append(row)
        for cells in merged:
            sheet.merge_cells(cells)
    workbook.save(path)
    return path


# --------------------------------------------------------------------- what is proposed for a file

NUMBERS = [f"（2023）粤0304执{number}号" for number in range(101, 141)]
COURTS = ["甲市第一人民法院", "甲市第二人民法院"]
MODES = ["执行完毕", "终结本次执行程序", "终结执行"]

Table = list[list[Any]]


def table(**columns: list[Any]) -> Table:
    """A sheet of named columns; shorter ones are repeated to the length of the longest."""
    length = max(map(len, columns.values()))
    rows = [[cells[row % len(cells)] for cells in columns.values()] for row in range(length)]
    return [list(columns), *rows]


def cases(**more: list[Any]) -> Table:
    """A table of cases with what is required, and more columns or other ones."""
    usual = {"案号": NUMBERS, "执行法院": COURTS, "立案日期": ["2023-03-05", "2023-04-16"]}
    return table(**(usual | more))


def fed(proposal: Proposal) -> dict[str, str]:
    """Field -> header of the columns that are mapped."""
    return {column.field: column.header for column in proposal.columns if column.field}


def setting(proposal: Proposal, field: str, key: str) -> Any:
    column = proposal.mapped_column(field)
    assert column is not None
    return column.settings.get(key)


def confidence(proposal: Proposal, field: str) -> float:
    column = proposal.mapped_column(field)
    assert column is not None
    return column.confidence


def personal(proposal: Proposal) -> set[str]:
    return {column.header for column in proposal.columns if column.is_personal}
