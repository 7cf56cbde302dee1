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

from dashboard.i18n import SIMPLIFIED, current, pick
from index_engine import intake


@cache
def terms() -> dict[str, Any]:
    """Kinds, fields and rules, each with its wording by language."""
    return _read("terms")


def _read(name: str) -> dict[str, Any]:
    path = Path(__file__).with_name(f"{name}.toml")
    return tomllib.loads(path.read_text(encoding="utf-8"))


def kinds() -> list[str]:
    """All kinds of files, those that people bring in most first."""
    return list(terms()["kinds"])


def kind(name: str) -> str:
    """A kind of file."""
    return _named(terms()["kinds"], name)


def field(of_kind: str, name: str) -> str:
    """A field of a kind of file."""
    return _named(terms()["fields"].get(of_kind, {}), name)


def rule(name: str) -> str:
    """What a row fails."""
    return _named(terms()["rules"], name)


def code(of: intake.Field, value: str) -> str:
    """A code that a field may hold."""
    usual = intake.usual_words(of).get(value)
    return pick({"en": value.replace("_", " ")} | ({SIMPLIFIED: usual} if usual else {}))


def _named(names: dict[str, dict[str, str]], name: str) -> str:
    return pick(names[name]) if name in names else name


def said(message: str) -> str:
    """A sentence of the engine, which speaks English, in the language of the page.

    The sentences have names and numbers in them, so they are known by their pattern. One that is
    not known stays as it is.
    """
    if current().catalogue == "en":
        return message
    for pattern, wording in _phrases():
        if found := pattern.fullmatch(message):
            return pick(wording).format(*map(_field_or_itself, found.groups()))
    return message


def _field_or_itself(word: str) -> str:
    named = (names[word] for names in terms()["fields"].values() if word in names)
    return pick(next(named, {"en": word}))


@cache
def _phrases() -> list[tuple[re.Pattern[str], dict[str, str]]]:
    """Patterns of the engine's sentences and their wording by language."""
    return [(re.compile(phrase["en"], re.DOTALL), phrase) for phrase in _read("phrases")["phrase"]]
