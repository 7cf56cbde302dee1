"""One place or court: where it stands, what stands out, and what its cases and auctions came to."""

from __future__ import annotations

from typing import Any

import streamlit as st

from dashboard import parts, view
from dashboard.comparison import places
from dashboard.data import View
from dashboard.i18n import _, place_name
from dashboard.markup import Html, tag
from dashboard.profile import (
    alike,
    case_mix,
    choices,
    funnels,
    integrity,
    nodes,
    outcomes,
    peers,
    rounds,
    score_apart,
    sections,
    standing,
    strengths,
    within,
)


def page() -> None:
    shown = view.current()
    parts.toolbar(shown, parts.crumbs(shown, "region"))
    row = shown.row(shown.place)
    parts.headline(place_name(shown.place), standing.lead(row))
    if stands := standing.standing(shown, row):
        st.html(stands)
    st.html(contents(shown, row))
    strengths.section(shown)
    score_apart.section(shown, row)
    sections.over_time(shown)
    outcomes.section(shown)
    nodes.section(shown)
    rounds.section(shown)
    case_mix.section(shown)
    alike.section(shown, row)
    peers.section(shown, row)
    integrity.section(shown, row)
    choices.section(shown, row)
    funnels.section(shown)
    sections.official(shown)
    sections.stated(shown)
    within.section(shown)


def contents(shown: View, row: Any) -> Html:
    """The parts of a long page in the order of their story, each a jump to it; and the ways to
    a comparison and to paper."""
    level = shown.place.level
    items = [
        ("stands-out", _("What stands out"), level != "nation"),
        ("score", _("Score"), True),
        ("over-time", _("Over time"), True),
        ("outcomes", _("Outcomes"), True),
        ("nodes", _("Waits"), True),
        ("rounds", _("Auction"), True),
        ("case-mix", _("Case mix"), True),
        ("alike", _("Alike"), level != "nation" and row is not None),
        ("peers", _("Peers"), peers.has(shown, row)),
        ("closings", _("Closings"), True),
        ("choices", _("Its rank"), level in choices.VARIED),
        ("funnel", _("Funnel"), True),
        ("figures", _("Figures"), True),
        ("within", _("Within"), level != "court"),
    ]
    links = [tag("a", name, href=f"#{anchor}") for anchor, name, there in items if there]
    nav = tag("nav", *links, class_="jumps", aria_label=_("On this page"))
    return tag("div", nav, places.beside_all(shown), parts.print_link(), class_="jumps")


page()
