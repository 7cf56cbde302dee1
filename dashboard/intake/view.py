"""What a warehouse holds: the data set in hand, every import with its way back, and how complete
the numbers of cases are."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import streamlit as st

from dashboard import address, data, formats, parts, tables
from dashboard.i18n import _
from dashboard.intake import check as intake_check
from dashboard.intake import words as intake_words
from dashboard.intake.steps import advice, plainly, trouble
from dashboard.markup import Html, tag
from dashboard.tables import Column
from index_engine import intake
from index_engine.errors import InputError
from index_engine.intake import State
from index_engine.spreadsheets import disarmed

NEWEST = 8
WORST = 15
# What a first file of cases brings along.
GROUND = ("regions", "courts", "court_names", "published")
MUCH_MISSING = 0.4  # of the case numbers; a court below is marked


def data_set(warehouse: Path, state: State | None) -> None:
    """The data set that files go into, and a way to begin one of one's own."""
    if state is None:
        st.html(tag("p", _("There is no data set yet. Give yours a name to begin.")))
        _begin(first=True)
        return
    name = tag("b", warehouse.stem)
    kind = parts.mark() if state.synthetic else None
    files = _("{n} files").format(n=formats.number(state.files))
    st.html(tag("p", _("Data set"), name, kind, tag("span", files), class_="data-set"))
    if state.synthetic:
        st.html(
            tag(
                "p",
                _(
                    "Made-up cases and real ones are never mixed, so your files go into a data "
                    "set of their own. Give it a name, or choose one at the top of the page."
                ),
                class_="quiet",
            )
        )
        _begin(first=True)
    else:
        with st.expander(_("Begin another data set"), key="intake-another-set"):
            _begin(first=False)


