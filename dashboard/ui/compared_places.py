"""The places that are compared: in the address, their colours and names, and links to add one."""

from __future__ import annotations

from collections.abc import Sequence

from dashboard.state import address
from dashboard.state.cache import View
from dashboard.text.i18n import _, place_name
from dashboard.ui import theme
from dashboard.ui.html import Html, tag
from index_engine.queries import Place

MAX_PLACES = 6  # lines and colours of more could not be distinguished
PARAMETER = "units"


def selected_places(view: View, parameter: str = PARAMETER, limit: int = MAX_PLACES) -> list[Place]:
    """The places that the address names as level:code, in its order, without those that the data
    set does not have, and at most `limit`."""
    places: dict[Place, None] = {}
    for place_code in address.get(parameter).split(","):
        level, _colon, place_id = place_code.partition(":")
        try:
            places[view.snapshot.place(level, place_id)] = None
        except KeyError:
            continue
    return list(places)[:limit]


def address_value(places: Sequence[Place]) -> str:
    """Places as the address names them."""
    return ",".join(f"{place.level}:{place.place_id}" for place in places)


def remove_place(places: Sequence[Place], place: Place) -> list[Place]:
    return [candidate for candidate in places if candidate != place]


def comparison_link(places: Sequence[Place]) -> str:
    """Address of a comparison of some places, from any page."""
    return address.link("compare", **{PARAMETER: address_value(places)})


def compare_place_link(view: View) -> Html:
    """A link from the page of a place to its comparison with the place above it; from the nation,
    to a comparison without places."""
    parent = view.snapshot.parent_place(view.place)
    places = [view.place, parent] if parent is not None else []
    return tag("a", _("Compare"), " →", href=comparison_link(places), data_in=True)


def place_colours(places: Sequence[Place]) -> dict[Place, str]:
    """A colour for each place, by its position."""
    return dict(zip(places, theme.current_palette().series_colours, strict=False))


def distinct_names(view: View, places: Sequence[Place]) -> dict[Place, str]:
    """The name of each place; where two have the same, with the name of the place above it."""
    plain_names = {place: place_name(place) for place in places}
    distinguished_names = {}
    for place, name in plain_names.items():
        parent = view.snapshot.parent_place(place)
        is_ambiguous = list(plain_names.values()).count(name) > 1
        distinguished_names[place] = f"{name} · {place_name(parent)}" if is_ambiguous and parent is not None else name
    return distinguished_names
