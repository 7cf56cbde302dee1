"""How the index stands up: whether indicators agree, what moves the score, and what other choices would do."""

from __future__ import annotations

import streamlit as st

from dashboard.robustness import sections
from dashboard.state import address, page_view
from dashboard.text.i18n import _
from dashboard.ui import components, page_sections
from dashboard.ui.html import tag


def page() -> None:
    view = page_view.national_view()
    method_link = tag("a", _("How it is computed"), href=address.link("method"), data_in=True)
    components.headline(_("Robustness checks"), method_link)
    robustness_sections = sections.robustness_sections(view)
    st.html(page_sections.contents(robustness_sections))
    page_sections.draw_sections(robustness_sections)


page()
