"""XLSX and XLS workbooks."""

import re
import zipfile
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path

import duckdb

from index_engine.errors import InputError, Message
from index_engine.importing.files.detection import detect_format
from index_engine.importing.files.sheets import ZIP_ERRORS, Sheet, damaged_file_error, xls_sheets, xlsx_sheets
from index_engine.importing.files.staging import Record, column_headers, stage_records
from index_engine.importing.progress import Progress

# The reader holds every cell of the rectangle from the first to the last used one, 32 bytes each;
# a file of 5 kB with one cell in the last corner of the sheet would ask for 550 GB and take the
# process down. Sizes that a file states of itself prove nothing, so its content is looked at.
MAX_CELLS = 64 << 20
MAX_BYTES = 4 << 30

# The content of a sheet packs to a tenth or a thirtieth, blanks to a thousandth.
MAX_RATIO = 200
_MIN_CHECKED_BYTES = 64 << 20  # not worth asking

# A text is stored once and held once for every cell that has it.
MAX_TEXT_BYTES = 1 << 30

_CHUNK_SIZE = 1 << 22
_CELL_REFERENCE = re.compile(rb"""\br=["']([A-Z]{1,3})(\d{1,7})["']""")
_MAX_REFERENCE_LENGTH = 16
_TEXT_CELL = re.compile(rb"""<(?:\w+:)?c\b[^>]*\bt\s*=\s*["']s["'][^>]*>\s*<(?:\w+:)?v[^>]*>\s*(\d+)""")
_ROW_START = re.compile(rb"<(?:\w+:)?row\b")
_TEXT_END = re.compile(rb"</(?:\w+:)?si\s*>|<(?:\w+:)?si\s*/>")
_SHARED_STRINGS, _SHEET_FOLDER = "xl/sharedStrings.xml", "xl/worksheets/"


class XlsxFile:
    """One sheet of an XLSX or XLS file, the first if none is named; '*': all that share a header.

    The header is the first `header_rows` rows that are not blank from row `header` on.
    """

    def __init__(self, file: Path, sheet: str | None, header: int = 1, header_rows: int = 1) -> None:
        sheets = open_sheets(file)
        names = [candidate.name for candidate in sheets]
        if sheet not in (None, "*", *names):
            raise InputError("no_such_sheet", file=file, sheet=sheet, sheets=names)
        selection = sheets if sheet == "*" else [sheets[0 if sheet is None else names.index(sheet)]]
        self._header_line, self._header_rows = header, header_rows
        # Empty sheets stand in many workbooks; only one that is asked for has to hold something.
        filled_sheets = [candidate for candidate in selection if next(candidate.rows(), None) is not None]
        if not filled_sheets:
            raise InputError("sheet_empty", file=file, sheet=selection[0].name)
        headers = {
            candidate.name: column_headers(file, [values for _, values in self._read_header(candidate)])
            for candidate in filled_sheets
        }
        self.headers, self._sheets = _common_header(file, filled_sheets, headers)

    def stage(self, con: duckdb.DuckDBPyConnection, column_positions: Sequence[int], progress: Progress) -> None:
        """See readers.Reader."""
        with progress.steps(Message("stage_read"), sum(sheet.height for sheet in self._sheets)) as bar:

            def numbered_records() -> Iterator[Record]:
                row_no = 0
                for sheet in self._sheets:
                    header_end = self._read_header(sheet)[-1][0]
                    for line, values in sheet.rows():
                        bar.update()
                        if line > header_end:
                            row_no += 1
                            yield row_no, values

            stage_records(con, column_positions, numbered_records())

    def _read_header(self, sheet: Sheet) -> list[tuple[int, list[str | None]]]:
        """Return the rows of the header, with their numbers."""
        rows = (row for row in sheet.rows() if row[0] >= self._header_line)
        return list(islice(rows, self._header_rows))


