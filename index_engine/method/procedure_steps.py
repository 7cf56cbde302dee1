"""The steps of the procedure that a profile shows, as procedure_steps.toml lists them."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from index_engine.errors import InputError

_FILE = Path(__file__).with_name("procedure_steps.toml")


@dataclass(frozen=True)
class ProcedureStep:
    """From one step of the procedure to the next; texts by language, as in method.toml.

    `events` of `process` pass it, every event where they are '*'. `limit_days`: what the law allows
    at 'most' or asks for at 'least', as `limit` says; None where it says nothing of the whole wait,
    while `law` may say something of a part of it. `spans`: the ids of the steps it covers.
    """

    id: str
    process: str
    events: tuple[str, ...]
    name: Mapping[str, str]
    counted: Mapping[str, str]
    limit_days: int | None = None
    limit: str = ""
    spans: tuple[str, ...] = ()
    law: Mapping[str, str] = field(default_factory=dict)
    note: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if (self.limit_days is None) != (self.limit == ""):
            raise InputError("step_limit_incomplete", step=self.id)
        if self.limit not in ("", "most", "least"):
            raise InputError("step_limit_unknown", step=self.id, limit=self.limit)
        if self.limit and not self.law:
            raise InputError("step_limit_without_law", step=self.id)

    def is_end_event(self, event: str) -> bool:
        return event != "open" and (event in self.events or "*" in self.events)


@cache
def read_steps() -> tuple[ProcedureStep, ...]:
    """All steps in the order of the file, which is that of the procedure. Raises InputError."""
    document = tomllib.loads(_FILE.read_text(encoding="utf-8"))
    return tuple(
        ProcedureStep(**entry | {name: tuple(entry.get(name, ())) for name in ("events", "spans")})
        for entry in document["node"]
    )
