"""Finding the court that a word of a file means: an id, a code or a name, however written.

What could mean two courts is never decided by chance: it is unsure, and says between which.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from itertools import combinations, product
from typing import NamedTuple

import duckdb

from index_engine.sources.courts import names
from index_engine.sources.courts.names import WORDS, Folding, Name
from index_engine.sources.courts.places import Places

_CODE = re.compile(WORDS["codes"]["pattern"])
_ZONE = re.compile(WORDS["codes"]["zone"])
_LEVEL_OF_LENGTH = {1: "high", 3: "intermediate", 5: "basic"}
_APART = [(apart["words"], apart["region"]) for apart in WORDS["apart"]]
_MOST_NAMED = 4  # candidates that a message lists


class CourtRow(NamedTuple):
    """What the finder needs of a row of `courts`."""

    court_id: str
    code: str | None
    name: str
    level: str
    region: str
    special: bool
    valid_from: date | None
    valid_to: date | None


class NameRow(NamedTuple):
    """A row of `court_names`: a name or a code that a court also has, or had."""

    court_id: str
    name: str
    valid_from: date | None
    valid_to: date | None


class RegionRow(NamedTuple):
    """What the finder needs of a row of `regions`."""

    code: str
    level: str
    name: str
    name_hant: str | None
    parent: str | None


@dataclass(frozen=True)
class Match:
    """A court, and the first and last day on which the word means it (None: no end)."""

    court_id: str
    valid_from: date | None
    valid_to: date | None


@dataclass(frozen=True)
class Found:
    """What a word means.

    `how` is id, code, name, short (a shorter way to write the name) or old_name: `matches` has
    one court, or several whose days do not overlap. Or it is placed (a court that is not in the
    registry, `name` in full, in the region `place`), unsure (one of `candidates`) or unknown; then
    there is no match, and for the last two `message` tells a person why.
    """

    word: str
    how: str
    matches: tuple[Match, ...] = ()
    place: str | None = None
    level: str | None = None
    special: bool = False
    name: str | None = None
    candidates: tuple[str, ...] = ()
    message: str = ""


@dataclass(frozen=True)
class _Entry:
    """A court under one way to write it."""

    match: Match
    how: str


_Key = tuple[str, str]  # body of a name, level it says


class CourtFinder:
    """Finds courts among those of one warehouse; built once, asked for every word."""

    def __init__(
        self,
        courts: Iterable[CourtRow],
        court_names: Iterable[NameRow],
        regions: Iterable[RegionRow],
    ) -> None:
        rows = list(regions)
        self._folding = Folding((row.name, row.name_hant) for row in rows)
        self._places = Places([(r.code, r.level, r.name, r.parent) for r in rows], self._folding)
        self._courts = {row.court_id: row for row in courts}
        self._exact: dict[str, list[_Entry]] = {}
        self._whole: dict[_Key, list[_Entry]] = {}
        self._short: dict[_Key, list[_Entry]] = {}
        self._doubtful: dict[_Key, list[_Entry]] = {}
        for row in self._courts.values():
            match = Match(row.court_id, row.valid_from, row.valid_to)
            for text, how in ((row.code, "code"), (row.name, "name")):
                if text:
                    self._exact.setdefault(self._folding.fold(text), []).append(_Entry(match, how))
            self._add_ways(row, row.name, match, "short")
        for named in court_names:
            if named.court_id in self._courts:
                self._add_name(named)

    @classmethod
    def of(cls, con: duckdb.DuckDBPyConnection) -> "CourtFinder":
        """Build a finder from the tables courts, court_names and regions."""
        courts = con.execute(
            "SELECT court_id, code, name, level, region, special, valid_from, valid_to"
            " FROM courts ORDER BY court_id"
        ).fetchall()
        court_names = con.execute(
            "SELECT court_id, name, valid_from, valid_to FROM court_names ORDER BY court_id, name"
        ).fetchall()
        regions = con.execute(
            "SELECT code, level, name, name_hant, parent FROM regions ORDER BY code"
        ).fetchall()
        return cls(
            [CourtRow(*row) for row in courts],
            [NameRow(*row) for row in court_names],
            [RegionRow(*row) for row in regions],
        )

    # ------------------------------------------------------------------------------- the registry

    def _add_name(self, named: NameRow) -> None:
        row, text = self._courts[named.court_id], self._folding.fold(named.name)
        match = Match(named.court_id, named.valid_from, named.valid_to)
        how = "code" if _CODE.fullmatch(text) else "old_name"
        self._exact.setdefault(text, []).append(_Entry(match, how))
        if how == "old_name":
            self._add_ways(row, named.name, match, how)

    def _add_ways(self, row: CourtRow, name: str, match: Match, how: str) -> None:
        """Note every way to write a name: with and without the places above, in full and short."""
        said = names.split(self._folding.fold(name))
        before, own = self._parts(row, said.body)
        entry = _Entry(match, how)
        shorter = names.shorter(own) if said.level else ()
        # 林区中级法院 alone may be that of another province.
        nameless = row.special and own != said.body and bool(names.special_ending(own, said.level))
        for ways in product(*before):
            prefix = "".join(ways)
            if prefix + own:
                where = self._doubtful if nameless and not prefix else self._whole
                where.setdefault((prefix + own, said.level), []).append(entry)
            for short in shorter:
                # 海南中院 could be a court of the province, so that it is not decided.
                other = not prefix and self._places.others(short, row.region)
                where = self._doubtful if other else self._short
                where.setdefault((prefix + short, said.level), []).append(entry)

    def _parts(self, row: CourtRow, body: str) -> tuple[list[tuple[str, ...]], str]:
        """The ways to write the places before a court's own part, and that part."""
        for words, _ in _APART:
            if body.startswith(words[0]):
                return [("", *words)], body.removeprefix(words[0])
        if row.region not in self._places.regions:
            return [], body
        above = self._places.above(row.region)
        if row.special or not above:
            above.append(self._places.regions[row.region])
        own, before = body, []
        for region in above:
            full, *others = region.forms
            ways = region.forms if row.special else (full,)
            stripped = next((own.removeprefix(way) for way in ways if own.startswith(way)), own)
            # 海口市 is not within itself: a court called by its place alone keeps it.
            own = stripped if stripped or region.level == "province" else own
            before.append(("", full, *others))
        return before, own

    # --------------------------------------------------------------------------------- the words

    def find(self, word: str, *, province: str | None = None) -> Found:
        """Return what a word means; see Found.

        `province` (code, name or the sign of its court codes) decides between courts of one name,
        and a court of another province is then unsure; a province nobody knows is as none.
        """
        if self._is_plain_id(word):
            row = self._courts[word.strip()]
            match = Match(row.court_id, row.valid_from, row.valid_to)
            return self._settled(word, [_Entry(match, "id")], None)
        folded = self._folding.fold(word)
        within = self._places.named_province(self._folding.fold(province)) if province else None
        for text in dict.fromkeys((folded, names.without_asides(folded))):
            if text in self._exact:
                return self._settled(word, self._exact[text], within)
        said = names.split(names.without_asides(folded))
        if _CODE.fullmatch(said.body) and not said.level:
            return self._from_code(word, said.body)
        return self._from_name(word, said, within)

    def _is_plain_id(self, word: str) -> bool:
        """Whether a word is an id, sign by sign, and no code or name that may have passed on."""
        row = self._courts.get(word.strip())
        return row is not None and row.court_id not in (row.code, row.name)

    def _from_name(self, word: str, said: Name, within: str | None) -> Found:
        key = (said.body, said.level or "basic")
        whole, short = self._whole.get(key, []), self._short.get(key, [])
        if not said.level:
            # 福田区 can only mean its court; 深圳市 or 福田 may be meant as a place.
            whole, short = whole or self._whole.get((said.body, ""), []), []
        if whole and said.full:
            return self._settled(word, whole, within)
        if short and said.full and said.level == "basic":
            # 洪江人民法院 is not 洪江市人民法院: in full, the class word belongs to the name.
            return self._unsure(word, short, within)
        if whole or short:
            return self._settled(word, whole + short, within)
        placed = self._placed(word, said, within)
        near = self._near(said) if placed.how == "unknown" else []
        return self._unsure(word, near, within) if near else placed

    def _near(self, said: Name) -> list[_Entry]:
        """Courts that a name may mean, though it is too short or says another level."""
        return [
            entry
            for level in ("high", "intermediate", "basic")
            for where in (self._whole, self._short, self._doubtful)
            for entry in where.get((said.body, level), [])
        ]

    def _settled(self, word: str, entries: list[_Entry], within: str | None) -> Found:
        """Decide between the courts of one name: by days, else by province, else not at all."""
        here = [entry for entry in entries if self._lies_in(entry, within)]
        if not here:
            return self._unsure(word, entries, None)
        matches: dict[str, Match] = {}
        for entry in here:
            known = matches.get(entry.match.court_id)
            matches[entry.match.court_id] = _widest(known, entry.match) if known else entry.match
        found = sorted(matches.values(), key=lambda match: match.valid_from or date.min)
        if any(_overlap(one, other) for one, other in combinations(found, 2)):
            return self._unsure(word, here, None)
        row = self._courts[found[-1].court_id]
        how = here[0].how if len({entry.how for entry in here}) == 1 else _plainest(here)
        return Found(word, how, tuple(found), row.region, row.level, row.special, row.name)

    def _lies_in(self, entry: _Entry, within: str | None) -> bool:
        row = self._courts[entry.match.court_id]
        return within is None or self._places.province(row.region) in (within, None)

    def _unsure(self, word: str, entries: list[_Entry], within: str | None) -> Found:
        here = [entry for entry in entries if self._lies_in(entry, within)] or entries
        ids = tuple(dict.fromkeys(entry.match.court_id for entry in here))
        named = "; ".join(self._courts[one].name for one in ids[:_MOST_NAMED])
        more = f" and {len(ids) - _MOST_NAMED} more" if len(ids) > _MOST_NAMED else ""
        message = f"'{word}' may mean {named}{more}; write the full name, or give the province"
        return Found(word, "unsure", candidates=ids, message=message)

    def _unknown(self, word: str) -> Found:
        message = (
            f"'{word}' is no court of the registry; write its full name or add it to the courts"
        )
        return Found(word, "unknown", message=message)

    # ------------------------------------------------------------- courts that no registry lists

    def _placed(self, word: str, said: Name, within: str | None) -> Found:
        """Place a court beside the divisions, such as one of a development zone, by its name."""
        for words, region in _APART:
            for begun in words:
                rest = said.body.removeprefix(begun)
                known = region in self._places.regions
                if rest != said.body and names.may_be_own(rest) and known:
                    return self._beside(word, said, region, words[0] + rest)
        placed = self._places.before(said.body, within)
        if placed is None and names.special_ending(said.body, said.level):
            if within is None:
                message = f"'{word}' names no place, or one of several; give the province"
                return Found(word, "unknown", message=message)
            placed = within, said.body
        if placed is None or not (names.may_be_own(placed[1]) and said.level):
            return self._unknown(word)
        place, rest = placed
        return self._beside(word, said, place, self._places.called(place) + rest)

    def _beside(self, word: str, said: Name, place: str, body: str) -> Found:
        ending = names.special_ending(said.body, said.level)
        if ending is None:
            return self._unknown(word)
        if known := self._exact.get(body + ending):
            return self._settled(word, known, None)
        level = said.level or "basic"
        return Found(word, "placed", place=place, level=level, special=True, name=body + ending)

    def _from_code(self, word: str, code: str) -> Found:
        """Place an unlisted code with the numbers of zones by the intermediate court above it."""
        above = self._exact.get(code[:3], []) if len(code) == 5 else []
        courts = [self._courts[entry.match.court_id] for entry in above]
        regions = {row.region for row in courts if not row.special}
        if len(regions) != 1 or not _ZONE.fullmatch(code[3:]):
            return self._unknown(word)
        return Found(
            word,
            "placed",
            place=regions.pop(),
            level=_LEVEL_OF_LENGTH[len(code)],
            special=True,
            name=code,
        )


def _widest(one: Match, other: Match) -> Match:
    """Two spans of one court as one; a missing end is open."""
    return replace(
        one,
        valid_from=min(one.valid_from, other.valid_from)
        if one.valid_from and other.valid_from
        else None,
        valid_to=max(one.valid_to, other.valid_to) if one.valid_to and other.valid_to else None,
    )


def _overlap(one: Match, other: Match) -> bool:
    starts = (one.valid_from or date.min, other.valid_from or date.min)
    ends = (one.valid_to or date.max, other.valid_to or date.max)
    return max(starts) <= min(ends)


def _plainest(entries: list[_Entry]) -> str:
    order = ("id", "code", "name", "short", "old_name")
    return min((entry.how for entry in entries), key=order.index)
