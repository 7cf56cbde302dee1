"""The statistics beside the score of one place."""

from dataclasses import dataclass
from typing import Annotated

import pandas as pd

from index_engine.queries.snapshot import Snapshot, question


@dataclass(frozen=True)
class StatisticEstimate:
    """`numerator` and `denominator` are sums; NaN where there is none. `suppression`: 'too_few' where the value
    is withheld, else ''; of the sums '', what is printed in place of
    a small count ('<10'), or 'secondary'."""

    statistic: str
    value: float
    numerator: float
    denominator: float
    suppression: str
    numerator_suppression: str
    denominator_suppression: str


@question
def statistics(
    snapshot: Snapshot, level: str, place_id: str, period: str
) -> Annotated[pd.DataFrame, StatisticEstimate]:
    """One row a statistic of the main method, in its order."""
    rows = snapshot.frame("statistics", level, place_id, period).set_index("statistic")
    return rows.reindex([f.id for f in snapshot.main.statistics]).reset_index()
