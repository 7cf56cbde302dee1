"""The score of one place in all periods."""

from dataclasses import dataclass
from typing import Annotated

import pandas as pd

from index_engine.queries.dimension_points import dimension_points
from index_engine.queries.snapshot import Snapshot, question


@dataclass(frozen=True)
class ScoreQuarter:
    """`low`, `high`: at the method's confidence; `low90`, `high90`: at 90 %; `adjusted`: to the
    national case mix; `shrunk`: towards the peers."""

    period: str
    score: float
    low: float
    high: float
    low90: float
    high90: float
    status: str
    n: float
    n_suppression: str
    adjusted: float
    adjusted_low: float
    adjusted_high: float
    shrunk: float


@question
def score_history(snapshot: Snapshot, level: str, place_id: str) -> Annotated[pd.DataFrame, ScoreQuarter]:
    """One row a quarter, oldest first; after the columns of ScoreQuarter, points (0-100) of each
    dimension by its id."""
    rows = snapshot.frame("score_history", snapshot.method.id, level, place_id)
    points = dimension_points(snapshot, level, "period", place_id=place_id)
    return rows.merge(points, on="period")
