"""The table of a ranking: in the order asked for or under its bands, a page at a time."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd
import streamlit as st

from dashboard import address, formats, tables
from dashboard.data import View
from dashboard.i18n import _
from dashboard.markup import Html, tag
from dashboard.ranking.columns import UNORDERED
from dashboard.tables import Column, Group

# Rows drawn at once. All courts of the country in one table are megabytes of markup, which a
# browser lays out for seconds; a page of them is read in a moment, and has an address.
PAGE = 100
DEFAULT_SORT = "-score"


def ordered(shown: View, level: str, units: pd.DataFrame) -> tuple[pd.DataFrame, str]:
    """Units in the order of the address, and that order; as published ('' where that is by bands)
    if it names none that may be had."""
    in_order = shown.data.in_order(level)
    order = address.get("sort")
    column = order.lstrip("-")
    by = "name_en" if column == "name" else column
    known = by in units.columns if in_order else column in UNORDERED
    if not order or not known:
        if not in_order:
            return units, ""
        by, order = "score", DEFAULT_SORT
    rising = not order.startswith("-")
    return units.sort_values([by, "unit_id"], ascending=[rising, True], na_position="last"), order


def draw(
    shown: View, level: str, columns: list[Column], units: pd.DataFrame, caption: str
) -> pd.DataFrame:
    """Draw the page of the address; returns all units in the order drawn."""
    units, order = ordered(shown, level, units)
    page, last = at(len(units))
    rows = units.iloc[(page - 1) * PAGE : page * PAGE]

    def drawn() -> Html:
        lines = rows.itertuples(index=False) if order else under_bands(rows, units)
        return tables.table(columns, lines, caption=caption, sorted_by=order)

    with st.container(key="ranking"):
        st.html(shown.keep_here("ranking", drawn))
    if last > 1:
        st.html(pager(page, last, len(units)))
    return units


def under_bands(rows: pd.DataFrame, whole: pd.DataFrame) -> Iterator[Any]:
    """Rows under headings of their bands, each with the number of places that it has."""
    counts = whole["band"].fillna("").value_counts()
    for band, group in rows.groupby(rows["band"].fillna(""), sort=False):
        title = _("Band {band}") if band else _("No band: the interval spans more than two")
        words = _("{band} · {n}").format(band=title, n=formats.number(counts[band]))
        yield Group(words.format(band=band))
        yield from group.itertuples(index=False)


def at(count: int) -> tuple[int, int]:
    """The page that the address names, as far as there is one, and the last."""
    last = max(-(-count // PAGE), 1)
    named = address.get("part")
    page = int(named) if named.isascii() and named.isdigit() and len(named) < 6 else 1
    return min(max(page, 1), last), last


def pager(page: int, last: int, count: int) -> Html:
    """Links to the pages: the first, the last, and those about the one in view."""
    near = sorted({1, *range(max(page - 2, 1), min(page + 2, last) + 1), last})
    pieces: list[object] = []
    for previous, number in zip([0, *near], near, strict=False):
        if number > previous + 1:
            pieces.append(tag("span", "…"))
        pieces.append(_way(str(number), number, current=number == page))
    if page > 1:
        pieces.insert(0, _way(_("‹ Previous"), page - 1))
    if page < last:
        pieces.append(_way(_("Next ›"), page + 1))
    first, end = (page - 1) * PAGE + 1, min(page * PAGE, count)
    said = _("{first}–{last} of {n}").format(
        first=formats.number(first), last=formats.number(end), n=formats.number(count)
    )
    return tag("nav", tag("b", said), *pieces, class_="pager", aria_label=_("Pages of the table"))


def _way(words: str, page: int, *, current: bool = False) -> Html:
    where = address.here(part="" if page == 1 else str(page))
    state = "page" if current else None
    return tag("a", words, href=where, data_in=True, aria_current=state)
