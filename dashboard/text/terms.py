"""The words of the data contract as people say them: kinds, fields, codes, rules.

The words stand in terms.toml, whole sentences in phrases.toml; what is not there goes
by its own name.
"""

from __future__ import annotations

import re
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

from dashboard.text.i18n import SIMPLIFIED_CHINESE, _, current_language, localise
from index_engine.importing import api


@cache
def read_terms() -> dict[str, Any]:
    """Kinds, fields and rules, each with its wording by language."""
    return _read_toml("terms")


def _read_toml(name: str) -> dict[str, Any]:
    path = Path(__file__).with_name(f"{name}.toml")
    return tomllib.loads(path.read_text(encoding="utf-8"))


def file_kinds() -> list[str]:
    """All kinds of files, those that people bring in most first."""
    return list(read_terms()["kinds"])


def file_kind_name(name: str) -> str:
    """A kind of file."""
    return _name_or_id(read_terms()["kinds"], name)


def field_name(kind: str, name: str) -> str:
    """A field of a kind of file."""
    return _name_or_id(read_terms()["fields"].get(kind, {}), name)


def rule_text(name: str) -> str:
    """What a row fails."""
    return _name_or_id(read_terms()["rules"], name)


def code_name(field: api.Field, value: str) -> str:
    """A code that a field may hold."""
    usual = api.word_by_code(field).get(value)
    return localise(
        {"en": value.replace("_", " ")} | ({SIMPLIFIED_CHINESE: usual} if usual else {})
    )


def _name_or_id(names: dict[str, dict[str, str]], name: str) -> str:
    return localise(names[name]) if name in names else name


def assumption_name(assumption: str) -> str:
    """A group of assumptions of the method that the sensitivity analysis varies."""
    return {
        "dimension_weights": _("weights of dimensions"),
        "indicator_weights": _("weights of indicators"),
        "aggregation": _("geometric or arithmetic mean"),
        "goalposts": _("goalposts"),
        "left_out": _("an indicator left out"),
        "shrinkage": _("shrinkage or none"),
    }.get(assumption, assumption)


def translate_message(message: str) -> str:
    """A sentence of the engine, which speaks English, in the language of the page.

    The sentences have names and numbers in them, so they are known by their pattern. One that is
    not known stays as it is.
    """
    if current_language().catalogue == "en":
        return message
    for pattern, wording in _read_phrases():
        if match := pattern.fullmatch(message):
            return localise(wording).format(*map(_field_name_or_word, match.groups()))
    return message


def _field_name_or_word(word: str) -> str:
    wordings = (names[word] for names in read_terms()["fields"].values() if word in names)
    return localise(next(wordings, {"en": word}))


@cache
def _read_phrases() -> list[tuple[re.Pattern[str], dict[str, str]]]:
    """Patterns of the engine's sentences and their wording by language."""
    return [
        (re.compile(phrase["en"], re.DOTALL), phrase) for phrase in _read_toml("phrases")["phrase"]
    ]
