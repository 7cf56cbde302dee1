"""Headers: which field of which kind one speaks of, its unit, and whether it names people."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from index_engine.sources.contract import KINDS
from index_engine.sources.recognise.texts import data, fold, plain, unbracketed

# How sure a header makes of a field: the word itself, in another order, without its filler words,
# its last line alone, as a part of a longer text.
_WHOLE, _TURNED, _STRIPPED, _LAST, _PART = 1.0, 0.95, 0.8, 0.75, 0.4
# Less sure for each step down the list of words.
_STEP = 0.004


@dataclass(frozen=True)
class Match:
    """A field that a header may speak of: how sure, from 0 to 1, and by which word."""

    field: str
    score: float
    word: str


@cache
def _words(kind: str) -> dict[str, tuple[tuple[str, float], ...]]:
    """Return folded word -> the fields of a kind it stands for, each with how usual it is."""
    found: dict[str, list[tuple[str, float]]] = {}
    for field, words in data("headers")["fields"][kind].items():
        for place, word in enumerate((*words, field)):
            entry = found.setdefault(fold(word), [])
            if field not in dict(entry):
                entry.append((field, _STEP * place))
    return {word: tuple(fields) for word, fields in found.items()}


@cache
def _fillers() -> tuple[str, ...]:
    return tuple(data("headers")["fillers"]["words"])


def _stripped(text: str) -> str:
    for filler in _fillers():
        text = text.replace(filler, "")
    return text


@cache
def _stripped_words(kind: str) -> dict[str, str]:
    short = {_stripped(word): word for word in reversed(_words(kind))}
    return {text: word for text, word in short.items() if len(text) > 1}


def _readings(header: str) -> Iterator[tuple[str, float]]:
    """Yield what a header may say, folded, with how sure: names over names are read both ways."""
    parts = [fold(part) for part in unbracketed(_unitless(header)).split()]
    parts = [part for part in parts if part and part not in _units()]
    yield "".join(parts), _WHOLE
    if len(parts) > 1:
        yield "".join(reversed(parts)), _TURNED
        yield parts[-1], _LAST
    # A remark in brackets may be the name itself: 立案日期(filed_on).
    yield fold(header), _WHOLE


def matches(header: str, kind: str) -> list[Match]:
    """Return the fields of a kind that a header may speak of, the surest first."""
    best: dict[str, Match] = {}

    def keep(word: str, score: float) -> None:
        for field, step in _words(kind)[word]:
            if field not in best or best[field].score < score - step:
                best[field] = Match(field, score - step, word)

    for text, score in _readings(header):
        if text in _words(kind):
            keep(text, score)
        elif _stripped(text) in _stripped_words(kind):
            keep(_stripped_words(kind)[_stripped(text)], min(score, _STRIPPED))
        elif not any(word in text for word in data("headers")["fillers"]["foreign"]):
            for word in _words(kind):
                if len(word) > 1 and word in text:
                    keep(word, min(score, _PART))
    return sorted(best.values(), key=lambda match: -match.score)


def is_known(header: str) -> bool:
    """Say whether a header is one of a field of any kind, or of a column about people."""
    return personal_word(header) is not None or any(
        found[0].score >= _LAST for kind in KINDS if (found := matches(header, kind))
    )


def personal_word(header: str) -> str | None:
    """Return the word by which a header says that its column is about people."""
    folded, personal = fold(header), data("headers")["personal"]
    for word in personal["words"]:
        if fold(word) in folded:
            return str(word)
    whole = (word for word in personal["whole"] if fold(word) == folded)
    return next(whole, None)


@cache
def _units() -> tuple[str, ...]:
    return tuple(data("headers")["units"])


def unit_of(header: str) -> str | None:
    """Return the unit of an amount that a header states, in brackets, after it or below it."""
    text = plain(header)
    for unit in _units():
        if text.endswith((f"({unit})", f"[{unit}]", f"/{unit}", f" {unit}", f":{unit}")):
            return unit
        if len(unit) > 1 and text.endswith(unit):
            return unit
        if f"({unit})" in text or f"单位:{unit}" in text.replace(" ", ""):
            return unit
    return None


def is_unit(text: str) -> bool:
    """Say whether a cell below a header states a unit."""
    return fold(text) in {*_units(), "件", "天", "日", "个", "人", "次", "百分比"} or plain(
        text
    ) in (
        "%",
        "‰",
    )


def _unitless(header: str) -> str:
    text = plain(header)
    unit = unit_of(text)
    return text.removesuffix(unit) if unit and len(unit) > 1 else text
