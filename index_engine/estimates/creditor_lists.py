"""What became of the cases that one creditor has, against what is usual for cases of their kind and age.

A creditor's list says nothing of a court: it holds the cases that one bank filed, or that one asset manager
chose to buy. Each of its cases is watched from the day on which the creditor acquired it, at the age that it
had reached (delayed entry: Andersen, Borgan, Gill and Keiding 1993, Statistical Models Based on Counting
Processes, section III.4), since what had been paid before could not come into the list. Few are watched from
their filing, so that there is no curve to read; what the nation's rates expect of cases at those ages adds up
all the same, see indirect.py, and all cases of the place are compared with the same rates.
"""

from collections.abc import Mapping

import duckdb
import numpy as np

from index_engine import periods
from index_engine.arrays import BoolArray, ratio
from index_engine.day_span import EPOCH
from index_engine.estimates import indirect, panel
from index_engine.estimates.curves import event_design_effects
from index_engine.estimates.observation import MIN_OBSERVED_SHARE
from index_engine.estimates.panel import PanelAxes
from index_engine.estimates.places import Places
from index_engine.estimates.store import Columns, Store, SuppressionColumn
from index_engine.estimates.visibility import is_visible
from index_engine.estimates.windows import Windows
from index_engine.method import Method

PROCESS = "case"
# First day and day after the last on which the cases of a creditor are watched.
WATCHED_DAYS = """
SELECT MIN(from_day), MAX(clock_end_day)
FROM measures.court_windows JOIN sources USING (source_id)
WHERE court_windows.kind = 'cases' AND sources.name = ? AND court_windows.holds = 'creditor_cases'
"""


def store_creditor_lists(
    con: duckdb.DuckDBPyConnection,
    store: Store,
    levels: list[Places],
    windows: Windows,
    method: Method,
    design_effects: Mapping[str, float],
) -> None:
    """Store, for every creditor with a list of its own, the payments of its cases and those expected, of
    places and windows in which it has any to expect.

    Needs schema `creditor_lists` of the measures. `design_effects` are by indicator.
    """
    creditors = con.execute("SELECT position, name FROM creditor_lists.creditors ORDER BY position").fetchall()
    if not creditors:
        return
    event = next(iter(method.events))
    effect = event_design_effects(method, PROCESS, design_effects)[event]
    events = method.process_events(PROCESS)
    axes = windows.axes
    court_cells = panel.read_process_cells(con, axes, PROCESS, events, method.ages)
    hazard = indirect.national_hazard(court_cells, levels[0], windows, method)
    for position, name in creditors:
        courts = tuple(f"{position}:{court}" for court in axes.courts)
        list_axes = PanelAxes(courts, axes.first_period, axes.last_period)
        cells = panel.read_process_cells(con, list_axes, PROCESS, events, method.ages, "creditor_lists")
        watched = _watched_windows(con, name, windows)
        for places in levels:
            observed, expected = indirect.observed_and_expected_events(cells, places, windows, hazard, method.ages)
            low, high = indirect.byar_interval(observed / effect, expected / effect, method.z)
            count = f"creditor_list:{position}"
            store.registry.add(count, places.level, observed)
            columns: Columns = {
                "creditor": name,
                "event": event,
                "observed": observed,
                "expected": expected.round(6),
                "ratio": ratio(observed, expected).round(6),
                "low": low.round(6),
                "high": high.round(6),
                "suppression": SuppressionColumn((count,)),
            }
            store.append("creditor_lists", places, columns, selected=watched & is_visible(expected, method))


def _watched_windows(con: duckdb.DuckDBPyConnection, name: str, windows: Windows) -> BoolArray:
    """(window,): whether enough days of a window are watched by the list of a creditor: of a part of a year
    the season would tell."""
    [(from_day, end_day)] = con.execute(WATCHED_DAYS, [name]).fetchall()
    first_period = windows.axes.first_period
    ends = np.array([(periods.first_day(first_period + int(end) + 1) - EPOCH).days for end in windows.ends])
    lengths = windows.lengths_in_days()
    days = np.minimum(ends, end_day or 0) - np.maximum(ends - lengths, from_day or 0)
    watched: BoolArray = days >= MIN_OBSERVED_SHARE * lengths
    return watched
