"""Case numbers, such as （2023）粤0304执123号之一: one grammar, read in Python and in SQL.

The form is that of 法〔2015〕137号; the characters and words it is written with stand in
grammar.toml and, for enforcement, in vocabulary.toml. A number has one canonical text,
whatever brackets, digits, blanks or characters it was typed with: (2023)粤0304执123号之一.

What is no case number is left as it is but for the width of its characters and the blanks around it:
full NFKC would make one id of two that another system tells apart, such as A² and A2.
"""

import re
import tomllib
import unicodedata
from collections import ChainMap
from dataclasses import dataclass
from itertools import chain, pairwise
from pathlib import Path

from index_engine.warehouse.file import SCHEMA_FILE

MAX_BATCH_CASES = 500  # cases of one batch; a range beyond that is a slip of the pen

_NOTATION = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
_VOCABULARY = SCHEMA_FILE.with_name("vocabulary.toml")
PROVINCES: str = _NOTATION["provinces"]  # the character of each, with which court codes begin
_TYPE_WORDS = tomllib.loads(_VOCABULARY.read_text(encoding="utf-8"))["case_type"]
CASE_TYPES = {words.split()[-1]: code for code, words in _TYPE_WORDS.items()}

# ------------------------------------------------------------------------------------------- characters

# Blanks of every kind, those of no width among them.
BLANKS = "\t\n\v\f\r \x85\xa0\u1680\u2028\u2029\u202f\u205f\u2060\u3000\ufeff" + "".join(
    map(chr, range(0x2000, 0x200E))
)
# Full-width ASCII, the blanks of its typesetting, and the plain character of each.
WIDTH_FOLDS = {chr(code + 0xFEE0): chr(code) for code in range(0x21, 0x7F)} | {"\u3000": " ", "\xa0": " "}
_VARIANT_FOLDS = {variant: plain for variants, plain in _NOTATION["characters"].items() for variant in variants}
# What becomes of the characters of a number. A full-width one is folded like its plain one: ［ as [,
# Ｘ as X. In three tables, since the cost of replacing in SQL grows with the table.
FOLD_STEPS: tuple[dict[str, str], ...] = (
    {
        wide: _VARIANT_FOLDS.get(plain, plain)
        for wide, plain in WIDTH_FOLDS.items()
        if plain in _VARIANT_FOLDS or plain in "0123456789()-,*"
    },
    _VARIANT_FOLDS,
    dict.fromkeys(BLANKS, ""),
)
_UNIT_NUMERALS = ("", *"一二三四五六七八九")
_TEN_NUMERALS = ("", "十", *(f"{ones}十" for ones in "二三四五六七八九"))
NUMERALS = [tens + ones for tens in _TEN_NUMERALS for ones in _UNIT_NUMERALS][1:]  # 一 to 九十九

# ----------------------------------------------------------------------------------------- grammar
# Python's re and DuckDB's RE2 read these patterns alike. * stands for any masked sign.

HAN_RANGE = "一-\u9fff"
_LEGACY_WORDS = "[一-\u5b56\u5b58-\u9fff0-9*]{1,16}"  # what a court called itself: anything but 字
_YEAR = "[12*][0-9*]{3}"
_COURT = (
    rf"{_NOTATION['supreme']}"
    rf"|[{PROVINCES}*](?:[0-9]{{4}}|[0-9]{{2}}|[0-9]{{0,3}}\*[0-9*]{{0,3}})?"
)
_TYPES = sorted([*CASE_TYPES, *_NOTATION["other_types"]], key=len, reverse=True)
_TYPE = "|".join(_TYPES)
_NUMBERS = "[0-9*]{1,7}(?:号?[-,][0-9*]{1,7})*"
_SUBNUMBER = "[一二三四五六七八九十]{1,3}"
_TAIL = "个?[0-9]{1,5}"  # of personal bankruptcies: (个6)
_OPEN, _CLOSE = r"[(（〔\[【]", r"[)）〕\]】]"

# A number as it may be typed, once its characters are folded. Courts before 2016 had words of their own
# choice, ending in 字第; after a code, which came with the form of 2016, 字第 is a slip. Common brackets are
# taken as they come: folding them would cost more.
INPUT_PATTERN = (
    rf"{_OPEN}?({_YEAR}){_CLOSE}?"
    rf"(?:([{PROVINCES}][0-9]{{2,4}}{_NOTATION['special']}?(?:{_TYPE}))字第?"
    rf"|((?:{_COURT}){_NOTATION['special']}?(?:{_TYPE}|\*{{2,}})|{_LEGACY_WORDS}字)第?)"
    rf"({_NUMBERS})号?(?:之({_SUBNUMBER}|[1-9][0-9]?))?号?(?:{_OPEN}({_TAIL}){_CLOSE})?"
)
INPUT_PARTS = ("year", "coded", "place", "numbers", "nth", "tail")
# A sequence has no leading zero (法〔2015〕137号), though systems of fixed width print some.
LEADING_ZEROS, WITHOUT_ZEROS = "(^|[-,])0+([0-9])", r"\1\2"

