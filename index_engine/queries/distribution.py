"""How the values of the places of a level are distributed."""

from dataclasses import dataclass
from typing import Annotated

import pandas as pd

from index_engine.queries.snapshot import Snapshot, question


@dataclass(frozen=True)
class Distribution:
    """`kind`: 'score', 'dimension', 'indicator' (checks too) or 'statistic'; `item`: its id.
    Minimum, quartiles and maximum on the item's own scale; `place_count`: places that have a value.
    """

    kind: str
    item: str
    minimum: float
    q25: float
    median: float
    q75: float
    maximum: float
    place_count: int


@question
def distribution(snapshot: Snapshot, level: str, period: str) -> Annotated[pd.DataFrame, Distribution]:
    """One row an item. Of an indicator or a check, only values estimated from the place's own cases
    count; of a statistic, only those of places with a score. Quantiles are those of Hyndman and Fan
    (1996, The American Statistician 50: 361-365), type 7. Special courts are left out."""
    return snapshot.frame("distribution", snapshot.method.id, level, period)
