"""The row above the policy view: its parts, the province, the period."""

from __future__ import annotations

from dashboard.state.cache import View
from dashboard.text.i18n import _, place_name
from dashboard.ui import components, controls
from dashboard.ui.html import tag


def draw_toolbar(view: View) -> None:
    anchors = [("creditors", _("Local and other creditors")), ("changes", _("Changes"))]
    links = [tag("a", name, href=f"#{anchor}") for anchor, name in anchors]
    nav = tag("nav", *links, class_="crumbs", aria_label=_("On this page"))
    components.toolbar(view, nav, draw_province_filter)


def draw_province_filter(view: View) -> None:
    provinces = {place.place_id: place_name(place) for place in view.snapshot.provinces()}
    controls.select(
        "within",
        _("Province"),
        ["", *provinces],
        format_option=lambda code: provinces.get(code, _("All provinces")),
        width=190,
    )
