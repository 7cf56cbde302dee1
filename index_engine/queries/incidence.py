"""Curves of what becomes of cases and lots."""

import pandas as pd

from index_engine import periods
from index_engine.estimates import curves
from index_engine.estimates.panel import read_process_panel
from index_engine.queries.robustness import design_effects
from index_engine.queries.snapshot import Snapshot, question


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

    Columns: month (0..36), at_risk, one column per event of the process (cumulative incidence,
    0-1), se_<event> (widened by the design effect, as the indicators' errors are), and 'open' = 1 - their sum. Rows end where too few are at risk.
    Raises ValueError unless exactly one of the two is given.
    """
    method, courts = snapshot.method, snapshot.court_ids(level, place_id)
    n_bins = method.ages.n_bins
    effects = dict(design_effects(snapshot)[["indicator", "design_effect"]].itertuples(index=False, name=None))
    if period is not None and cohort is None:
        axes = curves.period_axes(method, courts, periods.parse(period))
        events = method.process_events(process)
        panel = read_process_panel(snapshot.cursor(), axes, process, events, n_bins)
        return curves.period_curve(panel, axes, method, process, effects)
    if cohort is not None and period is None:
        first_quarter = int(cohort) * periods.QUARTERS_PER_YEAR
        quarters = first_quarter, first_quarter + periods.QUARTERS_PER_YEAR - 1
        cells = snapshot.frame("cohort_cells", n_bins, process, *quarters, list(courts))
        return curves.cohort_curve(cells, method, process, effects)
    raise ValueError("give either a period or a cohort")
