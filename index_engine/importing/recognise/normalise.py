"""Words of headers and values, made comparable: one text for all ways to write a word."""

import re
import tomllib
import unicodedata
from functools import cache
from pathlib import Path
from typing import Any

from index_engine.importing.values.characters import BLANKS, SIMPLIFIED
from index_engine.importing.values.column_settings import NULL_WORDS

# 无 is no value in most columns, but an answer to whether there are assets.
_NULL_WORDS = frozenset(NULL_WORDS) - {"无"}

_NUMBERING = re.compile(r"^[(]?(?:\d{1,2}|[一二三四五六七八九十]{1,3})(?:[)、]|[.](?!\d))\s*")
_SEPARATORS = re.compile(r"[\W_]+")
_BRACKET = re.compile(r"(?P<opening>[(\[【{〔<《])|[)\]】}〕>》]")


@cache
def reference_data(name: str) -> dict[str, Any]:
    """Return a data file of this folder: headers or words."""
    path = Path(__file__).with_name(f"{name}.toml")
    return tomllib.loads(path.read_text(encoding="utf-8"))


def half_width(text: str) -> str:
    """Return a text with full-width characters made narrow, and no blanks around it."""
    return unicodedata.normalize("NFKC", text).strip(BLANKS)


def match_key(text: str) -> str:
    """Return what two spellings of a word share: no blanks, signs, capitals, traditional script."""
    return _SEPARATORS.sub("", half_width(text).lower()).translate(SIMPLIFIED)


def without_numbering(header: str) -> str:
    """Return a heading without its number among the others: 1.案号, (2) 立案日期, 三、结案日期."""
    return _NUMBERING.sub("", half_width(header))


def heading_key(header: str) -> str:
    """Return what two spellings of a heading share."""
    return match_key(without_numbering(header))


def remove_brackets(text: str) -> str:
    """Return a text without what stands in brackets, each up to the first that closes."""
    plain_text = half_width(text)
    kept_parts, start, opening = [], 0, -1
    # By the brackets alone: a pattern of both would look for an end from every one that opens.
    for bracket in _BRACKET.finditer(plain_text):
        if bracket["opening"]:
            opening = bracket.start() if opening < 0 else opening
        elif opening >= 0:
            kept_parts.append(plain_text[start:opening])
            start, opening = bracket.end(), -1
    return "".join((*kept_parts, plain_text[start:]))


def non_null_values(cells: list[str | None]) -> list[str]:
    """Return the cells that hold a value, without the blanks around them."""
    trimmed_cells = (cell.strip(BLANKS) for cell in cells if cell)
    return [text for text in trimmed_cells if text and text not in _NULL_WORDS]


def stated_values(cells: list[str | None]) -> list[str]:
    """Return the cells that state a value as an import reads them where 无 answers nothing: a day, a number, a name."""
    return [text for text in non_null_values(cells) if text not in NULL_WORDS]


def distinct_texts(texts: list[str]) -> list[str]:
    """Return the different texts, commonest first, those as common in their order."""
    counts: dict[str, int] = {}
    for text in texts:
        counts[text] = counts.get(text, 0) + 1
    return sorted(counts, key=lambda text: -counts[text])


def share(texts: list[str], condition: Any) -> float:
    """Return the share of texts for which a condition holds; 0 of none."""
    return sum(1 for text in texts if condition(text)) / len(texts) if texts else 0.0
