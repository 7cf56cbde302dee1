"""The sheets of a workbook and their cells as text, through calamine.

Calamine asks for the memory that a file says it needs, and ends the process on some damaged ones:
workbooks are only ever opened in the child of limited_process.py.
"""

import lzma
import struct
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import NamedTuple

from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from index_engine.errors import InputError

# What zipfile raises on a damaged archive, where places, methods and names may be none.
ZIP_ERRORS = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    struct.error,
    EOFError,
    NotImplementedError,
    RuntimeError,
    OSError,
    ValueError,
)

OLE_SIGNATURE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"

# A workbook may name one sheet any number of times.
MAX_SHEETS = 256

_XLSX_SUFFIXES, _XLS_SUFFIXES = (".xlsx", ".xlsm"), (".xls",)

Row = tuple[int, list[str | None]]


class Merge(NamedTuple):
    """Cells of one column, merged from a first to a last line, both counted from 1."""

    first_line: int
    last_line: int
    column: int


@dataclass(frozen=True)
class Sheet:
    """One sheet of a workbook."""

    name: str
    height: int
    is_hidden: bool
    merges: tuple[Merge, ...]
    _sheet: CalamineSheet

    def rows(self, *, header_end: int | None = None) -> Iterator[Row]:
        """Yield the rows that are not blank, with their numbers from 1.

        With the last line of the header, the value of cells that are merged below it counts in each of
        their lines.
        """
        merges = [merge for merge in self.merges if header_end is not None and merge.first_line > header_end]
        return fill_merged(_sheet_rows(self._sheet), merges)


def fill_merged(rows: Iterable[tuple[int, list[str | None]]], merges: Iterable[Merge]) -> Iterator[Row]:
    """Yield rows with the value of merged cells in each of their lines."""
    merges_by_line: dict[int, list[Merge]] = {}
    for merge in merges:
        merges_by_line.setdefault(merge.first_line, []).append(merge)
    # Of each column one merge at a time is open: its last line and its value.
    open_merges: dict[int, tuple[int, str | None]] = {}
    for line, values in rows:
        for column, (last_line, value) in list(open_merges.items()):
            if line > last_line:
                del open_merges[column]
            elif column < len(values) and values[column] is None:
                values[column] = value
        for merge in merges_by_line.get(line, ()):
            if merge.column < len(values):
                open_merges[merge.column] = merge.last_line, values[merge.column]
        yield line, values


def read_sheets(file: Path) -> list[Sheet]:
    """Return the sheets of a workbook in their order.

    Raises InputError if it is damaged, protected by a password or has no sheets.
    """
    try:
        sheets = [
            Sheet(sheet.name, sheet.total_height, is_hidden, _vertical_merges(sheet), sheet)
            for sheet, is_hidden in _calamine_sheets(file)
        ]
    except PasswordError as error:
        raise password_error(file) from error
    except CalamineError as error:
        raise damaged_file_error(file) from error
    if not sheets:
        raise InputError("workbook_without_cells", file=file)
    return sheets


def password_error(file: Path) -> InputError:
    """Return the error to raise for a workbook protected by a password."""
    return InputError("password_protected", file=file)


def damaged_file_error(file: Path) -> InputError:
    """Return the error to raise for a workbook that is none."""
    return InputError("not_excel", file=file)


def _vertical_merges(sheet: CalamineSheet) -> tuple[Merge, ...]:
    """Return what is merged over several lines, by the column in which its value stands."""
    first_column = sheet.start[1] if sheet.start is not None else 0
    return tuple(
        Merge(top + 1, bottom + 1, left - first_column)
        for (top, left), (bottom, _) in sheet.merged_cell_ranges or ()
        if bottom > top and left >= first_column
    )


def _calamine_sheets(file: Path) -> list[tuple[CalamineSheet, bool]]:
    """Return the sheets of cells, and whether each is hidden."""
    with file.open("rb") as stream:
        suffixes = _XLSX_SUFFIXES if stream.read(2) == b"PK" else _XLS_SUFFIXES
    # A path is opened as its ending says, a stream as its content does, but with poorer messages.
    with (
        file.open("rb") as stream,
        CalamineWorkbook.from_path(file)
        if file.suffix.lower() in suffixes
        else CalamineWorkbook.from_filelike(stream) as workbook,
    ):
        is_hidden = {
            metadata.name: metadata.visible != SheetVisibleEnum.Visible
            for metadata in workbook.sheets_metadata
            if metadata.typ == SheetTypeEnum.WorkSheet
        }
        names = [name for name in workbook.sheet_names if name in is_hidden]
        if len(names) > MAX_SHEETS:
            raise InputError("too_many_sheets", file=file, count=len(names), limit=MAX_SHEETS)
        return [(workbook.get_sheet_by_name(name), is_hidden[name]) for name in names]


def _sheet_rows(sheet: CalamineSheet) -> Iterator[Row]:
    for number, row in enumerate(sheet.iter_rows(), start=1):
        values = [_cell_text(value) for value in row]
        if any(values):
            yield number, values


def _cell_text(value: object) -> str | None:
    """Return what a CSV file would have of a cell: ISO days, numbers without '.0'."""
    match value:
        case "":
            return None
        case bool():
            return str(value).lower()
        case float() if value.is_integer() and abs(value) < 1e15:
            return str(int(value))
        case datetime():
            return value.date().isoformat()
        case date():
            return value.isoformat()
        case _:
            return str(value)
