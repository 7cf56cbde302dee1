"""How the names of courts and places are read: signs folded, endings cut, short forms made.

All words come from words.toml. A text is folded before anything is looked up in it, and so are the
names it is compared with: width, case, blanks, quotes and traditional characters do not count.
"""

import re
import tomllib
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

WORDS = tomllib.loads(Path(__file__).with_name("words.toml").read_text(encoding="utf-8"))

_ASIDES = WORDS["asides"]
_DROPPED = dict.fromkeys(map(ord, _ASIDES["dropped"]))
_BRACKETED = re.compile(
    f"[{re.escape(_ASIDES['opening'])}]([^{re.escape(_ASIDES['opening'] + _ASIDES['closing'])}]*)"
    f"[{re.escape(_ASIDES['closing'])}]"
)
_TAILS = [(tail["word"], tail["level"], tail["full"]) for tail in WORDS["tail"]]
_COURT_WORDS = "|".join(tail["word"] for tail in WORDS["tail"])
_ENDING = re.compile(f"(?P<court>.*(?:{_COURT_WORDS}))(?:{_ASIDES['endings']})+")
_ASIDE = re.compile(f"(?:{_ASIDES['endings']})*")
_PLACES = WORDS["places"]
_NATIONS = re.compile(f"(?:{'|'.join(_PLACES['nationalities'])})+$")
_PAIRS = WORDS["traditional"]["pairs"]
_LONGER: dict[str, str] = WORDS["longer"]
_SPECIAL = WORDS["special"]
_ZONE, _TRADE = (
    re.compile(f"(?:{'|'.join(_SPECIAL[kind])}){_SPECIAL['ordinal']}$")
    for kind in ("people", "plain")
)
_OWN = re.compile(_SPECIAL["own"])
SHORTEST = 2  # characters of a place's short form: the 城 of 城区 says nothing


@dataclass(frozen=True)
class Name:
    """A court's name in parts: what it is called by, the level it says, and whether in full.

    `level` is empty where the name has no word for a court.
    """

    body: str
    level: str
    full: bool


class Folding:
    """Folds signs that are written in several ways to one."""

    def __init__(self, pairs: Iterable[tuple[str, str | None]]) -> None:
        """`pairs` are names and the same names in traditional characters."""
        self._simple = dict(zip(map(ord, _PAIRS[::2]), _PAIRS[1::2], strict=True))
        for name, hant in pairs:
            if hant and len(hant) == len(name):
                self._simple |= {
                    ord(there): here
                    for here, there in zip(name, hant, strict=True)
                    if here != there
                }

    def fold(self, text: str) -> str:
        """Return the text without width, case, blanks, quotes and traditional characters.

        Zones are written in full: 高新区 is 高新技术产业开发区.
        """
        plain = unicodedata.normalize("NFKC", text).translate(_DROPPED).upper()
        simple = plain.translate(self._simple)
        for short, long in _LONGER.items():
            simple = simple.replace(short, long)
        return simple


def without_asides(folded: str) -> str:
    """Cut what follows a court's name: （本院）, 执行局. Any other bracket goes first: （福建）."""
    inside = [part for part in _BRACKETED.findall(folded) if not _ASIDE.fullmatch(part)]
    text = "".join(inside) + _BRACKETED.sub("", folded)
    ending = _ENDING.fullmatch(text)
    return ending["court"] if ending else text


def split(folded: str) -> Name:
    """Split a court's name into body and ending; a name without an ending is all body."""
    for word, level, full in _TAILS:
        if folded.endswith(word):
            return Name(folded.removesuffix(word), level, full)
    return Name(folded, "", True)


def stem(place: str) -> str:
    """A place's name without class word and nationalities; itself if that leaves too little."""
    for word in _PLACES["class_words"]:
        if place.endswith(word) and len(place) - len(word) >= SHORTEST:
            short = place.removesuffix(word)
            if word.startswith("自治"):
                bare = _NATIONS.sub("", short)
                short = bare if len(bare) >= SHORTEST else short
            return short
    return place


def forms(place: str) -> tuple[str, ...]:
    """All ways to write a place: 恩施土家族苗族自治州, 恩施州, 恩施."""
    short, (full, common) = stem(place), _PLACES["prefecture"]
    named = short + common if place.endswith(full) else place
    return tuple(dict.fromkeys((place, named, short)))


def shorter(own: str) -> tuple[str, ...]:
    """Shorter ways to write a court's own part: 福田 for 福田区, 一 for 第一."""
    ways = (*forms(own), own.removeprefix(_PLACES["ordinal"]))
    return tuple(dict.fromkeys(way for way in ways if way not in (own, "")))


def may_be_own(rest: str) -> bool:
    """Whether a court beside the divisions may be called so after its place: 经济技术开发区.

    The name goes into the table of courts, and a cell with a sentence in it is to stay out.
    """
    return _OWN.fullmatch(rest) is not None


def special_ending(body: str, level: str) -> str | None:
    """How the name of a court beside the divisions ends in full; None if no word says it is one."""
    middle = {"high": "高级", "intermediate": "中级"}.get(level, "")
    if _ZONE.search(body):
        return middle + "人民法院"
    if _TRADE.search(body):
        return middle + "法院"
    return None
