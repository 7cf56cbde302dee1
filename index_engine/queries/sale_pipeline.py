"""Auction rounds and sale prices of a place by stage."""

from dataclasses import dataclass
from typing import Annotated

import pandas as pd

from index_engine.queries.snapshot import Snapshot, question


@dataclass(frozen=True)
class SaleStage:
    """Rounds that ended in the window: `ended` (held or withdrawn), `held`, `sold`, `failed`,
    `defaulted`, `setoff`, `withdrawn` (withdrawn or stopped). `price_ratio`: median of final price
    to first reference of the `price_count` lots sold of which both are known; `sale_rate`: sold / held;
    both NaN from fewer than the method's least cell."""

    stage: str
    ended: int
    held: int
    sold: int
    failed: int
    defaulted: int
    setoff: int
    withdrawn: int
    price_ratio: float
    price_count: int
    sale_rate: float


@question
def sale_pipeline(snapshot: Snapshot, level: str, place_id: str, period: str) -> Annotated[pd.DataFrame, SaleStage]:
    """One row a stage: first, second, sale, relisted."""
    return snapshot.frame(
        "sale_pipeline",
        list(snapshot.court_ids(level, place_id)),
        *snapshot.window(period),
        snapshot.method.ratio_step,
        snapshot.method.min_cell,
    )
