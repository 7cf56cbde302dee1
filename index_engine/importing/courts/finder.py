"""Finding the court that a word of a file means: an id, a code or a name, however written.

What could mean two courts is never decided by chance: it is ambiguous, and the message says between which.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from functools import lru_cache
from itertools import combinations, product
from typing import Any, NamedTuple

import duckdb

from index_engine.importing.case_numbers.grammar import PROVINCES
from index_engine.importing.courts import name_forms
from index_engine.importing.courts.name_forms import NAME_WORDS, CourtName, NameNormaliser
from index_engine.importing.courts.regions import RegionIndex

# 法院代字 begin with the character of a province; the courts of the army (军) have no region.
_PROVINCE_CHARACTERS = [character for character in PROVINCES if character in NAME_WORDS["codes"]["provinces"]]
_CODE_RE = re.compile(rf"[{''.join(_PROVINCE_CHARACTERS)}](?:\d{{4}}|\d{{2}})?")
_ZONE_RE = re.compile(NAME_WORDS["codes"]["zone"])
_LEVEL_BY_LENGTH = {1: "high", 3: "intermediate", 5: "basic"}
_ORGANISATIONS = [(entry["words"], entry["region"]) for entry in NAME_WORDS["organisation"]]
_MAX_LISTED_CANDIDATES = 4  # candidates that a message lists


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


class Status(StrEnum):
    """By what a word was found to mean a court, the most direct way first; or why to none."""

    ID = "id"
    CODE = "code"
    NAME = "name"
    SHORT = "short"  # a shorter way to write the name
    OLD_NAME = "old_name"
    SPECIAL = "special"  # beside the divisions, in no registry: placed by its name
    AMBIGUOUS = "ambiguous"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class CourtSpan:
    """A court, and the first and last day on which the word means it (None: no end)."""

    court_id: str
    valid_from: date | None
    valid_to: date | None


@dataclass(frozen=True)
class Resolution:
    """What a word means.

    By id, code, name, short and old name `spans` has one court, or several whose days do not
    overlap. A special court is not in the registry: `name` in full, in `region`. An ambiguous word
    means one of `candidates`, an unknown one none; neither has spans, and `message` says why.
    """

    word: str
    status: Status
    spans: tuple[CourtSpan, ...] = ()
    region: str | None = None
    level: str | None = None
    special: bool = False
    name: str | None = None
    candidates: tuple[str, ...] = ()
    message: str = ""


@dataclass(frozen=True)
class _CourtEntry:
    """A court under one way to write it."""

    span: CourtSpan
    status: Status


_NameKey = tuple[str, str]  # body of a name, level it says


class CourtFinder:
    """Finds courts among those of one warehouse; built once, asked for every word."""

    def __init__(
        self, courts: Iterable[CourtRow], court_names: Iterable[NameRow], regions: Iterable[RegionRow]
    ) -> None:
        rows = list(regions)
        self._normaliser = NameNormaliser((row.name, row.name_hant) for row in rows)
        self._regions = RegionIndex([(r.code, r.level, r.name, r.parent) for r in rows], self._normaliser)
        self._courts = {row.court_id: row for row in courts}
        self._by_exact_name: dict[str, list[_CourtEntry]] = {}
        self._by_full_name: dict[_NameKey, list[_CourtEntry]] = {}
        self._by_short_name: dict[_NameKey, list[_CourtEntry]] = {}
        self._by_ambiguous_name: dict[_NameKey, list[_CourtEntry]] = {}
        for row in self._courts.values():
            span = CourtSpan(row.court_id, row.valid_from, row.valid_to)
            for text, status in ((row.code, Status.CODE), (row.name, Status.NAME)):
                if text:
                    self._by_exact_name.setdefault(self._normaliser.normalise(text), []).append(
                        _CourtEntry(span, status)
                    )
            self._add_variants(row, row.name, span, Status.SHORT)
        for name_row in court_names:
            if name_row.court_id in self._courts:
                self._add_name(name_row)

    @staticmethod
    def from_warehouse(con: duckdb.DuckDBPyConnection) -> "CourtFinder":
        """The finder of the tables courts, court_names and regions."""
        courts = con.execute(
            "SELECT court_id, code, name, level, region, special, valid_from, valid_to FROM courts ORDER BY court_id"
        ).fetchall()
        court_names = con.execute(
            "SELECT court_id, name, valid_from, valid_to FROM court_names ORDER BY court_id, name"
        ).fetchall()
        regions = con.execute("SELECT code, level, name, name_hant, parent FROM regions ORDER BY code").fetchall()
        return _finder_of_rows(tuple(courts), tuple(court_names), tuple(regions))

    # ------------------------------------------------------------------------------- the registry

    def _add_name(self, name_row: NameRow) -> None:
        row, text = self._courts[name_row.court_id], self._normaliser.normalise(name_row.name)
        span = CourtSpan(name_row.court_id, name_row.valid_from, name_row.valid_to)
        status = Status.CODE if _CODE_RE.fullmatch(text) else Status.OLD_NAME
        self._by_exact_name.setdefault(text, []).append(_CourtEntry(span, status))
        if status == Status.OLD_NAME:
            self._add_variants(row, name_row.name, span, status)

    def _add_variants(self, row: CourtRow, name: str, span: CourtSpan, status: Status) -> None:
        """Note every way to write a name: with and without the places above, in full and short."""
        court_name = name_forms.split_name(self._normaliser.normalise(name))
        prefix_variants, local_part = self._split_places(row, court_name.body)
        entry = _CourtEntry(span, status)
        shorter_parts = name_forms.shorter_forms(local_part) if court_name.level else ()
        # 林区中级法院 alone may be that of another province.
        is_placeless = (
            row.special
            and local_part != court_name.body
            and bool(name_forms.special_ending(local_part, court_name.level))
        )
        for prefix_parts in product(*prefix_variants):
            prefix = "".join(prefix_parts)
            if prefix + local_part:
                index = self._by_ambiguous_name if is_placeless and not prefix else self._by_full_name
                index.setdefault((prefix + local_part, court_name.level), []).append(entry)
            for short_part in shorter_parts:
                # 海南中院 could be a court of the province, so that it is not decided.
                is_ambiguous = not prefix and self._regions.is_ambiguous_form(short_part, row.region)
                index = self._by_ambiguous_name if is_ambiguous else self._by_short_name
                index.setdefault((prefix + short_part, court_name.level), []).append(entry)

    def _split_places(self, row: CourtRow, body: str) -> tuple[list[tuple[str, ...]], str]:
        """The ways to write the places before a court's own part, and that part."""
        for words, _ in _ORGANISATIONS:
            if body.startswith(words[0]):
                return [("", *words)], body.removeprefix(words[0])
        if row.region not in self._regions.regions:
            return [], body
        ancestors = self._regions.ancestors(row.region)
        if row.special or not ancestors:
            ancestors.append(self._regions.regions[row.region])
        local_part, prefix_variants = body, []
        for region in ancestors:
            full_form, *short_forms = region.forms
            variants = region.forms if row.special else (full_form,)
            remainder = next(
                (local_part.removeprefix(variant) for variant in variants if local_part.startswith(variant)), local_part
            )
            # 海口市 is not within itself: a court called by its place alone keeps it.
            local_part = remainder if remainder or region.level == "province" else local_part
            prefix_variants.append(("", full_form, *short_forms))
        return prefix_variants, local_part

    # --------------------------------------------------------------------------------- the words

    def find(self, word: str, *, province: str | None = None) -> Resolution:
        """Return what a word means; see Resolution.

        `province` (code, name or the first character of its court codes) decides between courts of one name,
        and a court of another province is then ambiguous; an unknown province is as none.
        """
        if len(word) > name_forms.MAX_NAME_LENGTH:
            return self._unknown_resolution(word)
        if self._is_plain_id(word):
            row = self._courts[word.strip()]
            span = CourtSpan(row.court_id, row.valid_from, row.valid_to)
            return self._resolve_entries(word, [_CourtEntry(span, Status.ID)], None)
        normalised_word = self._normaliser.normalise(word)
        province_code = self._regions.find_province(self._normaliser.normalise(province)) if province else None
        for text in dict.fromkeys((normalised_word, name_forms.strip_suffixes(normalised_word))):
            if text in self._by_exact_name:
                return self._resolve_entries(word, self._by_exact_name[text], province_code)
        court_name = name_forms.split_name(name_forms.strip_suffixes(normalised_word))
        if _CODE_RE.fullmatch(court_name.body) and not court_name.level:
            return self._resolve_code(word, court_name.body)
        return self._resolve_name(word, court_name, province_code)

    def _is_plain_id(self, word: str) -> bool:
        """Whether a word is an id, character by character, and no code or name that may have passed on."""
        row = self._courts.get(word.strip())
        return row is not None and row.court_id not in (row.code, row.name)

    def _resolve_name(self, word: str, court_name: CourtName, province_code: str | None) -> Resolution:
        key = (court_name.body, court_name.level or "basic")
        full_matches, short_matches = (self._by_full_name.get(key, []), self._by_short_name.get(key, []))
        if not court_name.level:
            # 福田区 can only mean its court; 深圳市 or 福田 may be meant as a place.
            full_matches, short_matches = (full_matches or self._by_full_name.get((court_name.body, ""), []), [])
        if full_matches and court_name.is_full:
            return self._resolve_entries(word, full_matches, province_code)
        if short_matches and court_name.is_full and court_name.level == "basic":
            # 洪江人民法院 is not 洪江市人民法院: in full, the class word belongs to the name.
            return self._ambiguous_resolution(word, short_matches, province_code)
        if full_matches or short_matches:
            return self._resolve_entries(word, full_matches + short_matches, province_code)
        special_court = self._resolve_special_court(word, court_name, province_code)
        similar_entries = self._similar_entries(court_name) if special_court.status == Status.UNKNOWN else []
        return self._ambiguous_resolution(word, similar_entries, province_code) if similar_entries else special_court

    def _similar_entries(self, court_name: CourtName) -> list[_CourtEntry]:
        """Courts that a name may mean, though it is too short or says another level."""
        return [
            entry
            for level in ("high", "intermediate", "basic")
            for index in (self._by_full_name, self._by_short_name, self._by_ambiguous_name)
            for entry in index.get((court_name.body, level), [])
        ]

    def _resolve_entries(self, word: str, entries: list[_CourtEntry], province_code: str | None) -> Resolution:
        """Decide between the courts of one name: by days, else by province, else not at all."""
        local_entries = [entry for entry in entries if self._is_in_province(entry, province_code)]
        if not local_entries:
            return self._ambiguous_resolution(word, entries, None)
        span_by_court: dict[str, CourtSpan] = {}
        for entry in local_entries:
            known_span = span_by_court.get(entry.span.court_id)
            span_by_court[entry.span.court_id] = _union_span(known_span, entry.span) if known_span else entry.span
        spans = sorted(span_by_court.values(), key=lambda span: span.valid_from or date.min)
        if any(_spans_overlap(first, second) for first, second in combinations(spans, 2)):
            return self._ambiguous_resolution(word, local_entries, None)
        row = self._courts[spans[-1].court_id]
        status = (
            local_entries[0].status
            if len({entry.status for entry in local_entries}) == 1
            else _most_direct_status(local_entries)
        )
        return Resolution(word, status, tuple(spans), row.region, row.level, row.special, row.name)

    def _is_in_province(self, entry: _CourtEntry, province_code: str | None) -> bool:
        row = self._courts[entry.span.court_id]
        return province_code is None or self._regions.province(row.region) in (province_code, None)

    def _ambiguous_resolution(self, word: str, entries: list[_CourtEntry], province_code: str | None) -> Resolution:
        local_entries = [entry for entry in entries if self._is_in_province(entry, province_code)] or entries
        court_ids = tuple(dict.fromkeys(entry.span.court_id for entry in local_entries))
        names_text = "; ".join(self._courts[court_id].name for court_id in court_ids[:_MAX_LISTED_CANDIDATES])
        overflow_text = (
            f" and {len(court_ids) - _MAX_LISTED_CANDIDATES} more" if len(court_ids) > _MAX_LISTED_CANDIDATES else ""
        )
        message = f"'{word}' may mean {names_text}{overflow_text}; write the full name, or give the province"
        return Resolution(word, Status.AMBIGUOUS, candidates=court_ids, message=message)

    def _unknown_resolution(self, word: str) -> Resolution:
        message = f"'{word}' is no court of the registry; write its full name or add it to the courts"
        return Resolution(word, Status.UNKNOWN, message=message)

    # ------------------------------------------------------------- courts that no registry lists

    def _resolve_special_court(self, word: str, court_name: CourtName, province_code: str | None) -> Resolution:
        """Place a court beside the divisions, such as one of a development zone, by its name."""
        for words, region in _ORGANISATIONS:
            for prefix in words:
                local_part = court_name.body.removeprefix(prefix)
                has_region = region in self._regions.regions
                if local_part != court_name.body and name_forms.is_plausible_local_part(local_part) and has_region:
                    return self._special_court_resolution(word, court_name, region, words[0] + local_part)
        region_match = self._regions.match_prefix(court_name.body, province_code)
        if region_match is None and name_forms.special_ending(court_name.body, court_name.level):
            if province_code is None:
                message = f"'{word}' names no place, or one of several; give the province"
                return Resolution(word, Status.UNKNOWN, message=message)
            region_match = province_code, court_name.body
        if region_match is None or not (name_forms.is_plausible_local_part(region_match[1]) and court_name.level):
            return self._unknown_resolution(word)
        region_code, local_part = region_match
        return self._special_court_resolution(
            word, court_name, region_code, self._regions.court_name_prefix(region_code) + local_part
        )

    def _special_court_resolution(self, word: str, court_name: CourtName, region_code: str, body: str) -> Resolution:
        ending = name_forms.special_ending(court_name.body, court_name.level)
        if ending is None:
            return self._unknown_resolution(word)
        if entries := self._by_exact_name.get(body + ending):
            return self._resolve_entries(word, entries, None)
        level = court_name.level or "basic"
        return Resolution(word, Status.SPECIAL, region=region_code, level=level, special=True, name=body + ending)

    def _resolve_code(self, word: str, code: str) -> Resolution:
        """Place an unlisted code with the numbers of zones by the intermediate court above it."""
        parent_entries = self._by_exact_name.get(code[:3], []) if len(code) == 5 else []
        courts = [self._courts[entry.span.court_id] for entry in parent_entries]
        regions = {row.region for row in courts if not row.special}
        if len(regions) != 1 or not _ZONE_RE.fullmatch(code[3:]):
            return self._unknown_resolution(word)
        return Resolution(
            word, Status.SPECIAL, region=regions.pop(), level=_LEVEL_BY_LENGTH[len(code)], special=True, name=code
        )


