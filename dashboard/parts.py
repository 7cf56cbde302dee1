"""Pieces that pages are made of: header and footer, where one is, headlines, figures, sources."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd
import streamlit as st

from dashboard import address, controls, export, formats, theme
from dashboard.data import Answers, View, data_sets, parameter, warehouse
from dashboard.i18n import LANGUAGES, _, current, pick, place_name
from dashboard.markup import Html, join, tag
from index_engine.snapshot import Unit

HERE = Path(__file__).parent


def dress() -> None:
    """The style sheets, style.css first, and the scripts: following links, saving figures,
    printing."""
    sheets, scripts = _dress()
    st.html(f"<style>{sheets}</style>")
    # The page was loaded in the language that it had then; links change it without loading anew.
    scripts += f"\ndocument.documentElement.lang = '{current().html_lang}';"
    st.html(f"<script>{scripts}</script>", unsafe_allow_javascript=True)


@cache
def _dress() -> tuple[str, str]:
    """Style sheets and scripts, read once: they do not change while the server runs."""
    sheets, scripts = (
        "\n".join(file.read_text(encoding="utf-8") for file in sorted(HERE.glob(pattern)))
        for pattern in ("style*.css", "*.js")
    )
    return f"{theme.variables()}\n{sheets}", scripts


def header(pages: list[tuple[str, str]], active: str) -> None:
    """Name of the site, its pages as (path, title), the data sets and the languages."""
    links = [
        tag(
            "a",
            title,
            href=address.link(path),
            data_in=True,
            aria_current="page" if path == active else None,
        )
        for path, title in pages
    ]
    tongues = [
        tag(
            "a",
            language.own_name,
            href=address.here(lang=language.code),
            data_in=True,
            lang=language.html_lang,
            aria_current="true" if language == current() else None,
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
            _data_sets(active),
            tag("nav", *tongues, class_="tongues", aria_label=_("Language")),
            _look(),
            class_="site",
        )
    )


def _look() -> Html:
    """A button to the other look; links.js keeps the choice in the browser and loads anew."""
    other = next(name for name in theme.LOOKS if name != theme.now().name)
    words = {"light": _("Light colours"), "dark": _("Dark colours")}[other]
    sign = tag("span", {"light": "☀", "dark": "☾"}[other], aria_hidden="true")
    return tag("a", sign, href="?", data_look=other, role="button", aria_label=words, title=words)


def _data_sets(page: str) -> Html | None:
    """The data set in view, and a menu of the others if there are any; a place or a quarter of one
    need not be in another, so that only page and language are kept."""
    names, shown = data_sets(), warehouse().stem
    if not set(names) - {shown}:
        return None
    links = [
        tag(
            "a",
            name,
            href=address.link(page, data=parameter(name), period=""),
            data_in=True,
            aria_current="true" if name == shown else None,
        )
        for name in names
    ]
    name = tag("summary", shown, aria_label=_("Data set: {name}").format(name=shown))
    return tag("details", name, tag("nav", *links, aria_label=_("Data sets")), class_="note menu")


def synthetic_band(data: Answers) -> None:
    """Said once, loud, on top of every page that shows made-up data."""
    if data.synthetic:
        said = _(
            "The courts are fictional and the figures are generated; "
            "they describe no real place. Do not quote."
        )
        st.html(tag("p", mark(), said, class_="band", role="note"))


def stale_band(data: Answers) -> None:
    """Over every page whose numbers are of another time than the files."""
    if data.stale:
        said = _("Files came or went since the scores were computed: pages show the state before.")
        way = tag("a", _("Compute now"), href=address.link("data"), data_in=True)
        st.html(tag("p", said, " ", way, class_="band stale", role="note"))


def watermark(view: View) -> str:
    """The synthetic mark as plain words, for the inside of charts; empty for observed data."""
    return _("Synthetic data") if view.data.synthetic else ""


def mark() -> Html:
    """The synthetic mark."""
    return tag("b", _("Synthetic data"), class_="mark")


def footer(data: Answers | None) -> None:
    """Source, observed window, method and version of what the page shows, if there are data."""
    if data is None:
        st.html(tag("footer", class_="site"))
        return
    method = data.method
    seen = formats.window(data.observed_from, data.observed_to)
    pieces = [
        _("Data observed {window}").format(window=seen),
        _("Method {name} {version}, reviewed {day}").format(
            name=pick(method.name), version=method.version, day=formats.day(method.reviewed_on)
        ),
        _("Data version {version}").format(version=data.version[:12]),
    ]
    how = tag("a", _("How it is computed"), href=address.link("method"), data_in=True)
    lines = [tag("span", piece, class_="vintage") for piece in pieces]
    lines.append(tag("span", _("Base map: Tianditu")))
    st.html(
        tag(
            "footer",
            mark() if data.synthetic else None,
            *lines,
            tag("span", how, class_="not-on-paper"),
            class_="site",
            # What print.js writes on every sheet of paper.
            data_stamp=" · ".join([_("Judicial enforcement credit index"), *pieces[1:3]]),
            data_mark=_("Synthetic data") if data.synthetic else None,
        )
    )


def notice(title: str, *paragraphs: object) -> None:
    """A page with nothing to show says why, and what to do."""
    st.html(tag("section", tag("h1", title), *(tag("p", p) for p in paragraphs), class_="notice"))


def failed(_error: Exception) -> bool:
    """What a person sees of a fault of ours; Streamlit has written it to the log by then."""
    back = tag("a", _("Back to the overview"), href=address.link(""), data_in=True)
    notice(_("Something went wrong on our side"), _("It has been written to the log."), back)
    return True


def toolbar(
    view: View,
    left: Html,
    *choices: Callable[[View], None],
    period: Callable[[View], None] | None = None,
) -> None:
    """A row: where one is on the left, choices on the right, the period last: by default a box."""
    with st.container(horizontal=True, vertical_alignment="bottom", key="toolbar"):
        st.html(left, width="stretch")
        for choice in (*choices, period or period_choice):
            choice(view)


def crumbs(view: View, page: str) -> Html:
    """The path from the nation to the place in focus."""
    path = view.data.path_to(view.place)
    steps = [
        tag("a", place_name(unit), href=place_link(unit, page), data_in=True) for unit in path[:-1]
    ]
    steps.append(tag("span", place_name(path[-1]), aria_current="location"))
    return tag("nav", *steps, class_="crumbs", aria_label=_("Place"))


def place_link(unit: Unit | Any, page: str, level: str = "") -> str:
    """Address of `unit` on `page`; the nation is where every page starts."""
    level = level or unit.level
    return address.link(page, **({} if level == "nation" else at(level, unit.unit_id)))


def at(level: str, unit_id: str) -> dict[str, str]:
    """The parameters of the address that name a place."""
    return {"level": level, "unit": unit_id}


def period_choice(view: View) -> None:
    """Choose the quarter; the latest is left out of the address, so that links stay current."""
    label = _("{months} months to the end of").format(months=months(view))
    controls.select("period", label, view.data.periods()[::-1], said=formats.period)


def months(view: View) -> str:
    """Length of the window that a score covers, as a number to print."""
    return formats.number(3 * view.data.method.window_quarters)


def outcome_name(event: str) -> str:
    """What a case or lot came to, in words; an event of another method goes by its own name."""
    names = {
        "cash": _("paid"),
        "zhongben": _("closed without recovery"),
        "other": _("closed otherwise"),
        "closed": _("closed"),
        "sold": _("sold"),
        "gone": _("withdrawn or given up"),
        "open": _("open"),
    }
    return names.get(event, event)


def headline(title: str, *lead: object) -> None:
    """The sentence that says what the page says, and a line of context."""
    st.html(tag("div", tag("h1", title), tag("p", *lead, class_="lead"), class_="headline"))


def facts(*pieces: object) -> Html:
    """Short facts in a row, a dot between them; None leaves none."""
    return tag("span", *(tag("span", piece) for piece in pieces if piece), class_="facts")


def cases(row: Any) -> str:
    """How many cases a row of scores rests on."""
    return _("{n} cases under way").format(n=formats.number(row.n)) if row else ""


def year_change(row: Any) -> str:
    """The change of a score on a year before; nothing where there was none."""
    if row is None or formats.missing(row.change_year):
        return ""
    return _("{change} points on a year before").format(change=formats.change(row.change_year))


def section(title: str, explanation: object = None, anchor: str = "") -> None:
    """Heading of a part of a page."""
    said = tag("p", explanation) if explanation else None
    st.html(tag("div", tag("h2", title, id=anchor or None), said, class_="section"))


def note(label: str, *content: object) -> Html:
    """A small (i) that opens an explanation."""
    return tag(
        "details",
        tag("summary", "i", aria_label=_("About: {subject}").format(subject=label)),
        tag("div", *content),
        class_="note",
    )


def definitions(*pairs: tuple[str, object]) -> Html:
    """Terms and what they mean."""
    return tag("dl", *(join(tag("dt", term), tag("dd", meaning)) for term, meaning in pairs))


def source_line(
    view: View,
    *,
    n: object = None,
    maps: bool = False,
    since: str = "",
    extra: object = None,
) -> Html:
    """Under every chart and table: synthetic mark, source, period, number of cases. `since` is
    the first of several quarters shown."""
    first = view.data.period_dates(since or view.period)[0]
    last = view.data.period_dates(view.data.periods()[-1] if since else view.period)[1]
    pieces: list[object] = [_("Source: {names}").format(names=source_names(view.data))]
    pieces.append(_("Period: {window}").format(window=formats.window(first, last)))
    if not formats.missing(n):
        pieces.append(f"n = {formats.number(n)}")
    if maps:
        pieces.append(_("Base map: Tianditu"))
    if extra:
        pieces.append(extra)
    spans = [tag("span", piece) for piece in pieces]
    return tag("p", mark() if view.data.synthetic else None, *spans, class_="source")


def source_names(data: Answers) -> str:
    """Names of the files that the numbers come from, the first few."""
    return data.keep(("source names", current()), lambda: _source_names(data))


def _source_names(data: Answers) -> str:
    sources = data.sources()
    counted = sources["kind"].isin(("cases", "auctions"))  # the others only name courts and places
    rows = sources[counted].itertuples(index=False)
    # The parts of a generated sample are of one make, and no files that anybody has.
    names = [*dict.fromkeys(_("generated sample") if row.synthetic else row.name for row in rows)]
    shown = " / ".join(names[:2])
    if len(names) <= 2:
        return shown
    return _("{names} and {n} more").format(names=shown, n=formats.number(len(names) - 2))


def download(subject: str, view: View, table: Callable[[], pd.DataFrame]) -> None:
    """A button for a CSV file; the file is made when it is asked for."""
    st.download_button(
        _("Download CSV"),
        lambda: export.csv(table(), view),
        file_name=export.file_name(subject, view),
        mime="text/csv",
        key=f"download-{subject}",
        on_click="ignore",
        type="tertiary",
        icon=":material/download:",
    )


def print_link() -> Html:
    """Print the page, or keep it as a PDF; print.js follows it."""
    return tag("a", _("Print, PDF"), href="#", data_print=True, class_="print")


def status(code: str) -> str:
    """Why there is no number."""
    return {
        "too_few": _("too few cases"),
        "low_coverage": _("too many numbered cases missing"),
        "not_estimable": _("not estimable"),
        "no_data": _("no data"),
    }.get(code, code)


def why_unscored(data: Answers, row: Any) -> str:
    """Why a place has no score, and in which dimensions it has no points."""
    missing = [
        pick(dimension.name)
        for dimension in data.method.dimensions
        if formats.missing(getattr(row, dimension.id))
    ]
    reason = status(row.status)
    # Missing cases are no matter of one dimension.
    if not missing or row.status == "low_coverage":
        return reason
    return _("{reason}: {dimensions}").format(reason=reason, dimensions=_(", ").join(missing))
