"""Courts over time: local and other creditors, and changes against a place's own past."""

from __future__ import annotations

from dashboard.policy import change_signals, creditor_gap_section, policy_toolbar
from dashboard.state import page_view


def page() -> None:
    view = page_view.national_view()
    policy_toolbar.draw_toolbar(view)
    creditor_gap_section.draw_section(view)
    change_signals.draw_signals(view)


page()
