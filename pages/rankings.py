"""All places of one level: in order or in bands, as a table or a plot, filtered, to take away."""

from __future__ import annotations

from dashboard.rankings import compare_selection, custom_weights, filters, publication
from dashboard.rankings import ranking_sections as sections
from dashboard.state import page_view
from dashboard.ui import components


def page() -> None:
    view, level = page_view.national_view(), sections.selected_level()
    weights = custom_weights.weights_in_address(view)
    custom_weights.draw_banner(view, weights)
    components.toolbar(view, sections.level_switch(level))
    places = filters.places_at_level(view, level)
    listed_places = filters.filter_places(view, level, places)
    components.headline(*sections.headline(view, level, listed_places, weights))
    publication.draw_court_order_note(view, level)
    filters.draw_filters(view, level, places)
    filters.draw_summary(view, level, places, listed_places)
    sections.draw_panels(view, level, weights)
    compare_selection.draw_selection_bar(view)
    sections.draw_rankings(view, level, listed_places, weights)


page()
