"""The table of a ranking, a page at a time: sorted by the address, or under bands."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import pandas as pd

from dashboard.rankings import custom_weights, ranking_export
from dashboard.rankings.custom_weights import Weights
from dashboard.rankings.ranking_columns import BANDED_SORT_COLUMNS
from dashboard.state import address
from dashboard.state.cache import View
from dashboard.text import formats
from dashboard.text.i18n import _
from dashboard.ui import rank_groups
from dashboard.ui.html import Html, tag
from dashboard.ui.table import Column, Source, TableSpec, table_block

# Rows drawn at once. All courts of the country in one table are megabytes of markup, which a
# browser lays out for seconds; a page of them is read in a moment, and has an address.
PAGE_SIZE = 100
DEFAULT_SORT = "-score"


def sort_places(view: View, level: str, places: pd.DataFrame) -> tuple[pd.DataFrame, str]:
    """Places in the order of the address, and that order; '' where they stand under headings, of bands or of
    groups of ranks, as they do if it names none that may be had."""
    in_order = view.snapshot.publishes_ranks(level)
    order = address.get("sort")
    column = order.lstrip("-")
    sort_column = "name_en" if column == "name" else column
    is_sortable = sort_column in places.columns if in_order else column in BANDED_SORT_COLUMNS
    if not order or not is_sortable:
        if not in_order:
            return places, ""
        if rank_groups.has_groups(places):
            return rank_groups.sort_by_group(places), ""
        sort_column, order = "score", DEFAULT_SORT
    is_ascending = not order.startswith("-")
    return places.sort_values([sort_column, "place_id"], ascending=[is_ascending, True], na_position="last"), order


def draw_table(
    view: View,
    level: str,
    columns: list[Column[Any]],
    places: pd.DataFrame,
    caption: str,
    *,
    custom: Weights | None = None,
    notes: Sequence[Html] = (),
    source_extra: Html | None = None,
) -> None:
    """The page of the table that the address names; the file has all places, in the order shown."""
    places, order = sort_places(view, level, places)
    page, last = page_position(len(places))
    rows = places.iloc[(page - 1) * PAGE_SIZE : page * PAGE_SIZE]
    page_links = [pager(page, last, len(places))] if last > 1 else []
    subject = f"ranking-{level}"
    table_block(
        view,
        TableSpec(
            "ranking",
            caption,
            columns,
            heading="",
            sort_order=order,
            notes=[*page_links, *notes],
            source=Source(n=int(places["n"].sum()), extra=source_extra),
            download=ranking_export.export_builder(view, level, places, custom),
            download_name=custom_weights.download_subject(subject, custom) if custom else subject,
            is_cached=True,
        ),
        rows.itertuples(index=False) if order else _under_headings(view, level, rows, places),
    )


def _under_headings(view: View, level: str, rows: pd.DataFrame, places: pd.DataFrame) -> Iterator[Any]:
    if view.snapshot.publishes_ranks(level):
        return rank_groups.rows_under_headings(rows, places, "rank_group", rank_groups.group_title)
    return rank_groups.rows_under_headings(rows, places, "band", band_title)


def band_title(band: object) -> str:
    return _("Band {band}").format(band=band) if band else _("No band: the interval spans more than two")


def page_position(count: int) -> tuple[int, int]:
    """The page that the address names, as far as there is one, and the last."""
    last = max(-(-count // PAGE_SIZE), 1)
    value = address.get("part")
    page = int(value) if value.isascii() and value.isdigit() and len(value) < 6 else 1
    return min(max(page, 1), last), last


def pager(page: int, last: int, count: int) -> Html:
    """Links to the pages: the first, the last, and those about the one in view."""
    nearby_pages = sorted({1, *range(max(page - 2, 1), min(page + 2, last) + 1), last})
    pieces: list[object] = []
    for previous, number in zip([0, *nearby_pages], nearby_pages, strict=False):
        if number > previous + 1:
            pieces.append(tag("span", "…"))
        pieces.append(_page_link(str(number), number, current=number == page))
    if page > 1:
        pieces.insert(0, _page_link(_("‹ Previous"), page - 1))
    if page < last:
        pieces.append(_page_link(_("Next ›"), page + 1))
    first, end = (page - 1) * PAGE_SIZE + 1, min(page * PAGE_SIZE, count)
    range_text = _("{first}–{last} of {n}").format(
        first=formats.number(first), last=formats.number(end), n=formats.number(count)
    )
    return tag("nav", tag("b", range_text), *pieces, class_="pager", aria_label=_("Pages of the table"))


def _page_link(label: str, page: int, *, current: bool = False) -> Html:
    url = address.current_link(part="" if page == 1 else str(page))
    state = "page" if current else None
    return tag("a", label, href=url, data_in=True, aria_current=state)
