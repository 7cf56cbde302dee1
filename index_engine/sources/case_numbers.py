"""Case numbers, such as （2023）粤0304执123号之一: one grammar, read in Python and in SQL.

The form is that of 法〔2015〕137号; the signs and words it is written with stand in
case_numbers.toml and, for enforcement, in vocabulary.toml. A number has one canonical text,
whatever brackets, digits, blanks or characters it was typed with: (2023)粤0304执123号之一.

What is no case number is left as it is but for the width of its signs and the blanks around it:
full NFKC would make one id of two that another system tells apart, such as A² and A2.
"""

import re
import tomllib
import unicodedata
from collections import ChainMap
from dataclasses import dataclass
from itertools import chain, pairwise
from pathlib import Path

from index_engine.warehouse.snapshots import SCHEMA_SQL

MOST_EXPANDED = 500  # cases of one batch; a range beyond that is a slip of the pen

_SIGNS = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
_VOCABULARY = SCHEMA_SQL.with_name("vocabulary.toml")
_TYPE_WORDS = tomllib.loads(_VOCABULARY.read_text(encoding="utf-8"))["case_type"]
CASE_TYPES = {words.split()[-1]: code for code, words in _TYPE_WORDS.items()}

# ------------------------------------------------------------------------------------------- signs

# Blanks of every kind, those of no width among them.
_BLANKS = "\t\n\v\f\r \x85\xa0\u1680\u2028\u2029\u202f\u205f\u2060\u3000\ufeff" + "".join(
    map(chr, range(0x2000, 0x200E))
)
# Full-width ASCII, the blanks of its typesetting, and the plain sign of each.
_WIDTH = {chr(code + 0xFEE0): chr(code) for code in range(0x21, 0x7F)} | {
    "\u3000": " ",
    "\xa0": " ",
}
_WRITTEN = {sign: plain for signs, plain in _SIGNS["signs"].items() for sign in signs}
# What becomes of the signs of a number. A full-width one is folded like its plain one: ［ as [,
# Ｘ as X. In three tables, since the cost of replacing in SQL grows with the table.
_FOLDS: tuple[dict[str, str], ...] = (
    {
        wide: _WRITTEN.get(plain, plain)
        for wide, plain in _WIDTH.items()
        if plain in _WRITTEN or plain in "0123456789()-,*"
    },
    _WRITTEN,
    dict.fromkeys(_BLANKS, ""),
)
_ONES = ("", *"一二三四五六七八九")
_TENS = ("", "十", *(f"{ones}十" for ones in "二三四五六七八九"))
_NUMERALS = [tens + ones for tens in _TENS for ones in _ONES][1:]  # 一 to 九十九

# ----------------------------------------------------------------------------------------- grammar
# Python's re and DuckDB's RE2 read these patterns alike. * stands for any masked sign.

_HAN = "一-\u9fff"
_WORDS = "[一-\u5b56\u5b58-\u9fff0-9*]{1,16}"  # what a court called itself: anything but 字
_YEAR = "[12*][0-9*]{3}"
_COURT = (
    rf"{_SIGNS['supreme']}"
    rf"|[{_SIGNS['provinces']}*](?:[0-9]{{4}}|[0-9]{{2}}|[0-9]{{0,3}}\*[0-9*]{{0,3}})?"
)
_TYPES = sorted([*CASE_TYPES, *_SIGNS["other_types"]], key=len, reverse=True)
_TYPE = "|".join(_TYPES)
_NUMBERS = "[0-9*]{1,7}(?:号?[-,][0-9*]{1,7})*"
_NTH = "[一二三四五六七八九十]{1,3}"
_TAIL = "个?[0-9]{1,5}"  # of personal bankruptcies: (个6)
_OPEN, _CLOSE = r"[(（〔\[【]", r"[)）〕\]】]"

# A number as it may be typed, once its signs are folded. Courts before 2016 had words of their own
# choice, ending in 字第. Common brackets are taken as they come: folding them would cost more.
_TYPED = (
    rf"{_OPEN}?({_YEAR}){_CLOSE}?((?:{_COURT}){_SIGNS['special']}?(?:{_TYPE}|\*{{2,}})|{_WORDS}字)第?"
    rf"({_NUMBERS})号?(?:之({_NTH}|[1-9][0-9]?))?号?(?:{_OPEN}({_TAIL}){_CLOSE})?"
)
_TYPED_PARTS = ("year", "place", "numbers", "nth", "tail")

