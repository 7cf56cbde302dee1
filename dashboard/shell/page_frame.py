"""What stands around every page: header, banners and footer; and a page that has nothing to show."""

from __future__ import annotations

from collections.abc import Collection

import streamlit as st

from dashboard.shell import citation
from dashboard.state import address, page_view
from dashboard.state.cache import CachedSnapshot, current_file, data_parameter, data_set_names
from dashboard.state.colour_theme import COLOUR_THEMES, current_colour_theme
from dashboard.text import formats
from dashboard.text.i18n import LANGUAGES, Language, _, current_language, localise
from dashboard.ui import components
from dashboard.ui.html import Html, tag
from index_engine.queries import LEVELS

MAX_ECHOED_VALUE = 40  # signs of a value in an address that are said again


def declare_language() -> None:
    """Tell the browser which language the page is in: links change it without loading anew."""
    st.html(language_script(current_language()), unsafe_allow_javascript=True)


def language_script(language: Language) -> str:
    """The one script within the markup of a page; the content policy names it by its hash."""
    return f"<script>document.documentElement.lang = '{language.html_lang}';</script>"


def header(pages: list[tuple[str, str]], active: str) -> None:
    """Name of the site, its pages as (path, title), the data sets and the languages."""
    links = [
        tag("a", title, href=address.link(path), data_in=True, aria_current="page" if path == active else None)
        for path, title in pages
    ]
    language_links = [
        tag(
            "a",
            language.native_name,
            href=address.current_link(lang=language.code),
            data_in=True,
            lang=language.html_lang,
            aria_current="true" if language == current_language() else None,
        )
        for language in LANGUAGES
    ]
    brand = tag("a", _("Judicial enforcement credit index"), href=address.link(""), data_in=True)
    st.html(
        tag(
            "header",
            tag("a", _("Skip to the content"), href="#", class_="skip"),
            tag("strong", brand),
            tag("nav", *links, class_="pages", aria_label=_("Pages")),
            _data_set_menu(active),
            _language_menu(language_links),
            _colour_theme_link(),
            class_="site",
        )
    )


def _language_menu(links: list[Html]) -> Html:
    """The language in view, and a menu of all."""
    current = current_language()
    name = tag("summary", current.native_name, aria_label=_("Language: {name}").format(name=current.native_name))
    return tag(
        "details", name, tag("nav", *links, class_="languages", aria_label=_("Language")), class_="note menu language"
    )


def _colour_theme_link() -> Html:
    """A button to the other look; links.js keeps the choice in the browser and loads anew."""
    alternative = next(name for name in COLOUR_THEMES if name != current_colour_theme())
    label = {"light": _("Light colours"), "dark": _("Dark colours")}[alternative]
    symbol = tag("span", {"light": "☀", "dark": "☾"}[alternative], aria_hidden="true")
    return tag("a", symbol, href="?", data_look=alternative, role="button", aria_label=label, title=label)


def _data_set_menu(page: str) -> Html | None:
    """The data set in view, and a menu of the others if there are any; a place or a quarter of one
    need not be in another, so that only page and language are kept."""
    names, current_name = data_set_names(), current_file().stem
    if not set(names) - {current_name}:
        return None
    links = [
        tag(
            "a",
            name,
            href=address.link(page, data=data_parameter(name), period=""),
            data_in=True,
            aria_current="true" if name == current_name else None,
        )
        for name in names
    ]
    name = tag("summary", current_name, aria_label=_("Data set: {name}").format(name=current_name))
    return tag("details", name, tag("nav", *links, aria_label=_("Data sets")), class_="note menu")


def synthetic_banner(snapshot: CachedSnapshot) -> None:
    """Said once, loud, on top of every page that shows made-up data."""
    if snapshot.synthetic:
        text = _("Fictional courts, generated figures: do not quote.")
        st.html(tag("p", components.synthetic_mark(), text, class_="band", role="note"))


def stale_banner(snapshot: CachedSnapshot) -> None:
    """Over every page whose numbers are of another time than the files."""
    if snapshot.stale:
        text = _("Files were imported or undone since the scores were computed: pages show the earlier state.")
        link = tag("a", _("Compute now"), href=address.link("data"), data_in=True)
        st.html(tag("p", text, " ", link, class_="band stale", role="note"))


def fallback_banner(snapshot: CachedSnapshot) -> None:
    """Over a page that shows something else than its address asks for: what, and what instead."""
    sentences = [
        _("The address asks for {name} “{value}”, which is not there: {shown} is shown.").format(
            name=name, value=address.get(parameter)[:MAX_ECHOED_VALUE], shown=shown
        )
        for parameter, name, known_values, shown in _checked_parameters(snapshot)
        if address.get(parameter) and address.get(parameter) not in known_values
    ]
    for sentence in sentences:
        st.html(tag("p", sentence, class_="band", role="note"))


def _checked_parameters(snapshot: CachedSnapshot) -> list[tuple[str, str, Collection[str], str]]:
    """Parameters of addresses that all pages share: name in the address, name in words, the values that there are,
    and what is shown."""
    period, version = formats.period(page_view.selected_period(snapshot)), citation.version_code(snapshot)
    return [
        ("period", _("the quarter"), snapshot.periods(), period),
        ("data", _("the data set"), data_set_names(), current_file().stem),
        ("method", _("the method"), snapshot.methods, localise(snapshot.method.name)),
        ("level", _("the level"), LEVELS, _("the usual level")),
        (citation.PARAMETER, _("the version"), [version], version),
    ]


def footer(snapshot: CachedSnapshot | None) -> None:
    """Source, observed window, method and version of what the page shows, if there are data."""
    if snapshot is None:
        st.html(tag("footer", class_="site"))
        return
    method = snapshot.method
    observation_period = formats.date_range(snapshot.observed_from, snapshot.observed_to)
    pieces = [
        _("Data observed {window}").format(window=observation_period),
        _("Method {name} {version}, reviewed {day}").format(
            name=localise(method.name), version=method.version, day=formats.day(method.reviewed_on)
        ),
        _("Data version {version}").format(version=snapshot.version[:12]),
    ]
    method_link = tag("a", _("How it is computed"), href=address.link("method"), data_in=True)
    lines = [tag("span", piece, class_="vintage") for piece in pieces]
    lines.append(tag("span", _("Base map: Tianditu")))
    st.html(
        tag(
            "footer",
            components.synthetic_mark() if snapshot.synthetic else None,
            *lines,
            tag("span", method_link, class_="no-print"),
            citation.citation_note(snapshot),
            class_="site",
            # What print.js writes on every sheet of paper.
            data_period=formats.period(page_view.selected_period(snapshot)),
            data_stamp=" · ".join([_("Judicial enforcement credit index"), *pieces[1:3]]),
            data_mark=_("Synthetic data") if snapshot.synthetic else None,
        )
    )


def notice(title: str, *paragraphs: object) -> None:
    """A page with nothing to show says why, and what to do."""
    st.html(tag("section", tag("h1", title), *(tag("p", p) for p in paragraphs), class_="notice"))


def show_error(_error: Exception) -> bool:
    """What a person sees of a fault of ours; Streamlit has written it to the log by then."""
    home_link = tag("a", _("Back to the overview"), href=address.link(""), data_in=True)
    notice(_("Something went wrong on our side"), _("It has been written to the log."), home_link)
    return True
