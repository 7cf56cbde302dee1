"""What a warehouse holds: the data set in view, every import with its undo, and how complete the
case numbers are."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import streamlit as st

from dashboard.data import csv_download, import_steps
from dashboard.state import address, cache
from dashboard.text import formats, messages, terms
from dashboard.text.i18n import _, ngettext
from dashboard.ui import cells, components
from dashboard.ui.columns import number_column, plot_column, text_column
from dashboard.ui.html import Html, tag
from dashboard.ui.step_messages import draw_advice, draw_error, report_input_errors
from dashboard.ui.table import Column, TableSpec, table_block
from index_engine.errors import InputError
from index_engine.importing import api
from index_engine.importing.api import WarehouseState

MAX_SOURCES = 8
MAX_COURTS = 15
# What a first file of cases brings along.
BASE_KINDS = ("regions", "courts", "court_names", "published")
MAX_MISSING_SHARE = 0.4  # of the case numbers; a court below is marked


def draw_data_set(warehouse: Path, state: WarehouseState | None) -> None:
    """The data set that files are imported into, and a form for a new one."""
    if state is None:
        st.html(tag("p", _("There is no data set yet. Give yours a name to begin.")))
        _draw_new_data_set(first=True)
        return
    name = tag("b", warehouse.stem)
    kind = components.synthetic_mark() if state.synthetic else None
    files = ngettext("{n} file", "{n} files", state.files).format(n=formats.number(state.files))
    st.html(tag("p", _("Data set"), name, kind, tag("span", files), class_="data-set"))
    if state.synthetic:
        st.html(
            tag(
                "p",
                _(
                    "Synthetic and real cases are never mixed, so your files go into a data set of "
                    "their own. Give it a name, or choose one at the top of the page."
                ),
                class_="quiet",
            )
        )
        _draw_new_data_set(first=True)
    else:
        with st.expander(_("Create another data set"), key="intake-another-set"):
            _draw_new_data_set(first=False)


def _draw_new_data_set(*, first: bool) -> None:
    with report_input_errors(), st.container(horizontal=True, vertical_alignment="bottom", key="intake-begin"):
        name = st.text_input(
            _("Name of your data set"),
            key="intake-set-name",
            placeholder=_("such as 江苏2024"),
            max_chars=40,
            width=280,
        ).strip()
        click = st.button(_("Create"), key="intake-begin-button", type="primary" if first else "secondary")
        if not click:
            return
        if name in cache.data_set_names():
            raise InputError("data_set_exists", name=name)
        path = cache.data_set_file(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        api.create_warehouse(path)
        address.update(data=cache.data_parameter(name), period="", level="", unit="")
        st.rerun()


def draw_stale_notice(warehouse: Path, state: WarehouseState) -> None:
    """Says when files came or went since the last build, and builds."""
    if not state.is_stale:
        return
    with st.container(horizontal=True, vertical_alignment="center", key="intake-stale", gap="medium"):
        st.html(
            tag(
                "p",
                _("Files were imported or undone since the scores were computed: pages show the earlier state.")
                if state.is_built
                else _("Nothing has been computed from these files yet."),
            )
        )
        click = st.button(_("Compute now"), key="intake-build", type="primary")
    if click:
        with report_input_errors():
            import_steps.build_warehouse(warehouse)
            st.rerun()


def draw_sources(warehouse: Path, rows: pd.DataFrame) -> None:
    """Every import, the latest first, with its findings and a button to undo it."""
    components.section(
        _("Imported files"),
        _(
            "The latest first. Undoing an import restores the data as they were before it; of "
            "several deliveries of one source only the last can be undone."
        ),
    )
    if rows.empty:
        st.html(tag("p", _("Nothing yet."), class_="quiet"))
        return
    is_base = rows["kind"].isin(BASE_KINDS)
    source_rows, base_rows = rows[~is_base], rows[is_base]
    has_all_rows = len(source_rows) <= MAX_SOURCES or address.get("all") == "1"
    for row in source_rows.head(len(source_rows) if has_all_rows else MAX_SOURCES).itertuples(index=False):
        _draw_source(warehouse, row)
    if not has_all_rows:
        link_text = _("Show all {n}").format(n=formats.number(len(source_rows)))
        link = tag("a", link_text, href=address.current_link(all="1"), data_in=True)
        st.html(tag("p", link, class_="more"))
    if not base_rows.empty:
        label = ngettext(
            "Places, courts and published figures ({n} file)",
            "Places, courts and published figures ({n} files)",
            len(base_rows),
        ).format(n=len(base_rows))
        with st.expander(label, key="intake-ground"):
            for row in base_rows.itertuples(index=False):
                _draw_source(warehouse, row)


def _draw_source(warehouse: Path, row: Any) -> None:
    is_undone = not formats.is_missing(row.undone_at)
    with st.container(key=f"intake-source-{row.source_id}"):
        left_column, middle_column, right_column = st.columns([2.2, 2.2, 1.3], vertical_alignment="center")
        left_column.html(_source_facts(row, is_undone))
        middle_column.html(import_steps.row_counts_bar(row.rows, row.kept, row.warned, row.rejected))
        if is_undone:
            return
        with right_column, st.container(horizontal=True):
            if row.rejected or row.warned:
                import_steps.draw_findings_download(
                    lambda: api.list_findings(warehouse, int(row.source_id)), str(row.name), row.source_id
                )
            with st.popover(_("Undo"), type="tertiary", key=f"intake-back-{row.source_id}"):
                st.html(tag("p", _("Undo the import of “{name}”?").format(name=row.name)))
                confirmation = st.button(_("Yes, undo it"), key=f"intake-undo-{row.source_id}", type="primary")
        if confirmation:
            with report_input_errors():
                import_steps.undo_source(warehouse, int(row.source_id))
                st.session_state.pop(import_steps.IMPORT_KEY, None)
                st.rerun()


def _source_facts(row: Any, is_undone: bool) -> Html:
    day = formats.day(row.imported_at)
    facts = [
        terms.file_kind_name(row.kind),
        _("on {day}").format(day=day),
        tag("code", row.sha256[:12], title=row.sha256),
    ]
    if not formats.is_missing(row.observed_from) and not formats.is_missing(row.observed_to):
        days = formats.date_range(row.observed_from, row.observed_to)
        facts.append(_("records {window}").format(window=days))
    if not formats.is_missing(row.holds):
        facts.append(terms.design_name(row.holds))
    undone_mark = tag("em", _("undone")) if is_undone else None
    synthetic_mark = components.synthetic_mark() if row.synthetic else None
    name = tag("p", tag("b", row.name), undone_mark, synthetic_mark)
    facts_line = tag("span", *(tag("span", fact) for fact in facts), class_="facts quiet")
    return tag("div", name, facts_line, class_="source-file undone" if is_undone else "source-file")


def draw_coverage(warehouse: Path, rows: pd.DataFrame) -> None:
    """How many of the case numbers of each court were received, the least complete first."""
    courts = coverage_by_court(rows)
    columns: list[Column[Any]] = [
        text_column(_("Court"), lambda row: row.name),
        plot_column(_("Received of expected"), lambda row: _share_bar(row.share)),
        number_column(_("Received"), lambda row: row.received),
        number_column(_("Expected"), lambda row: row.expected),
        text_column(_("Years"), lambda row: row.years),
    ]
    table_block(
        None,
        TableSpec(
            "intake-coverage",
            _("How complete the cases are"),
            columns,
            explanation=_(
                "In every court and year case numbers run from 1 without gaps. The highest number "
                "is the number of cases; gaps are cases that were not delivered."
            ),
            empty_text=_("No file has case numbers, so that completeness is not known."),
            max_rows=MAX_COURTS,
        ),
        courts.itertuples(index=False),
    )
    if not courts.empty:
        csv_download.draw_download(
            _("Download CSV"), lambda: rows, f"{warehouse.stem}_coverage.csv", "download-coverage"
        )


def coverage_by_court(rows: pd.DataFrame) -> pd.DataFrame:
    """One row a court: name, years, received, expected, share; the least complete first."""
    court_groups = rows.assign(expected=rows["received"] + rows["missing"]).groupby(
        ["court_id", "name"], as_index=False
    )
    courts = court_groups.agg(
        received=("received", "sum"), expected=("expected", "sum"), first=("year", "min"), last=("year", "max")
    )
    courts["share"] = courts["received"] / courts["expected"].clip(lower=1)
    courts["years"] = [
        str(first) if first == last else f"{first}–{last}"
        for first, last in zip(courts["first"], courts["last"], strict=True)
    ]
    return courts.sort_values(["share", "court_id"]).reset_index(drop=True)


def _share_bar(share: float) -> Html:
    colour = import_steps.REJECTED_COLOUR if share < 1 - MAX_MISSING_SHARE else import_steps.LOADED_COLOUR
    bar = cells.stacked_bar([(share, colour, formats.percent(share, 0))], 1.0)
    return tag("span", bar, tag("span", formats.percent(share, 0)), class_="share")


def draw_warehouse_error(error: InputError) -> None:
    """What is wrong with the file that should be the warehouse."""
    draw_error(messages.translate(error))
    draw_advice(_("Choose another data set at the top of the page, or create a new one."))
    _draw_new_data_set(first=True)
