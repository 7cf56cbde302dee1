"""The sheets of a workbook and their cells as text, through calamine.

Calamine asks for the memory that a file says it needs, and ends the process on some damaged ones:
workbooks are only ever opened in the child of limited_process.py.
"""

import lzma
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from pathlib import Path

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, PasswordError, SheetTypeEnum

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

# A workbook may name one sheet any number of times.
MAX_SHEETS = 256

_XLSX_SUFFIXES, _XLS_SUFFIXES = (".xlsx", ".xlsm"), (".xls",)

Row = tuple[int, list[str | None]]


@dataclass(frozen=True)
class Sheet:
    """One sheet; `rows()` yields those that are not blank, with their numbers from 1."""

    name: str
    height: int
    rows: Callable[[], Iterator[Row]]


def read_sheets(file: Path) -> list[Sheet]:
    """Return the sheets of a workbook in their order.

    Raises InputError if it is damaged, protected by a password or has no sheets.
    """
    try:
        sheets = [
            Sheet(sheet.name, sheet.total_height, partial(_sheet_rows, sheet)) for sheet in _calamine_sheets(file)
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


def _calamine_sheets(file: Path) -> list[CalamineSheet]:
    with file.open("rb") as stream:
        suffixes = _XLSX_SUFFIXES if stream.read(2) == b"PK" else _XLS_SUFFIXES
    # A path is opened as its ending says, a stream as its content does, but with poorer messages.
    with (
        file.open("rb") as stream,
        CalamineWorkbook.from_path(file)
        if file.suffix.lower() in suffixes
        else CalamineWorkbook.from_filelike(stream) as workbook,
    ):
        worksheet_names = {
            metadata.name for metadata in workbook.sheets_metadata if metadata.typ == SheetTypeEnum.WorkSheet
        }
        names = [name for name in workbook.sheet_names if name in worksheet_names]
        if len(names) > MAX_SHEETS:
            raise InputError("too_many_sheets", file=file, count=len(names), limit=MAX_SHEETS)
        return [workbook.get_sheet_by_name(name) for name in names]


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
