"""The last two steps of bringing a file in: a trial that shows what it would do, then the import
and the computation of what pages show."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import streamlit as st

from dashboard import address, data, formats, parts, tables
from dashboard.i18n import _, place_name
from dashboard.intake import words as intake_words
from dashboard.intake.steps import PROPOSED, Reading, advice, plainly, step, trouble
from dashboard.markup import Html, join, tag
from dashboard.tables import Column
from index_engine import intake
from index_engine.errors import InputError
from index_engine.intake import Outcome, Trial
from index_engine.spreadsheets import disarmed

TRIED = "intake_tried"  # the last trial, with what was tried
DONE = "intake_done"  # the last import, until another file is begun
FIRST_FINDINGS = 12
REDRAW_SECONDS = 0.2
KEPT, WARNED, REJECTED = "var(--good)", "var(--caution)", "var(--bad)"


@dataclass(frozen=True)
class Done:
    """What came of an import: `problem` is why nothing could be computed after it."""

    warehouse: Path
    name: str
    outcome: Outcome
    problem: str


def check(warehouse: Path, reading: Reading) -> Trial | None:
    """Step 3. What the import would do, None until it was tried as the file is read now."""
    step(
        3,
        _("Try it out"),
        _("Every row is read and judged as in an import, and nothing is kept."),
    )
    wanted = (str(warehouse), *reading.key)
    tried, trial = st.session_state.get(TRIED, (None, None))
    if st.button(_("Try it out"), key="intake-try", type="secondary" if trial else "primary"):
        trial = None
        with plainly(), _bar(warehouse) as bar, reading.picked.on_disk() as path:
            trial = intake.check(warehouse, reading.kind, path, reading.mapping, bar.report)
            tried = wanted
            st.session_state[TRIED] = (tried, trial)
    if trial is None or tried != wanted:
        return None
    _show(trial, reading)
    return trial


def import_(warehouse: Path, reading: Reading) -> None:
    """Step 4. The import, then the build; what came of it is shown by the run that follows."""
    step(
        4,
        _("Bring it in"),
        _(
            "The file goes in as a whole or not at all, and can be taken back later. Then "
            "everything that pages show is computed anew."
        ),
    )
    if not st.button(_("Import and compute"), key="intake-import", type="primary"):
        return
    outcome, problem = None, ""
    with plainly(), _bar(warehouse) as bar, reading.picked.on_disk() as path:
        outcome = intake.take_in(warehouse, reading.kind, path, reading.mapping, bar.report)
    if outcome is None:
        return
    try:
        compute(warehouse)
    except InputError as error:
        problem = str(error)
    st.session_state[DONE] = Done(warehouse, reading.picked.name, outcome, problem)
    for kept in (TRIED, PROPOSED):
        st.session_state.pop(kept, None)
    st.session_state["intake_round"] = st.session_state.get("intake_round", 0) + 1
    st.rerun()


def compute(warehouse: Path) -> None:
    """Build a warehouse, its steps shown as they begin. Raises InputError if it has no cases."""
    if not intake.state(warehouse).has_cases:
        raise InputError("scores need cases: bring in a file of enforcement cases")
    with _bar(warehouse) as bar:
        steps = iter(range(1, intake.STEPS + 1))

        def progress(_name: str) -> None:
            step = next(steps)
            said = _("Computing, step {n} of {all}").format(n=step, all=intake.STEPS)
            bar.report(said, step - 1, intake.STEPS)

        intake.build(warehouse, progress=progress)


class _bar:
    """A bar of progress while the block runs; says so when somebody else is writing."""

    def __init__(self, warehouse: Path) -> None:
        self._waits = intake.busy(warehouse)

    def __enter__(self) -> _bar:
        text = _("Somebody else is importing; waiting for my turn …") if self._waits else "…"
        self._drawn = st.progress(0.0, text)
        self._last = 0.0
        return self

    def __exit__(self, *raised: object) -> None:
        self._drawn.empty()

    def report(self, what: str, done: int, total: int | None) -> None:
        now = time.monotonic()
        if now - self._last < REDRAW_SECONDS and done != total:
            return
        self._last = now
        share = min(done / total, 1.0) if total else 0.0
        self._drawn.progress(share, intake_words.said(what))


def rows_line(rows: int, kept: int, warned: int, rejected: int) -> Html:
    """All rows as one line of three parts that add up: kept, kept with a warning, rejected."""
    pieces = (
        (kept - warned, KEPT, _("kept")),
        (warned, WARNED, _("kept, with a warning")),
        (rejected, REJECTED, _("rejected")),
    )
    drawn = tables.bar(
        ((size, colour, f"{name} {formats.number(size)}") for size, colour, name in pieces), rows
    )
    keys = (
        tag("span", tag("i", style=f"background:{colour}"), name, tag("b", formats.number(size)))
        for size, colour, name in pieces
    )
    total = tag("span", _("rows"), tag("b", formats.number(rows)))
    return tag("div", drawn, tag("p", total, *keys), class_="rows-line")


def _show(trial: Trial, reading: Reading) -> None:
    outcome = trial.outcome
    st.html(rows_line(outcome.rows, outcome.kept, outcome.with_warning, outcome.rejected))
    st.html(_changes(outcome, reading.kind))
    if not trial.new_courts.empty:
        names = [str(name) for name in trial.new_courts["name"]]
        advice(
            _("{n} courts that are not in the list of courts would be added: {names}").format(
                n=formats.number(len(names)), names=_few(names)
            )
        )
    reasons = list(_reasons(outcome))
    if not reasons:
        return
    left, right = st.columns([1, 1.5], gap="large")
    with left:
        columns = [
            Column(_("Why"), lambda line: join(line[1], tag("small", line[0]))),
            Column(_("Rows"), lambda line: formats.number(line[2]), kind="number"),
        ]
        st.html(tables.table(columns, reasons, caption=_("Why")))
    with right:
        st.html(_findings(trial.findings.head(FIRST_FINDINGS), reading.kind))
        download_findings(trial.findings, reading.picked.name, "trial")


def _changes(outcome: Outcome, kind: str) -> Html:
    changes = outcome.changes
    facts = [
        (_("new"), changes.added),
        (_("changed"), changes.changed),
        (_("known already, unchanged"), changes.same),
        (_("of earlier files, no longer in this one"), changes.gone),
    ]
    cells = [tag("div", tag("dt", term), tag("dd", formats.number(n))) for term, n in facts]
    fields = " · ".join(
        f"{intake_words.field(kind, name)} {formats.number(rows)}"
        for name, rows in changes.fields.items()
    )
    by_field = tag("p", _("Changed: {fields}").format(fields=fields), class_="quiet")
    return join(tag("dl", *cells, class_="facts"), by_field if fields else None)


def _reasons(outcome: Outcome) -> Iterable[tuple[str, str, int]]:
    """What happened to rows, by which rule in words, how many; the most first of each."""
    for what, rules in (
        (_("rejected"), outcome.reasons),
        (_("value left out"), outcome.cleared),
        (_("warning"), outcome.warned),
        (_("good to know"), outcome.noted),
    ):
        for rule, rows in sorted(rules.items(), key=lambda item: (-item[1], item[0])):
            yield what, intake_words.rule(rule), rows


def _findings(findings: pd.DataFrame, kind: str) -> Html:
    columns = [
        Column(_("Row"), lambda line: formats.number(line.row_no), kind="number"),
        Column(_("Field"), lambda line: _field(kind, line.field)),
        Column(_("Value"), _value),
        Column(_("What was found"), lambda line: intake_words.rule(line.rule)),
    ]
    rows = findings.itertuples(index=False)
    return tables.table(columns, rows, caption=_("The first rows with findings"))


def _value(line: Any) -> str:
    return "" if formats.missing(line.value) else intake_words.said(line.value)


def _field(kind: str, name: str) -> str:
    """The field that a finding is about; what is about none is about the row."""
    return _("the whole row") if name == "(line)" else intake_words.field(kind, name)


def download_findings(
    findings: pd.DataFrame | Callable[[], pd.DataFrame], name: str, key: object
) -> None:
    """A button for the findings as CSV, for whoever mends the file; made when it is asked for."""

    def content() -> bytes:
        table = findings() if callable(findings) else findings
        named = table.assign(reason=table["rule"].map(intake_words.rule))
        return b"\xef\xbb\xbf" + disarmed(named).to_csv(index=False, lineterminator="\r\n").encode()

    st.download_button(
        _("Download the findings"),
        content,
        file_name=f"{name.rpartition('.')[0] or name}_rejects.csv",
        mime="text/csv",
        key=f"download-findings-{key}",
        on_click="ignore",
        type="tertiary",
        icon=":material/download:",
    )


def done(warehouse: Path) -> bool:
    """What came of the last import into this warehouse; False once another file is begun."""
    last: Done | None = st.session_state.get(DONE)
    if last is None or last.warehouse != warehouse:
        return False
    outcome = last.outcome
    with st.container(key="intake-done"):
        st.html(tag("h2", _("{name} is in").format(name=last.name)))
        st.html(rows_line(outcome.rows, outcome.kept, outcome.with_warning, outcome.rejected))
        if last.problem:
            trouble(intake_words.said(last.problem))
        else:
            st.html(_ways_on())
        if st.button(_("Bring in another file"), key="intake-another"):
            del st.session_state[DONE]
            st.rerun()
    return True


def _ways_on() -> Html:
    """Links to what is new on the other pages: the map, and the places with the most cases."""
    try:
        answers = data.current()
    except InputError as error:
        return tag("p", intake_words.said(str(error)), class_="advice")
    whole = tag("a", _("See it on the map"), href=address.link(""), data_in=True)
    scores = answers.scores("province", answers.periods()[-1])
    most: Any = scores[scores["n"] > 0].sort_values("n", ascending=False).head(3)
    links = [
        tag("a", place_name(row), href=parts.place_link(row, "region", "province"), data_in=True)
        for row in most.itertuples(index=False)
    ]
    return tag("p", whole, *links, class_="ways-on")


def _few(names: list[str], most: int = 5) -> str:
    shown = ", ".join(names[:most])
    return shown if len(names) <= most else f"{shown} …"
