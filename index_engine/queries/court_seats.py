"""Where courts serve, for the map of them."""

from dataclasses import dataclass
from typing import Annotated

import pandas as pd

from index_engine.queries.snapshot import Snapshot, question


@dataclass(frozen=True)
class CourtSeat:
    """`tier`: 'supreme', 'high', 'intermediate' or 'basic'; `region`: code of the place it serves;
    `alone`: whether it is the only basic court of that place."""

    place_id: str
    tier: str
    region: str
    alone: bool


@question
def court_seats(snapshot: Snapshot, period: str) -> Annotated[pd.DataFrame, CourtSeat]:
    """One row a court that stood on the last day of a period, special ones left out."""
    return snapshot.frame("court_seats", snapshot.period_dates(period)[1])
