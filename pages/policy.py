"""Courts over time: local and other creditors, and changes from a place's own past."""

from __future__ import annotations

from dashboard.policy import creditor_gap_section, sections
from dashboard.state import page_view
from dashboard.ui import components, page_sections


def page() -> None:
    view = page_view.national_view()
    policy_sections = sections.policy_sections(view)
    contents = page_sections.contents(policy_sections, "crumbs")
    components.toolbar(view, contents, sections.draw_province_filter)
    components.headline(*creditor_gap_section.headline(view))
    page_sections.draw_sections(policy_sections)


page()
