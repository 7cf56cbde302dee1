"""Scores of all places of a level in all periods."""

import pandas as pd

from index_engine.queries.snapshot import Snapshot, question


@question
def score_histories(snapshot: Snapshot, level: str) -> pd.DataFrame:
    """One row a place, the index its place_id; one column a period, oldest first; NaN where there
    is no score."""
    rows = snapshot.frame("score_histories", snapshot.method.id, level)
    wide = rows.pivot(index="place_id", columns="period", values="score")
    wide.columns.name = None
    return wide.reindex(columns=snapshot.periods())
