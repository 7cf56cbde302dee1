"""The whole country at a glance, then a province, then a city and its courts."""

from __future__ import annotations

from dashboard.overview import key_numbers, map_section, period_slider
from dashboard.state import page_view
from dashboard.ui import components, score_history_section


def page() -> None:
    map_section.follow_court_click()
    view = map_section.mapped_view(page_view.current_view())
    components.toolbar(view, components.breadcrumbs(view, ""), period=period_slider.period_slider)
    components.headline(*key_numbers.headline_text(view))
    key_numbers.draw_key_numbers(view)
    map_section.draw_map_and_list(view)
    score_history_section.section(view)


page()
