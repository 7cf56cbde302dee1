"""Where the header of a table stands: below titles, over one line or several."""

import re
from dataclasses import dataclass
from pathlib import Path

from index_engine.sources.files.asides import aside
from index_engine.sources.files.peek import Row, Table
from index_engine.sources.files.staging import headers_of
from index_engine.sources.recognise.headers import is_known, is_unit, unit_of
from index_engine.sources.recognise.texts import plain
from index_engine.sources.recognise.values import number_of

# Titles and notes above a header take no more rows than this.
_ABOVE = 20
_MOST_HEADER_ROWS = 3

# Not 填报单位：某市中级人民法院, which names an office.
_UNIT = re.compile(r"(?<![报制编位送交])单位\s*[:：]?\s*(?:人民币)?\s*([^\s,，;；)）]{1,4})")
_DIGITS = re.compile(r"\d")


@dataclass(frozen=True)
class Layout:
    """A table taken apart: `titles` above the header, the header and the rows below it.

    `line` is that of the header's first row, `known` how many of its names are known.
    """

    line: int
    rows_of_header: int
    headers: tuple[str, ...]
    titles: tuple[str, ...]
    rows: tuple[Row, ...]
    known: int

    @property
    def unit(self) -> str | None:
        """The unit that a title states for all amounts."""
        for title in self.titles:
            for found in _UNIT.finditer(plain(title)):
                if unit := unit_of(f"({found[1]})"):
                    return unit
        return None

    def column(self, position: int) -> list[str | None]:
        """Return the cells of one column."""
        return [row[position] for row in self.rows]


def layout_of(file: Path, table: Table) -> Layout:
    """Find the header among the first rows: where the most names are known.

    Where none is known, the first row that is as wide as the table and holds no number.
    """
    head = table.head
    best = (0, 0, 0, 1)  # names known, -place, -rows: the earliest and shortest of equals
    for place in range(min(_ABOVE, len(head))):
        for count in range(1, _MOST_HEADER_ROWS + 1):
            rows = [row for _, row in head[place : place + count]]
            if len(rows) < count or (count > 1 and not _goes_on(rows)):
                break
            known = sum(is_known(name) for name in _names(file, rows) if name)
            # A row of units adds no name, but is no data either.
            bonus = int(count > 1 and _is_units(rows[-1]))
            best = max(best, (known + bonus, -place, -count, count))
    known, place, _, count = best
    if known == 0:
        place, count = _widest(head), 1
    return _taken_apart(file, table, abs(place), count, known)


def _taken_apart(file: Path, table: Table, place: int, count: int, known: int) -> Layout:
    header = [row for _, row in table.head[place : place + count]]
    headers = _names(file, header)
    below = [row for _, row in table.head[place + count :]] + list(table.further)
    width = len(headers)
    rows = tuple(
        (*row[:width], *[None] * (width - len(row))) for row in below if aside(row) is None
    )
    above = (cell for _, row in table.head[:place] for cell in row if cell)
    return Layout(
        line=table.head[place][0],
        rows_of_header=count,
        headers=tuple(headers),
        titles=tuple(dict.fromkeys(above)),
        rows=rows,
        known=known,
    )


def _names(file: Path, rows: list[Row]) -> list[str]:
    return (
        headers_of(file, rows) if any(cell and cell.strip() for row in rows for cell in row) else []
    )


def _goes_on(rows: list[Row]) -> bool:
    """Say whether the last row is one of a header: units, or names where cells above are merged."""
    last, above = rows[-1], rows[:-1]
    if _is_units(last):
        return True
    cells = [cell for cell in last if cell and cell.strip()]
    if any(number_of(cell) is not None or _DIGITS.search(cell) for cell in cells):
        return False
    merged = any(not cell for row in above for cell in row)
    partly = len(cells) < sum(1 for cell in above[0] if cell) or any(not cell for cell in last)
    # A title over the whole table is no name over names.
    titled = sum(1 for cell in above[0] if cell) > 1
    return bool(cells) and merged and partly and titled


def _is_units(row: Row) -> bool:
    cells = [cell for cell in row if cell and cell.strip()]
    return bool(cells) and all(is_unit(cell) for cell in cells)


def _widest(head: tuple[tuple[int, Row], ...]) -> int:
    filled = [sum(1 for cell in row if cell and cell.strip()) for _, row in head[:_ABOVE]]
    texts = [
        not any(number_of(cell) is not None for cell in row if cell) for _, row in head[:_ABOVE]
    ]
    widest = max(filled)
    places = (place for place, count in enumerate(filled) if count == widest and texts[place])
    return next(places, 0)