# Every import of a process asks for the same tables, and noting all ways to write some 4,000 names takes
# longer than reading a small file. The key is the whole content, so that no finder is out of date.
@lru_cache(maxsize=2)
def _finder_of_rows(
    courts: tuple[tuple[Any, ...], ...],
    court_names: tuple[tuple[Any, ...], ...],
    regions: tuple[tuple[Any, ...], ...],
) -> CourtFinder:
    return CourtFinder(
        [CourtRow(*row) for row in courts],
        [NameRow(*row) for row in court_names],
        [RegionRow(*row) for row in regions],
    )


def _union_span(first: CourtSpan, second: CourtSpan) -> CourtSpan:
    """Two spans of one court as one; a missing end is open."""
    return replace(
        first,
        valid_from=min(first.valid_from, second.valid_from) if first.valid_from and second.valid_from else None,
        valid_to=max(first.valid_to, second.valid_to) if first.valid_to and second.valid_to else None,
    )


def _spans_overlap(first: CourtSpan, second: CourtSpan) -> bool:
    starts = (first.valid_from or date.min, second.valid_from or date.min)
    ends = (first.valid_to or date.max, second.valid_to or date.max)
    return max(starts) <= min(ends)


def _most_direct_status(entries: list[_CourtEntry]) -> Status:
    return min((entry.status for entry in entries), key=list(Status).index)
