"""How the score is made, what it does not say, and what it was made from: rendered from the method
that the build keeps, so that the page follows the method file."""

from __future__ import annotations

from dashboard.method import (
    case_mix_rules,
    construction,
    design_effects,
    indicator_agreement,
    indicator_influence,
    method_list,
    method_tables,
    rank_rules,
    sensitivity_audit,
)
from dashboard.state import page_view


def page() -> None:
    view = page_view.national_view()
    method = view.snapshot.method
    construction.draw_identity(method)
    construction.draw_contents()
    construction.draw_construction(method)
    method_tables.draw_indicators(method)
    rank_rules.draw_bands_and_ranks(method)
    case_mix_rules.draw_case_mix(method)
    rank_rules.draw_peers(method)
    rank_rules.draw_checks(method)
    method_tables.draw_statistics(method)
    method_tables.draw_outcomes(method)
    method_list.draw_methods(view)
    indicator_agreement.draw_agreement(view)
    indicator_influence.draw_influence(view)
    sensitivity_audit.draw_sensitivity(view)
    design_effects.draw_design_effects(view)
    method_tables.draw_sources(view)


page()
