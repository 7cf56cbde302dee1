"""The first two steps with any file, for the pages that take some: which file it is, and how it is read."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import streamlit as st

from dashboard.state import input_files, uploads, work_queue
from dashboard.state.input_files import InputFile
from dashboard.text import messages, terms
from dashboard.text.i18n import _, localise, ngettext
from dashboard.ui import step_messages
from dashboard.ui.html import Html, join, tag
from dashboard.ui.reading import column_mapping, mapping_draft
from index_engine.errors import InputError
from index_engine.importing import api
from index_engine.importing.api import Proposal
from index_engine.method.fed_indicators import fed_indicators
from index_engine.method.read import load_method
from index_engine.private_folder import temporary_folder

PROPOSALS_KEY = "intake_proposed"  # session key of the proposals for the current file, by reading
EARLIEST_DATE = date(1990, 1, 1)
MAX_SOURCE_NAME_LENGTH = 60


@dataclass(frozen=True)
class Reading:
    """A file and how it is to be read: its kind, and the text of a mapping."""

    input_file: InputFile
    kind: str
    mapping: str

    @property
    def key(self) -> tuple[str, str, str]:
        return self.input_file.token, self.kind, self.mapping


def choose_file(title: str = "", *, has_inbox: bool = True) -> InputFile | None:
    """Step 1. The file that was chosen, None while there is none."""
    step_messages.draw_step_heading(
        1,
        title or _("Choose a file"),
        _(
            "CSV, Excel, Parquet, JSON or a ZIP of texts, as the court system or the platform exported it: titles, "
            "merged cells, 万元 and Chinese dates may stay. Names, identity numbers, addresses and "
            "telephone numbers are not needed and are left out."
        ),
    )
    input_file: InputFile | None = None
    with st.container(key="intake-upload"), step_messages.report_input_errors():
        st.html(join(tag("style", Html(_dropzone_css())), _refusal_words()))
        round_ = st.session_state.get("intake_round", 0)  # a new round empties the box
        upload = st.file_uploader(
            _("File to import"),
            type=list(input_files.SUFFIXES),
            key=f"intake-file-{round_}",
            label_visibility="collapsed",
        )
        if upload is not None:
            input_file = input_files.file_from_upload(upload)
        if has_inbox and (names := input_files.inbox_files()):
            inbox_name = st.selectbox(
                _("or a file from the inbox on the server, for files too large to upload"),
                names,
                index=None,
                key=f"intake-inbox-{round_}",
                placeholder=_("choose"),
            )
            if inbox_name is not None and input_file is None:
                input_file = input_files.file_from_inbox(inbox_name)
    if input_file is None:
        st.session_state.pop(PROPOSALS_KEY, None)
    return input_file


def _dropzone_css() -> str:
    """Streamlit has its words on boxes for files in English only; style.css puts these there."""
    limit = st.get_option("server.maxUploadSize")
    drop = _("or drop it here, up to {limit} MB").format(limit=limit)
    browse = _("Choose a file …")
    return f'.stApp {{ --drop: "{drop}"; --browse: "{browse}"; }}'


def _refusal_words() -> Html:
    """What stands in place of Streamlit's words for a file that it does not take; see static/uploads.js."""
    limit = st.get_option("server.maxUploadSize")
    return tag(
        "span",
        hidden=True,
        data_upload_too_large=_(
            "Not taken: larger than {limit} MB, the most that one file may have. Split it, or save it as Parquet."
        ).format(limit=limit),
        data_upload_no_room=_(
            "Not taken: there is no room for more files just now. Remove one chosen before, or try again later."
        ),
        data_upload_not_read=_("Not taken: a file with this ending is not read here."),
        data_upload_failed=_("Not taken: the file did not arrive. Try again."),
        data_upload_remove=_("Remove this file"),
    )


