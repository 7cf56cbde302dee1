"""The claim that a larger one weighs as much as."""

from dataclasses import dataclass
from typing import Annotated

import pandas as pd

from index_engine.queries.snapshot import Snapshot, question


@dataclass(frozen=True)
class ClaimCap:
    """`quantile`: of the claims of all cases; `yuan`: that claim, NaN where no claim is known."""

    quantile: float
    yuan: float


@question
def claim_cap(snapshot: Snapshot) -> Annotated[pd.DataFrame, ClaimCap]:
    """One row."""
    return snapshot.frame("claim_cap")
