"""A look into a file before anyone says how to read it: rows of its head, some from further on."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from index_engine.sources.files.asides import Aside
from index_engine.sources.files.csv_file import opened, records
from index_engine.sources.files.parquet_file import ParquetFile
from index_engine.sources.files.readers import Opening, check_file, resolved
from index_engine.sources.files.sniff import format_of
from index_engine.sources.files.staging import check_width
from index_engine.sources.files.xlsx_file import open_sheets

# Rows of the head, and rows from further on: as many each from places spread over the file.
HEAD_ROWS = 2_000
_PLACES, _ROWS_A_PLACE = 8, 125

Row = tuple[str | None, ...]


@dataclass(frozen=True)
class Table:
    """What was seen of one table: a file of text, or one sheet of a workbook.

    `head` has (line, values) of the first rows that are not blank, titles and header among them,
    lines counted from 1; `further` has rows from anywhere below. Values are text as it is staged.
    """

    opening: Opening
    head: tuple[tuple[int, Row], ...]
    further: tuple[Row, ...]


def peek(file: Path, opening: Opening, workdir: Path) -> list[Table]:
    """Return what can be seen of the tables of a file: one, or one for each sheet of a workbook.

    The encoding and the delimiter of text may be 'auto'. Raises InputError like open_file().
    """
    check_file(file)
    match format_of(file):
        case "parquet":
            tables = [_parquet(file, workdir)]
        case "text":
            tables = [_text(file, resolved(file, opening))]
        case _:
            tables = _sheets(file)
    return tables


def _text(file: Path, opening: Opening) -> Table:
    with opened(file, opening.encoding) as text:
        read = (
            (line, tuple(values))
            for line, values in records(text, None, opening.delimiter)
            if not isinstance(values, Aside) and _is_filled(file, values)
        )
        head = tuple(islice(read, HEAD_ROWS))
    further = () if len(head) < HEAD_ROWS else tuple(_far_lines(file, opening))
    return Table(opening, head, further)


def _is_filled(file: Path, values: list[str]) -> bool:
    check_width(file, len(values))
    return any(values)


def _far_lines(file: Path, opening: Opening) -> Iterator[Row]:
    """Yield rows from places spread over a text; UTF-16 is not looked into further on."""
    if opening.encoding == "utf-16":
        return
    size = file.stat().st_size
    with file.open("rb") as stream:
        for place in range(1, _PLACES + 1):
            stream.seek(size * place // (_PLACES + 1))
            stream.readline()  # the rest of a line
            # Such a place may lie within quotes; what cannot be read from there is passed over.
            raw = islice(stream, _ROWS_A_PLACE)
            lines = [line.decode(opening.encoding, errors="replace") for line in raw]
            for _, values in records(iter(lines), None, opening.delimiter):
                if not isinstance(values, Aside):
                    yield tuple(values)


def _sheets(file: Path) -> list[Table]:
    tables = []
    for sheet in open_sheets(file):
        rows = sheet.rows()
        head = tuple((line, tuple(values)) for line, values in islice(rows, HEAD_ROWS))
        step = max(1, sheet.height // (_PLACES * _ROWS_A_PLACE))
        further = tuple(tuple(values) for _, values in islice(rows, 0, None, step))
        tables.append(Table(Opening(sheet=sheet.name), head, further))
    return tables


def _parquet(file: Path, workdir: Path) -> Table:
    reader = ParquetFile(file, workdir)
    rows = reader.sample(HEAD_ROWS, _PLACES * _ROWS_A_PLACE)
    head = [tuple(reader.headers), *rows[:HEAD_ROWS]]
    return Table(Opening(), tuple(enumerate(head, start=1)), tuple(rows[HEAD_ROWS:]))
