"""Every run of every page starts here: language, data set, header, then the page itself."""

from __future__ import annotations

import sys
from pathlib import Path

import streamlit as st

ROOT = Path(__file__).resolve().parent.parent
if str(ROOT) not in sys.path:  # Streamlit puts the folder of this file there, not the one above
    sys.path.insert(0, str(ROOT))

from dashboard import address, data, i18n, parts  # noqa: E402
from dashboard.i18n import _  # noqa: E402
from dashboard.markup import tag  # noqa: E402
from dashboard.view import NoSuchPlace  # noqa: E402
from index_engine.errors import InputError  # noqa: E402

# File of each page, by its address; '' is the page at the root.
FILES = {"": "overview", "rankings": "rankings", "region": "region", "method": "method"}


def titles() -> dict[str, str]:
    return {
        "": _("Overview"),
        "rankings": _("Rankings"),
        "region": _("Place profile"),
        "method": _("Method"),
    }


def run() -> None:
    i18n.use(address.get("lang"))
    st.set_page_config(page_title=_("Judicial enforcement credit index"), layout="wide")
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
    parts.header(list(named.items()), page.url_path)
    try:
        answers = data.current()
        parts.synthetic_band(answers)
        page.run()
        parts.footer(answers)
    except InputError as error:
        parts.notice(
            _("There is no data to show yet"),
            _("Build the sample with this command, then load the page again:"),
            tag("code", "make run"),
            _("Or import files of your own: see the README. What was found: {error}").format(
                error=error
            ),
        )
    except NoSuchPlace:
        whole = tag("a", _("Back to the overview"), href=address.link(""), data_in=True)
        parts.notice(_("This place is not in the data set"), whole)


run()
