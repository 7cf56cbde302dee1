"""XLSX and XLS workbooks."""

import re
import zipfile
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path

import duckdb

from index_engine.errors import InputError
from index_engine.sources.files.sheets import BROKEN_ZIP, Sheet, damaged, xls_sheets, xlsx_sheets
from index_engine.sources.files.sniff import format_of
from index_engine.sources.files.staging import Record, headers_of, stage_records
from index_engine.sources.progress import Progress

# The reader holds every cell of the rectangle from the first to the last used one, 32 bytes each;
# a file of 5 kB with one cell in the last corner of the sheet would ask for 550 GB and take the
# process down. Sizes that a file states of itself prove nothing, so its content is looked at.
MAX_CELLS = 64 << 20
MAX_BYTES = 4 << 30

# The content of a sheet packs to a tenth or a thirtieth, blanks to a thousandth.
MAX_RATIO = 200
_SMALL = 64 << 20  # not worth asking

# A text is stored once and held once for every cell that has it.
MAX_TEXT = 1 << 30

_CHUNK = 1 << 22
_CELL = re.compile(rb"""\br=["']([A-Z]{1,3})(\d{1,7})["']""")
_LONGEST_CELL = 16
_TEXT_CELL = re.compile(
    rb"""<(?:\w+:)?c\b[^>]*\bt\s*=\s*["']s["'][^>]*>\s*<(?:\w+:)?v[^>]*>\s*(\d+)"""
)
_ROW = re.compile(rb"<(?:\w+:)?row\b")
_TEXT_END = re.compile(rb"</(?:\w+:)?si\s*>|<(?:\w+:)?si\s*/>")
_TEXTS, _SHEETS = "xl/sharedStrings.xml", "xl/worksheets/"


class XlsxFile:
    """One sheet of an XLSX or XLS file, the first if none is named; '*': all that share a header.

    The header is the first `header_rows` rows that are not blank from row `header` on.
    """

    def __init__(
        self, file: Path, sheet: str | None, header: int = 1, header_rows: int = 1
    ) -> None:
        found = open_sheets(file)
        names = [one.name for one in found]
        if sheet not in (None, "*", *names):
            raise InputError(f"{file}: no sheet {sheet!r}; its sheets are {', '.join(names)}")
        chosen = found if sheet == "*" else [found[0 if sheet is None else names.index(sheet)]]
        self._header, self._header_rows = header, header_rows
        # Empty sheets stand in many workbooks; only one that is asked for has to hold something.
        filled = [one for one in chosen if next(one.rows(), None) is not None]
        if not filled:
            raise InputError(f"{file}: the sheet {chosen[0].name} is empty")
        headers = {
            one.name: headers_of(file, [values for _, values in self._start(one)]) for one in filled
        }
        self.headers, self._sheets = _shared(file, filled, headers)

    def stage(
        self, con: duckdb.DuckDBPyConnection, wanted: Sequence[int], progress: Progress
    ) -> None:
        """See readers.Reader."""
        with progress.steps("read", sum(sheet.height for sheet in self._sheets)) as bar:

            def numbered() -> Iterator[Record]:
                row_no = 0
                for sheet in self._sheets:
                    last = self._start(sheet)[-1][0]
                    for line, values in sheet.rows():
                        bar.update()
                        if line > last:
                            row_no += 1
                            yield row_no, values

            stage_records(con, wanted, numbered())

    def _start(self, sheet: Sheet) -> list[tuple[int, list[str | None]]]:
        """Return the rows of the header, with their numbers."""
        below = (row for row in sheet.rows() if row[0] >= self._header)
        return list(islice(below, self._header_rows))


def _shared(
    file: Path, sheets: list[Sheet], headers: dict[str, list[str]]
) -> tuple[list[str], list[Sheet]]:
    """Return the header that most sheets have, and the sheets that have it.

    A sheet of other columns, such as a cover, is left out. InputError if a sheet has some of the
    columns but not all: what it holds would be lost.
    """
    counts = Counter(tuple(header) for header in headers.values())
    header = list(counts.most_common(1)[0][0])
    for name, other in headers.items():
        if other != header and set(filter(None, other)) & set(filter(None, header)):
            raise InputError(
                f"{file}: the sheet {name} has some columns of the others, but not the same"
                " header; make them the same or name one sheet"
            )
    return header, [sheet for sheet in sheets if headers[sheet.name] == header]


def open_sheets(file: Path) -> list[Sheet]:
    """Return the sheets of a workbook in their order.

    Raises InputError if it is damaged, protected by a password, or of no sane size.
    """
    if format_of(file) == "xls":
        found = xls_sheets(file)
    else:
        _check_size(file)
        found = xlsx_sheets(file)
    if not found:
        raise InputError(f"{file}: a workbook without a sheet of cells")
    return found


def _check_size(file: Path) -> None:
    """Raise InputError unless the file is a zip that unpacks to something of a sane size."""
    unpacked = 0
    most = min(MAX_BYTES, max(_SMALL, MAX_RATIO * file.stat().st_size))
    try:
        with zipfile.ZipFile(file) as archive:
            for entry in archive.infolist():
                columns = rows = 1
                tail = b""
                with archive.open(entry) as stream:
                    while chunk := stream.read(_CHUNK):
                        unpacked += len(chunk)
                        if entry.filename.startswith(_SHEETS):
                            # A cell cut in two by the end of a chunk is whole in the next text.
                            for column, row in _CELL.findall(tail + chunk):
                                columns = max(columns, _column_number(column))
                                rows = max(rows, int(row))
                            tail = chunk[-_LONGEST_CELL:]
                        if unpacked > most or rows * columns > MAX_CELLS:
                            raise InputError(
                                f"{file}: too large unpacked ({rows:,} rows x {columns:,} columns);"
                                " delete stray cells far from the table, or save it as CSV"
                            )
            if _text(archive) > MAX_TEXT:
                raise InputError(
                    f"{file}: more than {MAX_TEXT >> 30} GB of text in its cells; save it as CSV"
                )
    except BROKEN_ZIP as error:
        raise damaged(file) from error


def _text(archive: zipfile.ZipFile) -> int:
    """Return how many bytes the texts of all cells take, each counted as often as it stands."""
    if _TEXTS not in archive.namelist():
        return 0
    lengths = [len(text) for text in _split(archive, _TEXTS, _TEXT_END)]
    found = 0
    for name in archive.namelist():
        if name.startswith(_SHEETS) and found <= MAX_TEXT:
            for row in _split(archive, name, _ROW):
                texts = map(int, _TEXT_CELL.findall(row))
                found += sum(lengths[text] for text in texts if text < len(lengths))
    return found


def _split(archive: zipfile.ZipFile, name: str, mark: re.Pattern[bytes]) -> Iterator[bytes]:
    """Yield the parts of an entry between marks, never holding all of it."""
    rest = b""
    with archive.open(name) as stream:
        while chunk := stream.read(_CHUNK):
            *parts, rest = mark.split(rest + chunk)
            if len(rest) > _SMALL:
                raise zipfile.BadZipFile("neither a row nor a text is that long")
            yield from parts
    yield rest


def _column_number(letters: bytes) -> int:
    """Return 1 for A, 26 for Z, 27 for AA."""
    number = 0
    for letter in letters:
        number = number * 26 + letter - ord("A") + 1
    return number
