"""Everything chosen on a page is in its address: read here, changed here, linked from here.

NOTE: widgets are not bound to the address with `bind="query-params"`, because a bound select box
writes the label it shows, and labels change with the language. The address holds codes; a widget
takes its value from here before it is drawn and writes it back when it changes.

A widget that holds what the address says is left alone (`hold`): setting it sends the value back to
the browser, over what a quick hand may have chosen there since.

A link is an ordinary <a href> made by `link` or `here`; links.js follows it without loading the
page anew. All addresses are relative, so that the site works under any base path.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import streamlit as st

PERSISTENT_PARAMETERS = ("lang", "data", "method", "period")  # parameters that every link carries along

PLACE_PAGE = "place"  # address of the page of one place, where names of places lead


def get(name: str) -> str:
    """The value of a parameter; empty where it is not given."""
    return st.query_params.get(name, "")


def update(**changes: str) -> None:
    """Change parameters of the page in view; an empty value takes one away.

    All at once: each writing is a step that the browser's back button returns to.
    """
    parameters = st.query_params.to_dict() | changes
    st.query_params.from_dict({name: value for name, value in parameters.items() if value})


def sync_widget(key: str, value: Any) -> None:
    """Before the widget `key` is drawn: let it hold what the address stands for."""
    if key not in st.session_state or st.session_state[key] != value:
        st.session_state[key] = value


def link(page: str, **parameters: str) -> str:
    """Address of another page ('' is the overview): same language, data set, method and period."""
    persistent = {name: get(name) for name in PERSISTENT_PARAMETERS}
    return f"./{page}{_query_string(persistent | parameters)}"


def current_link(**changes: str) -> str:
    """Address of the page in view with some parameters changed."""
    return _query_string(st.query_params.to_dict() | changes) or "?"


def _query_string(parameters: dict[str, str]) -> str:
    non_empty = {name: value for name, value in parameters.items() if value}
    # ":" and "," may stand in a query as they are; weights are read more easily so.
    return f"?{urlencode(non_empty, safe=':,')}" if non_empty else ""
