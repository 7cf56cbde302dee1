"""Languages: wording by gettext, names of places and of the method by language.

Traditional Chinese is made from Simplified, character by character and not word by word: the law
described is the mainland's, and its terms stay as they are (程序 does not turn into 程式).

The language belongs to the run of one person's page and never to the process: it is kept in a
context variable that `use` sets at the start of every run.
"""

from __future__ import annotations

import gettext as std_gettext
from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache, lru_cache
from io import BytesIO
from pathlib import Path
from typing import Protocol

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from opencc import OpenCC

LOCALES = Path(__file__).resolve().parent.parent / "locales"


@dataclass(frozen=True)
class Language:
    """One language of the site: `code` in addresses, `catalogue` of wording and `html_lang`, its
    own name shown, and as what beginnings of a tag of RFC 5646 a browser asks for it."""

    code: str
    catalogue: str
    html_lang: str
    own_name: str
    asked_as: tuple[str, ...]


LANGUAGES = (
    Language("zh", "zh_Hans", "zh-Hans", "简体", ("zh",)),
    Language("zh-Hant", "zh_Hant", "zh-Hant", "繁體", ("zh-hant", "zh-tw", "zh-hk", "zh-mo")),
    Language("en", "en", "en", "English", ("en",)),
)
SIMPLIFIED, TRADITIONAL = "zh_Hans", "zh_Hant"
# Words that the conversion writes in a form that readers know less.
USUAL = {"發佈": "發布", "公佈": "公布", "佔": "占"}
_current: ContextVar[Language] = ContextVar("language", default=LANGUAGES[0])


class Named(Protocol):
    """Anything with a name in several languages: a unit, or a row of a table of units."""

    name: str
    name_hant: str
    name_en: str


def find(code: str) -> Language:
    """The language of a code in an address; the first language where there is no such."""
    return next((language for language in LANGUAGES if language.code == code), LANGUAGES[0])


def wanted(accepted: str) -> str:
    """Code of the language that a browser would have first, '' where it asks for none of ours.

    `accepted` is its Accept-Language (RFC 9110, 12.5.4), such as 'zh-TW,zh;q=0.9,en;q=0.8'.
    """
    asked = []
    for position, piece in enumerate(accepted.lower().split(",")):
        tag, *parameters = (part.strip() for part in piece.split(";"))
        weight = next((p[2:] for p in parameters if p.startswith("q=")), "1")
        try:
            asked.append((-float(weight), position, tag))
        except ValueError:
            continue  # a weight that is no number: what it weighs is not asked for
    for weight, _position, tag in sorted(asked):
        found = [
            (len(start), language.code)
            for language in LANGUAGES
            for start in language.asked_as
            if tag == start or tag.startswith(start + "-")
        ]
        if found and weight < 0:
            return max(found)[1]
    return ""


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
    catalogue = current().catalogue
    if catalogue == TRADITIONAL and TRADITIONAL not in names and SIMPLIFIED in names:
        return traditional(names[SIMPLIFIED])
    return names.get(catalogue) or names["en"]


def place_name(unit: Named) -> str:
    """Name of a place or court; its Chinese name where it has no other."""
    if current().catalogue == SIMPLIFIED:
        return unit.name
    if current().catalogue == TRADITIONAL:
        known = isinstance(unit.name_hant, str) and unit.name_hant not in ("", unit.name)
        return unit.name_hant if known else traditional(unit.name)
    return unit.name_en if isinstance(unit.name_en, str) and unit.name_en else unit.name


@lru_cache(maxsize=20_000)
def traditional(simplified: str) -> str:
    """Text in Traditional characters."""
    found = str(_converter().convert(simplified))
    for form, usual in USUAL.items():
        found = found.replace(form, usual)
    return found


@cache
def _converter() -> OpenCC:
    return OpenCC("s2tw")


@cache
def translations(catalogue: str) -> std_gettext.NullTranslations:
    """The catalogue, compiled in memory: no .mo files to forget to rebuild."""
    read = _catalogue(SIMPLIFIED if catalogue == TRADITIONAL else catalogue)
    if catalogue == TRADITIONAL:
        for message in read:
            message.string = traditional(message.string) if message.id else message.string
    compiled = BytesIO()
    write_mo(compiled, read)
    compiled.seek(0)
    return std_gettext.GNUTranslations(compiled)


def _catalogue(name: str) -> Catalog:
    with (LOCALES / name / "LC_MESSAGES" / "messages.po").open("rb") as file:
        return read_po(file, locale=name)
