"""The last two steps of an import: a dry run that shows what it would do, then the import itself and
the computation of what pages show."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import streamlit as st

from dashboard.data import csv_download
from dashboard.state import address, cache, work_queue
from dashboard.text import formats, messages, terms
from dashboard.text.i18n import _, ngettext
from dashboard.ui import cells
from dashboard.ui.columns import number_column, text_column
from dashboard.ui.html import Html, join, tag
from dashboard.ui.reading.reading_steps import PROPOSALS_KEY, Reading
from dashboard.ui.step_messages import draw_advice, draw_error, draw_step_heading, report_input_errors, take_turn
from dashboard.ui.table import Column, TableSpec, table_block
from index_engine import queries
from index_engine.errors import InputError, Message
from index_engine.importing import api
from index_engine.importing.api import DryRun, LoadResult

DRY_RUN_KEY = "intake_tried"  # the last dry run, and of what
IMPORT_KEY = "intake_done"  # the last import, until another file is begun
MAX_FINDINGS = 12
REDRAW_SECONDS = 0.2
LOADED_COLOUR, WARNING_COLOUR, REJECTED_COLOUR = "var(--good)", "var(--caution)", "var(--bad)"


@dataclass(frozen=True)
class CompletedImport:
    """The result of an import; `problem` is why nothing could be computed after it, if so."""

    warehouse: Path
    name: str
    outcome: LoadResult
    problem: InputError | None


@dataclass(frozen=True)
class FindingCount:
    """How many rows of a file fail a rule, and what happens to them; both in words."""

    effect: str
    rule: str
    rows: int


def draw_dry_run(warehouse: Path, reading: Reading) -> DryRun | None:
    """Step 3. The dry run of the file as it is read now; None before it."""
    draw_step_heading(3, _("Dry run"), _("Every row is read and validated as in an import; nothing is stored."))
    current_key = (str(warehouse), *reading.key)
    dry_run: DryRun | None
    previous_key, dry_run = st.session_state.get(DRY_RUN_KEY, (None, None))
    if st.button(_("Dry run"), key="intake-try", type="secondary" if dry_run else "primary"):
        dry_run = None
        with (
            report_input_errors(),
            take_turn(work_queue.IMPORTS),
            _ProgressBar(warehouse) as bar,
            reading.input_file.on_disk() as path,
        ):
            dry_run = api.dry_run(warehouse, reading.kind, path, reading.mapping, bar.report)
            previous_key = current_key
            st.session_state[DRY_RUN_KEY] = (previous_key, dry_run)
    if dry_run is None or previous_key != current_key:
        return None
    _draw_dry_run_result(dry_run, reading)
    return dry_run


def draw_import(warehouse: Path, reading: Reading) -> None:
    """Step 4. The import, then the build; the run of the page that follows shows the result."""
    draw_step_heading(
        4,
        _("Import"),
        _(
            "The file is imported as a whole or not at all, and the import can be undone later. Then "
            "everything that the pages show is recomputed."
        ),
    )
    if not st.button(_("Import and compute"), key="intake-import", type="primary"):
        return
    outcome, problem = None, None
    with report_input_errors(), take_turn(work_queue.IMPORTS):
        with _ProgressBar(warehouse) as bar, reading.input_file.on_disk() as path:
            outcome = api.import_file(warehouse, reading.kind, path, reading.mapping, bar.report)
        try:
            _build(warehouse)
        except InputError as error:
            problem = error
    if outcome is None:
        return
    st.session_state[IMPORT_KEY] = CompletedImport(warehouse, reading.input_file.name, outcome, problem)
    for session_key in (DRY_RUN_KEY, PROPOSALS_KEY):
        st.session_state.pop(session_key, None)
    st.session_state["intake_round"] = st.session_state.get("intake_round", 0) + 1
    st.rerun()


def build_warehouse(warehouse: Path) -> None:
    """Build a warehouse when its turn has come. Raises InputError if it has no cases."""
    with take_turn(work_queue.IMPORTS):
        _build(warehouse)


def undo_source(warehouse: Path, source_id: int) -> None:
    """Take an import back when its turn has come. Raises InputError as api.undo_source does."""
    with take_turn(work_queue.IMPORTS):
        api.undo_source(warehouse, source_id)


def _build(warehouse: Path) -> None:
    """Build a warehouse, its steps shown as they begin."""
    if not api.read_state(warehouse).has_cases:
        raise InputError("cases_needed")
    with _ProgressBar(warehouse) as bar:

        def report_step(step: api.BuildStep) -> None:
            message = _("Computing, step {n} of {all}").format(n=step.position, all=step.total)
            bar.report(message, step.position - 1, step.total)

        api.build(warehouse, progress=report_step)


class _ProgressBar:
    """A progress bar while the block runs, with a notice if another process is writing."""

    def __init__(self, warehouse: Path) -> None:
        self._is_busy = api.has_writer(warehouse)

    def __enter__(self) -> _ProgressBar:
        text = _("Another import is running; waiting …") if self._is_busy else "…"
        self._widget = st.progress(0.0, text)
        self._last_redraw = 0.0
        return self

    def __exit__(self, *error_info: object) -> None:
        self._widget.empty()

    def report(self, stage: Message | str, position: int, total: int | None) -> None:
        now = time.monotonic()
        if now - self._last_redraw < REDRAW_SECONDS and position != total:
            return
        self._last_redraw = now
        share = min(position / total, 1.0) if total else 0.0
        text = messages.translate(stage) if isinstance(stage, Message) else stage
        self._widget.progress(share, text)


def row_counts_bar(row_count: int, loaded_count: int, warning_count: int, rejected_count: int) -> Html:
    """All rows as a bar of three parts that add up: accepted, accepted with a warning, rejected."""
    pieces = (
        (loaded_count - warning_count, LOADED_COLOUR, _("accepted")),
        (warning_count, WARNING_COLOUR, _("accepted, with a warning")),
        (rejected_count, REJECTED_COLOUR, _("rejected")),
    )
    bar = cells.stacked_bar(
        ((size, colour, f"{name} {formats.number(size)}") for size, colour, name in pieces), row_count
    )
    legend = (
        tag("span", tag("i", style=f"background:{colour}"), name, tag("b", formats.number(size)))
        for size, colour, name in pieces
    )
    total = tag("span", _("rows"), tag("b", formats.number(row_count)))
    return tag("div", bar, tag("p", total, *legend), class_="rows-line")


def _draw_dry_run_result(dry_run: DryRun, reading: Reading) -> None:
    outcome = dry_run.outcome
    st.html(row_counts_bar(outcome.rows, outcome.accepted_rows, outcome.warned_rows, outcome.rejected_rows))
    st.html(_change_counts(outcome, reading.kind))
    for notice in outcome.notices:
        draw_advice(messages.translate(notice))
    if not dry_run.new_courts.empty:
        names = [str(name) for name in dry_run.new_courts["name"]]
        draw_advice(
            ngettext(
                "{n} court that is not in the list of courts would be added: {names}",
                "{n} courts that are not in the list of courts would be added: {names}",
                len(names),
            ).format(n=formats.number(len(names)), names=_name_list(names))
        )
    counts = finding_counts(outcome)
    if not counts:
        return
    left_column, right_column = st.columns([1, 1.5], gap="large")
    with left_column:
        table_block(
            None,
            TableSpec(
                "intake-reasons",
                _("Why"),
                [
                    text_column(_("Why"), lambda row: row.rule, lambda row: row.effect),
                    number_column(_("Rows"), lambda row: row.rows),
                ],
                heading="",
            ),
            counts,
        )
    with right_column:
        table_block(
            None,
            TableSpec("intake-findings", _("The first rows with findings"), finding_columns(reading.kind), heading=""),
            dry_run.findings.head(MAX_FINDINGS).itertuples(index=False),
        )
        draw_findings_download(lambda: dry_run.findings, reading.input_file.name, "trial")


def _change_counts(outcome: LoadResult, kind: str) -> Html:
    changes = outcome.changes
    facts = [
        (_("new"), changes.added_rows),
        (_("changed"), changes.changed_rows),
        (_("unchanged"), changes.unchanged_rows),
        (_("in earlier files, no longer in this one"), changes.absent_rows),
    ]
    cells = [tag("div", tag("dt", term), tag("dd", formats.number(n))) for term, n in facts]
    fields = " · ".join(
        f"{terms.field_name(kind, name)} {formats.number(rows)}" for name, rows in changes.changes_by_field.items()
    )
    field_changes = tag("p", _("Changed: {fields}").format(fields=fields), class_="quiet")
    return join(tag("dl", *cells, class_="facts"), field_changes if fields else None)


def finding_counts(outcome: LoadResult) -> list[FindingCount]:
    """The findings by effect and rule, the most frequent rule of each effect first."""
    counts = []
    for effect, rules in (
        (_("rejected"), outcome.rejection_counts),
        (_("value left out"), outcome.clearing_counts),
        (_("warning"), outcome.warning_counts),
        (_("for information"), outcome.note_counts),
    ):
        for rule, rows in sorted(rules.items(), key=lambda item: (-item[1], item[0])):
            counts.append(FindingCount(effect, terms.rule_text(rule), rows))
    return counts


def finding_columns(kind: str) -> list[Column[Any]]:
    """Columns of single findings in a file of some kind."""
    return [
        number_column(_("Row"), lambda row: row.row_no),
        text_column(_("Field"), lambda row: terms.field_name(kind, row.field)),
        text_column(_("Value"), _value_text),
        text_column(_("Finding"), lambda row: terms.rule_text(row.rule)),
    ]


def _value_text(line: Any) -> str:
    """The value that a finding is about, or how long one is that may be a name."""
    if formats.is_missing(line.value):
        return ""
    withheld = api.withheld_characters(line.value)
    return str(line.value) if withheld is None else messages.translate(withheld)


def draw_findings_download(read_findings: Callable[[], pd.DataFrame], name: str, key: object) -> None:
    """A button for the findings as CSV, for whoever corrects the file; `name` is that of the file."""

    def export_rows() -> pd.DataFrame:
        findings = read_findings()
        return findings.assign(reason=findings["rule"].map(terms.rule_text))

    file_name = f"{name.rpartition('.')[0] or name}_rejects.csv"
    key = f"download-findings-{key}"
    csv_download.draw_download(_("Download the findings"), export_rows, file_name, key)


def draw_completed_import(warehouse: Path) -> bool:
    """The result of the last import into this warehouse; False once another file is begun."""
    last_import: CompletedImport | None = st.session_state.get(IMPORT_KEY)
    if last_import is None or last_import.warehouse != warehouse:
        return False
    outcome = last_import.outcome
    with st.container(key="intake-done"):
        st.html(tag("h2", _("{name}: imported").format(name=last_import.name)))
        st.html(row_counts_bar(outcome.rows, outcome.accepted_rows, outcome.warned_rows, outcome.rejected_rows))
        if last_import.problem:
            draw_error(messages.translate(last_import.problem))
        else:
            st.html(_result_links())
        if st.button(_("Import another file"), key="intake-another"):
            del st.session_state[IMPORT_KEY]
            st.rerun()
    return True


def _result_links() -> Html:
    """Links to what is new on the other pages: the map, and the places with the most cases."""
    try:
        snapshot = cache.current_snapshot()
    except InputError as error:
        return tag("p", messages.translate(error), class_="advice")
    map_link = tag("a", _("See it on the map"), href=address.link(""), data_in=True)
    scores = queries.scores(snapshot, "province", snapshot.periods()[-1])
    largest_provinces: Any = scores[scores["n"] > 0].sort_values("n", ascending=False).head(3)
    links = [cells.place_link(row, "province") for row in largest_provinces.itertuples(index=False)]
    return tag("p", map_link, *links, class_="ways-on")


def _name_list(names: list[str], limit: int = 5) -> str:
    text = ", ".join(names[:limit])
    return text if len(names) <= limit else f"{text} …"
