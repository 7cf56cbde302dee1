"""A long page as a list of sections, from which its contents and the page itself are drawn."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import streamlit as st

from dashboard.state import address
from dashboard.text.i18n import _
from dashboard.ui.html import Html, tag

OPEN, ALL = "open", "all"  # parameter of the address with the folded sections to draw, and its value for all of them


@dataclass(frozen=True)
class PageSection:
    """A section: the anchor of its heading, its short name in the contents ('' for a section that
    they do not list), and what draws it; None for one that the section before it draws, beside
    itself. `is_present` tells whether there is anything to draw. One that `is_folded` is a heading until
    it is asked for, and computed only then."""

    anchor: str
    name: str
    draw: Callable[[], None] | None
    is_present: bool = True
    is_folded: bool = False


def contents(sections: Sequence[PageSection], css_class: str = "jumps") -> Html:
    """A link to each section that is present, in the order of the page."""
    links = [
        tag("a", section.name, href=f"#{section.anchor}") for section in sections if section.is_present and section.name
    ]
    return tag("nav", *links, class_=css_class, aria_label=_("On this page"))


def draw_sections(sections: Sequence[PageSection]) -> None:
    """All sections that are present, in order."""
    opened = [anchor for anchor in address.get(OPEN).split(",") if anchor]
    for section in sections:
        if not section.is_present or section.draw is None:
            continue
        if section.is_folded and section.anchor not in opened and ALL not in opened:
            link = f"{address.current_link(**{OPEN: ','.join([*opened, section.anchor])})}#{section.anchor}"
            heading = tag("a", section.name, href=link, data_in=True, data_fold=True, aria_expanded="false")
            st.html(tag("div", tag("h2", heading, id=section.anchor), class_="section folded"))
        else:
            section.draw()


def unfold_link() -> Html:
    """A link that opens all sections, or folds them again."""
    is_open = address.get(OPEN) == ALL
    text = _("Fold") if is_open else _("Open all")
    return tag("a", text, href=address.current_link(**{OPEN: "" if is_open else ALL}), data_in=True)
