"""One statistic beside the score, of all places of a level."""

from dataclasses import dataclass
from typing import Annotated

import pandas as pd

from index_engine.queries.snapshot import Snapshot, question


@dataclass(frozen=True)
class StatisticValue:
    """`numerator` and `denominator` are sums; NaN where there is none. `suppression`: 'too_few' where the value
    is withheld, else ''; of the sums '', what is printed in place of
    a small count ('<10'), or 'secondary'."""

    place_id: str
    value: float
    numerator: float
    denominator: float
    suppression: str
    numerator_suppression: str
    denominator_suppression: str


@question
def statistic_values(
    snapshot: Snapshot, level: str, period: str, statistic: str
) -> Annotated[pd.DataFrame, StatisticValue]:
    """One row a place in order of code."""
    return snapshot.frame("statistic_values", statistic, level, period)
