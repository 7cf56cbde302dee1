"""The sections of the method page: what the method says, and how it stands up."""

from __future__ import annotations

from dataclasses import dataclass

from dashboard.method import (
    case_mix_rules,
    construction,
    design_effects,
    indicator_agreement,
    indicator_influence,
    method_bridge,
    method_list,
    method_tables,
    rank_rules,
    sensitivity_audit,
)
from dashboard.state.cache import View
from dashboard.text.i18n import _
from dashboard.ui.html import Html, tag
from dashboard.ui.page_sections import PageSection


@dataclass(frozen=True)
class SectionGroup:
    """Sections under one title in the contents."""

    title: str
    sections: tuple[PageSection, ...]


def section_groups(view: View) -> list[SectionGroup]:
    """All sections in the order of the page."""
    method = view.snapshot.method
    rules: tuple[PageSection, ...] = (
        PageSection("steps", _("How a score is made"), lambda: construction.draw_construction(method, view.snapshot)),
        PageSection("limits", _("What it does not say"), None),
        PageSection("indicators", _("Indicators"), lambda: method_tables.draw_indicators(method)),
        PageSection("ranks", _("Bands and ranks"), lambda: rank_rules.draw_bands_and_ranks(method)),
        PageSection("case-mix", _("Case mix"), lambda: case_mix_rules.draw_case_mix(method)),
        PageSection("peers", _("Small places"), lambda: rank_rules.draw_peers(method)),
        PageSection("checks", _("Checks"), lambda: rank_rules.draw_checks(method)),
        PageSection("figures", _("Official statistics"), lambda: method_tables.draw_statistics(method)),
        PageSection("outcomes", "", lambda: method_tables.draw_outcomes(method)),
        PageSection("methods", _("Methods side by side"), lambda: method_list.draw_methods(view)),
    )
    if method_bridge.superseded_methods(view):
        rules += (PageSection("bridge", _("Version before"), lambda: method_bridge.draw_bridge(view)),)
    robustness = (
        PageSection("agreement", _("Do the indicators agree?"), lambda: indicator_agreement.draw_agreement(view)),
        PageSection("influence", _("Effective weights"), lambda: indicator_influence.draw_influence(view)),
        PageSection("sensitivity", _("Sensitivity to the method"), lambda: sensitivity_audit.draw_sensitivity(view)),
        PageSection("design-effects", _("Design effects"), lambda: design_effects.draw_design_effects(view)),
        PageSection("sources", _("Sources"), lambda: method_tables.draw_sources(view)),
    )
    return [SectionGroup(_("Method"), rules), SectionGroup(_("Robustness"), robustness)]


def contents(groups: list[SectionGroup]) -> Html:
    """A link to each section, a line for each group."""
    lines = []
    for group in groups:
        links = [tag("a", section.name, href=f"#{section.anchor}") for section in group.sections if section.name]
        lines.append(tag("p", tag("b", group.title), *links))
    return tag("nav", *lines, class_="contents", aria_label=_("On this page"))
