"""Places taken along to the page that compares: a link in every row adds one, the address keeps
them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import streamlit as st

from dashboard import address
from dashboard.comparison import places
from dashboard.data import View
from dashboard.i18n import _, place_name
from dashboard.markup import Html, tag
from index_engine.snapshot import Unit

PARAMETER = "pick"


def ways(shown: View, level: str) -> Callable[[Any], Html | None]:
    """In the row of a place of a level: take it along, or leave it again; nothing where there are
    enough."""
    kept = places.chosen(shown, PARAMETER)

    def way(line: Any) -> Html | None:
        unit = shown.data.unit(level, line.unit_id)
        if unit in kept:
            label, mark, state = _leave(unit), "✓", "true"
            then = places.without(kept, unit)
        elif len(kept) < places.MOST:
            label, mark, state = _("Compare {place}").format(place=place_name(unit)), "+", None
            then = [*kept, unit]
        else:
            return None
        return tag(
            "a",
            mark,
            href=_with(then),
            data_in=True,
            class_="pick",
            title=label,
            aria_label=label,
            aria_current=state,
        )

    return way


def bar(shown: View) -> None:
    """The places taken along, each with a way to leave it, and the way to compare them."""
    kept = places.chosen(shown, PARAMETER)
    if not kept:
        return
    chips = [
        tag(
            "a",
            place_name(unit),
            tag("i", "×", aria_hidden="true"),
            href=_with(places.without(kept, unit)),
            data_in=True,
            aria_label=_leave(unit),
        )
        for unit in kept
    ]
    if len(kept) > 1:
        words = _("Compare {n} places").format(n=len(kept))
        go = tag("a", words, href=places.link(kept), data_in=True, class_="go")
    else:
        go = tag("span", _("Add another with +"), class_="quiet")
    clear = tag("a", _("Clear"), href=_with([]), data_in=True, class_="clear")
    label = _("Places to compare")
    st.html(tag("nav", tag("b", label), *chips, go, clear, class_="picks", aria_label=label))


def _with(units: Sequence[Unit]) -> str:
    return address.here(**{PARAMETER: places.written(units)})


def _leave(unit: Unit) -> str:
    return _("Leave {place} out of the comparison").format(place=place_name(unit))
