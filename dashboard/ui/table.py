"""Tables as markup: aligned figures, headings that sort by link, small drawings in cells."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from dashboard.state import address
from dashboard.text import formats
from dashboard.text.i18n import _
from dashboard.ui import theme
from dashboard.ui.html import Html, join, tag

Row = Any  # a named tuple: one row of a table of the engine


@dataclass(frozen=True)
class RowGroup:
    """In place of a row: a heading over the rows that follow."""

    title: str


@dataclass(frozen=True)
class Column:
    """One column: its heading and how a row's cell is drawn.

    `kind` is 'text', 'number' (aligned right) or 'plot' (a drawing). `sort` is the name by which
    the address orders the table; `note` explains the heading, `about` at length where it is opened.
    """

    heading: object
    cell: Callable[[Row], object]
    kind: str = "text"
    sort: str = ""
    note: str = ""
    explanation: Html | None = None


def html_table(
    columns: Sequence[Column],
    rows: Iterable[Row],
    *,
    caption: str,
    sort_order: str = "",
    row_class: Callable[[Row], str] | None = None,
) -> Html:
    """A whole table. `caption` is read aloud, not shown; `row_class` sets a row apart.

    `sorted_by` is the order in force: the `sort` of a column, with '-' before it for falling.
    """
    head = tag("tr", *(_heading(column, sort_order) for column in columns))
    body = [_row_html(columns, row, row_class) for row in rows]
    inner = tag(
        "table",
        tag("caption", caption, class_="unseen"),
        tag("thead", head),
        tag("tbody", *body),
        class_="data",
    )
    return tag("div", inner, class_="scroll", tabindex="0", role="region", aria_label=caption)


def _heading(column: Column, sort_order: str) -> Html:
    label: object = column.heading
    aria_sort = None
    if column.sort:
        descends = sort_order == "-" + column.sort
        ascends = sort_order == column.sort
        aria_sort = "descending" if descends else "ascending" if ascends else None
        # A first click shows the largest number first, and names from A.
        next_order = column.sort if descends or column.kind == "text" else "-" + column.sort
        next_order = "-" + column.sort if ascends else next_order
        mark = tag("i", " ↓" if descends else " ↑" if ascends else " ↕", aria_hidden="true")
        sort_link = address.current_link(sort=next_order, part="")
        label = tag("a", column.heading, mark, href=sort_link, data_in=True)
    title = column.note if column.explanation is None else ""
    return tag(
        "th", label, column.explanation,
        class_=column.kind, scope="col", aria_sort=aria_sort, title=title or None,
    )  # fmt: skip


def _row_html(columns: Sequence[Column], row: Row, row_class: Callable[[Row], str] | None) -> Html:
    if isinstance(row, RowGroup):
        title = tag("th", tag("span", row.title), colspan=len(columns), scope="colgroup")
        return tag("tr", title, class_="head")
    # The first column of words heads its row: it stays in view when a narrow screen scrolls.
    header_column = next((c for c in columns if c.kind == "text"), columns[0])
    cells = (_cell(column, row, is_header=column is header_column) for column in columns)
    return tag("tr", *cells, class_=(row_class(row) or None) if row_class else None)


def _cell(column: Column, row: Row, *, is_header: bool) -> Html:
    if is_header:
        return tag("th", column.cell(row), class_=column.kind, scope="row")
    return tag("td", column.cell(row), class_=column.kind)


def score_row_class(row: Row) -> str:
    """Class of a row of scores: grey where there is none."""
    return "dim" if formats.is_missing(row.score) else ""


def whisker(
    score: float | None, low: float | None, high: float | None, reference: float | None = None
) -> Html:
    """A score on a line from 0 to 100: dot, interval, and a tick at the reference."""
    tick = (
        None
        if formats.is_missing(reference)
        else tag("s", style=f"--x:{reference:.2f}", title=_("Nation"))
    )
    if formats.is_missing(score):
        return tag("span", tick, class_="whisker", aria_hidden="true")
    line = (
        None
        if formats.is_missing(low) or formats.is_missing(high)
        else tag("b", style=f"--x:{low:.2f};--w:{high - low:.2f}")
    )
    colour = theme.current_palette().score_colours[theme.score_class(score)]
    dot = tag("i", style=f"--x:{score:.2f};background:{colour}")
    return tag("span", tick, line, dot, class_="whisker", aria_hidden="true")


def stacked_bar(segments: Iterable[tuple[float, str, str]], total: float) -> Html:
    """Parts of a whole side by side: (size, colour, title)."""
    pieces = [
        tag("i", style=f"--w:{100 * size / total:.2f};background:{colour}", title=title)
        for size, colour, title in segments
        if total > 0 and size > 0
    ]
    return tag("span", *pieces, class_="bar")


def value_with_detail(main: object, detail: object) -> Html:
    """A value with something smaller under it."""
    return join(main, tag("small", detail))
