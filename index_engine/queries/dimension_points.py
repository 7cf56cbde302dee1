"""Points of the dimensions, a column each, for the tables that show them beside a score."""

import pandas as pd

from index_engine.queries.snapshot import Snapshot


def dimension_points(
    snapshot: Snapshot, level: str, index_column: str, *, period: str | None = None, place_id: str | None = None
) -> pd.DataFrame:
    """Points (0-100) by `index_column`, 'place_id' (of one period) or 'period' (of one place), and
    one column for each dimension of the method, by id."""
    rows = snapshot.frame("dimension_points", snapshot.method.id, level, period, place_id)
    wide = rows.pivot(index=index_column, columns="dimension", values="points")
    wide.columns.name = None
    return wide.reindex(columns=[d.id for d in snapshot.method.dimensions]).reset_index()
