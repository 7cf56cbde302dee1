"""Every run of every page starts here: language, data set, header, then the page itself."""

from __future__ import annotations

import sys
from pathlib import Path

import streamlit as st
from streamlit.navigation.page import StreamlitPage as Page

ROOT = Path(__file__).resolve().parents[2]
if str(ROOT) not in sys.path:  # Streamlit puts the folder of this file there, not the one above
    sys.path.insert(0, str(ROOT))

from dashboard.rankings import method_disagreement  # noqa: E402
from dashboard.state import address, cache  # noqa: E402
from dashboard.state.page_view import UnknownPlaceError  # noqa: E402
from dashboard.text import i18n, terms  # noqa: E402
from dashboard.text.i18n import _  # noqa: E402
from dashboard.ui import components, search, theme  # noqa: E402
from dashboard.ui.html import tag  # noqa: E402
from index_engine.errors import InputError  # noqa: E402

# File of each page, by its address; '' is the page at the root.
PAGE_FILES = {
    "": "overview",
    "rankings": "rankings",
    "region": "place",
    "compare": "compare",
    "policy": "policy",
    "method": "method",
    "data": "data",
}


def page_titles() -> dict[str, str]:
    return {
        "": _("Overview"),
        "rankings": _("Rankings"),
        "region": _("Place profile"),
        "compare": _("Compare"),
        "policy": _("Policy view"),
        "method": _("Method"),
        "data": _("Data"),
    }


def run_page() -> None:
    i18n.set_language(
        address.get("lang")
        or i18n.negotiate_language(st.context.headers.get("Accept-Language", ""))
    )
    theme.set_palette(st.context.cookies.get("look", ""))
    st.set_page_config(layout="wide")  # with a title here every page would have that one
    titles = page_titles()
    pages = [
        st.Page(
            ROOT / "pages" / f"{file}.py",
            title=f"{titles[path]} · {_('Judicial enforcement credit index')}",
            url_path=path or "overview",
            default=not path,
        )
        for path, file in PAGE_FILES.items()
    ]
    page = st.navigation(pages, position="hidden")
    components.apply_styles()
    with st.container(horizontal=True, key="top"):
        components.header(list(titles.items()), page.url_path)
        search.search_box(page.url_path)
    try:
        snapshot = cache.current_snapshot()
    except InputError as error:
        _run_without_data(page, error)
    else:
        _run_with_data(page, snapshot)


def _run_with_data(page: Page, snapshot: cache.CachedSnapshot) -> None:
    has_scores = page.url_path != "data"  # which shows none
    with st.container(horizontal=True, key="bands"):
        components.synthetic_banner(snapshot)
        if has_scores:
            method_disagreement.draw_method_switch(snapshot)
    if has_scores:
        components.stale_banner(
            snapshot
        )  # the data page says so itself, beside the way to compute anew
        method_disagreement.draw_method_banner(snapshot)
    try:
        page.run()
        components.footer(snapshot)
    except UnknownPlaceError:
        home_link = tag("a", _("Back to the overview"), href=address.link(""), data_in=True)
        components.notice(_("This place is not in the data set"), home_link)


def _run_without_data(page: Page, error: InputError) -> None:
    """The page through which data come in stands without any; the others say what is missing."""
    if page.url_path == "data":
        page.run()
        components.footer(None)
        return
    import_link = tag("a", _("Bring in files of your own"), href=address.link("data"), data_in=True)
    components.notice(
        _("There is no data to show yet"),
        import_link,
        _("Or build the sample with this command, then load the page again:"),
        tag("code", "make run"),
        _("What was found: {error}").format(error=terms.translate_message(str(error))),
    )


with cache.pinned_snapshot():
    run_page()
