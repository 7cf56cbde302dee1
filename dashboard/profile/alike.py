"""The places most like one in the cases that are brought to it, and the way to a comparison."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from dashboard import formats, parts, tables
from dashboard.comparison import places
from dashboard.data import View
from dashboard.i18n import _, place_name
from dashboard.markup import Html, tag
from dashboard.profile import score_apart
from dashboard.tables import Column

SHOWN = 5


def section(shown: View, row: Any) -> None:
    """The place, and below it the places nearest to it by case mix and size, nearest first."""
    unit = shown.place
    if unit.level == "nation" or row is None:
        return
    titles = {
        "province": _("Provinces like this one"),
        "city": _("Cities like this one"),
        "court": _("Courts like this one"),
    }
    parts.section(
        titles[unit.level],
        _(
            "Nearest by the kinds of cases filed (cause, sum, debtor) and by how many are under "
            "way; how they end plays no part. In order of likeness, not of score."
        ),
        anchor="alike",
    )
    near = shown.data.alike(unit.level, unit.unit_id, shown.period, k=SHOWN)
    if near.empty:
        st.html(tag("p", _("No place with a score is like it."), class_="quiet"))
        return
    found = table(shown, near)
    with st.container(key="alike"):
        nation = shown.row(shown.data.nation)
        st.html(
            tables.table(
                _columns(unit.level, nation.score if nation else None),
                found.itertuples(index=False),
                caption=titles[unit.level],
                row_class=lambda line: "total" if line.unit_id == unit.unit_id else "",
            )
        )
    units = [shown.data.unit(unit.level, code) for code in found["unit_id"]]
    words = _("Compare with these")
    st.html(tag("p", tag("a", words, href=places.link(units), data_in=True), class_="said"))
    measured = _("Distance: 0 for the same mix and size")
    st.html(parts.source_line(shown, n=row.n, extra=measured))
    parts.download("alike", shown, lambda: found)


def table(shown: View, near: pd.DataFrame) -> pd.DataFrame:
    """The place itself and those near it, in the columns of the scores of their level."""
    scores = shown.scores(shown.place.level).set_index("unit_id", drop=False)
    found = scores.loc[[shown.place.unit_id, *near["unit_id"]]]
    return found.assign(distance=[0.0, *near["distance"]]).reset_index(drop=True)


def _columns(level: str, nation: float | None) -> list[Column]:
    def name(line: Any) -> Html:
        link = parts.place_link(line, "region", level)
        return tag("a", place_name(line), href=link, data_in=True)

    return [
        Column(_("Name"), name),
        Column(_("Distance"), lambda line: formats.number(line.distance, 2), kind="number"),
        Column(_("Cases"), lambda line: formats.number(line.n), kind="number"),
        Column(
            "0–100",
            lambda line: tables.whisker(line.score, line.low, line.high, nation),
            kind="plot",
        ),
        Column(
            _("Score"),
            lambda line: score_apart.with_interval(
                line.score, line.low, line.high, score_apart.SCORE_ITEM
            ),
            kind="number",
        ),
    ]
