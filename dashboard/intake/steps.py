"""The first two steps of bringing a file in: which file it is, and how it is to be read."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import streamlit as st

from dashboard.i18n import _
from dashboard.intake import columns as intake_columns
from dashboard.intake import draft as intake_draft
from dashboard.intake import files as intake_files
from dashboard.intake import words as intake_words
from dashboard.intake.files import Picked
from dashboard.markup import Html, tag
from index_engine import intake
from index_engine.errors import InputError
from index_engine.intake import Proposal

PROPOSED = "intake_proposed"  # where proposals of the file in hand are kept, by how it is read
EARLIEST = date(1990, 1, 1)


@dataclass(frozen=True)
class Reading:
    """A file and how it is to be read: its kind, and the text of a mapping."""

    picked: Picked
    kind: str
    mapping: str

    @property
    def key(self) -> tuple[str, str, str]:
        return self.picked.token, self.kind, self.mapping


def step(number: int, title: str, explanation: str = "") -> None:
    """The heading of a step."""
    said = tag("p", explanation) if explanation else None
    badge = tag("span", number, class_="number", aria_hidden="true")
    st.html(tag("div", badge, tag("div", tag("h2", title), said), class_="step"))


def trouble(message: object) -> None:
    """What cannot go on, and why; the page stays as it is."""
    st.html(tag("p", message, class_="trouble", role="alert"))


def advice(message: object) -> None:
    """What should be looked at before going on."""
    st.html(tag("p", message, class_="advice", role="note"))


@contextmanager
def plainly() -> Iterator[None]:
    """Bad input inside the block is said in one line, in its place."""
    try:
        yield
    except InputError as error:
        trouble(intake_words.said(str(error)))


def choose_file() -> Picked | None:
    """Step 1. The file that was chosen, None while there is none."""
    step(
        1,
        _("Choose a file"),
        _(
            "CSV, Excel or Parquet, as the court system or the platform exported it: titles, "
            "merged cells, 万元 and Chinese dates may stay. Names, identity numbers, addresses and "
            "telephone numbers are not needed and are left out."
        ),
    )
    picked: Picked | None = None
    with st.container(key="intake-upload"), plainly():
        st.html(f"<style>{_dropzone()}</style>")
        round_ = st.session_state.get("intake_round", 0)  # a new round empties the box
        given = st.file_uploader(
            _("File to bring in"),
            type=list(intake_files.SUFFIXES),
            key=f"intake-file-{round_}",
            label_visibility="collapsed",
        )
        if given is not None:
            picked = intake_files.uploaded(given)
        if names := intake_files.waiting():
            chosen = st.selectbox(
                _("or a file from the inbox on the server, for files too large to upload"),
                names,
                index=None,
                key=f"intake-inbox-{round_}",
                placeholder=_("choose"),
            )
            if chosen is not None and picked is None:
                picked = intake_files.from_inbox(chosen)
    if picked is None:
        st.session_state.pop(PROPOSED, None)
    return picked


def _dropzone() -> str:
    """Streamlit has its words on boxes for files in English only; style.css puts these there."""
    limit = st.get_option("server.maxUploadSize")
    drop = _("or drop it here, up to {limit} MB").format(limit=limit)
    browse = _("Choose a file …")
    return f'.stApp {{ --drop: "{drop}"; --browse: "{browse}"; }}'


def describe(picked: Picked, warehouse: Path) -> Reading | None:
    """Step 2. How the file is to be read, None while a decision is open."""
    step(
        2,
        _("Check how it is read"),
        _("What each column is was told by its heading and its values. Change what is wrong."),
    )
    given = _mapping_file(picked)
    if given is not None:
        return given
    reading = None
    with plainly():
        base, key = _proposal(picked)
        chosen = intake_columns.chosen_fields(base, key)
        sheet = None if base.opening.sheet == "*" else base.opening.sheet
        way = tuple(sorted(intake_draft.once(chosen).items()))
        proposal = _kept(picked, base.kind, sheet, way)
        for warning in intake_draft.warnings(proposal):
            advice(intake_words.said(warning))
        choices = intake_columns.table(proposal, base, key)
        choices = replace(choices, constants=intake_columns.constants(proposal, key))
        choices = _about(proposal, picked, warehouse, choices, key)
        text = intake_draft.mapping(proposal, choices)
        if _complete(proposal, choices, intake_draft.twice(chosen)):
            reading = Reading(picked, proposal.kind, text)
        _show_mapping(text, picked)
    return reading


def _mapping_file(picked: Picked) -> Reading | None:
    """A mapping that was saved before, in place of the proposal."""
    label = _("Use a mapping file saved earlier")
    with st.expander(label, key="intake-mapping"), plainly():
        given = st.file_uploader(
            label, type=["toml"], key=f"intake-mapping-{picked.token}", label_visibility="collapsed"
        )
        if given is None:
            return None
        try:
            text = given.getvalue().decode("utf-8")
        except UnicodeDecodeError as error:
            raise InputError("mapping: is not UTF-8; save the mapping file as UTF-8") from error
        kind = intake.kind_of_mapping(text)
        st.html(tag("p", _("Read as {kind}.").format(kind=intake_words.kind(kind))))
        st.code(text, language="toml", height=240)
        return Reading(picked, kind, text)
    return None


def _proposal(picked: Picked) -> tuple[Proposal, intake_columns.Key]:
    """What is proposed for the kind and the sheet that a person chose, else for the likeliest."""
    key = intake_columns.key_of(picked.token)
    kind = st.session_state.get(key("kind"))
    sheet = st.session_state.get(key("sheet"))
    kinds = intake_words.kinds()
    base = _kept(picked, kind, sheet, ())
    with st.container(horizontal=True, vertical_alignment="bottom", key="intake-kind"):
        st.selectbox(
            _("Kind of file"),
            kinds,
            index=kinds.index(base.kind),
            format_func=intake_words.kind,
            key=key("kind"),
            width=260,
        )
        if len(base.sheets) > 1:
            st.selectbox(
                _("Sheet"),
                [None, *base.sheets],
                format_func=lambda name: name or _("as found"),
                key=key("sheet"),
                width=220,
            )
        st.html(_facts(base))
    return base, intake_columns.key_of(picked.token, base.kind, sheet)


def _facts(base: Proposal) -> Html:
    opening = base.opening
    pieces = [
        _("header on line {line}").format(line=opening.header),
        _("{n} rows looked at").format(n=base.rows_seen),
    ]
    if opening.sheet:
        sheet = _("all sheets") if opening.sheet == "*" else opening.sheet
        pieces.append(_("sheet {name}").format(name=sheet))
    elif not base.sheets and opening.encoding:
        pieces.append(opening.encoding.upper())
    return tag("span", *(tag("span", piece) for piece in pieces), class_="facts quiet")


def _kept(
    picked: Picked, kind: str | None, sheet: str | None, chosen: tuple[tuple[int, str | None], ...]
) -> Proposal:
    """The proposal for a file read in one way; asked for once, and forgotten with the file."""
    token, proposals = st.session_state.get(PROPOSED, ("", {}))
    if token != picked.token:
        proposals = {}
    way = (kind, sheet, chosen)
    if way not in proposals:
        with picked.on_disk() as path:
            proposals[way] = intake.recognise(path, kind, sheet=sheet, chosen=dict(chosen))
    st.session_state[PROPOSED] = (picked.token, proposals)
    return proposals[way]


def _about(
    proposal: Proposal,
    picked: Picked,
    warehouse: Path,
    choices: intake_draft.Choices,
    key: intake_columns.Key,
) -> intake_draft.Choices:
    """What is true of the whole file: its name, the days it observes, whether it is complete."""
    before = intake.sources(warehouse)
    same_kind = before[(before["kind"] == proposal.kind) & before["undone_at"].isna()]
    known = list(dict.fromkeys(same_kind["name"]))
    own = picked.name.rpartition(".")[0]
    with st.container(key="intake-about"):
        left, middle, right = st.columns([2, 1, 1], vertical_alignment="bottom")
        name = left.selectbox(
            _("Name of the source"),
            list(dict.fromkeys([own, *known])),
            key=key("name"),
            accept_new_options=True,
            help=_(
                "A later file of the same name corrects and completes this one. Keep one name for "
                "what one court or platform delivers again and again."
            ),
        )
        days = {}
        for column, what, label in (
            (middle, "from", _("Records from")),
            (right, "to", _("Records to")),
        ):
            days[what] = column.date_input(
                label,
                value=None,
                min_value=EARLIEST,
                max_value=date.today(),
                key=key(what),
                format="YYYY-MM-DD",
                help=_(
                    "First and last day whose filings and closings the file records. A case that "
                    "is open on the last day counts as open until then."
                ),
            )
        st.html(
            tag(
                "p",
                _(
                    "Without these two days the file counts from its first to its last date. A "
                    "quarter is scored only when its last day is covered, so say it if the export "
                    "covers whole quarters."
                ),
                class_="hint",
            )
        )
        complete = known != [] and st.checkbox(
            _("This file is complete: rows of earlier files of this name that it no longer has go"),
            key=key("complete"),
        )
        clear = st.checkbox(
            _("Keep a row whose optional value cannot be read, without that value"),
            value=True,
            key=key("clear"),
        )
    return replace(
        choices,
        name=(name or own).strip(),
        observed_from=days["from"],
        observed_to=days["to"],
        complete=complete,
        clear=clear,
    )


def _complete(proposal: Proposal, choices: intake_draft.Choices, doubled: list[str]) -> bool:
    """Whether nothing is left to decide; says what is."""

    def names(fields: list[str]) -> str:
        return ", ".join(intake_words.field(proposal.kind, name) for name in fields)

    if doubled:
        trouble(_("More than one column is read as: {fields}").format(fields=names(doubled)))
    if absent := intake_draft.open_fields(proposal, choices.constants):
        trouble(_("Needed, and no column is read as it yet: {fields}").format(fields=names(absent)))
    return not doubled and not absent


def _show_mapping(text: str, picked: Picked) -> None:
    with st.expander(_("The mapping file: how this file is read, to keep and to use again")):
        st.code(text, language="toml", height=300)
        st.download_button(
            _("Download the mapping"),
            text,
            file_name=f"{picked.name.rpartition('.')[0]}.toml",
            mime="application/toml",
            key="download-mapping",
            on_click="ignore",
            type="tertiary",
            icon=":material/download:",
        )
