"""How well the values of a column fit a field, and how they are to be read."""

from dataclasses import dataclass, field
from statistics import median
from typing import Any

from index_engine.errors import Message
from index_engine.importing.case_numbers.grammar import parse
from index_engine.importing.contract import Field
from index_engine.importing.recognise import code_synonyms
from index_engine.importing.recognise.header_matching import foreign_currency, header_unit
from index_engine.importing.recognise.normalise import distinct_texts, half_width, match_key, reference_data, share
from index_engine.importing.recognise.value_patterns import (
    PLAIN_MARKS,
    Marks,
    are_points_unclear,
    cell_unit,
    date_formats,
    has_thousands,
    is_count,
    is_month,
    is_year,
    name_type,
    number_marks,
    parse_number,
    read_amount,
)
from index_engine.importing.values.characters import NOTATION
from index_engine.importing.values.column_settings import NULL_WORDS, UNITS
from index_engine.importing.values.dates import ISO_FORMAT, MONTH, MONTH_END, YEAR, YEAR_END

# Of a month or a year that is given without a day, the day on which a period begins or ends.
_PERIOD_FORMATS = {
    "period_start": ((MONTH, is_month), (YEAR, is_year)),
    "period_end": ((MONTH_END, is_month), (YEAR_END, is_year)),
}

# A column without a value says nothing against its header.
_EMPTY_COLUMN_FIT = 0.5

# Words that an import reads as yes and no by itself.
_PLAIN_BOOLEANS = {*NOTATION["yes"], *NOTATION["no"]}

MONEY_TYPE, _SHARE_TYPE = "DECIMAL(18,2)", "DECIMAL(18,6)"

# 结收比 and the like pass one by little.
_MAX_SHARE = 1.5

# Rounds that a lot may go through.
_MAX_ROUNDS = 8

_NUMBER_STYLES = ("standard", "batch", "legacy", "masked")


@dataclass(frozen=True)
class Fit:
    """How well values fit a field, from 0 to 1, and the settings with which they are read."""

    share: float
    settings: dict[str, Any] = field(default_factory=dict)
    unknown_words: tuple[str, ...] = ()
    note: Message | None = None


def assess_fit(target: Field, header: str, texts: list[str], title_unit: str | None) -> Fit:
    """Judge the values of a column for a field; `unit` is what a title says of all amounts."""
    word_list = code_synonyms.word_list_name(target)
    texts = [text for text in texts if text not in NULL_WORDS or _is_code_word(word_list, text)]
    if not texts:
        return Fit(_EMPTY_COLUMN_FIT, note=Message("no_values_inspected"))
    if target.type == "INTEGER" and share(texts, is_count) >= 0.9:
        return Fit(share(texts, is_count), _thousands_setting(texts))
    if word_list is not None:
        return _fit_codes(target, word_list, texts)
    match target.type:
        case "DATE":
            return _fit_dates(target, texts)
        case "INTEGER":
            return Fit(share(texts, is_count), _thousands_setting(texts))
        case "VARCHAR":
            return Fit(_text_fit_share(target, texts))
        case _:
            return _fit_amounts(target, header, texts, title_unit)


def _is_code_word(word_list: str | None, text: str) -> bool:
    """Say whether a word for no value has a meaning among codes: 无 is no to yes-or-no."""
    return word_list is not None and code_synonyms.find_code(word_list, text) is not None


def case_number_share(texts: list[str]) -> float:
    """Return the share of texts that are case numbers."""
    return share(texts, lambda text: parse(text).style in _NUMBER_STYLES)


def _thousands_setting(texts: list[str]) -> dict[str, Any]:
    return {"thousands": ","} if has_thousands(texts) else {}


def _mark_settings(texts: list[str], marks: Marks) -> dict[str, Any]:
    """Return the marks that a mapping has to state."""
    if marks == PLAIN_MARKS:
        return _thousands_setting(texts)
    thousands, decimal = marks
    if thousands == " " and any("\u00a0" in text for text in texts):
        thousands = "\u00a0"
    return {"thousands": thousands} | ({"decimal": decimal} if decimal != "." else {})


def _fit_codes(target: Field, name: str, texts: list[str]) -> Fit:
    if name == "stage" and share(texts, lambda text: text in ("1", "2", "3")) == 1:
        name = "stage_by_number"
    distinct_words = distinct_texts(texts)
    if len(distinct_words) > code_synonyms.MAX_WORDS:
        return Fit(0.0, note=Message("too_many_words", count=len(distinct_words)))
    code_by_word = {text: code for text in distinct_words if (code := code_synonyms.find_code(name, text)) is not None}
    # A text that holds a known part may hold anything beside it, names too: the part alone is written down.
    usual_parts = code_synonyms.usual_parts(name)
    part_by_text = {
        text: part
        for text in distinct_words
        if text not in code_by_word and (part := code_synonyms.find_part(name, usual_parts, text)) is not None
    }
    known_texts = code_by_word.keys() | part_by_text.keys()
    unknown_words = tuple(text for text in distinct_words if text not in known_texts)
    known_share = share(texts, lambda text: text in known_texts)
    if name == "boolean" and all(text.lower() in _PLAIN_BOOLEANS for text in distinct_words):
        return Fit(known_share)
    if target.codes is not None and all(text in target.codes for text in distinct_words):
        return Fit(known_share)
    if not known_texts and name_type(texts):
        return Fit(0.0, note=Message("values_look_like_names"))
    if not known_texts:
        # The header alone speaks for it.
        return Fit(0.3, unknown_words=unknown_words, note=Message("no_word_known"))
    if name not in ("boolean", "stage_by_number", "cause"):
        known_keys = {match_key(text) for text in code_by_word}
        standard_words = code_synonyms.standard_words(name).items()
        code_by_word |= {word: code for word, code in standard_words if match_key(word) not in known_keys}
    values = {text: code_synonyms.code_value(target, code) for text, code in code_by_word.items()}
    settings: dict[str, Any] = {"values": values} if values else {}
    if part_by_text:
        settings["contains"] = {part: code for part, code in usual_parts.items() if part in part_by_text.values()}
    note = Message("words_untranslated", count=len(unknown_words)) if unknown_words else None
    return Fit(known_share, settings, unknown_words, note)


