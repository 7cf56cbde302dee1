"""Where the header of a table stands: below titles, over one line or several."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path

from index_engine.importing.files.non_data_rows import FOOTNOTE, non_data_reason
from index_engine.importing.files.preview import Row, TablePreview
from index_engine.importing.files.sheets import fill_merged
from index_engine.importing.files.staging import column_headers, joined_names
from index_engine.importing.recognise.header_matching import (
    foreign_currency,
    header_unit,
    is_known_header,
    is_unit_label,
)
from index_engine.importing.recognise.normalise import half_width, without_numbering
from index_engine.importing.recognise.value_patterns import parse_number

# Titles and notes above a header take no more rows than this.
_MAX_TITLE_ROWS = 20
_MAX_HEADER_ROWS = 3
# A row in the middle that has so many known names, and this share of its cells, is a header.
_MIN_HEADER_NAMES, _MIN_KNOWN_SHARE = 3, 0.6

# Not 填报单位：某市中级人民法院, which names an office.
_UNIT_PATTERN = re.compile(
    r"(?<![报制编位送交])单位\s*(?:[:：]\s*|[均皆]?[为是]\s*)?(?:人民币\s*)?([^\s,，;；。)）]{1,4})"
)
_DIGIT = re.compile(r"\d")


@dataclass(frozen=True)
class Layout:
    """A table taken apart: `titles` above the header, the header, the rows below it, and among these `notes` and
    `other_headers`, of tables that go on below the first under other names.

    `header_line` is that of the header's first row, `known_header_count` says how many of its names
    are known; `merged_columns` are the places of columns with cells merged over several rows.
    """

    header_line: int
    header_row_count: int
    headers: tuple[str, ...]
    titles: tuple[str, ...]
    rows: tuple[Row, ...]
    known_header_count: int
    merged_columns: tuple[int, ...] = ()
    group_units: tuple[str | None, ...] = ()
    notes: tuple[str, ...] = ()
    other_headers: tuple[Row, ...] = ()

    def unit_at(self, position: int | None) -> str | None:
        """The unit that stands above a column, over it and its neighbours or in a title of all."""
        group_unit = self.group_units[position] if position is not None and self.group_units else None
        return group_unit or self._title_unit

    @property
    def _title_unit(self) -> str | None:
        for title in (*self.titles, *self.notes):
            for unit_match in _UNIT_PATTERN.finditer(half_width(title)):
                if unit := header_unit(f"({unit_match[1]})"):
                    return unit
        return None

    @property
    def foreign_currency(self) -> str | None:
        """The money of another country that a title or note speaks of."""
        texts = (half_width(text) for text in (*self.titles, *self.notes))
        return next((word for text in texts if (word := foreign_currency(text)) is not None), None)

    def column_cells(self, position: int) -> list[str | None]:
        """Return the cells of one column."""
        return [row[position] for row in self.rows]


def detect_layout(file: Path, table: TablePreview) -> Layout:
    """Find the header among the first rows: where the most names are known.

    Where none is known, the first row that is as wide as the table and holds no number.
    """
    head = table.head_rows
    best_candidate = (0, 0, 0, 1)  # names known, -place, -rows: the earliest and shortest of equals
    for start in range(min(_MAX_TITLE_ROWS, len(head))):
        for row_count in range(1, _MAX_HEADER_ROWS + 1):
            rows = [row for _, row in head[start : start + row_count]]
            if len(rows) < row_count or (row_count > 1 and not _continues_header(rows)):
                break
            names = _header_names(file, rows)
            # Names that stand several times are told apart by those above them: 起拍价 of the first round and the second.
            is_told_apart = row_count > 1 and _are_told_apart(rows)
            lower_names = rows[-1] if is_told_apart else [None] * len(names)
            known_count = sum(
                is_known_header(name) or bool(lower_name and is_known_header(lower_name))
                for name, lower_name in zip_longest(names, lower_names)
                if name
            )
            # A row of units adds no name, but is no data either; nor is one that makes known names of what stands
            # above it, though that may be known too: 结案 over 日期 and 方式.
            below = [name for name, cell in zip(names, rows[-1], strict=False) if cell and cell.strip()]
            is_named_below = bool(below) and all(map(is_known_header, below))
            bonus = int(row_count > 1 and (_is_unit_row(rows[-1]) or is_named_below or is_told_apart))
            best_candidate = max(best_candidate, (known_count + bonus, -start, -row_count, row_count))
    known_count, start, _, row_count = best_candidate
    if known_count == 0:
        start, row_count = _widest_text_row(head), 1
    return _build_layout(file, table, abs(start), row_count, known_count)


def _build_layout(file: Path, table: TablePreview, start: int, row_count: int, known_count: int) -> Layout:
    header_rows = [row for _, row in table.head_rows[start : start + row_count]]
    headers = _header_names(file, header_rows)
    header_end = table.head_rows[start + row_count - 1][0]
    merges = [merge for merge in table.merges if merge.first_line > header_end]
    head_rows = fill_merged(((line, list(row)) for line, row in table.head_rows[start + row_count :]), merges)
    data_rows = [tuple(row) for _, row in head_rows] + list(table.sampled_rows)
    width = len(headers)
    names = [row[:width] for row in header_rows]
    other_headers = tuple(row for row in data_rows if row[:width] not in names and _is_header(row))
    rows = tuple(
        (*row[:width], *[None] * (width - len(row)))
        for row in data_rows
        if non_data_reason(row) is None
        and row[:width] not in names  # printed again on every page
        and row not in other_headers
    )
    title_cells = (cell for _, row in table.head_rows[:start] for cell in row if cell)
    note_cells = (cell for row in data_rows if _is_note(row) for cell in row if cell)
    return Layout(
        header_line=table.head_rows[start][0],
        header_row_count=row_count,
        headers=tuple(headers),
        titles=tuple(dict.fromkeys(title_cells)),
        notes=tuple(dict.fromkeys(note_cells)),
        other_headers=other_headers,
        rows=rows,
        known_header_count=known_count,
        group_units=_group_units([row for _, row in table.head_rows[:start]], headers),
        merged_columns=tuple(sorted({merge.column for merge in merges if merge.column < width})),
    )


def _is_header(row: Row) -> bool:
    """Say whether a row below the header is one itself: hardly any row of data is without a digit."""
    cells = [cell for cell in row if cell and cell.strip()]
    if len(cells) < _MIN_HEADER_NAMES or any(_DIGIT.search(cell) for cell in cells):
        return False
    return sum(map(is_known_header, cells)) >= max(_MIN_HEADER_NAMES, _MIN_KNOWN_SHARE * len(cells))


def _is_note(row: Row) -> bool:
    """Say whether a row below the header is a note to the table, or states a unit alone."""
    if non_data_reason(row) is FOOTNOTE:
        return True
    cells = [cell for cell in row if cell and cell.strip()]
    return len(cells) == 1 and _UNIT_PATTERN.match(half_width(cells[0]).strip("([ ")) is not None


def _group_units(rows_above: list[Row], headers: list[str]) -> tuple[str | None, ...]:
    """Return the unit that a name over several columns, right above the header, states for each: 金额（万元）.

    A name goes for the columns to its right as far as no other name stands there.
    """
    if not rows_above or sum(1 for cell in rows_above[-1] if cell) == 0:
        return ()
    units: list[str | None] = []
    for cell in (*rows_above[-1], *[None] * len(headers))[: len(headers)]:
        is_named = bool(cell and cell.strip())
        units.append(header_unit(cell or "") if is_named else units[-1] if units else None)
    return tuple(units)


def _header_names(file: Path, rows: list[Row]) -> list[str]:
    return column_headers(file, rows) if any(cell and cell.strip() for row in rows for cell in row) else []


def _continues_header(rows: list[Row]) -> bool:
    """Say whether the last row is one of a header: units, or names where cells above are merged."""
    last_row, upper_rows = rows[-1], rows[:-1]
    if _is_unit_row(last_row):
        return True
    cells = [cell for cell in last_row if cell and cell.strip()]
    if any(parse_number(cell) is not None or _DIGIT.search(without_numbering(cell)) for cell in cells):
        return False
    has_merged_cells = any(not cell for row in rows for cell in row)
    is_partial = (
        len(cells) < sum(1 for cell in upper_rows[0] if cell)
        or any(not cell for cell in last_row)
        or _are_told_apart(rows)
    )
    # A title over the whole table is no name over names.
    has_several_names = sum(1 for cell in upper_rows[0] if cell) > 1
    return bool(cells) and has_merged_cells and is_partial and has_several_names


def _are_told_apart(rows: list[Row]) -> bool:
    """Say whether names of the last row stand several times, and together with those above them once."""
    return _has_repeated_name(rows[-1]) and not _has_repeated_name(joined_names(rows))


def _has_repeated_name(row: Sequence[str | None]) -> bool:
    names = [cell.strip() for cell in row if cell and cell.strip()]
    return len(set(names)) < len(names)


def _is_unit_row(row: Row) -> bool:
    cells = [cell for cell in row if cell and cell.strip()]
    return bool(cells) and all(is_unit_label(cell) for cell in cells)


def _widest_text_row(head: tuple[tuple[int, Row], ...]) -> int:
    cell_counts = [sum(1 for cell in row if cell and cell.strip()) for _, row in head[:_MAX_TITLE_ROWS]]
    is_text_row = [not any(parse_number(cell) is not None for cell in row if cell) for _, row in head[:_MAX_TITLE_ROWS]]
    max_cell_count = max(cell_counts)
    positions = (
        position for position, count in enumerate(cell_counts) if count == max_cell_count and is_text_row[position]
    )
    return next(positions, 0)
