"""The columns of a file on the screen: which field each feeds and how it is read, to be corrected."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial
from hashlib import sha256
from typing import Any

import streamlit as st

from dashboard.text import messages, terms
from dashboard.text.i18n import _, ngettext
from dashboard.ui import components
from dashboard.ui.html import Html, join, markdown_literal, tag
from dashboard.ui.reading import mapping_draft
from dashboard.ui.reading.mapping_draft import NO_VALUE, MappingChoices
from index_engine.importing import api
from index_engine.importing.api import Proposal, ProposedColumn
from index_engine.importing.contract import PACKAGE_KIND

WIDTHS = (3.4, 2.8, 2.2, 1.5)
SURE, LIKELY = 0.85, 0.5
OPEN_CHOICE = "?"
EXAMPLE_DATE, EXAMPLE_SERIAL = datetime(2024, 3, 5, 9, 30), 45356
DAYS_FROM_1900_TO_1904 = 1462
# Ways to write a day that a person may choose from; none stands for those read by themselves.
DATE_FORMATS = (
    (),
    ("%Y年%m月%d日",),
    ("%Y%m%d",),
    ("%d/%m/%Y",),
    ("%m/%d/%Y",),
    ("excel",),
    ("excel_1900",),
    ("excel_1904",),
    ("unix",),
    ("minguo",),
    ("month",),
    ("month_end",),
)
MAX_SAMPLES, SAMPLE_LENGTH = 3, 24

KeyBuilder = Callable[..., str]


def make_key_builder(*identity: object) -> KeyBuilder:
    """A maker of names for the controls of one file read in one way: another file, other names."""
    digest = sha256(repr(identity).encode()).hexdigest()[:10]
    return lambda *suffixes: "-".join(("intake", digest, *map(str, suffixes)))


def field_choices(base: Proposal, key: KeyBuilder) -> dict[int, str | None]:
    """The fields that the columns feed, by position, as selected on the screen; empty where that is
    what was proposed. All of it counts as selected: no column loses its field unseen."""
    columns = mapping_draft.file_columns(base)
    proposed_fields = {column.position: column.field for column in columns if column.position is not None}
    current_fields = {
        position: st.session_state.get(key("field", position), field) for position, field in proposed_fields.items()
    }
    return {} if current_fields == proposed_fields else current_fields


def draw_mapping_table(proposal: Proposal, base: Proposal, key: KeyBuilder) -> MappingChoices:
    """All columns with their controls; returns the decisions on units, date formats and words.

    The order is that of `base`, so that no row moves while it is edited: first columns that feed a
    field, then those that feed none, then those with personal data, which have no controls.
    """
    contract_fields = {field.name: field for field in api.contract_fields(proposal.kind)}
    current_columns = {column.position: column for column in mapping_draft.file_columns(proposal)}
    rows = [(column, current_columns[column.position]) for column in mapping_draft.file_columns(base)]
    mapped_rows = [row for row in rows if row[0].field is not None]
    unmapped_rows = [row for row in rows if row[0].field is None]
    units: dict[str, str] = {}
    formats: dict[str, list[str]] = {}
    words: dict[str, dict[str, str]] = {}

    def draw_column(column: ProposedColumn) -> None:
        with st.container(key=key("row", column.position)):
            left_column, middle_column, right_column, last_column = st.columns(WIDTHS, vertical_alignment="center")
            left_column.html(_column_head(column))
            with middle_column:
                _draw_field_select(column, contract_fields, proposal.kind, key)
            last_column.html(_certainty_note(column))
            if column.field is None:
                return
            with right_column:
                _draw_settings(column, contract_fields[column.field], key, units, formats)
            if column.note and column.confidence < SURE and not column.unknown_words:
                st.html(tag("p", messages.translate(column.note), class_="ask"))
            if column.unknown_words:
                words[column.field] = _draw_word_selects(column, contract_fields[column.field], proposal.kind, key)

    with st.container(key="intake-columns"):
        st.html(_table_heading())
        for _base, column in mapped_rows:
            draw_column(column)
        for column in mapping_draft.derived_columns(proposal):
            st.html(_derived_field(column, proposal.kind))
    if unmapped_rows:
        label = _("Columns that are not read ({n})").format(n=len(unmapped_rows))
        with st.expander(label, expanded=bool(proposal.missing_fields), key=key("unused")):
            for _base, column in unmapped_rows:
                draw_column(column)
    _draw_personal_columns([column.header for column in base.columns if column.is_personal])
    return MappingChoices(units=units, formats=formats, words=words)


def _table_heading() -> Html:
    titles = (_("Column of the file"), _("read as"), _("format"), _("certainty"))
    cells = (tag("span", title, style=f"flex:{width}") for title, width in zip(titles, WIDTHS, strict=True))
    return tag("div", *cells, class_="columns-head", aria_hidden="true")


def _column_head(column: ProposedColumn) -> Html:
    samples = [text[:SAMPLE_LENGTH] for text in column.samples[:MAX_SAMPLES]]
    sample_text = tag("span", " · ".join(samples) or _("no values"), class_="samples")
    return tag("div", tag("b", column.header), sample_text, class_="column")


def _draw_field_select(
    column: ProposedColumn, contract_fields: dict[str, api.Field], kind: str, key: KeyBuilder
) -> None:
    def option_label(name: str | None) -> str:
        if name is None:
            return _("— not read —")
        return terms.field_name(kind, name) + (" *" if contract_fields[name].required else "")

    options = [None, *contract_fields]
    st.selectbox(
        _("{column}: is read as").format(column=markdown_literal(column.header)),
        options,
        index=options.index(column.field),
        format_func=option_label,
        key=key("field", column.position),
        label_visibility="collapsed",
    )


def _draw_settings(
    column: ProposedColumn, field: api.Field, key: KeyBuilder, units: dict[str, str], formats: dict[str, list[str]]
) -> None:
    """Controls for the unit of an amount and the formats of a date; for codes, the words recognised."""
    if options := api.available_units(field):
        current_unit = column.settings.get("unit", options[0])
        if current_unit not in options:  # a factor of its own, such as 1000
            st.html(tag("span", f"× {current_unit}", class_="quiet"))
            return
        units[field.name] = st.selectbox(
            _("{column}: unit").format(column=markdown_literal(column.header)),
            options,
            index=options.index(current_unit),
            format_func=lambda unit: unit or _("a share of 1, or with a % sign"),
            key=key("unit", column.position, field.name),
            label_visibility="collapsed",
        )
    elif field.type == "DATE":
        proposed_formats = tuple(column.settings.get("format", ()))
        formats[field.name] = list(
            st.selectbox(
                _("{column}: how dates are written").format(column=markdown_literal(column.header)),
                list(dict.fromkeys([proposed_formats, *DATE_FORMATS])),
                format_func=_format_example,
                key=key("format", column.position, field.name),
                label_visibility="collapsed",
            )
        )
    elif values := column.settings.get("values"):
        count_text = ngettext("{n} word known", "{n} words known", len(values)).format(n=len(values))
        pairs = ((word, _word_meaning(value, field)) for word, value in values.items())
        words_note = components.note(count_text, components.definitions(*pairs))
        st.html(tag("div", tag("span", count_text), words_note, class_="certain"))


def _format_example(formats: tuple[str, ...]) -> str:
    """One day as each of these formats writes it."""
    if not formats:
        return _("2024-03-05, 2024/3/5 and the like")
    special_formats = {
        "excel": _("{number}, a date number of a spreadsheet").format(number=EXAMPLE_SERIAL),
        "excel_1900": _("{number}, a date number that counts from 1900").format(number=EXAMPLE_SERIAL),
        "excel_1904": _("{number}, a date number that counts from 1904").format(
            number=EXAMPLE_SERIAL - DAYS_FROM_1900_TO_1904
        ),
        "unix": _("seconds or milliseconds since 1970"),
        "minguo": _("113/03/05, years of the Republic (民国)"),
        "month": _("a month: its first day"),
        "month_end": _("a month: its last day"),
        "year": _("a year: its first day"),
        "year_end": _("a year: its last day"),
    }
    return " / ".join(
        special_formats[date_format]
        if date_format in special_formats
        else EXAMPLE_DATE.strftime(
            date_format.replace("%m", f"{EXAMPLE_DATE.month}").replace("%d", f"{EXAMPLE_DATE.day}")
        )
        if "年" in date_format or "/" in date_format
        else EXAMPLE_DATE.strftime(date_format)
        for date_format in formats
    )


def _word_meaning(value: str | bool | int, field: api.Field) -> str:
    """What a word of the file stands for."""
    if value == NO_VALUE:
        return _("no value")
    return terms.code_name(field, str(value).lower())


def _draw_word_selects(column: ProposedColumn, field: api.Field, kind: str, key: KeyBuilder) -> dict[str, str]:
    """A control for every word that was not recognised; returns those decided, by word."""
    name = terms.field_name(kind, field.name)
    message = _("Words of the file not recognised as {field}: say what each means.").format(field=name)
    codes = list(api.word_by_code(field))
    decisions = {}
    with st.container(key=key("words", column.position)):
        st.html(tag("p", message, class_="ask"))
        with st.container(horizontal=True):
            for position, word in enumerate(column.unknown_words):
                choice = st.selectbox(
                    markdown_literal(word),
                    [OPEN_CHOICE, NO_VALUE, *codes],
                    format_func=lambda code: _code_label(code, field),
                    key=key("word", column.position, position, field.name),
                    width=210,
                )
                if choice != OPEN_CHOICE:
                    decisions[word] = choice
    return decisions


def _code_label(code: str, field: api.Field) -> str:
    if code == OPEN_CHOICE:
        return _("undecided")
    return _("no value") if code == NO_VALUE else terms.code_name(field, code)


def _certainty_note(column: ProposedColumn) -> Html:
    """Three steps of sureness, in words and as a bar, and why, to be opened."""
    if column.field is None:
        return tag("span", "")
    level = 3 if column.confidence >= SURE else 2 if column.confidence >= LIKELY else 1
    label = {3: _("certain"), 2: _("check it"), 1: _("doubtful")}[level]
    bar = tag("i", *(tag("b", class_="on" if n < level else None) for n in range(3)))
    reason = messages.translate(column.reason)
    note = tag("p", messages.translate(column.note)) if column.note else None
    details = components.note(column.header, tag("p", reason), note)
    return tag("div", bar, tag("span", label), details, class_=f"certain level{level}")


def _derived_field(column: ProposedColumn, kind: str) -> Html:
    """A field without a column of its own, and its source."""
    name = tag("b", terms.field_name(kind, column.field or ""))
    fields = {field.name: field for field in api.contract_fields(kind)}
    if "part" in column.settings:
        source_text = _("read from the case number in “{column}”").format(column=column.header)
    elif "template" in column.settings:
        source_text = _("composed as {template}").format(template=column.settings["template"])
    elif isinstance(column.settings.get("column", column.settings.get("constant")), list):
        field = fields[column.field or ""]
        meanings = (str(_word_meaning(word, field)) for word in column.settings.get("constant", []))
        source_text = _("read round by round, one row a round: {columns}").format(
            columns=column.header or " / ".join(meanings)
        )
    elif "constant" in column.settings:
        value = _word_meaning(column.settings["constant"], fields[column.field or ""])
        source_text = _("the same in all rows: {value}").format(value=value)
    else:
        source_text = _("read from the column “{column}” as well").format(column=column.header)
    note = tag("small", messages.translate(column.note)) if column.note else None
    return tag("p", name, join(" ", source_text), note, class_="derived")


def _draw_personal_columns(headers: list[str]) -> None:
    if headers:
        message = _("Personal data, neither shown nor stored: {columns}").format(columns=" / ".join(headers))
        st.html(tag("p", message, class_="personal"))


def draw_constants(proposal: Proposal, key: KeyBuilder) -> dict[str, Any]:
    """A choice for every required field that no column feeds, where one value can hold for all
    rows; returns those that were made."""
    contract_fields = {field.name: field for field in api.contract_fields(proposal.kind)}
    values: dict[str, Any] = {}
    for name in proposal.missing_fields:
        field = contract_fields[name]
        label = terms.field_name(proposal.kind, name)
        value: Any = None
        if words := api.word_by_code(field):
            value = st.selectbox(
                _("{field}, the same in all rows").format(field=label),
                list(words),
                index=None,
                format_func=partial(terms.code_name, field),
                key=key("constant", name),
                placeholder=_("choose"),
            )
            value = None if value is None else api.typed_codes(field, {"": value})[""]
        elif field.type == "DATE" and proposal.kind == PACKAGE_KIND:
            value = st.date_input(
                _("{field}, the same in all rows").format(field=label),
                value=None,
                key=key("constant", name),
                format="YYYY-MM-DD",
            )
        elif field.type == "VARCHAR" and not field.hashed:
            value = st.text_input(
                _("{field}, the same in all rows").format(field=label), key=key("constant", name)
            ).strip()
        if value not in (None, ""):
            values[name] = value
    return values
