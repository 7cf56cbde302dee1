"""Places under two methods of a build."""

from dataclasses import dataclass
from typing import Annotated

import numpy as np
import pandas as pd

from index_engine.queries.publication import without_ranks
from index_engine.queries.snapshot import Snapshot, question


@dataclass(frozen=True)
class MethodDifference:
    """A place under this method and, as other_..., under the other; ranks and ties among the places
    that both score. `rank_difference`: other_rank - rank, above 0 where the other method places it
    lower."""

    place_id: str
    name: str
    name_hant: str
    name_en: str
    parent: str | None
    n: float
    n_suppression: str
    score: float
    low: float
    high: float
    rank: float
    other_score: float
    other_low: float
    other_high: float
    other_rank: float
    tied: float
    other_tied: float
    rank_difference: float


@question
def method_comparison(
    snapshot: Snapshot, level: str, period: str, other_method: str
) -> Annotated[pd.DataFrame, MethodDifference]:
    """One row a place that both methods score, those that differ most in rank first; by code and
    without ranks where the level is published so. Raises KeyError for an unknown method."""
    other = (snapshot.methods | snapshot.superseded)[other_method]
    rows = snapshot.frame("method_comparison", snapshot.method.id, other.id, level, period)
    rows = snapshot.add_names(level, rows)
    if snapshot.publishes_ranks(level):
        return rows
    return without_ranks(rows).sort_values("place_id", ignore_index=True)


@dataclass(frozen=True)
class BridgePeriod:
    """The score of a place under a method and, as other_..., under the one before it; its rank under
    each among the `n_ranked` places of its level that have both, none for the nation."""

    period: str
    score: float
    low: float
    high: float
    other_score: float
    other_low: float
    other_high: float
    rank: float
    other_rank: float
    n_ranked: int


@question
def method_bridge(
    snapshot: Snapshot, level: str, place_id: str, other_method: str
) -> Annotated[pd.DataFrame, BridgePeriod]:
    """One row a period in which both methods score the place, oldest first. Raises KeyError for an
    unknown method."""
    other = (snapshot.methods | snapshot.superseded)[other_method]
    rows = snapshot.frame("method_bridge", snapshot.method.id, other.id, level, place_id)
    return rows if snapshot.publishes_ranks(level) else rows.assign(rank=np.nan, other_rank=np.nan)
