"""Events that charts over time mark: a table that people edit, read and judged row by row."""

from __future__ import annotations

import csv
import os
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from index_engine.errors import InputError, Message

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


def read_annotations(path: Path) -> tuple[list[Annotation], list[Message]]:
    """The events of a file by date, and what is wrong with its other rows: file, line and cure.

    A file that cannot be read at all has no events and one fault; nothing is raised.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            missing_columns = [name for name in COLUMNS if name not in (reader.fieldnames or ())]
            if missing_columns:
                fault = Message("columns_missing", columns=missing_columns)
                return [], [Message("row_fault", file=path, line=1, fault=fault)]
            rows = [(reader.line_num, row) for row in reader]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        reason = error.strerror if isinstance(error, OSError) else Message("not_csv_in_utf8")
        return [], [Message("annotations_unreadable", file=path, reason=reason)]
    annotation_list, faults = [], []
    for line, row in rows:
        try:
            annotation_list.append(_parse_annotation({name: (row[name] or "").strip() for name in COLUMNS}))
        except InputError as error:
            faults.append(Message("row_fault", file=path, line=line, fault=error.message))
    return sorted(
        annotation_list, key=lambda annotation: (annotation.day, annotation.level, annotation.place_id)
    ), faults


def load_annotations(path: Path) -> list[Annotation]:
    """The events of a file by date. Raises InputError, one line, for the first faulty row."""
    annotation_list, faults = read_annotations(path)
    if faults:
        if faults[1:]:
            raise InputError("faults", fault=faults[0], more=len(faults) - 1)
        raise InputError("fault", fault=faults[0])
    return annotation_list


def _parse_annotation(row: dict[str, str]) -> Annotation:
    try:
        day = date.fromisoformat(row["date"])
    except ValueError:
        raise InputError("date_form", value=row["date"]) from None
    level = row["level"] or "nation"
    for name, value, choices in (
        ("level", level, LEVELS),
        ("kind", row["kind"], KINDS),
        ("status", row["status"], STATUSES),
    ):
        if value not in choices:
            raise InputError("choice_unknown", name=name, value=value, choices=choices)
    if (level == "nation") == bool(row["unit"]):
        raise InputError("place_and_level", place=row["unit"], level=level)
    names = {"zh_Hans": row["name_zh_Hans"], "en": row["name_en"]}
    if not any(names.values()):
        raise InputError("name_missing")
    if not row["address"].startswith(("https://", "http://")):
        raise InputError("address_form", address=row["address"])
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
