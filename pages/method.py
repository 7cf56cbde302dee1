"""How the score is made, what it does not say, and what it was made from: rendered from the method
that the build keeps, so that the page follows the method file."""

from __future__ import annotations

import streamlit as st

from dashboard.method import construction, sections
from dashboard.state import page_view
from dashboard.ui import page_sections


def page() -> None:
    view = page_view.national_view()
    construction.draw_identity(view.snapshot.method)
    groups = sections.section_groups(view)
    st.html(sections.contents(groups))
    for group in groups:
        page_sections.draw_sections(group.sections)


page()
