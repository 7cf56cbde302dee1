"""What people say of a draft before it is published, in a TOML file of theirs: see docs/releases.md."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from index_engine.errors import InputError

FIELDS = {"reviewers": list, "legal_basis": str, "method_change": str, "reply_sent_on": date, "changes": dict}
FIELDS |= {"overrides": dict, "objections": list}
OUTCOMES = ("open", "upheld", "partly_upheld", "rejected")


@dataclass(frozen=True)
class Override:
    """Who lets a draft pass a gate, and why."""

    name: str
    reason: str


@dataclass(frozen=True)
class Objection:
    """What a court or another says against a number, and what became of it; `outcome` is one of OUTCOMES."""

    place_id: str
    received_on: date
    text: str
    answer: str
    outcome: str


@dataclass(frozen=True)
class Review:
    """`changes`: a reason by 'level:place_id'; `overrides` by gate; `objections`: the register of all that came in."""

    reviewers: tuple[str, ...] = ()
    legal_basis: str = ""
    method_change: str = ""
    reply_sent_on: date | None = None
    changes: Mapping[str, str] = field(default_factory=dict)
    overrides: Mapping[str, Override] = field(default_factory=dict)
    objections: tuple[Objection, ...] = ()

    def reply_days(self, on: date) -> int:
        """Days that courts had for an answer by a day; 0 where nothing was sent."""
        return max(0, (on - self.reply_sent_on) // timedelta(days=1)) if self.reply_sent_on else 0


def read_review(file: Path | None, gates: Mapping[str, Any]) -> Review:
    """The review in a file, an empty one without a file. Raises InputError where it cannot be read, has a field that
    there is not, or an override without a name, without a reason or of a gate that has none."""
    if file is None:
        return Review()
    if not file.is_file():
        raise InputError("review_missing", file=file)
    try:
        entries = tomllib.loads(file.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError("review_malformed", file=file, reason=str(error)) from error
    for name, value in entries.items():
        if name not in FIELDS:
            raise InputError("review_field_unknown", file=file, field=name, fields=list(FIELDS))
        if not isinstance(value, FIELDS[name]):
            raise InputError("review_malformed", file=file, reason=name)
    for name, texts in (("reviewers", entries.get("reviewers", [])), ("changes", entries.get("changes", {}).values())):
        if not all(isinstance(text, str) and text.strip() for text in texts):
            raise InputError("review_malformed", file=file, reason=name)
    overrides = {}
    for gate, entry in entries.get("overrides", {}).items():
        if gate not in gates or not gates[gate].get("override", True):
            raise InputError("override_refused", file=file, gate=gate)
        words = entry if isinstance(entry, dict) else {}
        name, reason = (str(words.get(key, "")).strip() for key in ("name", "reason"))
        if not name or not reason:
            raise InputError("override_without_reason", file=file, gate=gate)
        overrides[gate] = Override(name, reason)
    reviewers = tuple(dict.fromkeys(name.strip() for name in entries.get("reviewers", [])))
    objections = tuple(_objection(file, entry) for entry in entries.get("objections", []))
    return Review(**{**entries, "reviewers": reviewers, "overrides": overrides, "objections": objections})


def _objection(file: Path, entry: Any) -> Objection:
    fields = entry if isinstance(entry, dict) else {}
    texts = {name: fields.get(name, "") for name in ("place_id", "text", "answer", "outcome")}
    received_on = fields.get("received_on")
    is_whole = all(isinstance(text, str) for text in texts.values()) and isinstance(received_on, date)
    is_answered = bool(texts["answer"]) or texts["outcome"] == "open"
    is_known = texts["outcome"] in OUTCOMES and set(fields) <= {*texts, "received_on"}
    if not (is_whole and is_answered and is_known and texts["place_id"] and texts["text"]):
        raise InputError("objection_incomplete", file=file, outcomes=list(OUTCOMES))
    assert isinstance(received_on, date)
    return Objection(received_on=received_on, **texts)
