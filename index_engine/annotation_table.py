"""Events that charts over time mark: a table that people edit, read and judged row by row."""

from __future__ import annotations

import csv
import os
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from index_engine.errors import InputError

DEFAULT_FILE = Path(__file__).parents[1] / "data" / "events.csv"
ENVIRONMENT_VARIABLE = "JECI_EVENTS"  # names a file that takes the place of all others
DEFINITION_BREAK = "definition_break"
KINDS = (DEFINITION_BREAK, "reform", "calendar")
LEVELS = ("nation", "province", "city", "court")
STATUSES = ("verified", "claimed")
COLUMNS = (
    *("date", "level", "unit", "kind", "name_zh_Hans", "name_en"),
    *("note_zh_Hans", "note_en", "address", "status"),
)


@dataclass(frozen=True)
class Annotation:
    """One row: `unit` is the code of the place, empty for the whole nation; `name` and `note` by
    language."""

    day: date
    level: str
    place_id: str
    kind: str
    name: dict[str, str]
    note: dict[str, str]
    address: str
    status: str

    def covers(self, path: Iterable[tuple[str, str]]) -> bool:
        """Whether it is an event of a place whose path of (level, place_id) leads from the nation
        down to it."""
        return self.level == "nation" or (self.level, self.place_id) in path


def annotation_file(warehouse: Path) -> Path:
    """The file in force: the one that JECI_EVENTS names, else <warehouse>.events.csv, else ours."""
    if configured_path := os.environ.get(ENVIRONMENT_VARIABLE):
        return Path(configured_path)
    sidecar = warehouse.with_name(f"{warehouse.name}.events.csv")
    return sidecar if sidecar.is_file() else DEFAULT_FILE


def read_annotations(path: Path) -> tuple[list[Annotation], list[str]]:
    """The events of a file by date, and what is wrong with its other rows: file, line and cure.

    A file that cannot be read at all has no events and one fault; nothing is raised.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            missing_columns = [name for name in COLUMNS if name not in (reader.fieldnames or ())]
            if missing_columns:
                return [], [
                    f"{path}:1: no column {', '.join(missing_columns)}; add it to the first line"
                ]
            rows = [(reader.line_num, row) for row in reader]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        cause = error.strerror if isinstance(error, OSError) else "it is no CSV file in UTF-8"
        return [], [f"{path}: cannot be read: {cause}; mend it or take it away"]
    annotation_list, faults = [], []
    for line, row in rows:
        try:
            annotation_list.append(
                _parse_annotation({name: (row[name] or "").strip() for name in COLUMNS})
            )
        except ValueError as error:
            faults.append(f"{path}:{line}: {error}")
    return sorted(
        annotation_list,
        key=lambda annotation: (annotation.day, annotation.level, annotation.place_id),
    ), faults


def load_annotations(path: Path) -> list[Annotation]:
    """The events of a file by date. Raises InputError, one line, for the first faulty row."""
    annotation_list, faults = read_annotations(path)
    if faults:
        suffix = f" (and {len(faults) - 1} more)" if faults[1:] else ""
        raise InputError(faults[0] + suffix)
    return annotation_list


def _parse_annotation(row: dict[str, str]) -> Annotation:
    try:
        day = date.fromisoformat(row["date"])
    except ValueError:
        raise ValueError(f"date {row['date']!r}: write it as 2024-06-17") from None
    level = row["level"] or "nation"
    for name, value, choices in (
        ("level", level, LEVELS),
        ("kind", row["kind"], KINDS),
        ("status", row["status"], STATUSES),
    ):
        if value not in choices:
            raise ValueError(f"{name} {value!r}: write one of {', '.join(choices)}")
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
    return Annotation(
        day,
        level,
        row["unit"],
        row["kind"],
        _fill_languages(names),
        _fill_languages(notes),
        row["address"],
        row["status"],
    )


def _fill_languages(texts: dict[str, str]) -> dict[str, str]:
    """The same with the one language that is given in place of the other."""
    fallback = next((text for text in texts.values() if text), "")
    return {language: text or fallback for language, text in texts.items()}
