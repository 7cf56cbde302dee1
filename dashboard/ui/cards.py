"""Numbers that a page begins with, one to a card."""

from __future__ import annotations

from typing import Any

from dashboard.state.cache import View
from dashboard.text import formats
from dashboard.text.i18n import _, localise
from dashboard.ui import components
from dashboard.ui.html import Html, join, join_lines, tag
from dashboard.ui.provenance import provenance_note


def indicator_card(view: View, line: Any, question: str = "") -> Html:
    """An indicator of the place in view: value, interval, and the nation's; `question` is what it answers."""
    indicator = view.snapshot.method.indicator(line.indicator)
    name = join(tag("b", question), localise(indicator.name)) if question else localise(indicator.name)
    note = provenance_note(view, indicator, line)
    detail = "n = " + formats.count(line.n, line.n_suppression)
    if view.place.level != "nation" and not formats.is_missing(line.nation):
        nation = formats.value(line.nation, indicator.unit)
        detail = _("nation {value}").format(value=nation)
    if line.status != "estimated":
        reason = components.status_reason(line.status)
        return card(name, formats.NO_VALUE, join_lines(reason, detail), note)
    value = formats.value(line.value, indicator.unit)
    interval = formats.interval(line.low, line.high, indicator.unit)
    return card(name, value, join_lines(interval, detail), note)


def card(name: object, value: object, details: Html, note: Html | None = None, *, main: bool = False) -> Html:
    return tag(
        "section",
        tag("h3", name),
        note,
        tag("p", value, class_="value"),
        tag("p", details, class_="range"),
        class_="card main" if main else "card",
    )
