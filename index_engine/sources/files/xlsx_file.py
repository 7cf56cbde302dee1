"""XLSX files, through calamine."""

import re
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from pathlib import Path

import duckdb
from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook

from index_engine.errors import InputError
from index_engine.sources.files.staging import Record, headers_of, stage_records
from index_engine.sources.progress import Progress

# The reader holds every cell of the rectangle from the first to the last used one, 32 bytes each;
# a file of 5 kB with one cell in the last corner of the sheet would ask for 550 GB and take the
# process down. Sizes that a file states of itself prove nothing, so its content is looked at.
MAX_CELLS = 64 << 20
MAX_BYTES = 4 << 30

_CHUNK = 1 << 22
_CELL = re.compile(rb"""\br=["']([A-Z]{1,3})(\d{1,7})["']""")
_LONGEST_CELL = 16


class XlsxFile:
    """One sheet of an XLSX file, the first if none is named."""

    def __init__(self, file: Path, sheet: str | None) -> None:
        self._file = file
        _check_size(file)
        try:
            with CalamineWorkbook.from_path(file) as workbook:
                if sheet is not None and sheet not in workbook.sheet_names:
                    raise InputError(
                        f"{file}: no sheet {sheet!r}; its sheets are"
                        f" {', '.join(workbook.sheet_names)}"
                    )
                self._sheet = workbook.get_sheet_by_name(sheet or workbook.sheet_names[0])
        except (CalamineError, IndexError) as error:
            raise InputError(f"{file}: not an XLSX file, or a damaged one") from error
        header = next(_rows(self._sheet), None)
        if header is None:
            raise InputError(f"{file}: the sheet {self._sheet.name} is empty")
        self.headers = headers_of(file, [name or "" for name in header])

    def stage(
        self, con: duckdb.DuckDBPyConnection, wanted: Sequence[int], progress: Progress
    ) -> None:
        """See readers.Reader."""
        rows = _rows(self._sheet)
        next(rows)  # the header
        with progress.steps("read", self._sheet.total_height) as bar:

            def numbered() -> Iterator[Record]:
                for row_no, values in enumerate(rows, start=1):
                    bar.update()
                    yield row_no, values

            stage_records(con, wanted, numbered())


def _rows(sheet: CalamineSheet) -> Iterator[list[str | None]]:
    """Yield the rows that are not blank, as text."""
    for row in sheet.iter_rows():
        values = [_text(value) for value in row]
        if any(values):
            yield values


def _text(value: object) -> str | None:
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


def _check_size(file: Path) -> None:
    """Raise InputError unless the file is a zip that unpacks to something of a sane size."""
    unpacked = 0
    try:
        with zipfile.ZipFile(file) as archive:
            for entry in archive.infolist():
                columns = rows = 1
                tail = b""
                with archive.open(entry) as stream:
                    while chunk := stream.read(_CHUNK):
                        unpacked += len(chunk)
                        if entry.filename.startswith("xl/worksheets/"):
                            # A cell cut in two by the end of a chunk is whole in the next text.
                            for column, row in _CELL.findall(tail + chunk):
                                columns = max(columns, _column_number(column))
                                rows = max(rows, int(row))
                            tail = chunk[-_LONGEST_CELL:]
                        if unpacked > MAX_BYTES or rows * columns > MAX_CELLS:
                            raise InputError(
                                f"{file}: too large unpacked ({rows:,} rows x {columns:,} columns);"
                                " delete stray cells far from the table, or save it as CSV"
                            )
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
        raise InputError(f"{file}: not an XLSX file, or a damaged one") from error


def _column_number(letters: bytes) -> int:
    """Return 1 for A, 26 for Z, 27 for AA."""
    number = 0
    for letter in letters:
        number = number * 26 + letter - ord("A") + 1
    return number
