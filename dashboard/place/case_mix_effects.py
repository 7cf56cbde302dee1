"""Case mix of a place: what a change owes to other cases, and what its cases lead one to expect."""

from __future__ import annotations

import streamlit as st

from dashboard.place import change_decomposition, expected_payments, mix_overlap
from dashboard.state.cache import View
from dashboard.text.i18n import _
from dashboard.ui import components
from dashboard.ui.html import tag


def section(view: View) -> None:
    """The change on a year before in two parts, payments against those expected, and how much of
    the national case mix the place has cases of."""
    components.section(
        _("Case mix: different cases, or different performance?"),
        _(
            "Courts receive different cases. Case mix covers only what is known when a "
            "case is filed: its class, the claim and the type of debtor."
        ),
        anchor="case-mix",
    )
    change_decomposition.draw_changes(view)
    if view.place.level == "nation":
        st.html(tag("p", _("The nation is the benchmark: no comparison applies."), class_="said"))
        return
    left_column, right_column = st.columns(2, gap="large")
    with left_column:
        expected_payments.draw_expected_payments(view)
    with right_column:
        mix_overlap.draw_overlap(view)