# The canonical text.
_FORM = (
    rf"\(({_YEAR})\)(?:({_COURT})({_SIGNS['special']})?({_TYPE}|\*{{2,}})|({_WORDS})字第)"
    rf"(?P<numbers>{_NUMBERS})号((?:之{_NTH})?(?:\({_TAIL}\))?)"
)
_FORM_PARTS = ("year", "court", "special", "type", "words", "numbers", "suffix")
_WORDS_TYPE = f"(?:{_TYPE})$"  # 执恢 of 兰法执恢字第1号

# Nearly all numbers of a file: in this form RE2 needs one pass and is five times as fast.
_PLAIN = (
    rf"{_OPEN}([12][0-9]{{3}}){_CLOSE}([{_SIGNS['provinces']}](?:[0-9]{{2}}(?:[0-9]{{2}})?)?)"
    rf"({'|'.join(sorted(CASE_TYPES, reverse=True))})([0-9]{{1,7}})号"
)
_PLAIN_PARTS = ("year", "court", "type", "number")
_PLAIN_CANONICAL = " || ".join(
    ("'('", "_plain.year", "')'", "_plain.court", "_plain.type", "_plain.number", "'号'")
)

_RE_TYPED, _RE_FORM = re.compile(_TYPED), re.compile(_FORM)
_RE_WORDS_TYPE = re.compile(_WORDS_TYPE)
_WIDTH_TABLE, _FOLD_TABLE = str.maketrans(_WIDTH), str.maketrans(dict(ChainMap(*_FOLDS)))


@dataclass(frozen=True)
class CaseNumber:
    """What a text says as a case number; None for what it does not say.

    `style`: standard; batch, one text for several cases; legacy, the form before 2016; masked,
    with signs left out; other, no case number. `court` is a code as printed, such as 粤0304 or
    最高法; legacy numbers have none. `case_type` is a code of vocabulary.toml, None for numbers
    that are not of enforcement. `suffix` tells apart cases of one number: 之一, (个6).
    """

    style: str
    canonical: str
    year: int | None = None
    court: str | None = None
    special: str | None = None
    type_word: str | None = None
    case_type: str | None = None
    sequence: int | None = None
    suffix: str | None = None


def parse(text: str) -> CaseNumber:
    """Read a text as a case number; never fails, since any text may be an id of some system."""
    canonical = _canonical(text)
    found = _RE_FORM.fullmatch(canonical)
    if found is None:
        return CaseNumber("other", canonical)
    year, court, special, type_word, words, numbers, suffix = found.groups()
    if words and (old := _RE_WORDS_TYPE.search(words)):
        type_word = old.group()
    return CaseNumber(
        style=_style(canonical, numbers, court),
        canonical=canonical,
        year=_number(year),
        court=_clear(court),
        special=special,
        type_word=_clear(type_word),
        case_type=CASE_TYPES.get(type_word or ""),
        sequence=_number(numbers),
        suffix=suffix or None,
    )


def expand(text: str) -> list[str]:
    """Return the canonical number of every case that a text names, one unless it is a batch.

    15382-86 ends at 15386. Raises ValueError where numbers do not ascend, an end is not clear
    (66-8: up to 68, or ruling 8 of case 66), or more than MOST_EXPANDED cases are named. The
    message repeats no number.
    """
    number = parse(text)
    if number.style != "batch":
        return [number.canonical]
    form = _RE_FORM.fullmatch(number.canonical)
    assert form is not None  # or it would be no batch
    head, tail = form.string[: form.start("numbers")], form.string[form.end("numbers") :]
    ranges = [_range(part) for part in form["numbers"].split(",")]
    if any(later.start < earlier.stop for earlier, later in pairwise(ranges)):
        raise ValueError("the numbers do not ascend; write each in full")
    count = sum(map(len, ranges))
    if count > MOST_EXPANDED:
        raise ValueError(f"names {count} cases, more than {MOST_EXPANDED}")
    return [f"{head}{sequence}{tail}" for sequence in chain(*ranges)]