def describe_reading(input_file: InputFile, warehouse: Path | None, kind: str | None = None) -> Reading | None:
    """Step 2. How the file is to be read, None while a decision is open.

    A file that is to be stored in a `warehouse` is asked what is true of it as a whole; one of a given `kind` is not
    asked of which it is.
    """
    step_messages.draw_step_heading(
        2, _("Check how it is read"), _("Columns are recognised by their headings and values. Correct what is wrong.")
    )
    saved_reading = _load_mapping_file(input_file)
    if saved_reading is not None:
        return saved_reading
    reading = None
    with step_messages.report_input_errors():
        base, key = _select_proposal(input_file, kind)
        field_by_position = column_mapping.field_choices(base, key)
        sheet = None if base.options.sheet == "*" else base.options.sheet
        field_pairs = tuple(sorted(mapping_draft.unique_fields(field_by_position).items()))
        proposal = _cached_proposal(input_file, base.kind, sheet, field_pairs)
        for warning in mapping_draft.general_warnings(proposal):
            step_messages.draw_advice(messages.translate(warning))
        choices = column_mapping.draw_mapping_table(proposal, base, key)
        choices = replace(choices, constants=column_mapping.draw_constants(proposal, key))
        if warehouse is not None:
            choices = _draw_source_form(proposal, warehouse, choices, key)
            _draw_fed_indicators(proposal, choices)
        mapping_text = mapping_draft.mapping_text(proposal, choices)
        if _is_complete(proposal, choices, mapping_draft.duplicate_fields(field_by_position)):
            reading = Reading(input_file, proposal.kind, mapping_text)
        _draw_mapping(mapping_text, input_file)
    return reading


def _draw_fed_indicators(proposal: Proposal, choices: mapping_draft.MappingChoices) -> None:
    """Which indicators the file can feed as it is read, and what is lost by what it does not tell."""
    fed_fields = {column.field for column in proposal.columns if column.field is not None} | set(choices.constants)
    holds = choices.holds or proposal.holds
    told = [
        messages.translate(message)
        for message in fed_indicators(load_method(), proposal.kind, fed_fields, holds, localise)
    ]
    if told:
        st.html(tag("div", tag("p", tag("b", told[0])), tag("ul", *(tag("li", line) for line in told[1:]))))


def _load_mapping_file(input_file: InputFile) -> Reading | None:
    """A mapping that was saved before, in place of the proposal."""
    label = _("Use a mapping file saved earlier")
    with st.expander(label, key="intake-mapping"), step_messages.report_input_errors():
        upload = st.file_uploader(
            label, type=["toml"], key=f"intake-mapping-{input_file.token}", label_visibility="collapsed"
        )
        if upload is None:
            return None
        try:
            with (
                temporary_folder("mapping-") as folder,
                uploads.content(upload, folder, "mapping.toml") as path,
                path.open(encoding="utf-8") as stream,
            ):
                # One character more than may be: the reader of mappings refuses it.
                text = stream.read(api.MAX_MAPPING_CHARACTERS + 1)
        except UnicodeDecodeError as error:
            raise InputError("uploaded_mapping_not_utf8") from error
        kind = api.mapping_kind(text)
        st.html(tag("p", _("Read as {kind}.").format(kind=terms.file_kind_name(kind))))
        st.code(text, language="toml", height=240)
        return Reading(input_file, kind, text)
    return None


