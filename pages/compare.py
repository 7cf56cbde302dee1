"""Two to six places over time, raw and at one case mix, and what makes the difference."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from dashboard import address, controls, parts, view
from dashboard.comparison import apart, course, flows, places
from dashboard.data import View
from dashboard.i18n import _
from dashboard.markup import Html, tag
from index_engine.snapshot import Unit

FLOWS = "flows"


def page() -> None:
    shown = view.whole_country()
    units = places.chosen(shown)
    parts.headline(title(shown, units), lead(units))
    places.strip(shown, units)
    for piece in (places.unknown(shown), places.suggestions(shown, units)):
        if piece is not None:
            st.html(piece)
    if not units:
        return
    st.html(switch())
    if address.get("view") == FLOWS:
        flows.section(shown, units)
        return
    with st.container(horizontal=True, vertical_alignment="bottom", key="toolbar"):
        st.html(contents(), width="stretch")
        measure = course.measure_choice(shown)
        basis = course.basis_choice(shown)
        parts.period_choice(shown)
    course.section(shown, units, measure, basis)
    course.standing(shown, units)
    apart.section(shown, units)


def switch() -> Html:
    """What is compared: scores, or how many cases come and go."""
    now = FLOWS if address.get("view") == FLOWS else ""
    names = {"": _("Scores"), FLOWS: _("Flows by month")}
    return controls.switch("view", _("View"), names, now)


def title(shown: View, units: Sequence[Unit]) -> str:
    if not units:
        return _("Compare places")
    return _(" · ").join(places.names(shown, units).values())


def lead(units: Sequence[Unit]) -> str:
    if not units:
        return _("Choose two to six provinces, cities or courts: over time, like with like.")
    if len(units) == 1:
        return _("Add a second place to compare it with, or follow it between two periods.")
    return _("Compared over time, as observed and like with like.")


def contents() -> Html:
    links = [
        ("over-time", _("Over time")),
        ("standing", _("Where they stand")),
        ("difference", _("The difference")),
    ]
    items = [tag("a", name, href=f"#{anchor}") for anchor, name in links]
    return tag("nav", *items, class_="jumps plain", aria_label=_("On this page"))


page()
