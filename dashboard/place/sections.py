"""The sections of the page of a place, in the order of their story."""

from __future__ import annotations

from dashboard.place import (
    case_mix_effects,
    child_places,
    closing_checks,
    creditor_lists_section,
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
    similar_places,
    step_waiting_times,
)
from dashboard.state.cache import View
from dashboard.text.i18n import _
from dashboard.ui import score_history_section
from dashboard.ui.page_sections import PageSection
from index_engine.queries import Score


def place_sections(view: View, row: Score | None) -> list[PageSection]:
    """All sections; `row` is the place's row of scores, None where it has none."""
    level = view.place.level
    is_nation = level == "nation"

    def draw_closings() -> None:
        closing_checks.section(view)
        method_comparison.section(view, row)

    def draw_figures() -> None:
        official_statistics.section(view)
        reported_statistics.section(view)

    return [
        PageSection(
            "stands-out", _("What stands out"), lambda: notable_indicators.section(view), is_present=not is_nation
        ),
        PageSection("score", _("Score"), lambda: score_decomposition.section(view, row)),
        PageSection("over-time", _("Over time"), lambda: score_history_section.section(view)),
        PageSection("outcomes", _("Outcomes"), lambda: outcome_curves.section(view), is_folded=True),
        PageSection("nodes", _("Waiting times"), lambda: step_waiting_times.section(view), is_folded=True),
        PageSection("rounds", _("Auctions stage by stage"), lambda: sale_pipeline.section(view), is_folded=True),
        PageSection("case-mix", _("Case mix"), lambda: case_mix_effects.section(view), is_folded=True),
        PageSection(
            "creditor-lists",
            _("Single creditors"),
            lambda: creditor_lists_section.section(view),
            is_present=bool(creditor_lists_section.payment_ratios(view)),
            is_folded=True,
        ),
        PageSection(
            "alike",
            _("Similar places"),
            lambda: similar_places.section(view, row),
            is_present=not is_nation and row is not None,
            is_folded=True,
        ),
        PageSection(
            "peers",
            _("Peer group"),
            lambda: peer_shrinkage.section(view, row),
            is_present=peer_shrinkage.has_peers(view, row),
            is_folded=True,
        ),
        PageSection("closings", _("Closed cases"), draw_closings, is_folded=True),
        PageSection(
            "choices",
            _("Rank"),
            lambda: rank_uncertainty.section(view, row),
            is_present=level in rank_uncertainty.VARIED_LEVELS,
            is_folded=True,
        ),
        PageSection("funnel", _("Funnel plot"), lambda: funnel_plot_section.section(view), is_folded=True),
        PageSection("figures", _("Official statistics"), draw_figures, is_folded=True),
        PageSection(
            "within",
            _("Places within"),
            lambda: child_places.section(view),
            is_present=level != "court",
            is_folded=True,
        ),
    ]
