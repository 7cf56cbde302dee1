"""The registry of courts: one court for each division, by rule, and those that no rule gives.

The rule (courts.toml has the exceptions, court_exceptions.csv the courts beside it):

- a province has a high court, a city an intermediate court, a county a basic court;
- the code is the province's character with, for a city, the middle two, for a county the last four
  digits of the division's code;
- the full name is province, city and county with the court's kind; a county or county-level city
  stands without the city around it.

A court's id is its code; where we are not sure of a code, its full name.
"""

from __future__ import annotations

import csv
import io
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import astuple, dataclass, fields, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from .divisions import MUNICIPALITIES, Division
from .former_divisions import FormerPlace
from .pinyin import search_keys

EXCEPTIONS = Path(__file__).with_name("courts.toml")
COURT_EXCEPTIONS = Path(__file__).with_name("court_exceptions.csv")
ALIASES = Path(__file__).with_name("aliases.csv")
INPUT_FILES = (EXCEPTIONS, COURT_EXCEPTIONS, ALIASES)
KINDS = {"high": "高级人民法院", "intermediate": "中级人民法院", "basic": "人民法院"}
KINDS_EN = {"high": "High People's Court", "intermediate": "Intermediate People's Court", "basic": "People's Court"}
SUPREME = "最高法"


@dataclass(frozen=True)
class Court:
    """One row of ``courts.csv``."""

    court_id: str
    code: str
    name: str
    name_en: str
    level: str
    parent: str
    region: str
    special: str
    valid_from: str = ""
    valid_to: str = ""
    pinyin: str = ""  # how the name is typed, see pinyin.py


@dataclass(frozen=True)
class CourtName:
    """One row of ``court_names.csv``: a name or a code that a court also has, or had."""

    court_id: str
    name: str
    valid_from: str = ""
    valid_to: str = ""


def read_rules() -> dict[str, Any]:
    """The exceptions to the rule."""
    return tomllib.loads(EXCEPTIONS.read_text(encoding="utf-8"))


def full_name(level: str, province: str, city: str, name: str) -> str:
    """The full name of the court of a place; `city` is empty for a city's own court."""
    province_prefix = province if name != province and city != province else ""
    city_prefix = city if city and name.endswith("区") else ""
    return f"{province_prefix}{city_prefix}{name}{KINDS[level]}"


class Registry:
    """The courts of today by division, and by id."""

    def __init__(self, rows: Mapping[str, Division]) -> None:
        self.rows = rows
        self.rules = read_rules()
        self.courts: dict[str, Court] = {}
        self.court_by_division: dict[str, str] = {}
        self._add_exceptions()
        court_by_service = self._add_intermediates()
        excluded_codes = {code for codes in self.rules["without"].values() for code in codes}
        if unknown := (excluded_codes | court_by_service.keys()) - rows.keys():
            raise ValueError(f"courts.toml: no such divisions: {sorted(unknown)}")
        for row in rows.values():
            if row.code[:2] in self.rules["abbreviations"] and row.code not in excluded_codes:
                self._add_by_rule(row, court_by_service)

    def code(self, division: str) -> str:
        """The code of the court of a division by rule."""
        province = str(self.rules["abbreviations"][division[:2]])
        if division.endswith("0000"):
            return province
        return province + (division[2:4] if division.endswith("00") else division[2:])

    def add(self, court: Court) -> None:
        """Take a court in; ValueError if its id is taken."""
        if court.court_id in self.courts:
            raise ValueError(f"{court.court_id}: {court} and {self.courts[court.court_id]}")
        self.courts[court.court_id] = court

    def _add_exceptions(self) -> None:
        with COURT_EXCEPTIONS.open(encoding="utf-8", newline="") as stream:
            for row in csv.DictReader(stream):
                self.add(Court(court_id=row["code"] or row["name"], **row))

    def _add_intermediates(self) -> dict[str, str]:
        """Take in the intermediate courts beside the rule; their codes by division they serve."""
        court_by_service = {}
        for entry in self.rules["intermediate"]:
            code, serves = entry.pop("code"), entry.pop("serves")
            self.add(Court(code, code, level="intermediate", parent=code[0], special="false", **entry))
            court_by_service |= dict.fromkeys(serves, code)
        return court_by_service

    def _add_by_rule(self, row: Division, court_by_service: Mapping[str, str]) -> None:
        if row.code in MUNICIPALITIES.values() or row.level == "nation":
            return
        province, city = self.rows[row.code[:2] + "0000"], self.rows.get(row.code[:4] + "00")
        # A city by our table that the ministry counts as a county (济源, 仙桃) has a basic court.
        level = {"province": "high", "county": "basic"}.get(row.level, "intermediate")
        if row.level == "city" and not row.code.endswith("00"):
            level = "basic"
        code = str(self.rules["codes"].get(row.code, self.code(row.code)))
        rule_parent = {"high": SUPREME, "intermediate": self.code(province.code)}.get(level)
        parent = rule_parent or self.rules["parents"].get(row.code) or court_by_service.get(row.code)
        city_name = city.name if city and level == "basic" else ""
        name = full_name(level, province.name, city_name, row.name)
        listed_court = self.courts.get(code)
        if listed_court is None:
            self.add(
                Court(
                    court_id=code or name,
                    code=code,
                    name=name,
                    name_en=f"{row.name_en} {KINDS_EN[level]}",
                    level=level,
                    parent=parent or self.code(row.code[:4] + "00"),
                    region=row.code,
                    special="false",
                )
            )
        self.court_by_division[row.code] = code or name


