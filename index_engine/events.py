"""Events that charts over time mark: a table that people edit, read and judged row by row."""

from __future__ import annotations

import csv
import os
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from index_engine.errors import InputError

SHIPPED = Path(__file__).parents[1] / "data" / "events.csv"
VARIABLE = "JECI_EVENTS"  # names a file that takes the place of all others
DEFINITION_BREAK = "definition_break"
KINDS = (DEFINITION_BREAK, "reform", "calendar")
LEVELS = ("nation", "province", "city", "court")
STATUSES = ("verified", "claimed")
COLUMNS = (
    *("date", "level", "unit", "kind", "name_zh_Hans", "name_en"),
    *("note_zh_Hans", "note_en", "address", "status"),
)


@dataclass(frozen=True)
class Event:
    """One row: `unit` is the code of the place, empty for the whole nation; `name` and `note` by
    language."""

    day: date
    level: str
    unit: str
    kind: str
    name: dict[str, str]
    note: dict[str, str]
    address: str
    status: str

    def concerns(self, path: Iterable[tuple[str, str]]) -> bool:
        """Whether it is an event of a place whose path of (level, unit_id) leads from the nation
        down to it."""
        return self.level == "nation" or (self.level, self.unit) in path


def file_of(warehouse: Path) -> Path:
    """The file in force: the one that JECI_EVENTS names, else <warehouse>.events.csv, else ours."""
    if named := os.environ.get(VARIABLE):
        return Path(named)
    beside = warehouse.with_name(f"{warehouse.name}.events.csv")
    return beside if beside.is_file() else SHIPPED


def read(path: Path) -> tuple[list[Event], list[str]]:
    """The events of a file by date, and what is wrong with its other rows: file, line and cure.

    A file that cannot be read at all has no events and one fault; nothing is raised.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            missing = [name for name in COLUMNS if name not in (reader.fieldnames or ())]
            if missing:
                return [], [f"{path}:1: no column {', '.join(missing)}; add it to the first line"]
            rows = [(reader.line_num, row) for row in reader]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        cause = error.strerror if isinstance(error, OSError) else "it is no CSV file in UTF-8"
        return [], [f"{path}: cannot be read: {cause}; mend it or take it away"]
    events, faults = [], []
    for line, row in rows:
        try:
            events.append(_event({name: (row[name] or "").strip() for name in COLUMNS}))
        except ValueError as error:
            faults.append(f"{path}:{line}: {error}")
    return sorted(events, key=lambda event: (event.day, event.level, event.unit)), faults


def load(path: Path) -> list[Event]:
    """The events of a file by date. Raises InputError, one line, for the first faulty row."""
    events, faults = read(path)
    if faults:
        more = f" (and {len(faults) - 1} more)" if faults[1:] else ""
        raise InputError(faults[0] + more)
    return events


def _event(row: dict[str, str]) -> Event:
    try:
        day = date.fromisoformat(row["date"])
    except ValueError:
        raise ValueError(f"date {row['date']!r}: write it as 2024-06-17") from None
    level = row["level"] or "nation"
    for name, value, known in (
        ("level", level, LEVELS),
        ("kind", row["kind"], KINDS),
        ("status", row["status"], STATUSES),
    ):
        if value not in known:
            raise ValueError(f"{name} {value!r}: write one of {', '.join(known)}")
    if (level == "nation") == bool(row["unit"]):
        raise ValueError(
            f"unit {row['unit']!r} at level {level}: give the code of a place, of the nation none"
        )
    names = {"zh_Hans": row["name_zh_Hans"], "en": row["name_en"]}
    if not any(names.values()):
        raise ValueError("no name: fill in name_zh_Hans, name_en or both")
    if not row["address"].startswith(("https://", "http://")):
        raise ValueError(f"address {row['address']!r}: give the page it is from, with http(s)://")
    notes = {"zh_Hans": row["note_zh_Hans"], "en": row["note_en"]}
    return Event(
        day,
        level,
        row["unit"],
        row["kind"],
        _filled(names),
        _filled(notes),
        row["address"],
        row["status"],
    )


def _filled(words: dict[str, str]) -> dict[str, str]:
    """The same with the one language that is given in place of the other."""
    given = next((text for text in words.values() if text), "")
    return {language: text or given for language, text in words.items()}
