"""Tables: columns are declared, and one block draws a table with all that belongs to it.

`table_block` is to a table what `show_chart` is to a chart: heading, a sentence where there is
nothing to show, the table, notes, the line of its source and the download. Columns come from the
factories of dashboard/ui/columns.py; a `Column` of its own is for what they do not cover.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, Literal, TypeVar

import pandas as pd
import streamlit as st

from dashboard.state import address
from dashboard.state.cache import View
from dashboard.text import formats
from dashboard.text.i18n import _
from dashboard.ui import components
from dashboard.ui.html import Html, join, tag

Row = TypeVar("Row")


@dataclass(frozen=True)
class RowGroup:
    """In place of a row: a heading over the rows that follow."""

    title: str


@dataclass(frozen=True)
class Column(Generic[Row]):
    """One column: its heading, and the content of a row's cell.

    `kind` is 'text', 'number' (aligned right) or 'plot' (a small chart). `sort` is the name by
    which the address orders the table; `note` explains the heading in a tooltip, `explanation` at
    length where it is opened. `css_class` is a class of its cells beside the kind.
    """

    heading: object
    cell: Callable[[Row], object]
    kind: Literal["text", "number", "plot"] = "text"
    sort: str = ""
    note: str = ""
    explanation: Html | None = None
    css_class: str = ""

    @property
    def cell_class(self) -> str:
        return f"{self.kind} {self.css_class}".rstrip()


@dataclass(frozen=True)
class Source:
    """What the source line of a table says beyond source and period (see `source_line`)."""

    n: float | None = None
    first_period: str = ""
    extra: object = None


@dataclass(frozen=True)
class TableSpec(Generic[Row]):
    """A table and what belongs to it, for `table_block`.

    `key` names its container (`st-key-<key>` in the style sheets) and its download. `heading` is
    how the title stands above it: as that of a section of the page, of a table beside others
    ('chart'), or not at all (''); either way the title is the caption that screen readers speak,
    unless `caption` is given. `introduction` stands between heading and table, `notes` below the
    table: markup as it is, plain text as a paragraph each, None not at all. Without rows,
    `empty_text` stands in place of all this but the heading; where it is empty too, nothing is
    drawn. `max_rows` draws that many rows and says how many there are. `source` is None for a
    table that is not of the data in view; `download` gives the rows of the CSV file. `is_cached`
    keeps the markup with the snapshot, for large tables that depend on the address alone.
    """

    key: str
    title: str
    columns: Sequence[Column[Row]]
    heading: Literal["section", "chart", ""] = "section"
    explanation: object = None
    anchor: str = ""
    caption: str = ""
    introduction: Sequence[object] = ()
    empty_text: str = ""
    row_class: Callable[[Row], str] | None = None
    sort_order: str = ""
    max_rows: int | None = None
    notes: Sequence[object] = ()
    source: Source | None = Source()
    download: Callable[[], pd.DataFrame] | None = None
    download_name: str = ""
    is_cached: bool = False


def table_block(view: View | None, spec: TableSpec[Row], rows: Iterable[Row | RowGroup]) -> None:
    """Draw a table with all that belongs to it. `view` is None on a page without data in view:
    the table then has no source line and no download."""
    all_rows = list(rows)
    if not all_rows and not spec.empty_text:
        return
    _draw_heading(spec)
    if not all_rows:
        st.html(tag("p", spec.empty_text, class_="quiet"))
        return
    for piece in spec.introduction:
        _draw_piece(piece)
    visible_rows = all_rows[: spec.max_rows]

    def render_table() -> Html:
        return html_table(
            spec.columns,
            visible_rows,
            caption=spec.caption or spec.title,
            sort_order=spec.sort_order,
            row_class=spec.row_class,
        )

    with st.container(key=spec.key):
        if view is not None and spec.is_cached:
            st.html(view.cached_with_links(spec.key, render_table))
        else:
            st.html(render_table())
    if len(visible_rows) < len(all_rows):
        message = _("The first {n} of {total}; all are in the file.").format(
            n=formats.number(len(visible_rows)), total=formats.number(len(all_rows))
        )
        st.html(tag("p", message, class_="quiet"))
    for piece in spec.notes:
        _draw_piece(piece)
    if view is None:
        return
    if spec.source is not None:
        st.html(
            components.source_line(
                view, n=spec.source.n, first_period=spec.source.first_period, extra=spec.source.extra
            )
        )
    if spec.download is not None:
        components.download_button(spec.download_name or spec.key, view, spec.download)


def _draw_heading(spec: TableSpec[Any]) -> None:
    if spec.heading == "section":
        components.section(spec.title, spec.explanation, spec.anchor)
    elif spec.heading == "chart":
        title = tag("h3", spec.title, class_="chart", id=spec.anchor or None)
        explanation = tag("p", spec.explanation, class_="explained") if spec.explanation else None
        st.html(join(title, explanation))


def _draw_piece(piece: object) -> None:
    """Markup as it is, text as a paragraph; nothing for None."""
    if piece is not None:
        st.html(piece if isinstance(piece, Html) else tag("p", piece, class_="said"))


def html_table(
    columns: Sequence[Column[Row]],
    rows: Iterable[Row | RowGroup],
    *,
    caption: str,
    sort_order: str = "",
    row_class: Callable[[Row], str] | None = None,
) -> Html:
    """The markup of a table. `caption` is for screen readers; `row_class` gives a row's CSS class.

    `sort_order` is the order in force: the `sort` of a column, after '-' if it descends.
    """
    head = tag("tr", *(_heading(column, sort_order) for column in columns))
    body = [_row_html(columns, row, row_class) for row in rows]
    inner = tag(
        "table",
        tag("caption", caption, class_="visually-hidden"),
        tag("thead", head),
        tag("tbody", *body),
        class_="data",
    )
    return tag("div", inner, class_="scroll", tabindex="0", role="region", aria_label=caption)


def _heading(column: Column[Any], sort_order: str) -> Html:
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
        class_=column.cell_class, scope="col", aria_sort=aria_sort, title=title or None,
    )  # fmt: skip


def _row_html(columns: Sequence[Column[Row]], row: Row | RowGroup, row_class: Callable[[Row], str] | None) -> Html:
    if isinstance(row, RowGroup):
        title = tag("th", tag("span", row.title), colspan=len(columns), scope="colgroup")
        return tag("tr", title, class_="head")
    # The first column of words heads its row: it stays in view when a narrow screen scrolls.
    header_column = next((c for c in columns if c.kind == "text"), columns[0])
    cells = (_cell(column, row, is_header=column is header_column) for column in columns)
    return tag("tr", *cells, class_=(row_class(row) or None) if row_class else None)


def _cell(column: Column[Row], row: Row, *, is_header: bool) -> Html:
    if is_header:
        return tag("th", column.cell(row), class_=column.cell_class, scope="row")
    return tag("td", column.cell(row), class_=column.cell_class)


def score_row_class(row: Any) -> str:
    """Class of a row of scores: grey where there is none."""
    return "dim" if formats.is_missing(row.score) else ""
