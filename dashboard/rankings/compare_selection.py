"""Places selected for a comparison: a link in every row adds one, the address keeps them."""

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


def link_builder(view: View, level: str) -> Callable[[Any], Html | None]:
    """A function from a row to the link that adds its place to the selection or removes it; to None
    where no more fit."""
    selection = compared_places.selected_places(view, PARAMETER)

    def selection_link(line: Any) -> Html | None:
        place = view.snapshot.place(level, line.place_id)
        if place in selection:
            label, mark, state = _remove_label(place), "✓", "true"
            next_selection = compared_places.remove_place(selection, place)
        elif len(selection) < compared_places.MAX_PLACES:
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
    """The selected places, each with a link that removes it, and the link to their comparison."""
    selection = compared_places.selected_places(view, PARAMETER)
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
    if len(selection) > 1:
        compare_text = _("Compare {n} places").format(n=len(selection))
        compare_link = tag(
            "a", compare_text, href=compared_places.comparison_link(selection), data_in=True, class_="go"
        )
    else:
        compare_link = tag("span", _("Add another with +"), class_="quiet")
    clear = tag("a", _("Clear"), href=_selection_address([]), data_in=True, class_="clear")
    label = _("Places to compare")
    st.html(tag("nav", tag("b", label), *chips, compare_link, clear, class_="picks", aria_label=label))


def _selection_address(selection: Sequence[Place]) -> str:
    return address.current_link(**{PARAMETER: compared_places.address_value(selection)})


def _remove_label(place: Place) -> str:
    return _("Leave {place} out of the comparison").format(place=place_name(place))
