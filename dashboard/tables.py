"""Tables as markup: aligned figures, headings that sort by link, small drawings in cells."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from dashboard import address, formats, theme
from dashboard.i18n import _
from dashboard.markup import Html, join, tag

Row = Any  # a named tuple: one row of a table of the engine


@dataclass(frozen=True)
class Group:
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
    about: Html | None = None


def table(
    columns: Sequence[Column],
    rows: Iterable[Row],
    *,
    caption: str,
    sorted_by: str = "",
    row_class: Callable[[Row], str] | None = None,
) -> Html:
    """A whole table. `caption` is read aloud, not shown; `row_class` sets a row apart.

    `sorted_by` is the order in force: the `sort` of a column, with '-' before it for falling.
    """
    head = tag("tr", *(_heading(column, sorted_by) for column in columns))
    body = [_line(columns, row, row_class) for row in rows]
    inner = tag(
        "table",
        tag("caption", caption, class_="unseen"),
        tag("thead", head),
        tag("tbody", *body),
        class_="data",
    )
    return tag("div", inner, class_="scroll", tabindex="0", role="region", aria_label=caption)


def _heading(column: Column, sorted_by: str) -> Html:
    label: object = column.heading
    state = None
    if column.sort:
        falls = sorted_by == "-" + column.sort
        rises = sorted_by == column.sort
        state = "descending" if falls else "ascending" if rises else None
        # A first click shows the largest number first, and names from A.
        turned = column.sort if falls or column.kind == "text" else "-" + column.sort
        turned = "-" + column.sort if rises else turned
        mark = tag("i", " ↓" if falls else " ↑" if rises else " ↕", aria_hidden="true")
        where = address.here(sort=turned, part="")
        label = tag("a", column.heading, mark, href=where, data_in=True)
    title = column.note if column.about is None else ""
    return tag(
        "th", label, column.about,
        class_=column.kind, scope="col", aria_sort=state, title=title or None,
    )  # fmt: skip


def _line(columns: Sequence[Column], row: Row, row_class: Callable[[Row], str] | None) -> Html:
    if isinstance(row, Group):
        title = tag("th", tag("span", row.title), colspan=len(columns), scope="colgroup")
        return tag("tr", title, class_="head")
    # The first column of words heads its row: it stays in view when a narrow screen scrolls.
    names = next((c for c in columns if c.kind == "text"), columns[0])
    cells = (_cell(column, row, heads=column is names) for column in columns)
    return tag("tr", *cells, class_=(row_class(row) or None) if row_class else None)


def _cell(column: Column, row: Row, *, heads: bool) -> Html:
    if heads:
        return tag("th", column.cell(row), class_=column.kind, scope="row")
    return tag("td", column.cell(row), class_=column.kind)


def dim_unscored(row: Row) -> str:
    """Class of a row of scores: grey where there is none."""
    return "dim" if formats.missing(row.score) else ""


def whisker(
    score: float | None, low: float | None, high: float | None, reference: float | None = None
) -> Html:
    """A score on a line from 0 to 100: dot, interval, and a tick at the reference."""
    tick = (
        None
        if formats.missing(reference)
        else tag("s", style=f"--x:{reference:.2f}", title=_("Nation"))
    )
    if formats.missing(score):
        return tag("span", tick, class_="whisker", aria_hidden="true")
    line = (
        None
        if formats.missing(low) or formats.missing(high)
        else tag("b", style=f"--x:{low:.2f};--w:{high - low:.2f}")
    )
    colour = theme.now().score_colours[theme.score_class(score)]
    dot = tag("i", style=f"--x:{score:.2f};background:{colour}")
    return tag("span", tick, line, dot, class_="whisker", aria_hidden="true")


def bar(parts: Iterable[tuple[float, str, str]], total: float) -> Html:
    """Parts of a whole side by side: (size, colour, title)."""
    pieces = [
        tag("i", style=f"--w:{100 * size / total:.2f};background:{colour}", title=title)
        for size, colour, title in parts
        if total > 0 and size > 0
    ]
    return tag("span", *pieces, class_="bar")


def stacked(main: object, below: object) -> Html:
    """A value with something smaller under it."""
    return join(main, tag("small", below))
