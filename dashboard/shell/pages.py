"""The pages of the site, in the order of the navigation: the one list of them.

A page called `place` is the file pages/place.py, its sections are the folder dashboard/place, its
address is /place, and its title begins with that word. The overview is at the root.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from dashboard.text.i18n import _

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Page:
    """One page. `needs_warehouse`: without data it says so instead of running. `shows_scores`: the
    method in view and whether scores are out of date concern it. `is_of_place`: it shows the place
    that the address names, so that a place found in the search box opens on it. `in_navigation`: the header of
    every page links to it; else another page does."""

    name: str
    title: Callable[[], str]
    needs_warehouse: bool = True
    shows_scores: bool = True
    is_of_place: bool = False
    in_navigation: bool = True

    @property
    def path(self) -> str:
        """Address below the base of the site; that of the overview is empty."""
        return "" if self.name == "overview" else self.name

    @property
    def file(self) -> Path:
        return ROOT / "pages" / f"{self.name}.py"


PAGES = (
    Page("overview", lambda: _("Overview"), is_of_place=True),
    Page("rankings", lambda: _("Rankings")),
    Page("place", lambda: _("Place profile"), is_of_place=True),
    Page("compare", lambda: _("Compare")),
    Page("claims", lambda: _("Claims valuation"), shows_scores=False),
    Page("policy", lambda: _("Policy view")),
    Page("method", lambda: _("Method")),
    Page("robustness", lambda: _("Robustness checks"), in_navigation=False),
    Page("data", lambda: _("Data"), needs_warehouse=False, shows_scores=False),
)

# Addresses that pages had before, or that stand for another, and where they lead.
REDIRECTS = {"overview": "", "region": "place"}


def page_at(path: str) -> Page:
    """The page at an address below the base. Raises KeyError where there is none."""
    return {page.path: page for page in PAGES}[path]
