"""The indicators and the checks of one place."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

import pandas as pd

from index_engine.estimates.intervals import bounded_interval
from index_engine.method import Check, Indicator, Method
from index_engine.queries.snapshot import Snapshot, question


@dataclass(frozen=True)
class IndicatorEstimate:
    """`low`, `high`: of the value, at the method's confidence. `status`: 'estimated', 'too_few',
    'concentrated', 'amounts_unknown', 'not_estimable', 'not_observed', 'part_of_cases' or 'no_data'.
    `n_suppression`: '', what is printed in place of a small `n` ('<10'), or 'secondary', where `n` is withheld and
    the others are coarse (see estimates/visibility.py). `points`: 0-100;
    `weight`: its share of the dimension's weight
    among those present; `own`: False where the place has too few cases: its points, if any, are of
    its peers' value. `nation`, `nation_se`, `nation_n`: the same of the nation. `adjusted`: to the
    national case mix; `shrunk`: towards its peers, `own_weight` the weight of its own cases in
    that and `peers_value` what it is shrunk towards."""

    indicator: str
    dimension: str
    value: float
    se: float
    low: float
    high: float
    n: float
    n_suppression: str
    status: str
    points: float
    weight: float
    own: bool
    nation: float
    nation_se: float
    nation_n: float
    nation_n_suppression: str
    adjusted: float
    adjusted_se: float
    shrunk: float
    shrunk_se: float
    own_weight: float
    peers_value: float
    adjusted_low: float
    adjusted_high: float
    shrunk_low: float
    shrunk_high: float


@dataclass(frozen=True)
class CheckEstimate:
    """As IndicatorEstimate."""

    check: str
    value: float
    se: float
    low: float
    high: float
    n: float
    n_suppression: str
    status: str
    nation: float
    nation_low: float
    nation_high: float
    nation_n: float
    nation_n_suppression: str


@question
def indicators(
    snapshot: Snapshot, level: str, place_id: str, period: str
) -> Annotated[pd.DataFrame, IndicatorEstimate]:
    """One row an indicator of the method, in its order."""
    method = snapshot.method
    rows = _read_estimates(snapshot, method, level, place_id, period, method.indicators)
    rows.insert(1, "dimension", [i.dimension for i in method.indicators])
    return rows


@question
def checks(snapshot: Snapshot, level: str, place_id: str, period: str) -> Annotated[pd.DataFrame, CheckEstimate]:
    """One row a check of the main method, in its order: whether closings are real."""
    method = snapshot.main
    rows = _read_estimates(snapshot, method, level, place_id, period, method.checks)
    rows["nation_low"], rows["nation_high"] = bounded_interval(rows["nation"], rows["nation_se"], method.z, "share")
    columns = ["value", "se", "low", "high", "n", "n_suppression", "status"]
    columns += ["nation", "nation_low", "nation_high", "nation_n", "nation_n_suppression"]
    return rows.rename(columns={"indicator": "check"})[["check", *columns]]


def _read_estimates(
    snapshot: Snapshot, method: Method, level: str, place_id: str, period: str, entries: Sequence[Indicator | Check]
) -> pd.DataFrame:
    """Estimates of some entries of a method, with intervals inside what is possible."""
    rows = snapshot.frame("indicators", method.id, level, place_id, period)
    rows = rows.set_index("indicator").reindex([entry.id for entry in entries]).reset_index()
    units = [entry.unit for entry in entries]
    for column, prefix, position in (("value", "", 3), ("adjusted", "adjusted_", None), ("shrunk", "shrunk_", None)):
        bounds = bounded_interval(rows[column], rows[f"{prefix}se"], method.z, units)
        for offset, name in enumerate(("low", "high")):
            column_position = len(rows.columns) if position is None else position + offset
            rows.insert(column_position, f"{prefix}{name}", bounds[offset])
    return rows
