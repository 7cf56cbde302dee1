"""The sections of the policy view, and the province that all of them are about."""

from __future__ import annotations

from dashboard.policy import change_signals, creditor_gap_section
from dashboard.state.cache import View
from dashboard.text.i18n import _, place_name
from dashboard.ui import controls
from dashboard.ui.page_sections import PageSection


def policy_sections(view: View) -> list[PageSection]:
    return [
        PageSection(
            "creditors",
            _("Local and other creditors"),
            lambda: creditor_gap_section.draw_section(view),
            is_present=creditor_gap_section.is_comparable(view),
        ),
        PageSection("changes", _("Changes"), lambda: change_signals.draw_signals(view)),
    ]


def draw_province_filter(view: View) -> None:
    provinces = {place.place_id: place_name(place) for place in view.snapshot.provinces()}
    controls.select(
        "within",
        _("Province"),
        ["", *provinces],
        format_option=lambda code: provinces.get(code, _("All provinces")),
        width=190,
    )
