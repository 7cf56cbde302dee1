"""Places whose statistics changed against their own past; of the main method."""

from dataclasses import dataclass
from typing import Annotated

import pandas as pd

from index_engine.errors import InputError
from index_engine.method import Check, Indicator, Statistic
from index_engine.queries.snapshot import Snapshot, question


@dataclass(frozen=True)
class MonitoredSeries:
    """`series`: places with enough quarters; `signals`: among these; `expected`: signals by chance,
    had nothing changed."""

    level: str
    statistic: str
    series: int
    signals: int
    expected: float


@dataclass(frozen=True)
class ChangeSignal:
    """A place whose statistic changed. `direction`: 'up' or 'down'; `since`, `signalled`: quarters; `strength`: the sum
    over its limit; `before`: rate of the baseline at the same seasons, of `before_n` cases; `after`
    of `after_n`; `baseline`: quarters. How they are found: monitoring/cusum.py."""

    place_id: str
    name: str
    name_hant: str
    name_en: str
    parent: str | None
    statistic: str
    direction: str
    since: str
    signalled: str
    strength: float
    before: float
    before_n: float
    after: float
    after_n: float
    n_suppression: str
    baseline: int
    spread: float


@dataclass(frozen=True)
class ExceptionQuarter:
    """`value`, `n`: NaN below the least cell; `low`, `high`: the interval of 95 % of quarters
    without a change; `total`: the CUSUM in the signal's direction, NaN in the baseline; `alarm`:
    its limit."""

    place_id: str
    statistic: str
    quarter: str
    value: float
    n: float
    expected: float
    low: float
    high: float
    total: float
    alarm: float


@question
def monitoring_summary(snapshot: Snapshot, period: str) -> Annotated[pd.DataFrame, MonitoredSeries]:
    """How much was monitored: one row a level and statistic."""
    return snapshot.frame("monitoring_summary", period)


@question
def exceptions(snapshot: Snapshot, level: str, period: str) -> Annotated[pd.DataFrame, ChangeSignal]:
    """Signals of a level (province, city, court) within the four quarters to `period`; the latest
    first, then the strongest."""
    return snapshot.add_names(level, snapshot.frame("exceptions", level, period))


@question
def exception_series(snapshot: Snapshot, level: str, period: str) -> Annotated[pd.DataFrame, ExceptionQuarter]:
    """The quarters behind every exception of a level and period, oldest first."""
    return snapshot.frame("exception_series", level, period)


def monitored_entry(snapshot: Snapshot, statistic: str) -> Statistic | Check | Indicator:
    """What the method says of a statistic that is monitored. Raises InputError for any other."""
    main = snapshot.main
    for entry in (*main.statistics, *main.checks, *main.indicators):
        if entry.id == statistic:
            return entry
    raise InputError("statistic_not_monitored", statistic=statistic)
