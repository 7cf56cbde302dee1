"""One measure of a few places over all periods."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

import pandas as pd

from index_engine.estimates.intervals import upper_bound
from index_engine.queries.snapshot import Snapshot, question


@dataclass(frozen=True)
class TrendPoint:
    """`value` in points, of an indicator on its own scale; `low`, `high` at the method's
    confidence; `adjusted`: to the national case mix; `n`: cases under way."""

    level: str
    place_id: str
    period: str
    value: float
    low: float
    high: float
    n: float
    n_suppression: str
    status: str
    adjusted: float
    adjusted_low: float
    adjusted_high: float


@question
def trends(snapshot: Snapshot, places: Sequence[tuple[str, str]], measure: str) -> Annotated[pd.DataFrame, TrendPoint]:
    """One row a place and period, in the order of `places`, (level, place_id) each.

    `measure` is 'score', the id of a dimension or of an indicator. Raises KeyError for an unknown
    one.
    """
    method = snapshot.method
    kind, bound = "score", 100.0
    if measure in {d.id for d in method.dimensions}:
        kind = "dimension"
    elif measure != "score":
        kind, bound = "indicator", upper_bound(method.indicator(measure).unit)
    place_keys = [{"level": level, "place_id": place_id} for level, place_id in places]
    rows = snapshot.frame("trends", method.id, place_keys, kind, measure, method.z)
    bound_columns = ["low", "high", "adjusted_low", "adjusted_high"]
    rows[bound_columns] = rows[bound_columns].clip(lower=0.0, upper=bound)
    return rows
