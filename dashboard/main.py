"""Every run of every page starts here: language, data set, header, then the page itself."""

from __future__ import annotations

import sys
from pathlib import Path

import streamlit as st
from streamlit.navigation.page import StreamlitPage as Page

ROOT = Path(__file__).resolve().parent.parent
if str(ROOT) not in sys.path:  # Streamlit puts the folder of this file there, not the one above
    sys.path.insert(0, str(ROOT))

from dashboard import address, data, i18n, parts, search, theme  # noqa: E402
from dashboard.i18n import _  # noqa: E402
from dashboard.intake import words as intake_words  # noqa: E402
from dashboard.markup import tag  # noqa: E402
from dashboard.ranking import methods  # noqa: E402
from dashboard.view import NoSuchPlace  # noqa: E402
from index_engine.errors import InputError  # noqa: E402

# File of each page, by its address; '' is the page at the root.
FILES = {
    "": "overview",
    "rankings": "rankings",
    "region": "region",
    "compare": "compare",
    "policy": "policy",
    "method": "method",
    "data": "data",
}


def titles() -> dict[str, str]:
    return {
        "": _("Overview"),
        "rankings": _("Rankings"),
        "region": _("Place profile"),
        "compare": _("Compare"),
        "policy": _("Policy view"),
        "method": _("Method"),
        "data": _("Data"),
    }


def run() -> None:
    i18n.use(address.get("lang") or i18n.wanted(st.context.headers.get("Accept-Language", "")))
    theme.use(st.context.cookies.get("look", ""))
    st.set_page_config(layout="wide")  # with a title here every page would have that one
    named = titles()
    pages = [
        st.Page(
            ROOT / "pages" / f"{file}.py",
            title=f"{named[path]} · {_('Judicial enforcement credit index')}",
            url_path=path or "overview",
            default=not path,
        )
        for path, file in FILES.items()
    ]
    page = st.navigation(pages, position="hidden")
    parts.dress()
    with st.container(horizontal=True, key="top"):
        parts.header(list(named.items()), page.url_path)
        search.box(page.url_path)
    try:
        answers = data.current()
    except InputError as error:
        _without_data(page, error)
    else:
        _with_data(page, answers)


def _with_data(page: Page, answers: data.Answers) -> None:
    scores = page.url_path != "data"  # which shows none
    with st.container(horizontal=True, key="bands"):
        parts.synthetic_band(answers)
        if scores:
            methods.switch(answers)
    if scores:
        parts.stale_band(answers)  # the data page says so itself, beside the way to compute anew
        methods.band(answers)
    try:
        page.run()
        parts.footer(answers)
    except NoSuchPlace:
        whole = tag("a", _("Back to the overview"), href=address.link(""), data_in=True)
        parts.notice(_("This place is not in the data set"), whole)


def _without_data(page: Page, error: InputError) -> None:
    """The page through which data come in stands without any; the others say what is missing."""
    if page.url_path == "data":
        page.run()
        parts.footer(None)
        return
    way_in = tag("a", _("Bring in files of your own"), href=address.link("data"), data_in=True)
    parts.notice(
        _("There is no data to show yet"),
        way_in,
        _("Or build the sample with this command, then load the page again:"),
        tag("code", "make run"),
        _("What was found: {error}").format(error=intake_words.said(str(error))),
    )


with data.one_run():
    run()
