"""How long cases and lots of a place wait at each step of the procedure, the open ones counted."""

from dataclasses import dataclass
from typing import Annotated

import numpy as np
import pandas as pd

from index_engine.arrays import BoolArray
from index_engine.estimates.waiting_times import COLUMNS, waiting_time_table
from index_engine.method.procedure_steps import ProcedureStep, read_steps
from index_engine.queries.snapshot import Snapshot, question
from index_engine.queries.suppression import court_array, place_row, suppress_columns, withheld_counts

COUNTS = ("n", "done", "waiting", "beyond")


@dataclass(frozen=True)
class WaitingTime:
    """Waits at one step that were under way in a window; see estimates/waiting_times.py. ..._suppression: '',
    what is printed in place of a small count ('<10'), or 'secondary'; without `n` there is nothing else."""

    node: str
    n: float
    n_suppression: str
    done: float
    done_suppression: str
    waiting: float
    waiting_suppression: str
    beyond: float
    beyond_suppression: str
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
    step_effects = dict(snapshot.rows("step_effects"))
    rows = waiting_time_table(cells, read_steps(), snapshot.main, step_effects)
    hidden, place = _hidden_waits(snapshot, period), place_row(snapshot, level, place_id)
    step_rows = []
    for position, step in enumerate(read_steps()):
        row = rows.iloc[[position]]
        # A step without a limit, and one where nobody waits, have no such count to withhold.
        is_hidden = {name: bool(hidden[step.id, name][place]) for name in COUNTS if name == "n" or row["n"].item() > 0}
        if step.limit != "most":
            is_hidden.pop("beyond", None)
        rates = dict.fromkeys((name for name in COLUMNS if name not in COUNTS), "n")
        row = suppress_columns(snapshot, row, is_hidden, rates)
        step_rows.append(row.assign(**{f"{name}_suppression": "" for name in COUNTS if name not in is_hidden}))
    columns = [column for name in COUNTS for column in (name, f"{name}_suppression")]
    return pd.concat(step_rows, ignore_index=True)[["node", *columns, *(c for c in COLUMNS if c not in COUNTS)]]


@question
def _hidden_waits(snapshot: Snapshot, period: str) -> dict[tuple[str, str], BoolArray]:
    """Where (place,) a count of a step is withheld, by id of the step and name of the count."""
    grid, steps = snapshot.main.ages, read_steps()
    step_keys = [
        {
            "node": step.id,
            "process": step.process,
            "limit_bin": int(grid.bin_index(step.limit_days)) if step.limit == "most" and step.limit_days else None,
        }
        for step in steps
    ]
    cells = snapshot.frame("court_waits", *snapshot.window(period), step_keys)
    withheld = withheld_counts(snapshot, period)
    hidden = {}
    for step in steps:
        by_name = _step_counts(cells[cells["node"] == step.id], step)
        n_hidden = withheld.block([court_array(snapshot, by_name["n"], "n")], withheld.of([f"process:{step.process}"]))
        hidden[step.id, "n"] = n_hidden
        for name in COUNTS[1:]:
            hidden[step.id, name] = withheld.block([court_array(snapshot, by_name[name], "n")], n_hidden)
    return hidden


def _step_counts(cells: pd.DataFrame, step: ProcedureStep) -> dict[str, pd.DataFrame]:
    """The rows that make up each count of a step."""
    is_done = np.array([step.is_end_event(flow) for flow in cells["flow"]], dtype=bool)
    is_done &= ~cells["flow"].isin(("entry", "leave")).to_numpy()
    return {
        "n": cells[cells["flow"] == "entry"],
        "done": cells[is_done],
        "waiting": cells[cells["waiting"]],
        "beyond": cells[cells["beyond"]],
    }