def former_courts(registry: Registry, former: Iterable[FormerPlace]) -> Iterator[Court | CourtName]:
    """Courts that ended with their division, and the names and codes that courts had before.

    The day on which a division ended stands for the day of its court: the courts' own days are in
    no public list. From the day after, the name leads to the court that took the cases over.
    """
    former_ids: dict[tuple[str, str], str] = {}
    for place in former:
        successor_id = registry.court_by_division.get(place.successor)
        if successor_id is None:
            continue
        successor, row = registry.courts[successor_id], registry.rows[place.successor]
        province = registry.rows[place.code[:2] + "0000"].name
        city = "" if place.code.endswith("00") or place.code[:2] in MUNICIPALITIES else place.city
        level = "intermediate" if place.code.endswith("00") else "basic"
        name = full_name(level, province, city, place.name)
        code = registry.code(place.code) if place.has_code else ""
        if not place.is_merger:
            yield CourtName(successor_id, name)
            if code and place.code not in registry.rules["codes"]:
                yield CourtName(successor_id, code)
            continue
        assert place.end_date is not None
        last_date, next_day = (place.end_date.isoformat(), (place.end_date + timedelta(1)).isoformat())
        key = (place.code, place.name)
        if key not in former_ids:
            former_ids[key] = code if code and code not in registry.courts else name
            yield Court(
                court_id=former_ids[key],
                code=former_ids[key] if former_ids[key] == code else "",
                name=name,
                name_en="",
                level=level,
                parent=successor.parent,
                region=row.code,
                special="false",
                valid_to=last_date,
            )
        yield CourtName(successor_id, name, next_day)
        if code:
            yield CourtName(successor_id, code, next_day)


def build(rows: Mapping[str, Division], former: Iterable[FormerPlace]) -> tuple[bytes, bytes]:
    """The files ``courts.csv`` and ``court_names.csv``."""
    registry = Registry(rows)
    names: dict[tuple[str, str], CourtName] = {}
    for entry in former_courts(registry, list(former)):
        if isinstance(entry, Court):
            registry.add(entry)
        else:
            names.setdefault((entry.court_id, entry.name), entry)
    with ALIASES.open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            alias = CourtName(row["court_id"], row["name"])
            names[alias.court_id, alias.name] = alias
    for court_id in {court_id for court_id, _ in names} - registry.courts.keys():
        raise ValueError(f"a name of {court_id}, which is no court")
    official = {(c.court_id, text) for c in registry.courts.values() for text in (c.name, c.code)}
    courts = sorted(registry.courts.values(), key=lambda court: (court.region, court.court_id))
    other_names = [names[key] for key in sorted(names.keys() - official)]
    courts = [replace(court, pinyin=search_keys(court.name)) for court in courts]
    return as_csv(Court, courts), as_csv(CourtName, other_names)


def as_csv(kind: type[Court] | type[CourtName], rows: Iterable[Court | CourtName]) -> bytes:
    """A table with one column a field."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(field.name for field in fields(kind))
    writer.writerows(astuple(row) for row in rows)
    return text.getvalue().encode()
