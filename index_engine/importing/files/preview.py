"""A look into a file before anyone says how to read it: rows of its head, some from further on."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from index_engine.importing.files.csv_file import open_text, read_records
from index_engine.importing.files.detection import detect_format
from index_engine.importing.files.json_file import read_tables
from index_engine.importing.files.non_data_rows import NonDataReason
from index_engine.importing.files.parquet_file import ParquetFile
from index_engine.importing.files.readers import ReadOptions, check_file, resolve_encoding, resolve_options
from index_engine.importing.files.sheets import Merge, read_sheets
from index_engine.importing.files.staging import PREVIEW_LENGTH, check_width, without_text_mark
from index_engine.importing.files.workbook_parts import counts_from_1904, hidden_row_counts
from index_engine.importing.files.zip_file import unpack_members

# Rows of the head, and rows from further on: as many each from places spread over the file.
HEAD_ROWS = 2_000
_SAMPLE_POSITIONS, _ROWS_PER_POSITION = 8, 125
# Columns that are looked at: sheets of courts have up to about a hundred. Those beyond cost a table with
# thousands of them as little as this, and are counted.
MAX_COLUMNS = 300
# No header reaches below this line.
MAX_HEADER_END = 24

Row = tuple[str | None, ...]


class UnreadableLines(NamedTuple):
    """Lines of the head of a text that cannot be taken apart: how many, the first, and what is wrong with it."""

    lines: int
    first_line: int
    message: str


@dataclass(frozen=True)
class TablePreview:
    """What was seen of one table: a file of text, or one sheet of a workbook.

    `head_rows` has (line, values) of the first rows that are not blank, titles and header among them,
    lines counted from 1; `sampled_rows` are from anywhere below. Values are text as it is staged, of
    the first MAX_COLUMNS columns; `omitted_columns` were not looked at. Merged cells have their value in
    the first of their lines, in sampled rows in all of them.
    """

    options: ReadOptions
    head_rows: tuple[tuple[int, Row], ...]
    sampled_rows: tuple[Row, ...]
    omitted_columns: int = 0
    # Of workbooks: cells merged over several lines, whether the sheet is hidden, how many of its rows are, and
    # whether serial days count from 1904.
    merges: tuple[Merge, ...] = ()
    is_hidden: bool = False
    hidden_rows: int = 0
    counts_from_1904: bool = False
    unreadable_lines: UnreadableLines | None = None


def preview(file: Path, options: ReadOptions, workdir: Path) -> list[TablePreview]:
    """Return what can be seen of the tables of a file: one, or one for each sheet of a workbook.

    The encoding and the delimiter of text may be 'auto'. Raises InputError like open_file().
    """
    check_file(file)
    match detect_format(file):
        case "parquet":
            return [_preview_parquet(file, workdir)]
        case "text":
            return [_preview_text(file, resolve_options(file, options))]
        case "json":
            return _preview_json(file, resolve_encoding(file, options))
        case "zip":
            return _preview_zip(file, options, workdir)
        case _:
            return _preview_sheets(file)


def _shorten(
    options: ReadOptions, head_rows: Iterable[tuple[int, Sequence[str | None]]], sampled_rows: Iterable[Row]
) -> TablePreview:
    """Return what of a table tells what it is: no more columns, no longer cells. Longer rows are let go of as
    they come."""
    width, short_rows = 0, []
    for line, values in head_rows:
        width = max(width, len(values))
        short_rows.append((line, _shorten_row(values)))
    return TablePreview(options, tuple(short_rows), tuple(map(_shorten_row, sampled_rows)), max(0, width - MAX_COLUMNS))


def _shorten_row(row: Sequence[str | None]) -> Row:
    return tuple(cell and without_text_mark(cell)[:PREVIEW_LENGTH] for cell in row[:MAX_COLUMNS])


def _preview_text(file: Path, options: ReadOptions) -> TablePreview:
    unreadable: list[tuple[int, str]] = []

    def readable_rows(records: Iterator[tuple[int, list[str] | NonDataReason]]) -> Iterator[tuple[int, list[str]]]:
        for line, values in records:
            if isinstance(values, NonDataReason):
                unreadable.append((line, values.message))
            elif _has_values(file, values):
                yield line, values

    with open_text(file, options.encoding) as text:
        rows = readable_rows(read_records(text, None, options.delimiter))
        table = _shorten(options, islice(rows, HEAD_ROWS), ())
    if unreadable:
        table = replace(table, unreadable_lines=UnreadableLines(len(unreadable), *unreadable[0]))
    if len(table.head_rows) < HEAD_ROWS:
        return table
    return replace(table, sampled_rows=tuple(map(_shorten_row, _sample_rows(file, options))))


def _has_values(file: Path, values: list[str]) -> bool:
    check_width(file, len(values))
    return any(values)


def _sample_rows(file: Path, options: ReadOptions) -> Iterator[Row]:
    """Yield rows from places spread over a text; UTF-16 is not looked into further on."""
    if options.encoding.startswith("utf-16"):
        return
    size = file.stat().st_size
    with file.open("rb") as stream:
        for position in range(1, _SAMPLE_POSITIONS + 1):
            stream.seek(size * position // (_SAMPLE_POSITIONS + 1))
            stream.readline()  # the rest of a line
            # Such a place may lie within quotes; what cannot be read from there is passed over.
            raw_lines = islice(stream, _ROWS_PER_POSITION)
            lines = [line.decode(options.encoding, errors="replace") for line in raw_lines]
            for _, values in read_records(iter(lines), None, options.delimiter):
                if not isinstance(values, NonDataReason):
                    yield tuple(values)


def _preview_sheets(file: Path) -> list[TablePreview]:
    tables = []
    hidden_rows, is_from_1904 = hidden_row_counts(file), counts_from_1904(file)
    for sheet in read_sheets(file):
        step = max(1, sheet.height // (_SAMPLE_POSITIONS * _ROWS_PER_POSITION))
        further_rows = islice(sheet.rows(header_end=MAX_HEADER_END), HEAD_ROWS, None, step)
        table = _shorten(
            ReadOptions(sheet=sheet.name),
            islice(sheet.rows(), HEAD_ROWS),
            (tuple(values) for _, values in further_rows),
        )
        head_end = table.head_rows[-1][0] if table.head_rows else 0
        merges = tuple(merge for merge in sheet.merges if merge.first_line <= head_end and merge.column < MAX_COLUMNS)
        tables.append(
            replace(
                table,
                merges=merges,
                is_hidden=sheet.is_hidden,
                hidden_rows=hidden_rows.get(sheet.name, 0),
                counts_from_1904=is_from_1904,
            )
        )
    return tables


def _preview_json(file: Path, options: ReadOptions) -> list[TablePreview]:
    tables = read_tables(file, options.encoding)
    previews = []
    for table in tables:
        rows = (values for _, values in table.rows() if not isinstance(values, NonDataReason))
        head_rows: list[Sequence[str | None]] = [table.headers, *islice(rows, HEAD_ROWS - 1)]
        further_rows = [tuple(row) for row in islice(rows, _SAMPLE_POSITIONS * _ROWS_PER_POSITION)]
        table_options = ReadOptions(encoding=options.encoding, sheet=table.name if len(tables) > 1 else None)
        previews.append(_shorten(table_options, enumerate(head_rows, start=1), further_rows))
    return previews


def _preview_zip(file: Path, options: ReadOptions, workdir: Path) -> list[TablePreview]:
    members = unpack_members(file, workdir)
    previews = []
    for name, member in members.items():
        table = _preview_text(member, resolve_options(member, options))
        previews.append(replace(table, options=replace(table.options, sheet=name)))
    return previews


def _preview_parquet(file: Path, workdir: Path) -> TablePreview:
    reader = ParquetFile(file, workdir)
    rows = reader.sample_rows(HEAD_ROWS, _SAMPLE_POSITIONS * _ROWS_PER_POSITION, MAX_COLUMNS)
    head_rows = [reader.headers, *rows[:HEAD_ROWS]]
    return _shorten(ReadOptions(), enumerate(head_rows, start=1), rows[HEAD_ROWS:])
