"""The change of one place on the year, split into performance and case mix."""

from dataclasses import dataclass
from typing import Annotated

import pandas as pd

from index_engine import periods
from index_engine.queries.snapshot import Snapshot, question


@dataclass(frozen=True)
class ChangeParts:
    """`constant`: now, had the cases been those of a year before; `performance` (constant - before)
    and `mix` (now - constant) add up to now - before. NaN where one of the three is not known."""

    item: str
    before: float
    constant: float
    now: float
    performance: float
    mix: float


@question
def change_decomposition(
    snapshot: Snapshot, level: str, place_id: str, period: str
) -> Annotated[pd.DataFrame, ChangeParts]:
    """'score' first, then every indicator. The split in this order is that of Kitagawa (1955, JASA
    50: 1168-1194) without its interaction, which goes to mix."""
    earlier_period = periods.label(periods.parse(period) - periods.QUARTERS_PER_YEAR)
    rows = snapshot.frame("change_decomposition", snapshot.method.id, level, place_id, period, earlier_period)
    items = ["score", *(i.id for i in snapshot.method.indicators)]
    return rows.set_index("item").reindex(items).astype(float).reset_index()
