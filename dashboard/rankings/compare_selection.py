"""The watch list: a link in every row adds a place, the address keeps them, for a table of their own and, the first
of them, for a comparison."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import streamlit as st

from dashboard.state import address
from dashboard.state.cache import View
from dashboard.text.i18n import _, place_name
from dashboard.ui import compared_places
from dashboard.ui.html import Html, tag
from index_engine.queries import Place

PARAMETER = "pick"
MAX_WATCHED = 40  # an address of so many is still passed on by mail
LISTED, WATCHED = "listed", "picked"  # parameter that leaves the watch list alone in the table, and its value


def watched_places(view: View) -> list[Place]:
    return compared_places.selected_places(view, PARAMETER, MAX_WATCHED)


def lists_watched_alone(view: View) -> bool:
    """Whether the table is to have the watch list alone, and there is one."""
    return address.get(LISTED) == WATCHED and bool(watched_places(view))


def link_builder(view: View, level: str) -> Callable[[Any], Html | None]:
    """A function from a row to the link that adds its place to the watch list or removes it; to None
    where no more fit."""
    selection = watched_places(view)

    def selection_link(line: Any) -> Html | None:
        place = view.snapshot.place(level, line.place_id)
        if place in selection:
            label, mark, state = _remove_label(place), "✓", "true"
            next_selection = compared_places.remove_place(selection, place)
        elif len(selection) < MAX_WATCHED:
            label, mark, state = _("Compare {place}").format(place=place_name(place)), "+", None
            next_selection = [*selection, place]
        else:
            return None
        return tag(
            "a",
            mark,
            href=_selection_address(next_selection),
            data_in=True,
            class_="pick",
            title=label,
            aria_label=label,
            aria_current=state,
        )

    return selection_link


def draw_selection_bar(view: View) -> None:
    """The watch list, each place with a link that removes it, and the links to its table and comparison."""
    selection = watched_places(view)
    if not selection:
        return
    chips = [
        tag(
            "a",
            place_name(place),
            tag("i", "×", aria_hidden="true"),
            href=_selection_address(compared_places.remove_place(selection, place)),
            data_in=True,
            aria_label=_remove_label(place),
        )
        for place in selection
    ]
    compared = selection[: compared_places.MAX_PLACES]
    if len(compared) > 1:
        template = _("Compare {n} places") if compared == selection else _("Compare the first {n}")
        compare_text = template.format(n=len(compared))
        compare_link = tag("a", compare_text, href=compared_places.comparison_link(compared), data_in=True, class_="go")
    else:
        compare_link = tag("span", _("Add another with +"), class_="quiet")
    alone = lists_watched_alone(view)
    list_link = tag(
        "a",
        _("Show all places") if alone else _("Show only these"),
        href=address.current_link(**{LISTED: "" if alone else WATCHED, "part": ""}),
        data_in=True,
        class_="clear",
    )
    clear = tag("a", _("Clear"), href=_selection_address([]), data_in=True, class_="clear")
    label = _("Watch list")
    st.html(tag("nav", tag("b", label), *chips, list_link, compare_link, clear, class_="picks", aria_label=label))


def _selection_address(selection: Sequence[Place]) -> str:
    return address.current_link(**{PARAMETER: compared_places.address_value(selection)})


def _remove_label(place: Place) -> str:
    return _("Leave {place} out of the comparison").format(place=place_name(place))
