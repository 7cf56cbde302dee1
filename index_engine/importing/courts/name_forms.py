"""How the names of courts and places are read: characters folded, endings cut, short forms made.

All words come from name_words.toml. A text is folded before anything is looked up in it, and so are the
names it is compared with: width, case, blanks, quotes and traditional characters do not count.
"""

import re
import tomllib
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from index_engine.importing.values.characters import SIMPLIFIED, simplified_characters

NAME_WORDS = tomllib.loads(Path(__file__).with_name("name_words.toml").read_text(encoding="utf-8"))

_SUFFIX_WORDS = NAME_WORDS["suffixes"]
_IGNORED_CHARACTERS = dict.fromkeys(map(ord, _SUFFIX_WORDS["ignored_characters"]))
_BRACKET_RE = re.compile(
    f"[{re.escape(_SUFFIX_WORDS['opening'])}]([^{re.escape(_SUFFIX_WORDS['opening'] + _SUFFIX_WORDS['closing'])}]*)"
    f"[{re.escape(_SUFFIX_WORDS['closing'])}]"
)
_COURT_ENDINGS = [(ending["word"], ending["level"], ending["full"]) for ending in NAME_WORDS["court_ending"]]
_COURT_WORDS = tuple(word for word, _level, _full in _COURT_ENDINGS)
_SUFFIX_RE = re.compile(_SUFFIX_WORDS["endings"])
_MAX_SUFFIX_LENGTH = 12  # of one of them
_PLACE_WORDS = NAME_WORDS["places"]
_NATIONALITIES_RE = re.compile(f"(?:{'|'.join(_PLACE_WORDS['nationalities'])})+$")
_EXPANSIONS: dict[str, str] = NAME_WORDS["expansions"]
_SPECIAL_WORDS = NAME_WORDS["special"]
_ZONE_RE, _SECTOR_RE = (
    re.compile(f"(?:{'|'.join(_SPECIAL_WORDS[kind])}){_SPECIAL_WORDS['ordinal']}$") for kind in ("zones", "sectors")
)
_LOCAL_PART_RE = re.compile(_SPECIAL_WORDS["local_part"])
MAX_NAME_LENGTH = 120  # characters of a court's name with all that may stand around it
MIN_STEM_LENGTH = 2  # characters of a place's short form: the 城 of 城区 says nothing


@dataclass(frozen=True)
class CourtName:
    """A court's name in parts: what it is called by, the level it says, and whether in full.

    `level` is empty where the name has no word for a court.
    """

    body: str
    level: str
    is_full: bool


class NameNormaliser:
    """Folds characters that are written in several ways to one."""

    def __init__(self, pairs: Iterable[tuple[str, str | None]]) -> None:
        """`pairs` are names and the same names in traditional characters."""
        self._simplified_characters: dict[int, int | str] = dict(SIMPLIFIED)
        for name, traditional_name in pairs:
            if traditional_name:
                characters = simplified_characters(name, traditional_name)
                self._simplified_characters |= {
                    ord(traditional): character for traditional, character in characters.items()
                }

    def normalise(self, text: str) -> str:
        """Return the text without width, case, blanks, quotes and traditional characters.

        Zones are written in full: 高新区 is 高新技术产业开发区.
        """
        narrow_text = unicodedata.normalize("NFKC", text).translate(_IGNORED_CHARACTERS).upper()
        simplified_text = narrow_text.translate(self._simplified_characters)
        for short, long in _EXPANSIONS.items():
            simplified_text = simplified_text.replace(short, long)
        return simplified_text


def strip_suffixes(normalised_name: str) -> str:
    """Cut what follows a court's name: （本院）, 执行局. Any other bracket goes first: （福建）."""
    bracket_texts = [part for part in _BRACKET_RE.findall(normalised_name) if not _is_suffixes(part)]
    text = "".join(bracket_texts) + _BRACKET_RE.sub("", normalised_name)
    if text.endswith(_COURT_WORDS):
        return text
    court_ends = (end for end in range(len(text) - 1, 0, -1) if text.endswith(_COURT_WORDS, 0, end))
    return next((text[:end] for end in court_ends if _is_suffixes(text[end:])), text)


def _is_suffixes(text: str) -> bool:
    """Say whether a text is nothing but suffixes, one after the other.

    From its end, each place once: a pattern of repeated suffixes tries every way to take 法庭法庭法庭 apart.
    """
    ends = {len(text)}  # from which on it is
    for start in range(len(text) - 1, -1, -1):
        near_ends = (end for end in ends if end - start <= _MAX_SUFFIX_LENGTH)
        if any(_SUFFIX_RE.fullmatch(text, start, end) for end in near_ends):
            ends.add(start)
    return 0 in ends


def split_name(normalised_name: str) -> CourtName:
    """Split a court's name into body and ending; a name without an ending is all body."""
    for word, level, full in _COURT_ENDINGS:
        if normalised_name.endswith(word):
            return CourtName(normalised_name.removesuffix(word), level, full)
    return CourtName(normalised_name, "", True)


def place_stem(place: str) -> str:
    """A place's name without class word and nationalities; itself if that leaves too little."""
    for word in _PLACE_WORDS["class_words"]:
        if place.endswith(word) and len(place) - len(word) >= MIN_STEM_LENGTH:
            short = place.removesuffix(word)
            if word.startswith("自治"):
                short_stem = _NATIONALITIES_RE.sub("", short)
                short = short_stem if len(short_stem) >= MIN_STEM_LENGTH else short
            return short
    return place


def place_forms(place: str) -> tuple[str, ...]:
    """All ways to write a place: 恩施土家族苗族自治州, 恩施州, 恩施."""
    short, (full, common) = place_stem(place), _PLACE_WORDS["prefecture"]
    common_form = short + common if place.endswith(full) else place
    return tuple(dict.fromkeys((place, common_form, short)))


def shorter_forms(local_part: str) -> tuple[str, ...]:
    """Shorter ways to write a court's own part: 福田 for 福田区, 一 for 第一."""
    variants = (*place_forms(local_part), local_part.removeprefix(_PLACE_WORDS["ordinal"]))
    return tuple(dict.fromkeys(variant for variant in variants if variant not in (local_part, "")))


def is_plausible_local_part(remainder: str) -> bool:
    """Whether a court beside the divisions may be called so after its place: 经济技术开发区.

    The name goes into the table of courts, and a cell with a sentence in it is to stay out.
    """
    return _LOCAL_PART_RE.fullmatch(remainder) is not None


def special_ending(body: str, level: str) -> str | None:
    """How the name of a court beside the divisions ends in full; None if no word says it is one."""
    level_word = {"high": "高级", "intermediate": "中级"}.get(level, "")
    if _ZONE_RE.search(body):
        return level_word + "人民法院"
    if _SECTOR_RE.search(body):
        return level_word + "法院"
    return None
