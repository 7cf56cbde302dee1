"""The levels of places in words: what one place of a level is called, and what several are."""

from __future__ import annotations

from dashboard.text import formats
from dashboard.text.i18n import _


def level_name(level: str) -> str:
    """One place of a level, as a heading or a label: 'Province'."""
    return {"province": _("Province"), "city": _("City"), "court": _("Court")}[level]


def level_names() -> dict[str, str]:
    """The places of each level below the nation, as the options of a control: 'Provinces'."""
    return {"province": _("Provinces"), "city": _("Cities"), "court": _("Courts")}


def place_count(level: str, count: int) -> str:
    """A number of places of a level: '31 provinces'."""
    template = {"province": _("{n} provinces"), "city": _("{n} cities"), "court": _("{n} courts")}[level]
    return template.format(n=formats.number(count))
