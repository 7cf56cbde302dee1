"""The places that are compared: in the address, as chips, and the ways to add one."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from dashboard.state import address
from dashboard.state.cache import View
from dashboard.text import formats
from dashboard.text.i18n import _, place_name
from dashboard.ui import components, search, theme
from dashboard.ui.html import Html, join, tag
from index_engine.queries import Place

MAX_PLACES = 6  # beyond this lines and colours are no longer told apart
PARAMETER = "units"
SUGGESTION_COUNT = 4  # places to set beside one


def selected_places(view: View, parameter: str = PARAMETER) -> list[Place]:
    """The places that the address names as level:code, in its order; what it names and the data set
    does not have is left out, and so is what goes beyond the most."""
    places: dict[Place, None] = {}
    for place_code in address.get(parameter).split(","):
        level, _colon, place_id = place_code.partition(":")
        try:
            places[view.snapshot.place(level, place_id)] = None
        except KeyError:
            continue
    return list(places)[:MAX_PLACES]


def address_value(places: Sequence[Place]) -> str:
    """Places as the address names them."""
    return ",".join(f"{place.level}:{place.place_id}" for place in places)


def remove_place(places: Sequence[Place], place: Place) -> list[Place]:
    return [candidate for candidate in places if candidate != place]


def comparison_link(places: Sequence[Place]) -> str:
    """Address of a comparison of some places, from any page."""
    return address.link("compare", **{PARAMETER: address_value(places)})


def compare_place_link(view: View) -> Html:
    """From a page on the place in focus: the way to compare it, with the place above it to begin
    with; of the nation, to choose any."""
    parent = view.snapshot.parent_place(view.place)
    places = [view.place, parent] if parent is not None else []
    return tag("a", _("Compare"), " →", href=comparison_link(places), data_in=True)


def place_colours(places: Sequence[Place]) -> dict[Place, str]:
    """A colour for each place, by its position."""
    return dict(zip(places, theme.current_palette().series_colours, strict=False))


def distinct_names(view: View, places: Sequence[Place]) -> dict[Place, str]:
    """What each place is called beside the others: two of one name by what they lie in too."""
    plain_names = {place: place_name(place) for place in places}
    distinguished_names = {}
    for place, name in plain_names.items():
        parent = view.snapshot.parent_place(place)
        is_ambiguous = list(plain_names.values()).count(name) > 1
        distinguished_names[place] = (
            f"{name} · {place_name(parent)}" if is_ambiguous and parent is not None else name
        )
    return distinguished_names


def draw_selection(view: View, places: Sequence[Place]) -> None:
    """The places as chips, each with a way to take it out, and the box that adds one."""
    with st.container(key="compared", horizontal=True, vertical_alignment="center", gap="small"):
        if places:
            st.html(_place_chips(view, places), width="content")
        if len(places) < MAX_PLACES:
            st.html(_add_place_field(places), width="content")
        else:
            message = _("Six at most: take one out to add another.")
            st.html(tag("p", message, class_="hint"), width="content")


def _place_chips(view: View, places: Sequence[Place]) -> Html:
    place_names = distinct_names(view, places)
    chips = []
    for position, place in enumerate(places):
        remove_link = tag(
            "a",
            "×",
            href=address.current_link(**{PARAMETER: address_value(remove_place(places, place))}),
            data_in=True,
            aria_label=_("Take out {place}").format(place=place_names[place]),
        )
        swatch = tag("i", style=f"background:var(--series-{position})", aria_hidden="true")
        chips.append(tag("li", swatch, place_names[place], remove_link))
    return tag("ul", *chips, class_="chips", aria_label=_("Places compared"))


def _add_place_field(places: Sequence[Place]) -> Html:
    """The box of the header once more; what is chosen here joins the list (search.js)."""
    target_address = f"{address_value(places)},PLACE" if places else "PLACE"
    target_address = address.current_link(**{PARAMETER: target_address})
    return search.search_field(
        _("Add a place or court"), "search adding", data_add_way=target_address
    )


def suggestion_links(view: View, places: Sequence[Place]) -> Html | None:
    """Ways on: places like the first, the place above it; to begin with, some large places."""
    if not places:
        return _starting_points(view)
    first_place = places[0]
    links = []
    neighbours = view.snapshot.similar_places(
        first_place.level, first_place.place_id, view.period, k=SUGGESTION_COUNT
    )
    if len(neighbours):
        similar_places = [
            view.snapshot.place(first_place.level, place_id) for place_id in neighbours["place_id"]
        ]
        links.append(
            tag(
                "a",
                _("Compare {place} with places like it").format(place=place_name(first_place)),
                href=address.current_link(
                    **{PARAMETER: address_value([first_place, *similar_places])}
                ),
                data_in=True,
                class_="way",
            )
        )
        links.append(
            components.note(
                _("Places like it"),
                tag(
                    "p",
                    _(
                        "Places of the same level with a score whose cases are most like its own "
                        "in kind (class, claim and debtor: Hellinger distance of the shares) and "
                        "number. How cases end plays no part."
                    ),
                ),
            )
        )
    ancestors = [
        place for place in view.snapshot.place_path(first_place)[:-1] if place not in places
    ][-1:]
    if ancestors and len(places) < MAX_PLACES:
        links.append(
            tag(
                "a",
                _("Add {place}").format(place=place_name(ancestors[0])),
                href=address.current_link(**{PARAMETER: address_value([*places, *ancestors])}),
                data_in=True,
                class_="way",
            )
        )
    return tag("div", *links, class_="ways") if links else None


def _starting_points(view: View) -> Html | None:
    """The provinces with the most cases, two and two: a place to start from, no ranking."""
    rows = view.scores("province")
    rows = rows[rows["score"].notna()].sort_values(["n", "place_id"], ascending=[False, True])
    places = [view.snapshot.place("province", place_id) for place_id in rows["place_id"].head(4)]
    if len(places) < 2:
        return None
    pairs = [places[:2], places[2:], places] if len(places) == 4 else [places]
    links = [
        tag(
            "a",
            _(", ").join(place_name(place) for place in pair),
            href=address.current_link(**{PARAMETER: address_value(pair)}),
            data_in=True,
            class_="way",
        )
        for pair in pairs
        if len(pair) > 1
    ]
    text = _("For instance, provinces with many cases:")
    return tag("div", tag("span", text), *links, class_="ways")


def unknown_places_notice(view: View) -> Html | None:
    """What the address names and the data set does not have."""
    requested_codes = [place_code for place_code in address.get(PARAMETER).split(",") if place_code]
    known_codes = {address_value([place]) for place in selected_places(view)}
    missing_codes = [
        place_code for place_code in dict.fromkeys(requested_codes) if place_code not in known_codes
    ]
    if not missing_codes:
        return None
    text = _("Not in the data set, or more than {n}: {places}").format(
        n=formats.number(MAX_PLACES), places=_(", ").join(missing_codes)
    )
    return join(tag("p", text, class_="advice"))
