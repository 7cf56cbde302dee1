"""The whole country at a glance, then a province, then a city and its courts."""

from __future__ import annotations

import streamlit as st

from dashboard.overview import key_numbers, map_section, score_changes
from dashboard.state import page_view
from dashboard.ui import components, method_switch, score_history_section


def page() -> None:
    map_section.follow_court_click()
    view = map_section.mapped_view(page_view.current_view())
    st.html(components.breadcrumbs(view, ""))
    components.headline(key_numbers.title(view))
    level, map_places = map_section.draw_map_and_list(view)
    key_numbers.draw_key_numbers(view)
    method_switch.draw_method_switch(view.snapshot)
    score_changes.section(view, level, map_places)
    score_history_section.section(view)


page()
