"""Courts over time: local and other creditors, and changes against a place's own past."""

from __future__ import annotations

from dashboard import controls, parts, view
from dashboard.data import View
from dashboard.i18n import _, place_name
from dashboard.markup import tag
from dashboard.policy import exceptions, localities


def page() -> None:
    shown = view.whole_country()
    jumps = [("creditors", _("Local and other creditors")), ("changes", _("Changes"))]
    links = [tag("a", name, href=f"#{anchor}") for anchor, name in jumps]
    nav = tag("nav", *links, class_="crumbs", aria_label=_("On this page"))
    parts.toolbar(shown, nav, province_filter)
    if shown.data.compared_by_locality():
        parts.headline(*localities.headline(shown))
        localities.section(shown)
    else:
        parts.headline(_("Changes against a place's own past"), localities.not_compared())
    exceptions.section(shown)


def province_filter(shown: View) -> None:
    provinces = {unit.unit_id: place_name(unit) for unit in shown.data.provinces()}
    controls.select(
        "within",
        _("Province"),
        ["", *provinces],
        said=lambda code: provinces.get(code, _("All provinces")),
        width=190,
    )


page()
