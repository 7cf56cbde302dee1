"""Pieces that pages are made of: where one is, headlines, facts, notes, sources, downloads."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from dashboard.state import address
from dashboard.state.cache import CachedSnapshot, View
from dashboard.text import formats
from dashboard.text.i18n import _, current_language, localise, ngettext, place_name, set_language
from dashboard.ui import controls, export
from dashboard.ui.html import Html, join, tag
from index_engine import queries
from index_engine.queries import Place


def synthetic_mark() -> Html:
    """The synthetic mark. On the screen it stands once, over the page; those under charts and tables go
    into what is saved and printed of them."""
    return tag("b", _("Synthetic data"), class_="mark")


def toolbar(
    view: View, location: Html, *selectors: Callable[[View], None], period: Callable[[View], None] | None = None
) -> None:
    """A row: where one is on the left, choices on the right, the period last: by default a box."""
    with st.container(horizontal=True, vertical_alignment="bottom", key="toolbar"):
        st.html(location, width="stretch")
        for selector in (*selectors, period or period_selector):
            selector(view)


def breadcrumbs(view: View, page: str) -> Html:
    """The path from the nation to the place in focus."""
    path = view.snapshot.place_path(view.place)
    steps = [tag("a", place_name(place), href=place_link(place, page), data_in=True) for place in path[:-1]]
    steps.append(tag("span", place_name(path[-1]), aria_current="location"))
    return tag("nav", *steps, class_="crumbs", aria_label=_("Place"))


def place_link(place: Place | Any, page: str, level: str = "") -> str:
    """Address of `unit` on `page`; the nation is where every page starts."""
    level = level or place.level
    return address.link(page, **({} if level == "nation" else place_parameters(level, place.place_id)))


def place_parameters(level: str, place_id: str) -> dict[str, str]:
    """The parameters of the address that name a place."""
    return {"level": level, "unit": place_id}


def period_selector(view: View) -> None:
    """Choose the quarter; the latest is left out of the address, so that links stay current."""
    label = _("{months} months to the end of").format(months=window_months(view))
    controls.select("period", label, view.snapshot.periods()[::-1], format_option=formats.period)


def window_months(view: View) -> str:
    """Length of the window that a score covers, as a number to print."""
    return formats.number(3 * view.snapshot.method.window_quarters)


def confidence_level(view: View) -> str:
    """The confidence of the intervals of the method in view, as '95%'."""
    return formats.percent(view.snapshot.method.confidence, 0)


def false_discovery_rate(view: View) -> str:
    """The share of chance that changes named together may have on average, as '5%'."""
    return formats.percent(1.0 - view.snapshot.method.confidence, 0)


def outcome_name(outcome: str) -> str:
    """What a case or lot came to, in words; an event of another method goes by its own name."""
    names = {
        "cash": _("paid"),
        "satisfied": _("satisfied in kind or by settlement"),
        "zhongben": _("closed without recovery"),
        "other": _("closed otherwise"),
        "closed": _("closed"),
        "sold": _("sold"),
        "paid": _("claim paid without a sale"),
        "gone": _("withdrawn or given up"),
        "open": _("open"),
    }
    return names.get(outcome, outcome)


def headline(title: str, *lead: object) -> None:
    """The sentence that says what the page says, and a line of context if there is one."""
    st.html(tag("div", tag("h1", title), tag("p", *lead, class_="lead") if lead else None, class_="headline"))


def facts(*pieces: object) -> Html:
    """Short facts in a row, a dot between them; None leaves none."""
    return tag("span", *(tag("span", piece) for piece in pieces if piece), class_="facts")


def case_count(row: Any) -> str:
    """How many cases a row of scores rests on."""
    if not row:
        return ""
    if row.n_suppression:
        return _("cases under way: {n}").format(n=formats.count(row.n, row.n_suppression))
    text = ngettext("{n} case under way", "{n} cases under way", int(row.n))
    return text.format(n=formats.number(row.n))


def year_change(row: Any) -> str:
    """The change of a score on a year before; nothing where there was none."""
    if row is None or formats.is_missing(row.change_year):
        return ""
    return _("{change} points on a year before").format(change=formats.change(row.change_year))


def section(title: str, explanation: object = None, anchor: str = "") -> None:
    """Heading of a part of a page."""
    explanation_html = tag("p", explanation) if explanation else None
    st.html(tag("div", tag("h2", title, id=anchor or None), explanation_html, class_="section"))


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
    view: View, *, n: float | None = None, has_basemap: bool = False, first_period: str = "", extra: object = None
) -> Html:
    """Under every chart and table: synthetic mark, source, period, number of cases. `since` is
    the first of several quarters shown."""
    first = view.snapshot.period_dates(first_period or view.period)[0]
    last = view.snapshot.period_dates(view.snapshot.periods()[-1] if first_period else view.period)[1]
    pieces: list[object] = [_("Source: {names}").format(names=source_names(view.snapshot))]
    pieces.append(_("Period: {window}").format(window=formats.date_range(first, last)))
    if not formats.is_missing(n):
        pieces.append(f"n = {formats.number(n)}")
    if has_basemap:
        pieces.append(_("Base map: Tianditu"))
    if inferred := _inferred_listings(view.snapshot):
        pieces.append(inferred)
    if extra:
        pieces.append(extra)
    spans = [tag("span", piece) for piece in pieces]
    return tag("p", synthetic_mark() if view.snapshot.synthetic else None, *spans, class_="source")


def _inferred_listings(snapshot: CachedSnapshot) -> str:
    """Of how many rounds of auctions the clock starts on a day that was worked out; nothing where of none."""
    text: str = snapshot.cached(("inferred listings", current_language()), lambda: _inferred_listings_text(snapshot))
    return text


def _inferred_listings_text(snapshot: CachedSnapshot) -> str:
    sources = queries.sources(snapshot)
    rounds = sources[sources["kind"] == "auctions"]
    inferred = int(rounds["inferred"].sum())
    if not inferred:
        return ""
    return _("Listed day inferred for {n} of {total} auction rounds").format(
        n=formats.number(inferred), total=formats.number(int((rounds["rows"] - rounds["rejected"]).sum()))
    )


def source_names(snapshot: CachedSnapshot) -> str:
    """Names of the files that the numbers come from, the first few."""
    names: str = snapshot.cached(("source names", current_language()), lambda: _source_names(snapshot))
    return names


def _source_names(snapshot: CachedSnapshot) -> str:
    sources = queries.sources(snapshot)
    has_numbers = sources["kind"].isin(("cases", "auctions"))  # the others only name courts and places
    rows = sources[has_numbers].itertuples(index=False)
    # The parts of a generated sample are of one make, and no files that anybody has.
    names = [*dict.fromkeys(_("generated sample") if row.synthetic else row.name for row in rows)]
    first_names = " / ".join(names[:2])
    if len(names) <= 2:
        return first_names
    return _("{names} and {n} more").format(names=first_names, n=formats.number(len(names) - 2))


def download_button(subject: str, view: View, table: Callable[[], pd.DataFrame]) -> None:
    """Buttons for a CSV file, the same with heads in words, and the dictionary of its columns; each is made when it
    is asked for."""
    language = current_language().code

    def make(file: Callable[[pd.DataFrame, View], bytes]) -> bytes:
        set_language(language)  # no run of a page, which would know it
        return file(table(), view)

    with st.container(horizontal=True, gap="small"):
        for label, key, kind, file in (
            (_("Download CSV"), "download", subject, export.csv_bytes),
            (_("Heads in words"), "worded", f"{subject}_words", export.worded_csv_bytes),
            (_("Dictionary"), "dictionary", f"{subject}_dictionary", export.dictionary_bytes),
        ):
            st.download_button(
                label,
                partial(make, file),
                file_name=export.csv_file_name(kind, view),
                mime="text/csv",
                key=f"{key}-{subject}",
                on_click="ignore",
                type="tertiary",
                icon=":material/download:",
            )


def print_link(whole_page: str) -> Html:
    """Print the page, or keep it as a PDF, at the address where all of it is drawn; print.js follows it."""
    return tag("a", _("Print, PDF"), href=whole_page, data_print=True, class_="print")


def status_text(code: str) -> str:
    """Why there is no number."""
    return {
        "too_few": _("too few cases"),
        "low_coverage": _("too many numbered cases missing"),
        "part_of_cases": _("files hold part of the cases only"),
        "not_observed": _("not observed"),
        "concentrated": _("withheld: a few large claims decide it"),
        "amounts_unknown": _("withheld: amounts not recorded"),
        "not_estimable": _("not estimable"),
        "no_data": _("no data"),
        formats.SECONDARY: formats.suppression_text(),
    }.get(code, code)


def status_advice(code: str) -> str:
    """Why there is no number, in a sentence, and what can be done about it; "" for other codes."""
    return {
        "too_few": _(
            "There are fewer cases than the method requires. More quarters of data may reach the number; "
            "the region above has more cases."
        ),
        "low_coverage": _("The case numbers show that many cases did not arrive. Import the missing ones."),
        "part_of_cases": _(
            "The files of the place hold a part of its cases, such as closed ones alone, and the rest "
            "cannot be known from them. Import a file of all its cases, open ones included."
        ),
        "not_observed": _(
            "Less than nine tenths of these twelve months, or of the caseload of the region, is covered by "
            "the files. Import the missing months and courts, or correct the first and last day that the "
            "files record."
        ),
        "concentrated": _(
            "A few large claims make up most of the amount, although each is capped, so that the ratio would "
            "say more of them than of the place. The region above has more cases."
        ),
        "amounts_unknown": _(
            "Claims are missing in more than a tenth of the cases, or recovered amounts in so many paid ones "
            "that the number could be much too low. Import a file with both amounts."
        ),
        "not_estimable": _(
            "Too few cases were followed to the age in question. Older data, or the cases already open on "
            "the first day, make the number estimable."
        ),
        "no_data": _("No file has anything of this kind from the place. Import one that has."),
        formats.SECONDARY: _(
            "Another place of the region has too few cases to be published, and this number would restore theirs "
            "by subtraction. Rates and scores are shown and rest on all cases; the region above has their number."
        ),
    }.get(code, "")


def status_reason(code: str) -> Html:
    """Why there is no number; what can be done about it on hovering."""
    return tag("span", status_text(code), title=status_advice(code) or None)


def no_score_reason(snapshot: CachedSnapshot, row: Any) -> str:
    """Why a place has no score, and in which dimensions it has no points."""
    missing_dimensions = [
        localise(dimension.name)
        for dimension in snapshot.method.dimensions
        if formats.is_missing(getattr(row, dimension.id))
    ]
    reason = status_text(row.status)
    # What did not come is no matter of one dimension.
    if not missing_dimensions or row.status in ("low_coverage", "part_of_cases", "not_observed"):
        return reason
    return _("{reason}: {dimensions}").format(reason=reason, dimensions=_(", ").join(missing_dimensions))
