"""One box, in the header of every page, that finds any place or court by its name.

The list of names takes no part in the runs of a page: the browser asks for it when somebody first
turns to the box (a route of its own, dashboard/shell/place_names.py) and looks it through by itself
(static/search.js).
"""

from __future__ import annotations

from urllib.parse import urlencode

import streamlit as st

from dashboard.state import address
from dashboard.text import i18n
from dashboard.text.i18n import _
from dashboard.ui.html import Html, tag

NAMES_PATH = "names.json"  # address of the route, below the base of the site


def search_box(place_page: str) -> None:
    """The box. A place that is chosen opens at the address `place_page`; a court, which no map
    shows, always on the page of one place."""
    targets = {"data_place_way": address.link(place_page), "data_court_way": address.link(address.PLACE_PAGE)}
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
