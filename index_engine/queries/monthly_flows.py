"""Flows of a place by calendar month."""

from dataclasses import dataclass
from typing import Annotated

import pandas as pd

from index_engine.queries.snapshot import Snapshot, question


@dataclass(frozen=True)
class MonthlyFlow:
    """`flow`: 'filed', 'closed', 'paid' or 'sold'; `month`: such as '2024-03'; `n`: NaN below the
    least cell; `adjusted`: without season and Spring Festival (estimates/seasonal.py), NaN too where
    there are fewer than three years."""

    flow: str
    month: str
    n: float
    adjusted: float


@question
def monthly_flows(snapshot: Snapshot, level: str, place_id: str) -> Annotated[pd.DataFrame, MonthlyFlow]:
    """One row a flow and month, of the flows with enough a month."""
    return snapshot.frame("monthly_flows", level, place_id)