def _range(part: str) -> range:
    """The sequences of 15382-15386, 15382-86 or 15382."""
    first, *rest = part.split("-")
    if len(rest) > 1:
        raise ValueError("a range has one start and one end")
    last = rest[0] if rest else first
    if len(last) < len(first) and int(last) < int(first):
        if len(last) == 1:
            raise ValueError("not clear where it ends; write the last number in full")
        last = first[: len(first) - len(last)] + last
    if int(last) < int(first):
        raise ValueError("a range ends before it starts")
    return range(int(first), int(last) + 1)


def _canonical(text: str) -> str:
    found = _RE_TYPED.fullmatch(text.translate(_FOLD_TABLE))
    if found is None:
        return unicodedata.normalize("NFC", text.translate(_WIDTH_TABLE)).strip(_BLANKS)
    year, place, numbers, nth, tail = found.groups(default="")
    return "".join(
        (
            f"({year}){place}",
            "第" if place.endswith("字") else "",
            f"{numbers.replace('号', '')}号",
            f"之{_NUMERALS[int(nth) - 1] if nth.isdecimal() else nth}" if nth else "",
            f"({tail})" if tail else "",
        )
    )


def _style(canonical: str, numbers: str, court: str | None) -> str:
    if "*" in canonical:
        return "masked"
    if not numbers.isdecimal():
        return "batch"
    return "legacy" if court is None else "standard"


def _clear(part: str | None) -> str | None:
    return None if part is None or "*" in part else part


def _number(digits: str) -> int | None:
    return int(digits) if digits.isdecimal() else None


# --------------------------------------------------------------------------------------------- SQL
# The same steps in DuckDB's SQL. Most ids and numbers take a short way through a CASE, since the
# long one, replacing signs, costs microseconds a value.


def canonical_sql(text_sql: str) -> str:
    """Return SQL for the canonical text of an SQL expression, as parse() gives it.

    `text_sql` is ours, the name of a column; it stands in the result several times.
    """
    text = f"({text_sql})"
    number = _by_form(text, _PLAIN_CANONICAL, _any_canonical(text))
    return _where(_is_ascii(text), _trimmed(text), number)


def parts_sql(text_sql: str) -> str:
    """Return SQL for a struct of what parse() reads in an SQL expression: style, canonical, year
    INTEGER, court, case_type, sequence INTEGER; NULL where it does not say, or has no text.

    `text_sql` is ours, the name of a column; it stands in the result several times.
    """
    text = f"({text_sql})"
    plain = _struct(
        style="'standard'",
        canonical=_PLAIN_CANONICAL,
        year="CAST(_plain.year AS INTEGER)",
        court="_plain.court",
        case_type=_case_type("_plain.type"),
        sequence="CAST(_plain.number AS INTEGER)",
    )
    any_ = _struct(
        style="CASE WHEN _form.year = '' THEN 'other' WHEN contains(_canonical, '*') THEN 'masked'"
        " WHEN regexp_matches(_form.numbers, '[-,]') THEN 'batch'"
        " WHEN _form.court = '' THEN 'legacy' ELSE 'standard' END",
        canonical="_canonical",
        year="TRY_CAST(_form.year AS INTEGER)",
        court="CASE WHEN _form.court <> '' AND NOT contains(_form.court, '*') THEN _form.court END",
        case_type=f"CASE WHEN _form.words = '' THEN {_case_type('_form.type')}"
        f" ELSE {_case_type(f'regexp_extract(_form.words, {_quoted(_WORDS_TYPE)})')} END",
        sequence="TRY_CAST(_form.numbers AS INTEGER)",
    )
    any_ = _let("_form", _extract("_canonical", _FORM, _FORM_PARTS), any_)
    any_ = _let("_canonical", _any_canonical(text), any_)
    none = _struct(
        style="'other'",
        canonical=_trimmed(text),
        year="CAST(NULL AS INTEGER)",
        court="CAST(NULL AS VARCHAR)",
        case_type="CAST(NULL AS VARCHAR)",
        sequence="CAST(NULL AS INTEGER)",
    )
    known = _where(_is_ascii(text), none, _by_form(text, plain, any_))
    return _where(f"{text} IS NULL", "NULL", known)


