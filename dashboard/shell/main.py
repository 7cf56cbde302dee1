"""Every run of every page starts here: language, data set, header, then the page itself."""

from __future__ import annotations

import sys
from pathlib import Path

import streamlit as st
from streamlit.navigation.page import StreamlitPage

ROOT = Path(__file__).resolve().parents[2]
if str(ROOT) not in sys.path:  # Streamlit puts the folder of this file there, not the one above
    sys.path.insert(0, str(ROOT))

from dashboard.shell import page_frame  # noqa: E402
from dashboard.shell.pages import PAGES, Page, page_at  # noqa: E402
from dashboard.state import address, cache  # noqa: E402
from dashboard.state.page_view import UnknownPlaceError  # noqa: E402
from dashboard.text import i18n, messages  # noqa: E402
from dashboard.text.i18n import _  # noqa: E402
from dashboard.ui import method_switch, search, theme  # noqa: E402
from dashboard.ui.html import tag  # noqa: E402
from index_engine.errors import InputError  # noqa: E402


def run_page() -> None:
    """Run the page that the address names, between the header and the footer of the site."""
    i18n.set_language(address.get("lang") or i18n.negotiate_language(st.context.headers.get("Accept-Language", "")))
    theme.set_palette(st.context.cookies.get("look", ""))
    st.set_page_config(layout="wide")  # with a title here every page would have that one
    streamlit_page = st.navigation(
        [
            st.Page(
                page.file,
                title=f"{page.title()} · {_('Judicial enforcement credit index')}",
                url_path=page.name,
                default=not page.path,
            )
            for page in PAGES
        ],
        position="hidden",
    )
    page = page_at(streamlit_page.url_path)
    page_frame.declare_language()
    with st.container(horizontal=True, key="top"):
        page_frame.header(
            [(entry.path, entry.title()) for entry in PAGES if entry.in_navigation or entry is page], page.path
        )
        search.search_box(page.path if page.is_of_place else address.PLACE_PAGE)
    try:
        snapshot = cache.current_snapshot()
    except InputError as error:
        _run_without_data(page, streamlit_page, error)
    else:
        _run_with_data(page, streamlit_page, snapshot)


def _run_with_data(page: Page, streamlit_page: StreamlitPage, snapshot: cache.CachedSnapshot) -> None:
    with st.container(horizontal=True, key="bands"):
        page_frame.synthetic_banner(snapshot)
        if page.shows_scores and page.path:  # the overview has it below its map
            method_switch.draw_method_switch(snapshot)
    page_frame.fallback_banner(snapshot)
    if page.shows_scores:
        # The page that shows none says so itself, beside the way to compute anew.
        page_frame.stale_banner(snapshot)
        method_switch.draw_method_banner(snapshot)
    try:
        streamlit_page.run()
        page_frame.footer(snapshot)
    except UnknownPlaceError:
        home_link = tag("a", _("Back to the overview"), href=address.link(""), data_in=True)
        page_frame.notice(_("This place is not in the data set"), home_link)


def _run_without_data(page: Page, streamlit_page: StreamlitPage, error: InputError) -> None:
    """A page that needs data says what is missing; that through which data come in runs."""
    if not page.needs_warehouse:
        streamlit_page.run()
        page_frame.footer(None)
        return
    page_frame.notice(
        _("There is no data to show yet"),
        *_ways_to_data(error.message.code),
        _("What was found: {error}").format(error=messages.translate(error)),
    )


def _ways_to_data(code: str) -> list[object]:
    """What brings data where opening the warehouse ended with that code."""
    if code in ("nothing_built", "build_outdated"):
        return [tag("a", _("Compute now"), href=address.link("data"), data_in=True)]
    ways: list[object] = [tag("a", _("Bring in files of your own"), href=address.link("data"), data_in=True)]
    if code == "no_such_warehouse":  # where there is a file, make leaves it as it is
        ways += [
            _("Or build the sample with this command, then load the page again:"),
            tag("code", "make run"),
        ]
    return ways


with cache.pinned_snapshot():
    run_page()
