"""The sections of the method page: how a score comes about, then the rules."""

from __future__ import annotations

from dashboard.method import (
    case_mix_rules,
    construction,
    method_bridge,
    method_list,
    method_tables,
    rank_rules,
    score_drawing,
)
from dashboard.state.cache import View
from dashboard.text.i18n import _
from dashboard.ui.page_sections import PageSection


def method_sections(view: View) -> list[PageSection]:
    """All sections in the order of the page; those folded hold rules that few look up."""
    method = view.snapshot.method

    def draw_steps() -> None:
        construction.draw_construction(method, view.snapshot)

    def draw_figures() -> None:
        method_tables.draw_statistics(method)
        method_tables.draw_outcomes(method)

    return [
        PageSection("score", _("A score in four sentences"), lambda: score_drawing.draw_score(method)),
        PageSection("indicators", _("Indicators"), lambda: method_tables.draw_indicators(method)),
        PageSection("steps", _("The rules, and what a score does not say"), draw_steps, is_folded=True),
        PageSection("ranks", _("Bands and ranks"), lambda: rank_rules.draw_bands_and_ranks(method), is_folded=True),
        PageSection("case-mix", _("Case mix"), lambda: case_mix_rules.draw_case_mix(method), is_folded=True),
        PageSection("peers", _("Small places"), lambda: rank_rules.draw_peers(method), is_folded=True),
        PageSection("checks", _("Checks"), lambda: rank_rules.draw_checks(method)),
        PageSection("figures", _("Official statistics"), draw_figures),
        PageSection("methods", _("Methods side by side"), lambda: method_list.draw_methods(view), is_folded=True),
        PageSection(
            "bridge",
            _("Version before"),
            lambda: method_bridge.draw_bridge(view),
            is_present=bool(method_bridge.superseded_methods(view)),
            is_folded=True,
        ),
        PageSection("sources", _("Sources"), lambda: method_tables.draw_sources(view)),
    ]
