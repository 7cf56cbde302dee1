"""Two to six places over time, raw and at one case mix, and what makes the difference."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from dashboard.compare import (
    measure_trends,
    monthly_flows,
    score_difference,
    selection_bar,
    standings,
)
from dashboard.state import address, page_view
from dashboard.state.cache import View
from dashboard.text.i18n import _
from dashboard.ui import compared_places, components, controls
from dashboard.ui.html import Html, tag
from index_engine.queries import Place

FLOWS_VIEW = "flows"


def page() -> None:
    view = page_view.national_view()
    places = compared_places.selected_places(view)
    components.headline(title(view, places), lead_text(places))
    selection_bar.draw_selection(view, places)
    for piece in (
        selection_bar.unknown_places_notice(view),
        selection_bar.suggestion_links(view, places),
    ):
        if piece is not None:
            st.html(piece)
    if not places:
        return
    st.html(view_switch())
    if address.get("view") == FLOWS_VIEW:
        monthly_flows.section(view, places)
        return
    with st.container(horizontal=True, vertical_alignment="bottom", key="toolbar"):
        st.html(contents(), width="stretch")
        measure = measure_trends.select_measure(view)
        basis = measure_trends.select_basis(view)
        components.period_selector(view)
    measure_trends.section(view, places, measure, basis)
    standings.section(view, places)
    score_difference.section(view, places)


def view_switch() -> Html:
    """What is compared: scores, or how many cases come and go."""
    active_view = FLOWS_VIEW if address.get("view") == FLOWS_VIEW else ""
    names = {"": _("Scores"), FLOWS_VIEW: _("Flows by month")}
    return controls.switch("view", _("View"), names, active_view)


def title(view: View, places: Sequence[Place]) -> str:
    if not places:
        return _("Compare places")
    return _(" · ").join(compared_places.distinct_names(view, places).values())


def lead_text(places: Sequence[Place]) -> str:
    if not places:
        return _("Choose two to six provinces, cities or courts: over time, like with like.")
    if len(places) == 1:
        return _("Add a second place to compare it with, or follow it between two periods.")
    return _("Compared over time, as observed and like with like.")


def contents() -> Html:
    links = [
        ("over-time", _("Over time")),
        ("standing", _("Where they stand")),
        ("difference", _("The difference")),
    ]
    items = [tag("a", name, href=f"#{anchor}") for anchor, name in links]
    return tag("nav", *items, class_="jumps plain", aria_label=_("On this page"))


page()
