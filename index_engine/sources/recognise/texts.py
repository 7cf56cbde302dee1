"""Words of headers and values, made comparable: one text for all ways to write a word."""

import re
import tomllib
import unicodedata
from functools import cache
from pathlib import Path
from typing import Any

from index_engine.sources.values.columns import NO_VALUE
from index_engine.sources.values.signs import BLANKS

# 无 is no value in most columns, but an answer to whether there are assets.
_NO_VALUE = frozenset(NO_VALUE) - {"无"}

_NO_SIGN = re.compile(r"[\W_]+")
_IN_BRACKETS = re.compile(r"[(\[【{〔<《].*?[)\]】}〕>》]")


@cache
def data(name: str) -> dict[str, Any]:
    """Return a data file of this folder: headers or words."""
    path = Path(__file__).with_name(f"{name}.toml")
    return tomllib.loads(path.read_text(encoding="utf-8"))


@cache
def _simplified() -> dict[int, int]:
    script = data("headers")["script"]
    return str.maketrans(script["traditional"], script["simplified"])


def plain(text: str) -> str:
    """Return a text with full-width signs made narrow, and no blanks around it."""
    return unicodedata.normalize("NFKC", text).strip(BLANKS)


def fold(text: str) -> str:
    """Return what two spellings of a word share: no blanks, signs, capitals, traditional script."""
    return _NO_SIGN.sub("", plain(text).lower()).translate(_simplified())


def unbracketed(text: str) -> str:
    """Return a text without what stands in brackets."""
    return _IN_BRACKETS.sub("", plain(text))


def values_of(cells: list[str | None]) -> list[str]:
    """Return the cells that hold a value, without the blanks around them."""
    stripped = (cell.strip(BLANKS) for cell in cells if cell)
    return [text for text in stripped if text and text not in _NO_VALUE]


def distinct(texts: list[str]) -> list[str]:
    """Return the different texts, commonest first, those as common in their order."""
    counts: dict[str, int] = {}
    for text in texts:
        counts[text] = counts.get(text, 0) + 1
    return sorted(counts, key=lambda text: -counts[text])


def share(texts: list[str], holds: Any) -> float:
    """Return the share of texts for which a condition holds; 0 of none."""
    return sum(1 for text in texts if holds(text)) / len(texts) if texts else 0.0
