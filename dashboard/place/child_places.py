"""The places or courts within a place, each a link to its profile."""

from __future__ import annotations

import streamlit as st

from dashboard.state.cache import LEVELS, View
from dashboard.text import formats
from dashboard.text.i18n import _, place_name
from dashboard.ui import components, table
from dashboard.ui.html import tag
from dashboard.ui.table import Column


def section(view: View) -> None:
    """The cities or courts below, each a link to its profile."""
    if view.place.level == "court":
        return
    level = LEVELS[LEVELS.index(view.place.level) + 1]
    parent = None if view.place.level == "nation" else view.place.place_id
    places = view.scores(level, parent=parent)
    titles = {"province": _("Its provinces"), "city": _("Its cities"), "court": _("Its courts")}
    components.section(titles[level], anchor="within")
    if places.empty:
        st.html(tag("p", _("No court of this place is in the data set."), class_="quiet"))
        return
    nation = view.score_row(view.snapshot.nation)
    columns = [
        Column(
            _("Name"),
            lambda line: tag(
                "a",
                place_name(line),
                href=components.place_link(line, "region", level),
                data_in=True,
            ),
        ),
        Column(
            "0–100",
            lambda line: (
                components.status_text(line.status)
                if formats.is_missing(line.score)
                else table.whisker(line.score, line.low, line.high, nation.score)
            ),
            kind="plot",
        ),
        Column(_("Score"), lambda line: formats.number(line.score, 1), kind="number"),
        Column(_("On year"), lambda line: formats.change(line.change_year), kind="number"),
        Column(_("Cases"), lambda line: formats.number(line.n), kind="number"),
    ]
    rows = places.itertuples(index=False)
    st.html(table.html_table(columns, rows, caption=titles[level], row_class=table.score_row_class))
    st.html(components.source_line(view))
