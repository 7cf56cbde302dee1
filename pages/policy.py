"""Courts over time: local and other creditors, and changes against a place's own past."""

from __future__ import annotations

from dashboard.policy import change_signals, creditor_gap_section
from dashboard.state import page_view
from dashboard.state.cache import View
from dashboard.text.i18n import _, place_name
from dashboard.ui import components, controls
from dashboard.ui.html import tag


def page() -> None:
    view = page_view.national_view()
    anchors = [("creditors", _("Local and other creditors")), ("changes", _("Changes"))]
    links = [tag("a", name, href=f"#{anchor}") for anchor, name in anchors]
    nav = tag("nav", *links, class_="crumbs", aria_label=_("On this page"))
    components.toolbar(view, nav, draw_province_filter)
    if view.snapshot.creditor_gap_indicators():
        components.headline(*creditor_gap_section.headline(view))
        creditor_gap_section.draw_section(view)
    else:
        components.headline(
            _("Changes against a place's own past"), creditor_gap_section.no_comparison_text()
        )
    change_signals.draw_signals(view)


def draw_province_filter(view: View) -> None:
    provinces = {place.place_id: place_name(place) for place in view.snapshot.provinces()}
    controls.select(
        "within",
        _("Province"),
        ["", *provinces],
        format_option=lambda code: provinces.get(code, _("All provinces")),
        width=190,
    )


page()
