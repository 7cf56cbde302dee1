"""Curves of what becomes of cases and lots."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from index_engine import periods
from index_engine.arrays import BoolArray
from index_engine.estimates import curves
from index_engine.estimates.panel import read_process_panel
from index_engine.estimates.visibility import SECONDARY, coarse_error
from index_engine.queries.robustness import design_effects
from index_engine.queries.snapshot import Snapshot, question
from index_engine.queries.suppression import court_array, place_row, withheld_counts

CURVE_DECIMALS = 2  # of a curve whose n is withheld


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

    Columns: month (0..36), n (of the whole curve), n_suppression ('' or 'secondary'), at_risk (in steps of the
    least cell), one column per event of the process (cumulative incidence, 0-1), se_<event> (widened by the design
    effect, as the indicators' errors are), and 'open' = 1 - their sum. Rows end where too few are at risk. Where n is
    withheld, at_risk is too, and the curve is in whole percent.
    Raises ValueError unless exactly one of the two is given.
    """
    method, courts = snapshot.method, snapshot.court_ids(level, place_id)
    n_bins = method.ages.n_bins
    if (period is None) == (cohort is None):
        raise ValueError("give either a period or a cohort")
    is_hidden = bool(_hidden_curves(snapshot, process, period, cohort)[place_row(snapshot, level, place_id)])
    effects = dict(design_effects(snapshot)[["indicator", "design_effect"]].itertuples(index=False, name=None))
    events = method.process_events(process)
    if period is not None:
        axes = curves.period_axes(method, courts, periods.parse(period))
        panel = read_process_panel(snapshot.cursor(), axes, process, events, n_bins)
        return _published(curves.period_curve(panel, axes, method, process, effects), events, is_hidden)
    cells = snapshot.frame("cohort_cells", n_bins, process, *_cohort_quarters(cohort), list(courts))
    return _published(curves.cohort_curve(cells, method, process, effects), events, is_hidden)


SHARES_OF_CASES = (0.10, 0.25, 0.50)  # of which the months are told


@dataclass(frozen=True)
class MonthsToShare:
    """The first month at whose end a share of the cases have had an event, None where the curve does not reach it
    by `last_month`, its end; `low` and `high` are those of the upper and the lower edge of the curve's interval."""

    month: int | None
    low: int | None
    high: int | None
    last_month: int


def months_to_shares(
    snapshot: Snapshot, level: str, place_id: str, period: str, event: str
) -> dict[float, MonthsToShare]:
    """Months since filing by which SHARES_OF_CASES have had an event, in the order of the shares.

    The quantiles of the curve of `incidence`; their intervals by inversion of its pointwise ones (Brookmeyer and
    Crowley 1982), so that an end can be None where an edge does not reach the share.
    """
    curve = incidence(snapshot, level, place_id, period=period)
    half_width = snapshot.method.z * curve[f"se_{event}"]

    def first_month(edge: pd.Series, share: float) -> int | None:
        reached = curve.loc[edge >= share, "month"]
        return int(reached.iloc[0]) if len(reached) else None

    last_month = int(curve["month"].iloc[-1]) if len(curve) else 0
    return {
        share: MonthsToShare(
            first_month(curve[event], share),
            first_month(curve[event] + half_width, share),
            first_month(curve[event] - half_width, share),
            last_month,
        )
        for share in SHARES_OF_CASES
    }


def _cohort_quarters(cohort: str | None) -> tuple[int, int]:
    first_quarter = int(cohort or 0) * periods.QUARTERS_PER_YEAR
    return first_quarter, first_quarter + periods.QUARTERS_PER_YEAR - 1


def _published(curve: pd.DataFrame, events: Sequence[str], is_hidden: bool) -> pd.DataFrame:
    """The curve as it may be published: each case is a step of one n-th, and an error falls with the root of n."""
    curve.insert(2, "n_suppression", SECONDARY if is_hidden else "")
    if not is_hidden:
        return curve
    coarse = {name: curve[name].round(CURVE_DECIMALS) for name in events}
    coarse |= {f"se_{name}": coarse_error(curve[f"se_{name}"].to_numpy()) for name in events}
    curve = curve.assign(n=np.nan, at_risk=np.nan, **coarse)
    # Of rounded shares the sum may pass one.
    return curve.assign(open=(1.0 - curve[list(events)].sum(axis=1)).round(CURVE_DECIMALS).clip(lower=0.0))


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