def _common_header(file: Path, sheets: list[Sheet], headers: dict[str, list[str]]) -> tuple[list[str], list[Sheet]]:
    """Return the header that most sheets have, and the sheets that have it.

    A sheet of other columns, such as a cover, is left out. InputError if a sheet has some of the
    columns but not all: what it holds would be lost.
    """
    header_counts = Counter(tuple(header) for header in headers.values())
    header = list(header_counts.most_common(1)[0][0])
    for name, sheet_header in headers.items():
        if sheet_header != header and set(filter(None, sheet_header)) & set(filter(None, header)):
            raise InputError("sheet_header_differs", file=file, sheet=name)
    return header, [sheet for sheet in sheets if headers[sheet.name] == header]


def open_sheets(file: Path) -> list[Sheet]:
    """Return the sheets of a workbook in their order.

    Raises InputError if it is damaged, protected by a password, or of no sane size.
    """
    if detect_format(file) == "xls":
        sheets = xls_sheets(file)
    else:
        _check_size(file)
        sheets = xlsx_sheets(file)
    if not sheets:
        raise InputError("workbook_without_cells", file=file)
    return sheets


def _check_size(file: Path) -> None:
    """Raise InputError unless the file is a zip that unpacks to something of a sane size."""
    unpacked_size = 0
    size_limit = min(MAX_BYTES, max(_MIN_CHECKED_BYTES, MAX_RATIO * file.stat().st_size))
    try:
        with zipfile.ZipFile(file) as archive:
            for entry in archive.infolist():
                columns = rows = 1
                tail = b""
                with archive.open(entry) as stream:
                    while chunk := stream.read(_CHUNK_SIZE):
                        unpacked_size += len(chunk)
                        if entry.filename.startswith(_SHEET_FOLDER):
                            # A cell cut in two by the end of a chunk is whole in the next text.
                            for column, row in _CELL_REFERENCE.findall(tail + chunk):
                                columns = max(columns, _column_number(column))
                                rows = max(rows, int(row))
                            tail = chunk[-_MAX_REFERENCE_LENGTH:]
                        if unpacked_size > size_limit or rows * columns > MAX_CELLS:
                            raise InputError("workbook_too_large", file=file, rows=rows, columns=columns)
            if _total_text_size(archive) > MAX_TEXT_BYTES:
                raise InputError("too_much_cell_text", file=file, gigabytes=MAX_TEXT_BYTES >> 30)
    except ZIP_ERRORS as error:
        raise damaged_file_error(file) from error


def _total_text_size(archive: zipfile.ZipFile) -> int:
    """Return how many bytes the texts of all cells take, each counted as often as it stands."""
    if _SHARED_STRINGS not in archive.namelist():
        return 0
    lengths = [len(text) for text in _split_entry(archive, _SHARED_STRINGS, _TEXT_END)]
    total = 0
    for name in archive.namelist():
        if name.startswith(_SHEET_FOLDER) and total <= MAX_TEXT_BYTES:
            for row in _split_entry(archive, name, _ROW_START):
                texts = map(int, _TEXT_CELL.findall(row))
                total += sum(lengths[text] for text in texts if text < len(lengths))
    return total


def _split_entry(archive: zipfile.ZipFile, name: str, separator: re.Pattern[bytes]) -> Iterator[bytes]:
    """Yield the parts of an entry between marks, never holding all of it."""
    remainder = b""
    with archive.open(name) as stream:
        while chunk := stream.read(_CHUNK_SIZE):
            *parts, remainder = separator.split(remainder + chunk)
            if len(remainder) > _MIN_CHECKED_BYTES:
                raise zipfile.BadZipFile("neither a row nor a text is that long")
            yield from parts
    yield remainder


def _column_number(letters: bytes) -> int:
    """Return 1 for A, 26 for Z, 27 for AA."""
    number = 0
    for letter in letters:
        number = number * 26 + letter - ord("A") + 1
    return number
