"""The columns of a file on the screen: what each feeds and how it is read, for a person to mend."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from hashlib import sha256
from typing import Any

import streamlit as st

from dashboard import parts
from dashboard.i18n import _
from dashboard.intake import draft as intake_draft
from dashboard.intake import words as intake_words
from dashboard.intake.draft import NO_VALUE, Choices
from dashboard.markup import Html, join, tag
from index_engine import intake
from index_engine.intake import Proposal, ProposedColumn

WIDTHS = (3.4, 2.8, 2.2, 1.5)
SURE, LIKELY = 0.85, 0.5
UNDECIDED = "?"
EXAMPLE, EXAMPLE_SERIAL = datetime(2024, 3, 5, 9, 30), 45356
# Ways to write a day that a person may choose from; none stands for those read by themselves.
DATE_FORMATS = (
    (),
    ("%Y年%m月%d日",),
    ("%Y%m%d",),
    ("%d/%m/%Y",),
    ("%m/%d/%Y",),
    ("excel",),
)
SHOWN_SAMPLES, SAMPLE_LENGTH = 3, 24

Key = Callable[..., str]


def key_of(*what: object) -> Key:
    """A maker of names for the controls of one file read in one way: another file, other names."""
    digest = sha256(repr(what).encode()).hexdigest()[:10]
    return lambda *parts_: "-".join(("intake", digest, *map(str, parts_)))


def chosen_fields(base: Proposal, key: Key) -> dict[int, str | None]:
    """What the columns feed by position, as it stands on the screen; empty where that is what was
    proposed. All of it counts as chosen: no column gives its field up unseen."""
    columns = intake_draft.of_file(base)
    proposed = {column.position: column.field for column in columns}
    shown = {
        position: st.session_state.get(key("field", position), field)
        for position, field in proposed.items()
    }
    return {} if shown == proposed else shown


def table(proposal: Proposal, base: Proposal, key: Key) -> Choices:
    """All columns with their controls; returns what was decided on units, formats and words.

    The order is that of `base`, so that no row jumps away under a hand: first those that feed a
    field, then those without one, then those about people, which have no controls at all.
    """
    agreed = {field.name: field for field in intake.fields(proposal.kind)}
    now = {column.position: column for column in intake_draft.of_file(proposal)}
    rows = [(column, now[column.position]) for column in intake_draft.of_file(base)]
    found = [row for row in rows if row[0].field is not None]
    unused = [row for row in rows if row[0].field is None]
    units: dict[str, str] = {}
    formats: dict[str, list[str]] = {}
    words: dict[str, dict[str, str]] = {}

    def show(column: ProposedColumn) -> None:
        with st.container(key=key("row", column.position)):
            left, middle, right, last = st.columns(WIDTHS, vertical_alignment="center")
            left.html(_head(column))
            with middle:
                _field_choice(column, agreed, proposal.kind, key)
            last.html(_certainty(column))
            if column.field is None:
                return
            with right:
                _settings(column, agreed[column.field], key, units, formats)
            if column.note and column.confidence < SURE and not column.unknown_words:
                st.html(tag("p", intake_words.said(column.note), class_="ask"))
            if column.unknown_words:
                words[column.field] = _words(column, agreed[column.field], proposal.kind, key)

    with st.container(key="intake-columns"):
        st.html(_heading())
        for _base, column in found:
            show(column)
        for column in intake_draft.derived(proposal):
            st.html(_derived(column, proposal.kind))
    if unused:
        label = _("Columns that are not read ({n})").format(n=len(unused))
        with st.expander(label, expanded=bool(proposal.missing), key=key("unused")):
            for _base, column in unused:
                show(column)
    _personal([column.header for column in base.columns if column.personal])
    return Choices(units=units, formats=formats, words=words)


def _heading() -> Html:
    titles = (_("Column of the file"), _("is read as"), _("how"), _("how sure"))
    cells = (
        tag("span", title, style=f"flex:{width}")
        for title, width in zip(titles, WIDTHS, strict=True)
    )
    return tag("div", *cells, class_="columns-head", aria_hidden="true")


def _head(column: ProposedColumn) -> Html:
    samples = [text[:SAMPLE_LENGTH] for text in column.samples[:SHOWN_SAMPLES]]
    shown = tag("span", " · ".join(samples) or _("no values"), class_="samples")
    return tag("div", tag("b", column.header), shown, class_="column")


def _field_choice(
    column: ProposedColumn, agreed: dict[str, intake.Field], kind: str, key: Key
) -> None:
    def named(name: str | None) -> str:
        if name is None:
            return _("— not read —")
        return intake_words.field(kind, name) + (" *" if agreed[name].required else "")

    options = [None, *agreed]
    st.selectbox(
        _("{column}: is read as").format(column=column.header),
        options,
        index=options.index(column.field),
        format_func=named,
        key=key("field", column.position),
        label_visibility="collapsed",
    )


def _settings(
    column: ProposedColumn,
    field: intake.Field,
    key: Key,
    units: dict[str, str],
    formats: dict[str, list[str]],
) -> None:
    """The unit of an amount, the formats of a date; what is read of a word is said below it."""
    if options := intake.units_of(field):
        given = column.settings.get("unit", options[0])
        if given not in options:  # a factor of its own, such as 1000
            st.html(tag("span", f"× {given}", class_="quiet"))
            return
        units[field.name] = st.selectbox(
            _("{column}: unit").format(column=column.header),
            options,
            index=options.index(given),
            format_func=lambda unit: unit or _("a share of 1, or with its sign"),
            key=key("unit", column.position, field.name),
            label_visibility="collapsed",
        )
    elif field.type == "DATE":
        proposed = tuple(column.settings.get("format", ()))
        formats[field.name] = list(
            st.selectbox(
                _("{column}: how dates are written").format(column=column.header),
                list(dict.fromkeys([proposed, *DATE_FORMATS])),
                format_func=_as_written,
                key=key("format", column.position, field.name),
                label_visibility="collapsed",
            )
        )
    elif values := column.settings.get("values"):
        known = _("{n} words known").format(n=len(values))
        pairs = ((word, _meaning(value, field)) for word, value in values.items())
        about = parts.note(known, parts.definitions(*pairs))
        st.html(tag("div", tag("span", known), about, class_="certain"))


def _as_written(formats: tuple[str, ...]) -> str:
    """One day as each of these formats writes it."""
    if not formats:
        return _("2024-03-05, 2024/3/5 and the like")
    named = {
        "excel": _("{number}, a day of a spreadsheet").format(number=EXAMPLE_SERIAL),
        "month": _("a month: its first day"),
        "month_end": _("a month: its last day"),
        "year": _("a year: its first day"),
        "year_end": _("a year: its last day"),
    }
    return " / ".join(
        named[one]
        if one in named
        else EXAMPLE.strftime(one.replace("%m", f"{EXAMPLE.month}").replace("%d", f"{EXAMPLE.day}"))
        if "年" in one or "/" in one
        else EXAMPLE.strftime(one)
        for one in formats
    )


def _meaning(value: str | bool | int, field: intake.Field) -> str:
    """What a word of the file stands for."""
    if value == NO_VALUE:
        return _("no value")
    return intake_words.code(field, str(value).lower())


def _words(column: ProposedColumn, field: intake.Field, kind: str, key: Key) -> dict[str, str]:
    """A choice for every word that nobody could translate; returns those that were decided."""
    name = intake_words.field(kind, field.name)
    said = _("Words of the file that are no known {field}: say what each means.").format(field=name)
    codes = list(intake.usual_words(field))
    decided = {}
    with st.container(key=key("words", column.position)):
        st.html(tag("p", said, class_="ask"))
        with st.container(horizontal=True):
            for place, word in enumerate(column.unknown_words):
                given = st.selectbox(
                    word,
                    [UNDECIDED, NO_VALUE, *codes],
                    format_func=lambda code: _code(code, field),
                    key=key("word", column.position, place, field.name),
                    width=210,
                )
                if given != UNDECIDED:
                    decided[word] = given
    return decided


def _code(code: str, field: intake.Field) -> str:
    if code == UNDECIDED:
        return _("undecided")
    return _("no value") if code == NO_VALUE else intake_words.code(field, code)


def _certainty(column: ProposedColumn) -> Html:
    """Three steps of sureness, in words and as a bar, and why, to be opened."""
    if column.field is None:
        return tag("span", "")
    level = 3 if column.confidence >= SURE else 2 if column.confidence >= LIKELY else 1
    words = {3: _("sure"), 2: _("check it"), 1: _("doubtful")}[level]
    bar = tag("i", *(tag("b", class_="on" if n < level else None) for n in range(3)))
    why = intake_words.said(column.why)
    note = tag("p", intake_words.said(column.note)) if column.note else None
    about = parts.note(column.header, tag("p", why), note)
    return tag("div", bar, tag("span", words), about, class_=f"certain level{level}")


def _derived(column: ProposedColumn, kind: str) -> Html:
    """A field that has no column of its own, and where it comes from."""
    name = tag("b", intake_words.field(kind, column.field or ""))
    fields = {field.name: field for field in intake.fields(kind)}
    if "part" in column.settings:
        how = _("read from the case number in “{column}”").format(column=column.header)
    elif "template" in column.settings:
        how = _("put together as {template}").format(template=column.settings["template"])
    elif "constant" in column.settings:
        value = _meaning(column.settings["constant"], fields[column.field or ""])
        how = _("the same in all rows: {value}").format(value=value)
    else:
        how = _("read from the column “{column}” as well").format(column=column.header)
    note = tag("small", intake_words.said(column.note)) if column.note else None
    return tag("p", name, join(" ", how), note, class_="derived")


def _personal(headers: list[str]) -> None:
    if headers:
        said = _("About people: not shown and not kept: {columns}").format(
            columns=" / ".join(headers)
        )
        st.html(tag("p", said, class_="personal"))


def constants(proposal: Proposal, key: Key) -> dict[str, Any]:
    """A choice for every required field that no column feeds, where one value can hold for all
    rows; returns those that were made."""
    agreed = {field.name: field for field in intake.fields(proposal.kind)}
    given: dict[str, Any] = {}
    for name in proposal.missing:
        field = agreed[name]
        label = intake_words.field(proposal.kind, name)
        value: Any = None
        if words := intake.usual_words(field):
            value = st.selectbox(
                _("{field}, the same in all rows").format(field=label),
                list(words),
                index=None,
                format_func=lambda code, field=field: intake_words.code(field, code),
                key=key("constant", name),
                placeholder=_("choose"),
            )
            value = None if value is None else intake.typed_codes(field, {"": value})[""]
        elif field.type == "VARCHAR" and not field.hashed:
            value = st.text_input(
                _("{field}, the same in all rows").format(field=label), key=key("constant", name)
            ).strip()
        if value not in (None, ""):
            given[name] = value
    return given