# The canonical text.
CANONICAL_PATTERN = (
    rf"\(({_YEAR})\)(?:({_COURT})({_NOTATION['special']})?({_TYPE}|\*{{2,}})|({_LEGACY_WORDS})字第)"
    rf"(?P<numbers>{_NUMBERS})号((?:之{_SUBNUMBER})?(?:\({_TAIL}\))?)"
)
CANONICAL_PARTS = ("year", "court", "special", "type", "words", "numbers", "suffix")
LEGACY_TYPE_PATTERN = f"(?:{_TYPE})$"  # 执恢 of 兰法执恢字第1号

# Nearly all numbers of a file: in this form RE2 needs one pass and is five times as fast.
PLAIN_PATTERN = (
    rf"{_OPEN}([12][0-9]{{3}}){_CLOSE}([{PROVINCES}](?:[0-9]{{2}}(?:[0-9]{{2}})?)?)"
    rf"({'|'.join(sorted(CASE_TYPES, reverse=True))})([1-9][0-9]{{0,6}})号"
)
PLAIN_PARTS = ("year", "court", "type", "number")

_INPUT_RE, _CANONICAL_RE = re.compile(INPUT_PATTERN), re.compile(CANONICAL_PATTERN)
_LEGACY_TYPE_RE = re.compile(LEGACY_TYPE_PATTERN)
_WIDTH_TABLE, _FOLD_TABLE = str.maketrans(WIDTH_FOLDS), str.maketrans(dict(ChainMap(*FOLD_STEPS)))


@dataclass(frozen=True)
class CaseNumber:
    """What a text says as a case number; None for what it does not say.

    `style`: standard; batch, one text for several cases; legacy, the form before 2016; masked,
    with characters left out; other, no case number. `court` is a code as printed, such as 粤0304 or
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
    canonical = _canonical_text(text)
    match = _CANONICAL_RE.fullmatch(canonical)
    if match is None:
        return CaseNumber("other", canonical)
    year, court, special, type_word, words, numbers, suffix = match.groups()
    if words and (legacy_type := _LEGACY_TYPE_RE.search(words)):
        type_word = legacy_type.group()
    return CaseNumber(
        style=_number_style(canonical, numbers, court),
        canonical=canonical,
        year=_parse_int(year),
        court=_legible_part(court),
        special=special,
        type_word=_legible_part(type_word),
        case_type=CASE_TYPES.get(type_word or ""),
        sequence=_parse_int(numbers),
        suffix=suffix or None,
    )


def expand_batch(text: str) -> list[str]:
    """Return the canonical number of every case that a text names, one unless it is a batch.

    15382-86 ends at 15386. Raises ValueError where numbers do not ascend, an end is not clear
    (66-8: up to 68, or ruling 8 of case 66), or more than MAX_BATCH_CASES cases are named. The
    message repeats no number.
    """
    number = parse(text)
    if number.style != "batch":
        return [number.canonical]
    match = _CANONICAL_RE.fullmatch(number.canonical)
    assert match is not None  # or it would be no batch
    head, tail = match.string[: match.start("numbers")], match.string[match.end("numbers") :]
    ranges = [_parse_range(part) for part in match["numbers"].split(",")]
    if any(later.start < earlier.stop for earlier, later in pairwise(ranges)):
        raise ValueError("the numbers do not ascend; write each in full")
    count = sum(map(len, ranges))
    if count > MAX_BATCH_CASES:
        raise ValueError(f"names {count} cases, more than {MAX_BATCH_CASES}")
    return [f"{head}{sequence}{tail}" for sequence in chain(*ranges)]


def _parse_range(part: str) -> range:
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


def _canonical_text(text: str) -> str:
    match = _INPUT_RE.fullmatch(text.translate(_FOLD_TABLE))
    if match is None:
        return unicodedata.normalize("NFC", text.translate(_WIDTH_TABLE)).strip(BLANKS)
    year, coded, place, numbers, subnumber, tail = match.groups(default="")
    court_text = coded or place
    numbers = re.sub(LEADING_ZEROS, WITHOUT_ZEROS, numbers.replace("号", ""))
    return "".join(
        (
            f"({year}){court_text}",
            "第" if court_text.endswith("字") else "",
            f"{numbers}号",
            f"之{NUMERALS[int(subnumber) - 1] if subnumber.isdecimal() else subnumber}" if subnumber else "",
            f"({tail})" if tail else "",
        )
    )


def _number_style(canonical: str, numbers: str, court: str | None) -> str:
    if "*" in canonical:
        return "masked"
    if not numbers.isdecimal():
        return "batch"
    return "legacy" if court is None else "standard"


def _legible_part(part: str | None) -> str | None:
    return None if part is None or "*" in part else part


def _parse_int(digits: str) -> int | None:
    return int(digits) if digits.isdecimal() else None
