"""One indicator of all places of a level."""

from dataclasses import dataclass
from typing import Annotated

import numpy as np
import pandas as pd

from index_engine.estimates.intervals import bounded_interval
from index_engine.index.composite import normalise
from index_engine.queries.snapshot import Snapshot, question


@dataclass(frozen=True)
class IndicatorValue:
    """`low`, `high`: at the method's confidence, inside what is possible. `status`: 'estimated',
    'too_few' and so on, as in IndicatorEstimate. `points`
    (0-100) are of the place's own value: none
    where its peers' is imputed; `points_low`, `points_high`: of the interval's ends, the lower
    first."""

    place_id: str
    value: float
    se: float
    low: float
    high: float
    n: float
    n_suppression: str
    status: str
    points: float
    points_low: float
    points_high: float


@question
def indicator_values(
    snapshot: Snapshot, level: str, period: str, indicator: str
) -> Annotated[pd.DataFrame, IndicatorValue]:
    """One row a place in order of code. Raises KeyError for an unknown indicator."""
    method = snapshot.method
    entry = method.indicator(indicator)
    rows = snapshot.frame("indicator_values", method.id, level, period, indicator)
    bounds = bounded_interval(rows["value"], rows["se"], method.z, entry.unit)
    rows.insert(3, "low", bounds[0])
    rows.insert(4, "high", bounds[1])
    bound_points = np.column_stack([normalise(bound, entry.worst, entry.best, method.floor) for bound in bounds])
    rows["points_low"], rows["points_high"] = np.sort(bound_points, axis=1).T
    return rows
