"""Headers: which field of which kind one speaks of, its unit, and whether it names people."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from index_engine.errors import Message
from index_engine.importing.contract import READ_KINDS
from index_engine.importing.recognise.normalise import (
    half_width,
    match_key,
    reference_data,
    remove_brackets,
    without_numbering,
)

# How sure a header makes of a field: the word itself, in another order, without its filler words,
# its last line alone, as a part of a longer text.
_EXACT_SCORE, _REVERSED_SCORE, _FILLERLESS_SCORE, _LAST_LINE_SCORE, _PARTIAL_SCORE = (1.0, 0.95, 0.8, 0.75, 0.4)
# Where a name of an interface begins another word.
_NAME_BOUNDARY = re.compile(r"(?<=[a-z])(?=[A-Z])|_")
# How such a name ends that speaks of a day, and 公告日 for 公告日期.
_DAY_ENDINGS = ("ts", "at", "on", "dt", "day", "timestamp")
# Names in pinyin, and by its initials where these are enough to be no word of another language.
_PINYIN_PENALTY, _MIN_INITIALS = 0.05, 3
# Less sure for each step down the list of words.
_RANK_PENALTY = 0.004
# Characters of a header that are looked at; what is longer holds a remark.
_MAX_LENGTH = 200


@dataclass(frozen=True)
class Match:
    """A field that a header may speak of: how sure, from 0 to 1, and by which word."""

    field: str
    score: float
    word: str


@cache
def _fields_by_word(kind: str) -> dict[str, tuple[tuple[str, float], ...]]:
    """Return folded word -> the fields of a kind it stands for, each with how usual it is."""
    entries: dict[str, list[tuple[str, float]]] = {}
    for field, words in reference_data("headers")["fields"][kind].items():
        for position, word in enumerate((*words, field)):
            entry = entries.setdefault(match_key(word), [])
            if field not in dict(entry):
                entry.append((field, _RANK_PENALTY * position))
    return {word: tuple(fields) for word, fields in entries.items()}


@cache
def _filler_words() -> tuple[str, ...]:
    return tuple(reference_data("headers")["fillers"]["words"])


@cache
def _word_by_pinyin(kind: str) -> dict[str, str]:
    """Return pinyin, whole and by initials -> the folded Chinese word that it stands for, where all such words are of
    one field."""
    syllables = {sign: word for word, signs in reference_data("headers")["pinyin"].items() for sign in signs}
    words_by_pinyin: dict[str, list[str]] = {}
    for word in _fields_by_word(kind):
        reading = [syllables.get(sign, "") for sign in word]
        if all(reading):
            texts = ["".join(reading), *["".join(part[0] for part in reading)][: len(reading) >= _MIN_INITIALS]]
            for text in texts:
                words_by_pinyin.setdefault(text, []).append(word)
    return {
        text: words[0]
        for text, words in words_by_pinyin.items()
        if text not in _fields_by_word(kind) and len({_fields_by_word(kind)[word][0][0] for word in words}) == 1
    }


def _remove_fillers(text: str) -> str:
    for filler in _filler_words():
        text = text.replace(filler, "")
    return text


@cache
def _word_by_fillerless_text(kind: str) -> dict[str, str]:
    word_by_text = {_remove_fillers(word): word for word in reversed(_fields_by_word(kind))}
    return {text: word for text, word in word_by_text.items() if len(text) > 1}


def _readings(header: str) -> Iterator[tuple[str, float]]:
    """Yield what a header may say, folded, with how sure: names over names are read both ways."""
    header = without_numbering(header)
    parts = [match_key(without_numbering(part)) for part in remove_brackets(_remove_unit(header)).split()]
    parts = [part for part in parts if part and part not in _unit_names()]
    yield "".join(parts), _EXACT_SCORE
    if len(parts) > 1:
        yield "".join(reversed(parts)), _REVERSED_SCORE
        yield parts[-1], _LAST_LINE_SCORE
    elif len(names := _NAME_BOUNDARY.split(header.strip())) > 1:
        # closedDate is Date Closed.
        yield match_key("".join(reversed(names))), _REVERSED_SCORE
        if names[-1].lower() in _DAY_ENDINGS:
            yield match_key("".join([*names[:-1], "time"])), _REVERSED_SCORE
    elif parts and parts[0].endswith("日"):
        yield f"{parts[0]}期", _REVERSED_SCORE
    # A remark in brackets may be the name itself: 立案日期(filed_on).
    yield match_key(header), _EXACT_SCORE


def match_header(header: str, kind: str) -> list[Match]:
    """Return the fields of a kind that a header may speak of, the surest first."""
    best_by_field: dict[str, Match] = {}

    def add_match(word: str, score: float) -> None:
        for field, penalty in _fields_by_word(kind)[word]:
            if field not in best_by_field or best_by_field[field].score < score - penalty:
                best_by_field[field] = Match(field, score - penalty, word)

    for text, score in _readings(header[:_MAX_LENGTH]):
        if text in _fields_by_word(kind):
            add_match(text, score)
        elif _remove_fillers(text) in _word_by_fillerless_text(kind):
            add_match(_word_by_fillerless_text(kind)[_remove_fillers(text)], min(score, _FILLERLESS_SCORE))
        elif text in _word_by_pinyin(kind):
            add_match(_word_by_pinyin(kind)[text], score - _PINYIN_PENALTY)
        elif not any(word in text for word in reference_data("headers")["fillers"]["foreign"]):
            for word in _fields_by_word(kind):
                if len(word) > 1 and word in text:
                    add_match(word, min(score, _PARTIAL_SCORE))
    return sorted(best_by_field.values(), key=lambda match: -match.score)


def is_known_header(header: str) -> bool:
    """Say whether a header is one of a field of any kind, or of a column about people.

    Asked of every cell that may stand in a header: by words alone, where match_header() would look
    for each of them within the text too.
    """
    penalty_by_word, penalty_by_fillerless_text = _penalties()
    return personal_word(header) is not None or any(
        score - penalty_by_word.get(text, 1.0) >= _LAST_LINE_SCORE
        or min(score, _FILLERLESS_SCORE) - penalty_by_fillerless_text.get(_remove_fillers(text), 1.0)
        >= _LAST_LINE_SCORE
        for text, score in _readings(header[:_MAX_LENGTH])
    )


@cache
def _penalties() -> tuple[dict[str, float], dict[str, float]]:
    """Return how unusual each folded word is, for the field of any kind that it is most usual for;
    and the same by what is left of it without fillers."""
    penalty_by_word: dict[str, float] = {}
    penalty_by_fillerless_text: dict[str, float] = {}
    for kind in READ_KINDS:
        penalty_in_kind = {
            word: min(penalty for _, penalty in fields) for word, fields in _fields_by_word(kind).items()
        }
        for word, penalty in penalty_in_kind.items():
            penalty_by_word[word] = min(penalty, penalty_by_word.get(word, 1.0))
        for text, word in _word_by_pinyin(kind).items():
            penalty_by_word[text] = min(_PINYIN_PENALTY + penalty_in_kind[word], penalty_by_word.get(text, 1.0))
        for text, word in _word_by_fillerless_text(kind).items():
            penalty_by_fillerless_text[text] = min(penalty_in_kind[word], penalty_by_fillerless_text.get(text, 1.0))
    return penalty_by_word, penalty_by_fillerless_text


def is_usual_header(header: str, kind: str) -> bool:
    """Say whether a header is a word of our own for a field of that kind, and nothing beside it."""
    return match_key(header) in _fields_by_word(kind)


def shown_headers(headers: Sequence[str]) -> list[object]:
    """Return headers as a message may show them: where a table has none, its first row may be names."""
    return [known_part(header) or Message("characters_withheld", count=len(header)) for header in headers if header]


def known_part(header: str) -> str | None:
    """Return what of a header may be shown: all of it where it is known; of one about people the word that says
    so, since a name may stand beside it."""
    return personal_word(header) or (" ".join(header.split()) if is_known_header(header) else None)


def personal_word(header: str) -> str | None:
    """Return the word by which a header says that its column is about people."""
    key = match_key(header[:_MAX_LENGTH])
    words, exact_words = _personal_words()
    return next((word for folded, word in words.items() if folded in key), exact_words.get(key))


@cache
def _personal_words() -> tuple[dict[str, str], dict[str, str]]:
    """Return folded word -> word, of those that tell wherever they stand, and those that stand alone."""
    lists = reference_data("headers")["personal"]
    words, exact_words = ({match_key(word): str(word) for word in reversed(lists[name])} for name in ("words", "exact"))
    return dict(reversed(words.items())), exact_words


@cache
def _unit_names() -> tuple[str, ...]:
    """Units of amounts, the longest first: 百万元 before 万元."""
    return tuple(sorted(reference_data("headers")["units"], key=len, reverse=True))


def header_unit(header: str) -> str | None:
    """Return the unit of an amount that a header states, in brackets, after it or below it."""
    text = half_width(header).rstrip(": ")
    for unit in _unit_names():
        if text.endswith((f"({unit})", f"[{unit}]", f"/{unit}", f" {unit}", f":{unit}")):
            return unit
        if len(unit) > 1 and text.endswith(unit):
            return unit
        if f"({unit})" in text or f"单位:{unit}" in text.replace(" ", ""):
            return unit
    return None


def foreign_currency(text: str) -> str | None:
    """Return the word by which a text states money of another country, which no unit turns into yuan."""
    found = _foreign_currencies().search(half_width(text))
    return None if found is None else found[0]


@cache
def _foreign_currencies() -> re.Pattern[str]:
    """Words for them; those of letters not within a word, but where a name of an interface has one: amountUSD."""
    patterns = []
    for word in sorted(reference_data("headers")["foreign_currencies"]["words"], key=len, reverse=True):
        if not word[0].isascii():
            patterns.append(re.escape(word))
            continue
        patterns += [rf"(?<![A-Z]){re.escape(text)}(?![A-Za-z])" for text in (word, word.capitalize())]
        patterns.append(rf"(?<![A-Za-z]){re.escape(word.lower())}(?![A-Za-z])")
    return re.compile("|".join(patterns))


def is_unit_label(text: str) -> bool:
    """Say whether a cell below a header states a unit."""
    if match_key(text) in {*_unit_names(), "件", "天", "日", "个", "人", "次", "百分比"} or half_width(text) in (
        "%",
        "‰",
    ):
        return True
    currency = foreign_currency(text)
    return currency is not None and half_width(text).replace(currency, "").strip("()[] 百千万亿单位:") == ""


def _remove_unit(header: str) -> str:
    text = half_width(header).rstrip(": ")
    unit = header_unit(text)
    if unit and len(unit) > 1:
        return text.removesuffix(unit)
    currency = foreign_currency(text)
    return text.removesuffix(currency).rstrip("百千万亿 ") if currency and text.endswith(currency) else text
