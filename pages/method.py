"""How the score is made, what it does not say, and what it was made from: rendered from the method
that the build keeps, so that the page follows the method file."""

from __future__ import annotations

import streamlit as st

from dashboard.method import construction, sections
from dashboard.state import address, page_view
from dashboard.text.i18n import _
from dashboard.ui import page_sections
from dashboard.ui.html import tag


def page() -> None:
    view = page_view.national_view()
    construction.draw_identity(view.snapshot.method)
    method_sections = sections.method_sections(view)
    robustness_link = tag("a", _("Robustness checks"), " →", href=address.link("robustness"), data_in=True)
    contents = page_sections.contents(method_sections)
    st.html(tag("div", contents, page_sections.unfold_link(), robustness_link, class_="jumps"))
    page_sections.draw_sections(method_sections)


page()
