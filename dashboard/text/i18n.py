"""Languages: wording by gettext, names of places and of the method by language.

Traditional Chinese is made from Simplified, character by character and not word by word: the law
described is the mainland's, and its terms stay as they are (程序 does not turn into 程式).

The language belongs to the run of one person's page and never to the process: it is kept in a
context variable that `use` sets at the start of every run.
"""

from __future__ import annotations

import csv
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

DIVISIONS = Path(__file__).resolve().parents[2] / "data" / "divisions.csv"
LOCALES = Path(__file__).resolve().parents[2] / "locales"


@dataclass(frozen=True)
class Language:
    """One language of the site: `code` in addresses, `catalogue` of wording and `html_lang`, its
    own name shown, and as what beginnings of a tag of RFC 5646 a browser asks for it."""

    code: str
    catalogue: str
    html_lang: str
    native_name: str
    tag_prefixes: tuple[str, ...]


LANGUAGES = (
    Language("zh", "zh_Hans", "zh-Hans", "简体", ("zh",)),
    Language("zh-Hant", "zh_Hant", "zh-Hant", "繁體", ("zh-hant", "zh-tw", "zh-hk", "zh-mo")),
    Language("en", "en", "en", "English", ("en",)),
)
ENGLISH, SIMPLIFIED_CHINESE, TRADITIONAL_CHINESE = "en", "zh_Hans", "zh_Hant"
# Words that the conversion writes in a form that readers know less.
PREFERRED_FORMS = {"發佈": "發布", "公佈": "公布", "佔": "占", "摺合": "折合"}
_current: ContextVar[Language] = ContextVar("language", default=LANGUAGES[0])


class MultilingualName(Protocol):
    """Anything with a name in several languages: a place, or a row of a table of places."""

    @property
    def name(self) -> str: ...
    @property
    def name_hant(self) -> str: ...
    @property
    def name_en(self) -> str: ...


def language_by_code(code: str) -> Language:
    """The language of a code in an address; the first language where there is no such."""
    return next((language for language in LANGUAGES if language.code == code), LANGUAGES[0])


def negotiate_language(accept_language: str) -> str:
    """Code of the language that a browser would have first, '' where it asks for none of ours.

    `accepted` is its Accept-Language (RFC 9110, 12.5.4), such as 'zh-TW,zh;q=0.9,en;q=0.8'.
    """
    candidates = []
    for position, piece in enumerate(accept_language.lower().split(",")):
        tag, *parameters = (part.strip() for part in piece.split(";"))
        weight = next((p[2:] for p in parameters if p.startswith("q=")), "1")
        try:
            candidates.append((-float(weight), position, tag))
        except ValueError:
            continue  # a weight that is no number: what it weighs is not asked for
    for negative_weight, _position, tag in sorted(candidates):
        matches = [
            (len(prefix), language.code)
            for language in LANGUAGES
            for prefix in language.tag_prefixes
            if tag == prefix or tag.startswith(prefix + "-")
        ]
        if matches and negative_weight < 0:
            return max(matches)[1]
    return ""


def set_language(code: str) -> Language:
    """Speak this language until the run ends."""
    language = language_by_code(code)
    _current.set(language)
    return language


def current_language() -> Language:
    return _current.get()


def _(message: str) -> str:
    """`message`, written in English in the code, in the current language."""
    return translations(current_language().catalogue).gettext(message)


def ngettext(singular: str, plural: str, n: int) -> str:
    """`singular` for one and `plural` for any other number, both written in English in the code, in
    the current language; Chinese has one form for both."""
    return translations(current_language().catalogue).ngettext(singular, plural, n)


def localise(names: Mapping[str, str]) -> str:
    """The wording of the method file in the current language, else in English."""
    catalogue = current_language().catalogue
    if catalogue == TRADITIONAL_CHINESE and TRADITIONAL_CHINESE not in names and SIMPLIFIED_CHINESE in names:
        return to_traditional(names[SIMPLIFIED_CHINESE])
    return names.get(catalogue) or names["en"]


def place_name(place: MultilingualName) -> str:
    """Name of a place or court; its Chinese name where it has no other."""
    if current_language().catalogue == SIMPLIFIED_CHINESE:
        return place.name
    if current_language().catalogue == TRADITIONAL_CHINESE:
        has_traditional_name = isinstance(place.name_hant, str) and place.name_hant not in ("", place.name)
        return place.name_hant if has_traditional_name else to_traditional(place.name)
    return place.name_en if isinstance(place.name_en, str) and place.name_en else place.name


@lru_cache(maxsize=20_000)
def to_traditional(text: str) -> str:
    """Text in Traditional characters."""
    converted_text = str(_converter().convert(text))
    for form, preferred_form in (PREFERRED_FORMS | _division_forms()).items():
        converted_text = converted_text.replace(form, preferred_form)
    return converted_text


@cache
def _division_forms() -> dict[str, str]:
    """Names of divisions that a conversion by characters gets wrong, and as they are: 湖里 is no 湖裡, in the name of
    its court neither."""
    with DIVISIONS.open(encoding="utf-8", newline="") as file:
        names = [(_converter().convert(row["name"]), row["name_hant"]) for row in csv.DictReader(file)]
    return {form: name for form, name in names if form != name}


@cache
def _converter() -> OpenCC:
    return OpenCC("s2tw")


@cache
def translations(catalogue: str) -> std_gettext.NullTranslations:
    """The catalogue, compiled in memory: no .mo files to forget to rebuild.

    English has none: the messages in the code are English.
    """
    if catalogue == ENGLISH:
        return std_gettext.NullTranslations()
    catalog = _catalogue(SIMPLIFIED_CHINESE if catalogue == TRADITIONAL_CHINESE else catalogue)
    if catalogue == TRADITIONAL_CHINESE:
        for message in catalog:
            if message.id:
                # One translation, or for a message with a plural a tuple of them.
                message.string = (
                    to_traditional(message.string)
                    if isinstance(message.string, str)
                    else tuple(map(to_traditional, message.string or ()))
                )
    mo_file = BytesIO()
    write_mo(mo_file, catalog)
    mo_file.seek(0)
    return std_gettext.GNUTranslations(mo_file)


def _catalogue(name: str) -> Catalog:
    with (LOCALES / name / "LC_MESSAGES" / "messages.po").open("rb") as file:
        return read_po(file, locale=name)
