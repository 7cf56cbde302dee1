"""What the engine says, in the language of the page: by code, never by the English sentence."""

from __future__ import annotations

from pathlib import Path

from dashboard.text import terms
from dashboard.text.i18n import _, localise
from index_engine.errors import InputError, Message, Term, wordings


def translate(message: Message | InputError) -> str:
    """The sentence of a message or of an error, its terms of the data contract by their names."""
    if isinstance(message, InputError):
        message = message.message
    return message.sentence(localise(wordings(message.code)), _word)


def _word(value: object) -> object:
    """A parameter as the sentence says it; a number or a date is left to the sentence's format."""
    match value:
        case Message():
            return translate(value)
        case Term():
            return _term_name(value)
        case list() | tuple():
            return _(", ").join(str(_word(item)) for item in value)
        case dict():
            return _(", ").join(f"{_word(key)}: {_word(item)}" for key, item in value.items())
        case Path():
            return value.name  # visitors need not know where things lie
        case _:
            return value


def _term_name(term: Term) -> str:
    match term.domain:
        case "kind":
            return terms.file_kind_name(term.id)
        case "field":
            return terms.field_name(term.kind, term.id)
        case "rule":
            return terms.rule_text(term.id)
