"""Payments of a place over those that the nation's rates expect of its case mix."""

from dataclasses import dataclass

from index_engine.queries.snapshot import Snapshot, question, typed_rows


@dataclass(frozen=True)
class IndirectRatio:
    """`low`, `high`: exact-type interval; `shrunk`, `shrunk_low`, `shrunk_high`: towards the
    level. `suppression`: '' or 'secondary', where `observed` and `expected` are withheld."""

    event: str
    observed: float
    expected: float
    ratio: float
    low: float
    high: float
    shrunk: float
    shrunk_low: float
    shrunk_high: float
    suppression: str


@question
def indirect_ratio(snapshot: Snapshot, level: str, place_id: str, period: str) -> IndirectRatio | None:
    """None where too few payments are expected."""
    rows = snapshot.frame("indirect_ratio", level, place_id, period)
    return next(iter(typed_rows(rows, IndirectRatio)), None)
