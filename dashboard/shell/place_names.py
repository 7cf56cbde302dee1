"""The names of all places and courts, as the search box looks them through in the browser.

A name is found by its Chinese characters, simplified or traditional, by its English name, and by
its pinyin and initials (the column `pinyin` of the reference data).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from hashlib import sha256
from unicodedata import normalize

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from dashboard.state import cache
from dashboard.state.cache import CachedSnapshot
from dashboard.text import i18n
from dashboard.text.i18n import place_name
from index_engine.errors import InputError
from index_engine.importing.values.characters import simplified_characters
from index_engine.queries import Place


def serve_names(request: Request) -> Response:
    """The names of a data set in one language, as search.js reads them; 404 where there are none.

    A browser keeps them and asks whether they have changed.
    """
    language = i18n.set_language(request.query_params.get("lang", ""))
    data_set = request.query_params.get("data", "")
    file = cache.data_set_file(data_set) if data_set in cache.data_set_names() else cache.default_file()
    try:
        snapshot = cache.open_snapshot(file)
    except InputError as error:
        raise HTTPException(404) from error
    body, version = snapshot.cached(("names", language), lambda: _index_bytes(snapshot))
    headers = {"ETag": f'"{version}"', "Cache-Control": "no-cache"}
    if version in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    return Response(body, headers=headers, media_type="application/json")


def _index_bytes(snapshot: CachedSnapshot) -> tuple[bytes, str]:
    """The list as JSON, and a name for its content."""
    body = json.dumps(place_index(snapshot), ensure_ascii=False, separators=(",", ":")).encode()
    return body, sha256(body).hexdigest()[:12]


def place_index(snapshot: CachedSnapshot) -> dict[str, object]:
    """`places`: [level, id, name, name in another language, places above it, pinyin and initials]
    of all units, places before courts; `simplified`: traditional characters to simplified ones."""
    places = snapshot.places()
    return {"places": [_index_entry(snapshot, place) for place in places], "simplified": _simplified_characters(places)}


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
            pairs |= simplified_characters(place.name, form)
    return pairs
