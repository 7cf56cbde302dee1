"""Upload a list of claims and see what it is worth, by the curves of the places where they are enforced."""

from __future__ import annotations

from dashboard.claims import assumptions_bar, package_input, package_sections
from dashboard.state import page_view
from dashboard.text.i18n import _
from dashboard.ui import components


def page() -> None:
    view = page_view.national_view()
    components.headline(_("What a package of claims is worth"), package_input.lead_text())
    package = package_input.chosen_package(view)
    if package is None:
        return
    assumptions = assumptions_bar.selected_assumptions()
    value = package_input.package_value(view, package, assumptions)
    package_sections.draw_sections(view, package, value, assumptions)


page()
