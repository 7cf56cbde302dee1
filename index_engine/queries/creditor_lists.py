"""Payments of the cases that single creditors have, over those that the nation's rates expect of them."""

from dataclasses import dataclass
from typing import Annotated

import pandas as pd

from index_engine.queries.snapshot import Snapshot, question


@dataclass(frozen=True)
class CreditorList:
    """`creditor`: name of the source. `observed`, `expected`: payments since the creditor acquired each case,
    NaN where `suppression` is not ''; `low`, `high`: interval of `ratio`, the one over the other."""

    creditor: str
    event: str
    observed: float
    expected: float
    ratio: float
    low: float
    high: float
    suppression: str


@question
def creditor_lists(snapshot: Snapshot, level: str, place_id: str, period: str) -> Annotated[pd.DataFrame, CreditorList]:
    """One row a creditor, in order of name; none of whom too few payments are expected."""
    return snapshot.frame("creditor_lists", level, place_id, period)
