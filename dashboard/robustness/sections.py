"""The sections of the page of robustness."""

from __future__ import annotations

from dashboard.robustness import design_effects, indicator_agreement, indicator_influence, sensitivity_audit
from dashboard.state.cache import View
from dashboard.text.i18n import _
from dashboard.ui.page_sections import PageSection


def robustness_sections(view: View) -> list[PageSection]:
    """All sections in the order of the page."""
    return [
        PageSection("agreement", _("Do the indicators agree?"), lambda: indicator_agreement.draw_agreement(view)),
        PageSection("influence", _("Effective weights"), lambda: indicator_influence.draw_influence(view)),
        PageSection("sensitivity", _("Sensitivity to the method"), lambda: sensitivity_audit.draw_sensitivity(view)),
        PageSection("design-effects", _("Design effects"), lambda: design_effects.draw_design_effects(view)),
    ]
