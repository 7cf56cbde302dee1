"""How well the values of a column fit a field, and how they are to be read."""

from dataclasses import dataclass, field
from statistics import median
from typing import Any

from index_engine.sources import case_numbers
from index_engine.sources.contract import Field
from index_engine.sources.recognise import words
from index_engine.sources.recognise.headers import unit_of
from index_engine.sources.recognise.texts import data, distinct, fold, plain, share
from index_engine.sources.recognise.values import (
    date_formats,
    has_thousands,
    is_month,
    is_year,
    names,
    number_of,
    unit_in,
)
from index_engine.sources.values.columns import UNITS
from index_engine.sources.values.dates import MONTH, MONTH_END, YEAR, YEAR_END
from index_engine.sources.values.signs import VALUES

_ISO = "%Y-%m-%d"

# Of a month or a year that is given without a day, the day on which a period begins or ends.
_PERIODS = {
    "period_start": ((MONTH, is_month), (YEAR, is_year)),
    "period_end": ((MONTH_END, is_month), (YEAR_END, is_year)),
}

# A column without a value says nothing against its header.
_NO_VALUE = 0.5

# Words that an import reads as yes and no by itself.
_PLAIN_BOOLEANS = {*VALUES["yes"], *VALUES["no"]}

MONEY, _SHARE = "DECIMAL(18,2)", "DECIMAL(18,6)"

# 结收比 and the like pass one by little.
_LARGEST_SHARE = 1.5

# Rounds that a lot may go through.
_MOST_ROUNDS = 8

_NUMBER_STYLES = ("standard", "batch", "legacy", "masked")


@dataclass(frozen=True)
class Fit:
    """How well values fit a field, from 0 to 1, and the settings with which they are read."""

    share: float
    settings: dict[str, Any] = field(default_factory=dict)
    unknown_words: tuple[str, ...] = ()
    note: str = ""


def fit(target: Field, header: str, texts: list[str], unit: str | None) -> Fit:
    """Judge the values of a column for a field; `unit` is what a title says of all amounts."""
    if not texts:
        return Fit(_NO_VALUE, note="no values among the rows looked at")
    coded = words.list_of(target)
    if target.type == "INTEGER" and share(texts, _is_whole) >= 0.9:
        return Fit(share(texts, _is_whole), _marks(texts))
    if coded is not None:
        return _coded(target, coded, texts)
    match target.type:
        case "DATE":
            return _dates(target, texts)
        case "INTEGER":
            return Fit(share(texts, _is_whole), _marks(texts))
        case "VARCHAR":
            return Fit(_like(target, texts))
        case _:
            return _amounts(target, header, texts, unit)


def has_numbers(texts: list[str]) -> float:
    """Return the share of texts that are case numbers."""
    return share(texts, lambda text: case_numbers.parse(text).style in _NUMBER_STYLES)


def _is_whole(text: str) -> bool:
    number = number_of(text)
    return number is not None and number == int(number)


def _marks(texts: list[str]) -> dict[str, Any]:
    return {"thousands": ","} if has_thousands(texts) else {}


def _coded(target: Field, name: str, texts: list[str]) -> Fit:
    if name == "stage" and share(texts, lambda text: text in ("1", "2", "3")) == 1:
        name = "stage_by_number"
    seen = distinct(texts)
    if len(seen) > words.MOST_WORDS:
        return Fit(0.0, note=f"{len(seen)} different words: no list of codes")
    known = {text: code for text in seen if (code := words.code_of(name, text)) is not None}
    unknown = tuple(text for text in seen if text not in known)
    known_share = share(texts, lambda text: text in known)
    if name == "boolean" and all(text.lower() in _PLAIN_BOOLEANS for text in seen):
        return Fit(known_share)
    if target.codes is not None and all(text in target.codes for text in seen):
        return Fit(known_share)
    if not known and names(texts):
        return Fit(0.0, note="its values look like names")
    if not known:
        # The header alone speaks for it.
        return Fit(0.3, unknown_words=unknown, note="none of its words is known")
    if name not in ("boolean", "stage_by_number", "cause"):
        taken = {fold(text) for text in known}
        usual = words.standard(name).items()
        known |= {word: code for word, code in usual if fold(word) not in taken}
    values = {text: words.typed(target, code) for text, code in known.items()}
    note = f"words to be translated: {len(unknown)}" if unknown else ""
    return Fit(known_share, {"values": values}, unknown, note)