def _fit_dates(target: Field, texts: list[str]) -> Fit:
    for named_format, is_period in _PERIOD_FORMATS.get(target.name, ()):
        if share(texts, is_period) >= 0.9:
            return Fit(share(texts, is_period), {"format": [named_format]})
    formats, readable_share = date_formats(texts)
    if share(texts, is_month) >= 0.5:
        return Fit(readable_share, note=Message("months_without_day"))
    if readable_share < 0.5:
        return Fit(readable_share, note=Message("dates_ambiguous"))
    settings = {} if formats == [ISO_FORMAT] else {"format": formats}
    return Fit(readable_share, settings)


def _fit_amounts(target: Field, header: str, texts: list[str], title_unit: str | None) -> Fit:
    marks = number_marks(texts)
    readable_share = share(texts, lambda text: read_amount(text, marks) is not None)
    settings = _mark_settings(texts, marks)
    if target.type == _SHARE_TYPE:
        return _fit_shares(readable_share, settings, header, texts)
    if target.type != MONEY_TYPE or target.name == "mean_days":
        return Fit(readable_share, settings)
    factors = reference_data("headers")["units"]
    unit = header_unit(header) or title_unit
    if unit is None and is_fen_header(header):
        unit = "分"
    # A unit in most cells is read from there, whatever the column's.
    if unit is not None and share(texts, lambda text: cell_unit(text) is not None) < 0.5:
        settings |= unit_setting(factors[unit])
    if foreign_currency(header) is not None:
        return Fit(0.5 * readable_share, settings, note=Message("foreign_currency"))
    if marks == PLAIN_MARKS and unit in (None, "元") and are_points_unclear(texts):
        return Fit(0.5 * readable_share, settings, note=Message("points_unclear"))
    return Fit(readable_share, settings)


def is_fen_header(header: str) -> bool:
    """Say whether a heading is a name of an interface that has prices in 分; to the letter: of the same words
    spelled otherwise, as consultPrice, real files have yuan."""
    return header.strip().lower() in reference_data("headers")["platform"]["fen_headers"]


def _fit_shares(readable_share: float, settings: dict[str, Any], header: str, texts: list[str]) -> Fit:
    """Read shares of one; without a sign, what is far above one is taken for per cent."""
    if "%" in half_width(header):
        return Fit(readable_share, settings | {"unit": "%"})
    plain_numbers = [value for text in texts if (value := parse_number(text)) and "%" not in half_width(text)]
    if plain_numbers and median(plain_numbers) > _MAX_SHARE:
        note = Message("per_cent_assumed")
        return Fit(0.6 * readable_share, settings | {"unit": "%"}, note=note)
    return Fit(readable_share, settings)


def unit_setting(factor: float) -> dict[str, Any]:
    """Return the setting for amounts of so many yuan per unit; none for yuan."""
    if factor == 1:
        return {}
    unit_by_factor = {float(yuan): name for name, yuan in UNITS.items()}
    return {"unit": unit_by_factor.get(float(factor), factor)}


def _text_fit_share(target: Field, texts: list[str]) -> float:
    """Say how much texts look like what a field without codes holds."""
    if target.name in ("case_id", "parent_case_id"):
        number_share = case_number_share(texts)
        # Ids of another system are no sentences.
        # Where every case has one row its id stands once.
        is_mostly_unique = not target.required or len(set(texts)) > len(texts) / 2
        return max(number_share, 0.8 if share(texts, _is_id) > 0.9 and is_mostly_unique else 0.3)
    if target.name == "name" and target.kind in ("courts", "court_names"):
        # Names of debtors are no names of courts.
        return max(share(texts, _is_court), 0.3)
    if target.name == "court_id" or target.reference == ("courts", "court_id"):
        return max(share(texts, _is_court), 0.85 if share(texts, _is_id) > 0.9 else 0.3)
    if target.name == "lot_id":
        # A number within the case comes again with every case; a lot has few rounds.
        has_few_repeats = len(set(texts)) * _MAX_ROUNDS >= len(texts)
        return (1.0 if share(texts, _is_id) > 0.9 else 0.3) if has_few_repeats else 0.0
    if target.name == "unit":
        return 1.0 if share(texts, _is_id) > 0.9 else 0.1
    if target.name == "address":
        return 1.0 if share(texts, lambda text: "://" in text) > 0.5 else 0.3
    return 0.95


def _is_id(text: str) -> bool:
    return len(text) <= 40 and text.isascii() and any(map(str.isalnum, text))


def _is_court(text: str) -> bool:
    key = match_key(text)
    return key.endswith(("法院", "中院", "高院", "法庭")) or parse(f"(2020){text}执1号").style == "standard"
