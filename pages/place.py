"""One place or court: where it stands, what stands out, and what its cases and auctions came to."""

from __future__ import annotations

from typing import Any

import streamlit as st

from dashboard.place import (
    case_mix_effects,
    child_places,
    closing_checks,
    funnel_plot_section,
    method_comparison,
    notable_indicators,
    official_statistics,
    outcome_curves,
    peer_shrinkage,
    rank_uncertainty,
    reported_statistics,
    sale_pipeline,
    score_decomposition,
    score_summary,
    similar_places,
    step_waiting_times,
)
from dashboard.state import page_view
from dashboard.state.cache import View
from dashboard.text.i18n import _, place_name
from dashboard.ui import compared_places, components, score_history_section
from dashboard.ui.html import Html, tag


def page() -> None:
    view = page_view.current_view()
    components.toolbar(view, components.breadcrumbs(view, "place"))
    row = view.score_row(view.place)
    components.headline(place_name(view.place), score_summary.score_headline(row))
    if score_facts := score_summary.score_facts(view, row):
        st.html(score_facts)
    st.html(contents(view, row))
    notable_indicators.section(view)
    score_decomposition.section(view, row)
    score_history_section.section(view)
    outcome_curves.section(view)
    step_waiting_times.section(view)
    sale_pipeline.section(view)
    case_mix_effects.section(view)
    similar_places.section(view, row)
    peer_shrinkage.section(view, row)
    closing_checks.section(view)
    method_comparison.section(view, row)
    rank_uncertainty.section(view, row)
    funnel_plot_section.section(view)
    official_statistics.section(view)
    reported_statistics.section(view)
    child_places.section(view)


def contents(view: View, row: Any) -> Html:
    """The parts of a long page in the order of their story, each a jump to it; and the ways to
    a comparison and to paper."""
    level = view.place.level
    page_sections = [
        ("stands-out", _("What stands out"), level != "nation"),
        ("score", _("Score"), True),
        ("over-time", _("Over time"), True),
        ("outcomes", _("Outcomes"), True),
        ("nodes", _("Waits"), True),
        ("rounds", _("Auction"), True),
        ("case-mix", _("Case mix"), True),
        ("alike", _("Alike"), level != "nation" and row is not None),
        ("peers", _("Peers"), peer_shrinkage.has_peers(view, row)),
        ("closings", _("Closings"), True),
        ("choices", _("Its rank"), level in rank_uncertainty.VARIED_LEVELS),
        ("funnel", _("Funnel"), True),
        ("figures", _("Figures"), True),
        ("within", _("Within"), level != "court"),
    ]
    links = [
        tag("a", name, href=f"#{anchor}")
        for anchor, name, is_present in page_sections
        if is_present
    ]
    nav = tag("nav", *links, class_="jumps", aria_label=_("On this page"))
    return tag(
        "div",
        nav,
        compared_places.compare_place_link(view),
        components.print_link(),
        class_="jumps",
    )


page()