def _select_proposal(input_file: InputFile, required_kind: str | None) -> tuple[Proposal, column_mapping.KeyBuilder]:
    """What is proposed for the kind and the sheet that a person chose, else for the likeliest."""
    key = column_mapping.make_key_builder(input_file.token)
    kind = required_kind or st.session_state.get(key("kind"))
    sheet = st.session_state.get(key("sheet"))
    kinds = terms.file_kinds()
    base = _cached_proposal(input_file, kind, sheet, ())
    with st.container(horizontal=True, vertical_alignment="bottom", key="intake-kind"):
        if required_kind is None:
            st.selectbox(
                _("Kind of file"),
                kinds,
                index=kinds.index(base.kind),
                format_func=terms.file_kind_name,
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
        st.html(_file_facts(base))
    return base, column_mapping.make_key_builder(input_file.token, base.kind, sheet)


def _file_facts(base: Proposal) -> Html:
    layout = base.options
    pieces = [
        _("header on line {line}").format(line=layout.header),
        ngettext("{n} row looked at", "{n} rows looked at", base.inspected_row_count).format(
            n=base.inspected_row_count
        ),
    ]
    if layout.sheet:
        sheet = _("all sheets") if layout.sheet == "*" else layout.sheet
        pieces.append(_("sheet {name}").format(name=sheet))
    elif not base.sheets and layout.encoding:
        pieces.append(layout.encoding.upper())
    return tag("span", *(tag("span", piece) for piece in pieces), class_="facts quiet")


def _cached_proposal(
    input_file: InputFile, kind: str | None, sheet: str | None, field_pairs: tuple[tuple[int, str | None], ...]
) -> Proposal:
    """The proposal for a file read in one way, cached in the session until the file changes."""
    token: str
    proposals: dict[tuple[object, ...], Proposal]
    token, proposals = st.session_state.get(PROPOSALS_KEY, ("", {}))
    if token != input_file.token:
        proposals = {}
    reading_key = (kind, sheet, field_pairs)
    if reading_key not in proposals:
        with step_messages.take_turn(work_queue.RECOGNITIONS), input_file.on_disk() as path:
            proposals[reading_key] = api.propose_mapping(path, kind, sheet=sheet, overrides=dict(field_pairs))
    st.session_state[PROPOSALS_KEY] = (input_file.token, proposals)
    return proposals[reading_key]


def _draw_source_form(
    proposal: Proposal,
    warehouse: Path,
    choices: mapping_draft.MappingChoices,
    key: column_mapping.KeyBuilder,
) -> mapping_draft.MappingChoices:
    """What is true of the whole file: its name, which cases it holds, the days it observes, whether
    it is complete."""
    earlier_sources = api.list_sources(warehouse)
    same_kind = earlier_sources[(earlier_sources["kind"] == proposal.kind) & earlier_sources["undone_at"].isna()]
    known_names = list(dict.fromkeys(same_kind["name"]))
    with st.container(key="intake-about"):
        name = _draw_name_field(known_names, key)
        st.html(tag("p", _name_consequence(name, known_names), class_="hint"))
        left_column, right_column = st.columns(2, vertical_alignment="bottom")
        days = {}
        for column, bound, label in ((left_column, "from", _("Records from")), (right_column, "to", _("Records to"))):
            days[bound] = column.date_input(
                label,
                value=None,
                min_value=EARLIEST_DATE,
                max_value=date.today(),
                key=key(bound),
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
                    "Without these two days the file is taken to cover its first to its last date. A "
                    "quarter is scored only if its last day is covered, so enter them if the export "
                    "covers whole quarters."
                ),
                class_="hint",
            )
        )
        holds = _draw_design_select(proposal, key) if proposal.kind in api.DESIGNS_BY_KIND else None
        same_cases = _draw_same_cases_select(key) if proposal.kind == "cases" and known_names else None
        same_lots = _draw_same_lots_select(key) if proposal.kind == "auctions" else None
        complete = name in known_names and st.checkbox(
            _("This file is complete: remove rows of earlier files of this name that it does not contain"),
            key=key("complete"),
        )
        prices_checked = proposal.kind == "auctions" and st.checkbox(
            _("Prices are in their units, however unusual they are"), key=key("prices")
        )
        clear = st.checkbox(
            _("Accept a row with an unreadable optional value, without that value"), value=True, key=key("clear")
        )
    return replace(
        choices,
        name=name,
        holds=holds,
        same_cases=same_cases,
        same_lots=same_lots,
        prices_checked=prices_checked,
        observed_from=days["from"],
        observed_to=days["to"],
        complete=complete,
        clear=clear,
    )


def _draw_name_field(known_names: list[str], key: column_mapping.KeyBuilder) -> str:
    """The name of the source: one of those there are, or a new one; empty where none is given."""
    label = _("Name of the source")
    if known_names:
        choice = st.selectbox(
            label,
            known_names,
            index=None,
            placeholder=_("choose an earlier source, or type a new name"),
            key=key("name"),
            accept_new_options=True,
        )
        return choice if choice in known_names else (choice or "").strip()[:MAX_SOURCE_NAME_LENGTH]
    return st.text_input(
        label,
        placeholder=_("such as: Jiangsu High Court, enforcement cases, monthly"),
        key=key("name"),
        max_chars=MAX_SOURCE_NAME_LENGTH,
    ).strip()


