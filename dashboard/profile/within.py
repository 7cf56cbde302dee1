"""The places or courts within a place, each a link to its profile."""

from __future__ import annotations

import streamlit as st

from dashboard import formats, parts, tables
from dashboard.data import LEVELS, View
from dashboard.i18n import _, place_name
from dashboard.markup import tag
from dashboard.tables import Column


def section(shown: View) -> None:
    """The cities or courts below, each a link to its profile."""
    if shown.place.level == "court":
        return
    level = LEVELS[LEVELS.index(shown.place.level) + 1]
    parent = None if shown.place.level == "nation" else shown.place.unit_id
    units = shown.scores(level, parent=parent)
    titles = {"province": _("Its provinces"), "city": _("Its cities"), "court": _("Its courts")}
    parts.section(titles[level], anchor="within")
    if units.empty:
        st.html(tag("p", _("No court of this place is in the data set."), class_="quiet"))
        return
    nation = shown.row(shown.data.nation)
    columns = [
        Column(
            _("Name"),
            lambda line: tag(
                "a", place_name(line), href=parts.place_link(line, "region", level), data_in=True
            ),
        ),
        Column(
            "0–100",
            lambda line: (
                parts.status(line.status)
                if formats.missing(line.score)
                else tables.whisker(line.score, line.low, line.high, nation.score)
            ),
            kind="plot",
        ),
        Column(_("Score"), lambda line: formats.number(line.score, 1), kind="number"),
        Column(_("On year"), lambda line: formats.change(line.change_year), kind="number"),
        Column(_("Cases"), lambda line: formats.number(line.n), kind="number"),
    ]
    rows = units.itertuples(index=False)
    st.html(tables.table(columns, rows, caption=titles[level], row_class=tables.dim_unscored))
    st.html(parts.source_line(shown))
