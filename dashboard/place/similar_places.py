"""The places most like one in the cases that are brought to it, and the way to a comparison."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from dashboard.place import score_decomposition
from dashboard.state.cache import View
from dashboard.text import formats
from dashboard.text.i18n import _, place_name
from dashboard.ui import compared_places, components, table
from dashboard.ui.html import Html, tag
from dashboard.ui.table import Column

NEIGHBOUR_COUNT = 5


def section(view: View, row: Any) -> None:
    """The place, and below it the places nearest to it by case mix and size, nearest first."""
    place = view.place
    if place.level == "nation" or row is None:
        return
    titles = {
        "province": _("Provinces like this one"),
        "city": _("Cities like this one"),
        "court": _("Courts like this one"),
    }
    components.section(
        titles[place.level],
        _(
            "Nearest by the kinds of cases filed (cause, sum, debtor) and by how many are under "
            "way; how they end plays no part. In order of likeness, not of score."
        ),
        anchor="alike",
    )
    neighbours = view.snapshot.similar_places(
        place.level, place.place_id, view.period, k=NEIGHBOUR_COUNT
    )
    if neighbours.empty:
        st.html(tag("p", _("No place with a score is like it."), class_="quiet"))
        return
    table_rows = neighbour_table(view, neighbours)
    with st.container(key="alike"):
        nation = view.score_row(view.snapshot.nation)
        st.html(
            table.html_table(
                _columns(place.level, nation.score if nation else None),
                table_rows.itertuples(index=False),
                caption=titles[place.level],
                row_class=lambda line: "total" if line.place_id == place.place_id else "",
            )
        )
    places = [view.snapshot.place(place.level, code) for code in table_rows["place_id"]]
    link_text = _("Compare with these")
    st.html(
        tag(
            "p",
            tag("a", link_text, href=compared_places.comparison_link(places), data_in=True),
            class_="said",
        )
    )
    distance_note = _("Distance: 0 for the same mix and size")
    st.html(components.source_line(view, n=row.n, extra=distance_note))
    components.download_button("alike", view, lambda: table_rows)


def neighbour_table(view: View, neighbours: pd.DataFrame) -> pd.DataFrame:
    """The place itself and those near it, in the columns of the scores of their level."""
    scores = view.scores(view.place.level).set_index("place_id", drop=False)
    rows = scores.loc[[view.place.place_id, *neighbours["place_id"]]]
    return rows.assign(distance=[0.0, *neighbours["distance"]]).reset_index(drop=True)


def _columns(level: str, nation_score: float | None) -> list[Column]:
    def name_cell(line: Any) -> Html:
        link = components.place_link(line, "region", level)
        return tag("a", place_name(line), href=link, data_in=True)

    return [
        Column(_("Name"), name_cell),
        Column(_("Distance"), lambda line: formats.number(line.distance, 2), kind="number"),
        Column(_("Cases"), lambda line: formats.number(line.n), kind="number"),
        Column(
            "0–100",
            lambda line: table.whisker(line.score, line.low, line.high, nation_score),
            kind="plot",
        ),
        Column(
            _("Score"),
            lambda line: score_decomposition.value_with_interval(
                line.score, line.low, line.high, score_decomposition.SCORE_ITEM
            ),
            kind="number",
        ),
    ]