def _dates(target: Field, texts: list[str]) -> Fit:
    for named, is_one in _PERIODS.get(target.name, ()):
        if share(texts, is_one) >= 0.9:
            return Fit(share(texts, is_one), {"format": [named]})
    formats, read = date_formats(texts)
    if read < 0.5:
        return Fit(read, note="most values are no dates whose order of day and month is sure")
    settings = {} if formats == [_ISO] else {"format": formats}
    return Fit(read, settings)


def _amounts(target: Field, header: str, texts: list[str], title_unit: str | None) -> Fit:
    read = share(texts, lambda text: number_of(text) is not None)
    settings = _marks(texts)
    if target.type == _SHARE:
        return _shares(read, settings, header, texts)
    if target.type != MONEY or target.name == "mean_days":
        return Fit(read, settings)
    factors = data("headers")["units"]
    platform = {fold(name) for name in data("headers")["platform"]["in_fen"]}
    stated = unit_of(header) or title_unit
    if stated is None and fold(header) in platform:
        stated = "分"
    # A unit in most cells is read from there, whatever the column's.
    if stated is not None and share(texts, lambda text: unit_in(text) is not None) < 0.5:
        settings |= unit_setting(factors[stated])
    return Fit(read, settings)


def _shares(read: float, settings: dict[str, Any], header: str, texts: list[str]) -> Fit:
    """Read shares of one; without a sign, what is far above one is taken for per cent."""
    if "%" in plain(header):
        return Fit(read, settings | {"unit": "%"})
    bare = [value for text in texts if (value := number_of(text)) and "%" not in plain(text)]
    if bare and median(bare) > _LARGEST_SHARE:
        note = "taken to be in per cent, though nothing says so"
        return Fit(0.6 * read, settings | {"unit": "%"}, note=note)
    return Fit(read, settings)


def unit_setting(factor: float) -> dict[str, Any]:
    """Return the setting for amounts of so many yuan per unit; none for yuan."""
    if factor == 1:
        return {}
    named = {float(yuan): name for name, yuan in UNITS.items()}
    return {"unit": named.get(float(factor), factor)}


def _like(target: Field, texts: list[str]) -> float:
    """Say how much texts look like what a field without codes holds."""
    if target.name in ("case_id", "parent_case_id"):
        numbers = has_numbers(texts)
        # Ids of another system are no sentences.
        # Where every case has one row its id stands once.
        once = not target.required or len(set(texts)) > len(texts) / 2
        return max(numbers, 0.8 if share(texts, _is_id) > 0.9 and once else 0.3)
    if target.name == "court_id" or target.refers_to == ("courts", "court_id"):
        return max(share(texts, _is_court), 0.85 if share(texts, _is_id) > 0.9 else 0.3)
    if target.name == "lot_id":
        # A number within the case comes again with every case; a lot has few rounds.
        own = len(set(texts)) * _MOST_ROUNDS >= len(texts)
        return (1.0 if share(texts, _is_id) > 0.9 else 0.3) if own else 0.0
    if target.name == "unit":
        return 1.0 if share(texts, _is_id) > 0.9 else 0.1
    if target.name == "address":
        return 1.0 if share(texts, lambda text: "://" in text) > 0.5 else 0.3
    return 0.95


def _is_id(text: str) -> bool:
    return len(text) <= 40 and text.isascii() and any(map(str.isalnum, text))


def _is_court(text: str) -> bool:
    folded = fold(text)
    return (
        folded.endswith(("法院", "中院", "高院", "法庭"))
        or case_numbers.parse(f"(2020){text}执1号").style == "standard"
    )
