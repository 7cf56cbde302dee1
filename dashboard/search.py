"""One box, in the header of every page, that finds any place or court by its name.

The list of names takes no part in the runs of a page: the browser asks for it when somebody first
turns to the box (`names`, a route of its own) and looks it through by itself (search.js). A name
is found by its Chinese characters, simplified or traditional, by its English name, by its pinyin in
one word and by the initials of that.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterable
from hashlib import sha256
from urllib.parse import urlencode

import streamlit as st
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from dashboard import address, data, i18n, pinyin
from dashboard.data import Answers
from dashboard.i18n import _, place_name
from dashboard.markup import Html, tag
from index_engine.errors import InputError
from index_engine.snapshot import Unit

NAMES = "names.json"  # address of the route, below the base of the site


def box(page: str) -> None:
    """The box. A place that is chosen opens on the map or in its profile, whichever is in view; a
    court in its profile."""
    near = "" if page in ("", "overview") else "region"
    ways = {"data_place_way": address.link(near), "data_court_way": address.link("region")}
    st.html(field(_("Find a place or court"), **ways), width="content")


def field(say: str, kind: str = "search", **ways: str) -> Html:
    """The box as markup, `say` its words: `ways` are where search.js goes with a place chosen."""
    source = {"lang": i18n.current().code, "data": address.get("data")}
    box = tag(
        "input",
        type="text",
        role="combobox",
        autocomplete="off",
        spellcheck="false",
        placeholder=say,
        aria_label=say,
        aria_expanded="false",
        aria_autocomplete="list",
        data_names=f"./{NAMES}?{urlencode({k: v for k, v in source.items() if v})}",
        **ways,
        data_none=_("No place or court has this name"),
    )
    return tag("div", box, class_=kind, role="search")


def names(request: Request) -> Response:
    """The names of a data set in one language, as search.js reads them; 404 where there are none.

    A browser keeps them and asks whether they have changed.
    """
    language = i18n.use(request.query_params.get("lang", ""))
    asked = request.query_params.get("data", "")
    file = data.file_of(asked) if asked in data.data_sets() else data.home()
    try:
        answers = data.opened(file)
    except InputError as error:
        raise HTTPException(404) from error
    packed, digest = answers.keep(("names", language), lambda: _packed(answers))
    headers = {"ETag": f'"{digest}"', "Cache-Control": "no-cache", "Vary": "Accept-Encoding"}
    if digest in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    if "gzip" not in request.headers.get("accept-encoding", ""):
        return Response(gzip.decompress(packed), headers=headers, media_type="application/json")
    headers["Content-Encoding"] = "gzip"
    return Response(packed, headers=headers, media_type="application/json")


def _packed(answers: Answers) -> tuple[bytes, str]:
    """The list, compressed, and a digest of it."""
    plain = json.dumps(listed(answers), ensure_ascii=False, separators=(",", ":")).encode()
    return gzip.compress(plain, mtime=0), sha256(plain).hexdigest()[:12]


def listed(answers: Answers) -> dict[str, object]:
    """`places`: [level, id, name, name in another language, places above it, pinyin and initials]
    of all units, places before courts; `simplified`: traditional characters to simplified ones."""
    units = answers.units()
    return {
        "places": [_place(answers, unit) for unit in units],
        "simplified": _simplified(units),
    }


def _place(answers: Answers, unit: Unit) -> list[str]:
    other = unit.name if place_name(unit) != unit.name else unit.name_en
    above = [place_name(each) for each in answers.path_to(unit)[1:-1]]
    # A municipality is a province and a city of one name.
    within = [name for name in dict.fromkeys(above) if name != place_name(unit)]
    keys = " ".join(filter(None, pinyin.typed(unit.name, unit.name_en)))
    return [unit.level, unit.unit_id, place_name(unit), other, " · ".join(within), keys]


def _simplified(units: Iterable[Unit]) -> dict[str, str]:
    """Each traditional character in a name, and what stands for it in the simplified name."""
    pairs: dict[str, str] = {}
    for unit in units:
        for form in {unit.name_hant, i18n.traditional(unit.name)}:
            if len(form) == len(unit.name):
                both = zip(form, unit.name, strict=True)
                pairs |= {theirs: ours for theirs, ours in both if theirs != ours}
    return pairs
