"""How much of the national case mix a place has cases of."""

from dataclasses import dataclass
from typing import Annotated

import pandas as pd

from index_engine.queries.snapshot import Snapshot, question


@dataclass(frozen=True)
class MixOverlap:
    """`overlap`: share of the national mix, 0-1."""

    process: str
    overlap: float


@question
def mix_overlap(snapshot: Snapshot, level: str, place_id: str, period: str) -> Annotated[pd.DataFrame, MixOverlap]:
    """One row a process, in order of name."""
    return snapshot.frame("mix_overlap", level, place_id, period)