def _by_form(text: str, plain: str, any_: str) -> str:
    """`plain` where a text has the plain form, which it finds taken apart as _plain."""
    number = _where("_plain.year = ''", any_, plain)
    return _let("_plain", _extract(text, _PLAIN, _PLAIN_PARTS), number)


def _any_canonical(text: str) -> str:
    """The canonical text the long way: fold, take apart, put together."""
    folded = text
    for table in _FOLDS:
        signs = _class("".join(sorted(table.keys() - set("（）〔〕[]【】"))))
        found = f"regexp_matches(_signs, {_quoted(signs)})"
        folded = _let("_signs", folded, _where(found, _translated("_signs", table), "_signs"))
    nth = f"coalesce({_list(_NUMERALS)}[TRY_CAST(_typed.nth AS INTEGER)], _typed.nth)"
    rebuilt = " || ".join(
        (
            "'(' || _typed.year || ')' || _typed.place",
            _where("suffix(_typed.place, '字')", "'第'", "''"),
            "replace(_typed.numbers, '号', '') || '号'",
            _where("_typed.nth = ''", "''", f"'之' || {nth}"),
            _where("_typed.tail = ''", "''", "'(' || _typed.tail || ')'"),
        )
    )
    number = _where("_typed.year = ''", _other(text), rebuilt)
    return _let(
        "_folded", folded, _let("_typed", _extract("_folded", _TYPED, _TYPED_PARTS), number)
    )


def _let(name: str, value: str, body: str) -> str:
    """`body` with `name` worked out once: a list of one. Names begin with _, since a column of the
    same name would come first."""
    return f"list_transform([{value}], lambda {name}: {body})[1]"


def _where(condition: str, then: str, otherwise: str) -> str:
    return f"CASE WHEN {condition} THEN {then} ELSE {otherwise} END"


def _struct(
    style: str, canonical: str, year: str, court: str, case_type: str, sequence: str
) -> str:
    return (
        f"{{'style': {style}, 'canonical': {canonical}, 'year': {year}, 'court': {court},"
        f" 'case_type': {case_type}, 'sequence': {sequence}}}"
    )


def _case_type(word: str) -> str:
    types = " ".join(f"WHEN {_quoted(w)} THEN {_quoted(code)}" for w, code in CASE_TYPES.items())
    return f"CASE {word} {types} END"


def _is_ascii(text: str) -> str:
    """Every case number has signs that are not; this is the cheapest way to see it."""
    return f"strlen({text}) = length({text})"


def _other(text: str) -> str:
    width = f"nfc_normalize({_translated(text, _WIDTH)})"
    narrow = _where(f"regexp_matches({text}, '[^ -~{_HAN}]')", width, text)
    return _let("_other", narrow, _trimmed("_other"))


def _trimmed(text: str) -> str:
    blanks = _class(_BLANKS)
    at_an_end = f"regexp_matches({text}, {_quoted(f'^{blanks}|{blanks}$')})"
    return _where(at_an_end, f"trim({text}, {_quoted(_BLANKS)})", text)


def _class(signs: str) -> str:
    return "[" + "".join(rf"\x{{{ord(sign):x}}}" for sign in signs) + "]"


def _translated(text: str, table: dict[str, str]) -> str:
    """Signs that become nothing come last: translate() drops what has no counterpart."""
    pairs = sorted(table.items(), key=lambda pair: pair[1] == "")
    source, target = ("".join(side) for side in zip(*pairs, strict=True))
    return f"translate({text}, {_quoted(source)}, {_quoted(target)})"


def _extract(text: str, pattern: str, parts: tuple[str, ...]) -> str:
    return f"regexp_extract({text}, {_quoted(f'^(?:{pattern})$')}, {_list(parts)})"


def _list(texts: tuple[str, ...] | list[str]) -> str:
    return f"[{', '.join(map(_quoted, texts))}]"


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
