"""How what is on the screen is cited: a line, BibTeX, and an address that says of which data and method it is."""

from __future__ import annotations

import streamlit as st

from dashboard.state import address, page_view
from dashboard.state.cache import CachedSnapshot
from dashboard.text import formats
from dashboard.text.i18n import _, localise
from dashboard.ui.html import Html, tag

PARAMETER = "version"  # of the address: what a citation was made of


def version_code(snapshot: CachedSnapshot) -> str:
    """Data and method of a page, as the address of a citation names them."""
    return f"{snapshot.version[:12]}-{snapshot.method.version}"


def citation_note(snapshot: CachedSnapshot) -> Html:
    """A note to open at the foot of a page. Whoever follows its address is told where data or method have changed."""
    period = page_view.selected_period(snapshot)
    query = address.current_link(period=period, method=snapshot.method.id, **{PARAMETER: version_code(snapshot)})
    url = str(getattr(st.context, "url", None) or "").partition("?")[0] + query
    title = _("Judicial enforcement credit index")
    facts = [
        formats.period(period),
        f"{localise(snapshot.method.name)} {snapshot.method.version}",
        _("Data version {version}").format(version=snapshot.version[:12]),
    ]
    if snapshot.synthetic:
        facts.append(_("Synthetic data"))
    line = f"{title}. {_(', ').join(facts)}. {url}"
    entry = (
        f"@misc{{jeci-{period}-{snapshot.version[:12]},\n  title = {{{title}}},\n  year = {{{period[:4]}}},\n"
        f"  note = {{{_(', ').join(facts)}}},\n  url = {{{url}}}\n}}"
    )
    pinned = tag("a", _("Link to this data and method"), href=query, data_in=True)
    body = tag("div", tag("p", line), tag("pre", entry), tag("p", pinned))
    return tag("details", tag("summary", _("Cite")), body, class_="cite no-print")
