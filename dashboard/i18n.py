"""Languages: wording by gettext, names of places and of the method by language.

The language belongs to the run of one person's page and never to the process: it is kept in a
context variable that `use` sets at the start of every run.
"""

from __future__ import annotations

import gettext as std_gettext
from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Protocol

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

LOCALES = Path(__file__).resolve().parent.parent / "locales"


@dataclass(frozen=True)
class Language:
    """One language of the site: `code` in addresses, `catalogue` of wording, `own_name` shown."""

    code: str
    catalogue: str
    html_lang: str
    own_name: str


LANGUAGES = (
    Language("zh", "zh_Hans", "zh-Hans", "中文"),
    Language("en", "en", "en", "English"),
)
_current: ContextVar[Language] = ContextVar("language", default=LANGUAGES[0])


class Named(Protocol):
    """Anything with a name in several languages: a unit, or a row of a table of units."""

    name: str
    name_hant: str
    name_en: str


def find(code: str) -> Language:
    """The language of a code in an address; the first language where there is no such."""
    return next((language for language in LANGUAGES if language.code == code), LANGUAGES[0])


def use(code: str) -> Language:
    """Speak this language until the run ends."""
    language = find(code)
    _current.set(language)
    return language


def current() -> Language:
    return _current.get()


def _(message: str) -> str:
    """`message`, written in English in the code, in the current language."""
    return translations(current().catalogue).gettext(message)


def pick(names: Mapping[str, str]) -> str:
    """The wording of the method file in the current language, else in English."""
    return names.get(current().catalogue) or names["en"]


def place_name(unit: Named) -> str:
    """Name of a place or court; its Chinese name where it has no other."""
    if current().catalogue == "zh_Hans":
        return unit.name
    name = unit.name_hant if current().catalogue == "zh_Hant" else unit.name_en
    return name if isinstance(name, str) and name else unit.name


@cache
def translations(catalogue: str) -> std_gettext.NullTranslations:
    """The catalogue, compiled in memory: no .mo files to forget to rebuild."""
    path = LOCALES / catalogue / "LC_MESSAGES" / "messages.po"
    with path.open("rb") as file:
        read = read_po(file, locale=catalogue)
    compiled = BytesIO()
    write_mo(compiled, read)
    compiled.seek(0)
    return std_gettext.GNUTranslations(compiled)
