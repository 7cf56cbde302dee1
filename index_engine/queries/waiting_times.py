"""How long cases and lots of a place wait at each step of the procedure, the open ones counted."""

from dataclasses import dataclass
from typing import Annotated

import pandas as pd

from index_engine.estimates.waiting_times import waiting_time_table
from index_engine.method.procedure_steps import read_steps
from index_engine.queries.snapshot import Snapshot, question


@dataclass(frozen=True)
class WaitingTime:
    """Waits at one step that were under way in a window; see estimates/waiting_times.py."""

    node: str
    n: float
    done: float
    waiting: float
    beyond: float
    q25: float
    median: float
    q75: float
    median_low: float
    median_high: float
    passed: float
    until: float
    within: float
    within_low: float
    within_high: float


@question
def waiting_times(snapshot: Snapshot, level: str, place_id: str, period: str) -> Annotated[pd.DataFrame, WaitingTime]:
    """One row a step, in the order of the procedure, of the window that `period` ends."""
    court_ids = list(snapshot.court_ids(level, place_id))
    cells = snapshot.frame("waiting_times", court_ids, *snapshot.window(period))
    return waiting_time_table(cells, read_steps(), snapshot.main)