def _name_consequence(name: str, known_names: list[str]) -> str:
    """What the name means for this file and for later ones."""
    if name in known_names:
        return _("This file corrects and completes what “{name}” has delivered before.").format(name=name)
    if name:
        return _(
            "A new source. Later files under this name correct and complete this one. Every visitor "
            "reads the name: no names of persons."
        )
    return _(
        "Left empty, the source is named by kind and day. A name lets later files correct and "
        "complete this one; every visitor reads it, so write a court or a platform, no person."
    )


def _draw_design_select(proposal: Proposal, key: column_mapping.KeyBuilder) -> str | None:
    """Which cases of its courts or rounds of its lots the file holds, None where nobody says; asked where the rows
    that were looked at leave it in doubt."""
    doubt = proposal.design_doubt
    if doubt is not None:
        step_messages.draw_advice(messages.translate(doubt))
    is_of_rounds = proposal.kind == "auctions"
    return st.selectbox(
        _("Which rounds of its lots the file holds") if is_of_rounds else _("Which cases the file holds"),
        options := [None, *api.DESIGNS_BY_KIND[proposal.kind]],
        index=options.index(proposal.holds),
        format_func=lambda design: terms.design_name(design) if design else _("not stated"),
        key=key("holds"),
        help=_(
            "Of a file with the last round of each lot the rounds before it are not known: its lots count as sold or "
            "not, but it feeds no rate by round and no wait from the first listing. Where nothing is stated and hardly "
            "a later round has the one before it, the import asks."
        )
        if is_of_rounds
        else _(
            "From closed cases alone, open cases alone, or the cases of one creditor no share of "
            "paid cases of a court can be computed. Where nothing is stated the file is taken to "
            "hold all cases, and is asked about where that cannot be."
        ),
    )


def _draw_same_cases_select(key: column_mapping.KeyBuilder) -> bool | None:
    """Whether cases that other sources seem to have too are the same, None where nobody says."""
    return _draw_answer_select(
        _("Cases that another source seems to have too, under other numbers"),
        {True: _("the same cases: each counts once"), False: _("different cases: each counts")},
        key("same-cases"),
        _(
            "Of one court, filed on one day or some days apart, with one claim. Of the same cases the file that holds all "
            "cases of the court goes first, and a closing counts that either file knows. Where nothing is "
            "stated and there are such cases, the import asks."
        ),
    )


def _draw_same_lots_select(key: column_mapping.KeyBuilder) -> bool | None:
    """Whether rounds under several ids that seem to be of one lot are, None where nobody says."""
    return _draw_answer_select(
        _("Lots that seem to be offered again under another id"),
        {True: _("rounds of one lot"), False: _("different lots")},
        key("same-lots"),
        _(
            "Platforms often number each round anew. Rounds are linked by case, court, title, reference price and "
            "stage. Where nothing is stated, what is sure is linked, and about the rest the import asks."
        ),
    )


def _draw_answer_select(question: str, names: dict[bool, str], key: str, explanation: str) -> bool | None:
    """A question that an import may ask, answered beforehand; None where nobody answers it."""
    return st.selectbox(
        question,
        [None, *names],
        format_func=lambda answer: _("not stated") if answer is None else names[answer],
        key=key,
        help=explanation,
    )


def _is_complete(proposal: Proposal, choices: mapping_draft.MappingChoices, duplicates: list[str]) -> bool:
    """Whether every decision is made; shows an error for each that is not."""

    def names(fields: list[str]) -> str:
        return ", ".join(terms.field_name(proposal.kind, name) for name in fields)

    if duplicates:
        step_messages.draw_error(_("More than one column is read as: {fields}").format(fields=names(duplicates)))
    if absent_fields := mapping_draft.open_fields(proposal, choices.constants):
        step_messages.draw_error(
            _("Required, and not read from any column yet: {fields}").format(fields=names(absent_fields))
        )
    return not duplicates and not absent_fields


def _draw_mapping(text: str, input_file: InputFile) -> None:
    with st.expander(_("The mapping file: how this file is read, to be stored and reused")):
        st.code(text, language="toml", height=300)
        st.download_button(
            _("Download the mapping"),
            text,
            file_name=f"{input_file.name.rpartition('.')[0]}.toml",
            mime="application/toml",
            key="download-mapping",
            on_click="ignore",
            type="tertiary",
            icon=":material/download:",
        )
