"""The peers of a place, and how far its score is drawn to them."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from dashboard.state import address
from dashboard.state.cache import View
from dashboard.text import formats
from dashboard.text.i18n import _
from dashboard.ui import cells, components, peer_group_labels, table
from dashboard.ui.html import Html, tag
from dashboard.ui.table import Column

VALUE_COLUMNS = ("score", "low", "high")


def has_peers(view: View, row: Any) -> bool:
    """Whether the place has peers: the nation and special courts have none."""
    return view.place.level != "nation" and row is not None and not formats.is_missing(row.peers)


def section(view: View, row: Any) -> None:
    """Which group the place belongs to, by what, and what drawing to it does to the score."""
    if not has_peers(view, row):
        return
    components.section(
        _("Its peers"),
        _(
            "A small court's value is mostly chance. For a second look it is drawn to the mean of "
            "places like it: of one level, a like number of cases and like sums at stake, none of "
            "which depends on how well it enforces."
        ),
        anchor="peers",
    )
    size_text, tier_text = peer_group_labels.describe_peer_group(
        row.peers, view.snapshot.main.peers
    )
    st.html(
        tag(
            "dl",
            _fact_item(_("Cases under way"), size_text),
            _fact_item(_("Sums at stake"), tier_text),
            _fact_item(_("Places in the group"), formats.number(row.peers_members)),
            class_="facts",
        )
    )
    if formats.is_missing(row.score) or formats.is_missing(row.shrunk):
        message = _("It has no score, so that none is drawn to its peers.")
        st.html(tag("p", message, class_="said"))
        return
    rows = [
        (_("As observed"), row.score, row.low, row.high),
        (_("Drawn to its peers"), row.shrunk, row.shrunk_low, row.shrunk_high),
    ]
    with st.container(key="peers"):
        st.html(table.html_table(_columns(), rows, caption=_("Its peers")))
    details_link = tag(
        "a", _("Indicator by indicator"), href=address.current_link(view="peers"), data_in=True
    )
    st.html(tag("p", shrinkage_text(row), " ", details_link, class_="said"))
    st.html(components.source_line(view, n=row.n))
    components.download_button(
        "peers", view, lambda: pd.DataFrame(rows, columns=["estimate", *VALUE_COLUMNS])
    )


def _fact_item(term: str, meaning: str) -> Html:
    return tag("div", tag("dt", term), tag("dd", meaning))


def _columns() -> list[Column]:
    return [
        Column(_("Estimate"), lambda line: line[0]),
        Column("0–100", lambda line: table.whisker(*line[1:]), kind="plot"),
        Column(
            _("Score"),
            lambda line: cells.value_with_interval(line[1], line[2], line[3], "score"),
            kind="number",
        ),
    ]


def shrinkage_text(row: Any) -> str:
    """How far the score moves, in words."""
    score_change = round(float(row.shrunk) - float(row.score), 1)
    if score_change == 0:
        return _("Its peers do not move it.")
    points = formats.number(abs(score_change), 1)
    if score_change > 0:
        return _("Its peers draw it up by {points} points.").format(points=points)
    return _("Its peers draw it down by {points} points.").format(points=points)
