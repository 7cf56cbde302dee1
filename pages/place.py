"""One place or court: where it stands, how it compares, and what its cases and auctions came to."""

from __future__ import annotations

import streamlit as st

from dashboard.place import answers, score_summary, sections
from dashboard.state import address, page_view
from dashboard.text.i18n import place_name
from dashboard.ui import compared_places, components, page_sections
from dashboard.ui.html import tag


def page() -> None:
    view = page_view.current_view()
    components.toolbar(view, components.breadcrumbs(view, "place"))
    row = view.score_row(view.place)
    components.headline(place_name(view.place), score_summary.score_headline(view, row))
    if score_facts := score_summary.score_facts(view, row):
        st.html(score_facts)
    place_sections = sections.place_sections(view, row)
    st.html(
        tag(
            "div",
            page_sections.contents(place_sections),
            page_sections.unfold_link(),
            compared_places.compare_place_link(view),
            components.print_link(address.current_link(open=page_sections.ALL)),
            class_="jumps",
        )
    )
    answers.draw_answers(view, row)
    page_sections.draw_sections(place_sections)


page()
