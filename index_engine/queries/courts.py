"""The courts that have scores, and which of them are special."""

from dataclasses import dataclass
from typing import Annotated

import pandas as pd

from index_engine.queries.snapshot import Snapshot, question
from index_engine.queries.special_courts import kind_from_name


@dataclass(frozen=True)
class Court:
    """`court_level`: 'basic', 'intermediate', 'high' or 'supreme'; `kind`: of a special court, such
    as 'railway' (see special_court_kinds); empty of others."""

    place_id: str
    court_level: str
    special: bool
    kind: str


@question
def courts(snapshot: Snapshot) -> Annotated[pd.DataFrame, Court]:
    """One row a court that has a row of scores, in order of code."""
    rows = snapshot.frame("courts")
    court_names = zip(rows["special"], rows.pop("name"), rows.pop("name_en"), strict=True)
    rows["kind"] = [kind_from_name(name, name_en) if special else "" for special, name, name_en in court_names]
    return rows
