"""Two to six places over time, as observed and at one case mix, and what makes the difference."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from dashboard.compare import measure_trends, monthly_flows, score_difference, selection_bar, standings
from dashboard.state import address, page_view
from dashboard.state.cache import View
from dashboard.text.i18n import _
from dashboard.ui import compared_places, components, controls, page_sections
from dashboard.ui.html import Html
from dashboard.ui.page_sections import PageSection
from index_engine.queries import Place

FLOWS_VIEW = "flows"


def page() -> None:
    view = page_view.national_view()
    places = selection_bar.compared(view)
    components.headline(title(view, places), lead_text(places))
    selection_bar.draw_selection(view, places)
    for piece in (selection_bar.unknown_places_notice(view), selection_bar.suggestion_links(view, places)):
        if piece is not None:
            st.html(piece)
    if not places:
        return
    st.html(view_switch())
    if address.get("view") == FLOWS_VIEW:
        monthly_flows.section(view, places)
    else:
        draw_scores(view, places)


def draw_scores(view: View, places: Sequence[Place]) -> None:
    """The measure over time, where the places stand, and the difference of two scores."""
    with st.container(horizontal=True, vertical_alignment="bottom", key="toolbar"):
        contents = st.container()  # filled below, when the measure is known
        measure = measure_trends.select_measure(view)
        basis = measure_trends.select_basis(view)
        components.period_selector(view)
    sections = [
        PageSection("over-time", _("Over time"), lambda: measure_trends.section(view, places, measure, basis)),
        PageSection("standing", _("Scores and ranks"), lambda: standings.section(view, places)),
        PageSection("difference", _("The difference"), lambda: score_difference.section(view, places)),
    ]
    contents.html(page_sections.contents(sections, "jumps plain"))
    page_sections.draw_sections(sections)


def view_switch() -> Html:
    """What is compared: scores, or how many cases come and go."""
    active_view = FLOWS_VIEW if address.get("view") == FLOWS_VIEW else ""
    names = {"": _("Scores"), FLOWS_VIEW: _("Monthly flows")}
    return controls.switch("view", _("View"), names, active_view)


def title(view: View, places: Sequence[Place]) -> str:
    if not places:
        return _("Compare places")
    return _(" · ").join(compared_places.distinct_names(view, places).values())


def lead_text(places: Sequence[Place]) -> str:
    if not places:
        return _("Choose two to six provinces, cities or courts to compare over time and at the same case mix.")
    if len(places) == 1:
        return _("Add a second place, or compare two periods of this one.")
    return _("Compared over time, as observed and at the same case mix.")


page()
