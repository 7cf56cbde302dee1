"""Whether non-local creditors are paid as local ones are; of the main method."""

from dataclasses import dataclass
from typing import Annotated

import pandas as pd

from index_engine.estimates.creditor_gap import gap_indicators
from index_engine.method import Indicator
from index_engine.queries.snapshot import Snapshot, question


@dataclass(frozen=True)
class GapEstimate:
    """`local`, `non_local`: values on the indicator's scale for either kind of creditor, of
    `local_n` and `non_local_n` cases under way, NaN below the least cell. `gap`: local less
    non-local; `gap_low`, `gap_high`: at the method's confidence. `status`: 'estimated', 'too_few',
    'not_estimable', 'not_observed', 'part_of_cases' or 'no_data', of the two together. adjusted_...: with both sides brought to the
    place's own mix of cases. Only cases of which it is known where the creditor is."""

    local: float
    local_n: float
    local_n_suppression: str
    non_local: float
    non_local_n: float
    non_local_n_suppression: str
    gap: float
    gap_low: float
    gap_high: float
    status: str
    adjusted_local: float
    adjusted_non_local: float
    adjusted_gap: float
    adjusted_low: float
    adjusted_high: float
    adjusted_status: str | None


@dataclass(frozen=True)
class _PlaceColumns:
    place_id: str
    name: str
    name_hant: str
    name_en: str
    parent: str | None


@dataclass(frozen=True)
class _PeriodColumn:
    period: str


@dataclass(frozen=True)
class CreditorGap(GapEstimate, _PlaceColumns):
    """A place, and its gap."""


@dataclass(frozen=True)
class CreditorGapQuarter(GapEstimate, _PeriodColumn):
    """A quarter of one place, and its gap."""


def creditor_gap_indicators(snapshot: Snapshot) -> tuple[Indicator, ...]:
    """The indicators that local and non-local creditors are compared by."""
    return tuple(gap_indicators(snapshot.main))


@question
def creditor_gaps(
    snapshot: Snapshot, level: str, period: str, indicator: str, parent: str | None = None
) -> Annotated[pd.DataFrame, CreditorGap]:
    """One row a place, in order of code; those of `parent` alone where it is given."""
    rows = _read_gaps(snapshot, level, indicator, period, None).drop(columns="period")
    rows = snapshot.add_names(level, rows)
    if parent is not None:
        rows = rows[rows["parent"] == parent]
    return rows.reset_index(drop=True)


@question
def creditor_gap_history(
    snapshot: Snapshot, level: str, place_id: str, indicator: str
) -> Annotated[pd.DataFrame, CreditorGapQuarter]:
    """The same of one place, one row a quarter, oldest first."""
    rows = _read_gaps(snapshot, level, indicator, None, place_id)
    return rows.drop(columns="place_id").sort_values("period", ignore_index=True)


def _read_gaps(
    snapshot: Snapshot, level: str, indicator: str, period: str | None, place_id: str | None
) -> pd.DataFrame:
    return snapshot.frame("creditor_gaps", level, period, place_id, indicator, snapshot.main.z)