def _begin(*, first: bool) -> None:
    with (
        plainly(),
        st.container(horizontal=True, vertical_alignment="bottom", key="intake-begin"),
    ):
        name = st.text_input(
            _("Name of your data set"),
            key="intake-set-name",
            placeholder=_("such as 江苏2024"),
            max_chars=40,
            width=280,
        ).strip()
        clicked = st.button(
            _("Begin"), key="intake-begin-button", type="primary" if first else "secondary"
        )
        if not clicked:
            return
        if name in data.data_sets():
            raise InputError(f"{name}: there is a data set of this name; choose it above")
        path = data.file_of(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        intake.create(path)
        address.put(data=data.parameter(name), period="", level="", unit="")
        st.rerun()


def stale(warehouse: Path, state: State) -> None:
    """Says when files came or went since the last build, and builds."""
    if not state.stale:
        return
    with st.container(
        horizontal=True, vertical_alignment="center", key="intake-stale", gap="medium"
    ):
        st.html(
            tag(
                "p",
                _("Files came or went since the scores were computed: pages show the state before.")
                if state.built
                else _("Nothing has been computed from these files yet."),
            )
        )
        clicked = st.button(_("Compute now"), key="intake-build", type="primary")
    if clicked:
        with plainly():
            intake_check.compute(warehouse)
            st.rerun()


def sources(warehouse: Path, rows: pd.DataFrame) -> None:
    """Every import, the last one first, with its findings and a way to take it back."""
    parts.section(
        _("What was brought in"),
        _(
            "The last one first. Taking one back leaves the data as they were before it; only the "
            "last delivery of a name can be taken back."
        ),
    )
    if rows.empty:
        st.html(tag("p", _("Nothing yet."), class_="quiet"))
        return
    ground = rows["kind"].isin(GROUND)
    own, base = rows[~ground], rows[ground]
    everything = len(own) <= NEWEST or address.get("all") == "1"
    for row in own.head(len(own) if everything else NEWEST).itertuples(index=False):
        _source(warehouse, row)
    if not everything:
        more = _("Show all {n}").format(n=formats.number(len(own)))
        link = tag("a", more, href=address.here(all="1"), data_in=True)
        st.html(tag("p", link, class_="more"))
    if not base.empty:
        label = _("Places, courts and published figures ({n} files)").format(n=len(base))
        with st.expander(label, key="intake-ground"):
            for row in base.itertuples(index=False):
                _source(warehouse, row)


def _source(warehouse: Path, row: Any) -> None:
    taken_back = not formats.missing(row.undone_at)
    with st.container(key=f"intake-source-{row.source_id}"):
        left, middle, right = st.columns([2.2, 2.2, 1.3], vertical_alignment="center")
        left.html(_about(row, taken_back))
        middle.html(intake_check.rows_line(row.rows, row.kept, row.warned, row.rejected))
        if taken_back:
            return
        with right, st.container(horizontal=True):
            if row.rejected or row.warned:
                intake_check.download_findings(
                    lambda: intake.rejects(warehouse, int(row.source_id)),
                    str(row.name),
                    row.source_id,
                )
            with st.popover(_("Take back"), type="tertiary", key=f"intake-back-{row.source_id}"):
                st.html(tag("p", _("Take “{name}” back?").format(name=row.name)))
                sure = st.button(
                    _("Yes, take it back"),
                    key=f"intake-undo-{row.source_id}",
                    type="primary",
                )
        if sure:
            with plainly():
                intake.undo(warehouse, int(row.source_id))
                st.session_state.pop(intake_check.DONE, None)
                st.rerun()


def _about(row: Any, taken_back: bool) -> Html:
    day = formats.day(row.imported_at)
    facts = [
        intake_words.kind(row.kind),
        _("on {day}").format(day=day),
        tag("code", row.sha256[:12], title=row.sha256),
    ]
    if not formats.missing(row.observed_from) and not formats.missing(row.observed_to):
        window = formats.window(row.observed_from, row.observed_to)
        facts.append(_("records {window}").format(window=window))
    state = tag("em", _("taken back")) if taken_back else None
    made_up = parts.mark() if row.synthetic else None
    name = tag("p", tag("b", row.name), state, made_up)
    inner = tag("span", *(tag("span", fact) for fact in facts), class_="facts quiet")
    return tag("div", name, inner, class_="source-file undone" if taken_back else "source-file")


def coverage(warehouse: Path, rows: pd.DataFrame) -> None:
    """How many of the case numbers of each court were received, the worst first."""
    parts.section(
        _("How complete the cases are"),
        _(
            "Numbers of cases run from 1 without gaps in every court and year. The highest number "
            "says how many there are; what is missing was not delivered."
        ),
    )
    if rows.empty:
        said = _("No file has case numbers, so nobody can say.")
        st.html(tag("p", said, class_="quiet"))
        return
    courts = _by_court(rows)
    columns = [
        Column(_("Court"), lambda line: line.name),
        Column(_("Received of expected"), lambda line: _share(line.share), kind="plot"),
        Column(_("Received"), lambda line: formats.number(line.received), kind="number"),
        Column(_("Expected"), lambda line: formats.number(line.expected), kind="number"),
        Column(_("Years"), lambda line: line.years),
    ]
    shown = courts.head(WORST).itertuples(index=False)
    st.html(tables.table(columns, shown, caption=_("How complete the cases are")))
    if len(courts) > WORST:
        more = _("{n} more courts are in the file below.").format(
            n=formats.number(len(courts) - WORST)
        )
        st.html(tag("p", more, class_="quiet"))
    st.download_button(
        _("Download CSV"),
        lambda: b"\xef\xbb\xbf" + disarmed(rows).to_csv(index=False).encode(),
        file_name=f"{warehouse.stem}_coverage.csv",
        mime="text/csv",
        key="download-coverage",
        on_click="ignore",
        type="tertiary",
        icon=":material/download:",
    )


def _by_court(rows: pd.DataFrame) -> pd.DataFrame:
    """One row a court: name, years, received, expected, share; the least complete first."""
    grouped = rows.assign(expected=rows["received"] + rows["missing"]).groupby(
        ["court_id", "name"], as_index=False
    )
    courts = grouped.agg(
        received=("received", "sum"),
        expected=("expected", "sum"),
        first=("year", "min"),
        last=("year", "max"),
    )
    courts["share"] = courts["received"] / courts["expected"].clip(lower=1)
    courts["years"] = [
        str(first) if first == last else f"{first}–{last}"
        for first, last in zip(courts["first"], courts["last"], strict=True)
    ]
    return courts.sort_values(["share", "court_id"]).reset_index(drop=True)


def _share(share: float) -> Html:
    colour = intake_check.REJECTED if share < 1 - MUCH_MISSING else intake_check.KEPT
    bar = tables.bar([(share, colour, formats.percent(share, 0))], 1.0)
    return tag("span", bar, tag("span", formats.percent(share, 0)), class_="share")


def without_warehouse(error: InputError) -> None:
    """What is wrong with the file that should be the warehouse."""
    trouble(intake_words.said(str(error)))
    advice(_("Choose another data set at the top of the page, or begin a new one."))
    _begin(first=True)
