"""A long page as a list of sections, from which its contents and the page itself are drawn."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from dashboard.text.i18n import _
from dashboard.ui.html import Html, tag


@dataclass(frozen=True)
class PageSection:
    """A section: the anchor of its heading, its short name in the contents ('' for a section that
    they do not list), and what draws it; None for one that the section before it draws, beside
    itself. `is_present` tells whether there is anything to draw."""

    anchor: str
    name: str
    draw: Callable[[], None] | None
    is_present: bool = True


def contents(sections: Sequence[PageSection], css_class: str = "jumps") -> Html:
    """A link to each section that is present, in the order of the page."""
    links = [
        tag("a", section.name, href=f"#{section.anchor}") for section in sections if section.is_present and section.name
    ]
    return tag("nav", *links, class_=css_class, aria_label=_("On this page"))


def draw_sections(sections: Sequence[PageSection]) -> None:
    """All sections that are present, in order."""
    for section in sections:
        if section.is_present and section.draw is not None:
            section.draw()
