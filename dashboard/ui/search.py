"""One box, in the header of every page, that finds any place or court by its name.

The list of names takes no part in the runs of a page: the browser asks for it when somebody first
turns to the box (a route of its own) and looks it through by itself (search.js). A name is found by
its Chinese characters, simplified or traditional, by its English name, and by its pinyin and
initials (the column `pinyin` of the reference data).
"""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Iterable
from hashlib import sha256
from unicodedata import normalize
from urllib.parse import urlencode

import streamlit as st
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from dashboard.state import address, cache
from dashboard.state.cache import CachedSnapshot
from dashboard.text import i18n
from dashboard.text.i18n import _, place_name
from dashboard.ui.html import Html, tag
from index_engine.errors import InputError
from index_engine.queries import Place

NAMES_PATH = "names.json"  # address of the route, below the base of the site


def search_box(place_page: str) -> None:
    """The box. A place that is chosen opens at the address `place_page`; a court, which no map
    shows, always on the page of one place."""
    targets = {
        "data_place_way": address.link(place_page),
        "data_court_way": address.link(address.PLACE_PAGE),
    }
    st.html(search_field(_("Find a place or court"), **targets), width="content")


def search_field(label: str, css_class: str = "search", **data_attributes: str) -> Html:
    """The box as markup, `say` its words: `ways` are where search.js goes with a place chosen."""
    query = {"lang": i18n.current_language().code, "data": address.get("data")}
    input_element = tag(
        "input",
        type="text",
        role="combobox",
        autocomplete="off",
        spellcheck="false",
        placeholder=label,
        aria_label=label,
        aria_expanded="false",
        aria_autocomplete="list",
        data_names=f"./{NAMES_PATH}?{urlencode({k: v for k, v in query.items() if v})}",
        **data_attributes,
        data_none=_("No place or court has this name"),
    )
    return tag("div", input_element, class_=css_class, role="search")


def serve_names(request: Request) -> Response:
    """The names of a data set in one language, as search.js reads them; 404 where there are none.

    A browser keeps them and asks whether they have changed.
    """
    language = i18n.set_language(request.query_params.get("lang", ""))
    data_set = request.query_params.get("data", "")
    file = (
        cache.data_set_file(data_set)
        if data_set in cache.data_set_names()
        else cache.default_file()
    )
    try:
        snapshot = cache.open_snapshot(file)
    except InputError as error:
        raise HTTPException(404) from error
    gzip_body, digest = snapshot.cached(("names", language), lambda: _gzip_index(snapshot))
    headers = {"ETag": f'"{digest}"', "Cache-Control": "no-cache", "Vary": "Accept-Encoding"}
    if digest in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    if "gzip" not in request.headers.get("accept-encoding", ""):
        return Response(gzip.decompress(gzip_body), headers=headers, media_type="application/json")
    headers["Content-Encoding"] = "gzip"
    return Response(gzip_body, headers=headers, media_type="application/json")


def _gzip_index(snapshot: CachedSnapshot) -> tuple[bytes, str]:
    """The list, compressed, and a digest of it."""
    body = json.dumps(place_index(snapshot), ensure_ascii=False, separators=(",", ":")).encode()
    return gzip.compress(body, mtime=0), sha256(body).hexdigest()[:12]


def place_index(snapshot: CachedSnapshot) -> dict[str, object]:
    """`places`: [level, id, name, name in another language, places above it, pinyin and initials]
    of all units, places before courts; `simplified`: traditional characters to simplified ones."""
    places = snapshot.places()
    return {
        "places": [_index_entry(snapshot, place) for place in places],
        "simplified": _simplified_characters(places),
    }


def _index_entry(snapshot: CachedSnapshot, place: Place) -> list[str]:
    alternative_name = place.name if place_name(place) != place.name else place.name_en
    ancestor_names = [place_name(ancestor) for ancestor in snapshot.place_path(place)[1:-1]]
    # A municipality is a province and a city of one name.
    parent_names = [name for name in dict.fromkeys(ancestor_names) if name != place_name(place)]
    return [
        place.level,
        place.place_id,
        place_name(place),
        alternative_name,
        " · ".join(parent_names),
        search_keys(place),
    ]


def search_keys(place: Place) -> str:
    """What a place is found by beside its names: pinyin and initials, and its English name where it
    is not read in pinyin (Hohhot) or has none (a country of another script)."""
    romanisation = re.sub(r"[^a-z]", "", normalize("NFKD", place.name_en).lower())
    keys = place.pinyin.split()
    if keys and (place.level == "court" or any(key.startswith(romanisation) for key in keys)):
        return place.pinyin
    return f"{place.pinyin} {romanisation}".strip()


def _simplified_characters(places: Iterable[Place]) -> dict[str, str]:
    """Each traditional character in a name, and what stands for it in the simplified name."""
    pairs: dict[str, str] = {}
    for place in places:
        for form in {place.name_hant, i18n.to_traditional(place.name)}:
            if len(form) == len(place.name):
                character_pairs = zip(form, place.name, strict=True)
                pairs |= {
                    traditional_character: simplified_character
                    for traditional_character, simplified_character in character_pairs
                    if traditional_character != simplified_character
                }
    return pairs
