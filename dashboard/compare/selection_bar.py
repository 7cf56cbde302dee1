"""The bar in which places are chosen for comparison: chips, a search field, and suggestions."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from dashboard.state import address
from dashboard.state.cache import View
from dashboard.text import formats
from dashboard.text.i18n import _, place_name
from dashboard.ui import compared_places, components, search
from dashboard.ui.compared_places import MAX_PLACES, PARAMETER, address_value
from dashboard.ui.html import Html, join, tag
from index_engine import queries
from index_engine.queries import Place

SUGGESTION_COUNT = 4  # similar places that are suggested beside one


def draw_selection(view: View, places: Sequence[Place]) -> None:
    """The places as chips, each with a link that removes it, and a field that adds one."""
    with st.container(key="compared", horizontal=True, vertical_alignment="center", gap="small"):
        if places:
            st.html(_place_chips(view, places), width="content")
        if len(places) < MAX_PLACES:
            # What a reader finds begins a selection of their own, and is not added to the beginning given.
            st.html(_add_place_field(places if address.get(PARAMETER) else []), width="content")
        else:
            message = _("Six at most: remove one to add another.")
            st.html(tag("p", message, class_="hint"), width="content")


def _place_chips(view: View, places: Sequence[Place]) -> Html:
    place_names = compared_places.distinct_names(view, places)
    chips = []
    for position, place in enumerate(places):
        remove_link = tag(
            "a",
            "×",
            href=_selection_address(compared_places.remove_place(places, place)),
            data_in=True,
            aria_label=_("Remove {place}").format(place=place_names[place]),
        )
        swatch = tag("i", style=f"background:var(--series-{position})", aria_hidden="true")
        chips.append(tag("li", swatch, place_names[place], remove_link))
    return tag("ul", *chips, class_="chips", aria_label=_("Places compared"))


def _add_place_field(places: Sequence[Place]) -> Html:
    """The search field of the header; search.js puts the code of what is chosen for PLACE."""
    template = f"{address_value(places)},PLACE" if places else "PLACE"
    return search.search_field(
        _("Add a place or court"), "search adding", data_add_way=address.current_link(**{PARAMETER: template})
    )


def _selection_address(places: Sequence[Place]) -> str:
    """Address of this page with these places."""
    return address.current_link(**{PARAMETER: address_value(places)})


def _selection_link(text: str, places: Sequence[Place]) -> Html:
    return tag("a", text, href=_selection_address(places), data_in=True, class_="way")


# ------------------------------------------------------------ suggestions


def compared(view: View) -> list[Place]:
    """The places that the address names; where it names none, the two provinces with most cases, to begin with."""
    if address.get(PARAMETER):
        return compared_places.selected_places(view)
    rows = view.scores("province")
    rows = rows[rows["score"].notna()].sort_values(["n", "place_id"], ascending=[False, True])
    return [view.snapshot.place("province", place_id) for place_id in rows["place_id"].head(2)]


def suggestion_links(view: View, places: Sequence[Place]) -> Html | None:
    """Similar places and the place above to add."""
    if not places:
        return None
    links = [*_similar_places_link(view, places[0]), *_parent_link(view, places)]
    return tag("div", *links, class_="ways") if links else None


def _similar_places_link(view: View, place: Place) -> list[Html]:
    """A link that compares a place with those most similar to it, and what similar means."""
    neighbours = queries.similar_places(view.snapshot, place.level, place.place_id, view.period, k=SUGGESTION_COUNT)
    if neighbours.empty:
        return []
    similar_places = [view.snapshot.place(place.level, code) for code in neighbours["place_id"]]
    explanation = _(
        "Scored places at the same level whose cases are most similar in type (class, "
        "claim and debtor: Hellinger distance between shares) and number. How cases "
        "end plays no part."
    )
    return [
        _selection_link(
            _("Compare {place} with similar places").format(place=place_name(place)), [place, *similar_places]
        ),
        components.note(_("Similar places"), tag("p", explanation)),
    ]


def _parent_link(view: View, places: Sequence[Place]) -> list[Html]:
    """A link that adds the nearest place above the first that is not compared yet."""
    ancestors = [place for place in view.snapshot.place_path(places[0])[:-1] if place not in places]
    if not ancestors or len(places) >= MAX_PLACES:
        return []
    parent = ancestors[-1]
    return [_selection_link(_("Add {place}").format(place=place_name(parent)), [*places, parent])]


def unknown_places_notice(view: View) -> Html | None:
    """The codes of the address that are not compared: unknown ones, and those beyond the limit."""
    requested_codes = [code for code in address.get(PARAMETER).split(",") if code]
    known_codes = {address_value([place]) for place in compared_places.selected_places(view)}
    missing_codes = [code for code in dict.fromkeys(requested_codes) if code not in known_codes]
    if not missing_codes:
        return None
    text = _("Not in the data set, or more than {n}: {places}").format(
        n=formats.number(MAX_PLACES), places=_(", ").join(missing_codes)
    )
    return join(tag("p", text, class_="advice"))
