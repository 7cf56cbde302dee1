"""Curves of what becomes of cases and lots."""

import pandas as pd

from index_engine import periods
from index_engine.arrays import BoolArray
from index_engine.estimates import curves
from index_engine.estimates.panel import read_process_panel
from index_engine.queries.robustness import design_effects
from index_engine.queries.snapshot import Snapshot, question
from index_engine.queries.suppression import court_array, place_row, withheld_counts


@question
def cohorts(snapshot: Snapshot) -> tuple[str, ...]:
    """Filing years such as '2023' observed from filing on, oldest first."""
    return tuple(str(year) for (year,) in snapshot.rows("cohorts"))


@question
def incidence(
    snapshot: Snapshot,
    level: str,
    place_id: str,
    *,
    process: str = "case",
    period: str | None = None,
    cohort: str | None = None,
) -> pd.DataFrame:
    """Curves by month since filing (or listing): give either `period` or `cohort`.

    Columns: month (0..36), n (of the whole curve), at_risk (in steps of the least cell), one column per event of the process (cumulative incidence,
    0-1), se_<event> (widened by the design effect, as the indicators' errors are), and 'open' = 1 - their sum. Rows end where too few are at risk;
    there is none where n is withheld.
    Raises ValueError unless exactly one of the two is given.
    """
    method, courts = snapshot.method, snapshot.court_ids(level, place_id)
    n_bins = method.ages.n_bins
    if (period is None) == (cohort is None):
        raise ValueError("give either a period or a cohort")
    is_hidden = bool(_hidden_curves(snapshot, process, period, cohort)[place_row(snapshot, level, place_id)])
    effects = dict(design_effects(snapshot)[["indicator", "design_effect"]].itertuples(index=False, name=None))
    if period is not None:
        axes = curves.period_axes(method, courts, periods.parse(period))
        events = method.process_events(process)
        panel = read_process_panel(snapshot.cursor(), axes, process, events, n_bins)
        return _published(curves.period_curve(panel, axes, method, process, effects), is_hidden)
    cells = snapshot.frame("cohort_cells", n_bins, process, *_cohort_quarters(cohort), list(courts))
    return _published(curves.cohort_curve(cells, method, process, effects), is_hidden)


def _cohort_quarters(cohort: str | None) -> tuple[int, int]:
    first_quarter = int(cohort or 0) * periods.QUARTERS_PER_YEAR
    return first_quarter, first_quarter + periods.QUARTERS_PER_YEAR - 1


def _published(curve: pd.DataFrame, is_hidden: bool) -> pd.DataFrame:
    return curve.iloc[:0] if is_hidden else curve


@question
def _hidden_curves(snapshot: Snapshot, process: str, period: str | None, cohort: str | None) -> BoolArray:
    """Where (place,) the n of a curve is withheld."""
    if period is not None:
        return withheld_counts(snapshot, period).of([f"process:{process}"])
    first_quarter, last_quarter = _cohort_quarters(cohort)
    began = snapshot.frame("court_cohorts", process, first_quarter, last_quarter)
    withheld = withheld_counts(snapshot, periods.label(last_quarter))
    # The cases that were filed in a year are those of a cohort.
    same = withheld.of(["filed"] if process == "case" else [])
    return withheld.block([court_array(snapshot, began, "n")], same)
