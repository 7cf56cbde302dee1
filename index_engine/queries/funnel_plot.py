"""The funnel plot of one statistic."""

from dataclasses import dataclass

import pandas as pd

from index_engine.estimates.funnel_plot import FunnelModel, limit_curve
from index_engine.estimates.funnel_tables import funnel_statistics as statistics_with_funnels
from index_engine.method import Statistic
from index_engine.queries.snapshot import Snapshot, question


@dataclass(frozen=True)
class FunnelPlot:
    """`places`: place_id, name, name_hant, name_en, parent, n (denominator), part,
    part_suppression (what is printed in place of a small part), value, z, flag
    ('in' | 'high' | 'very_high' | 'low' | 'very_low'); `limits`: n, low998, low95, high95, high998
    (as rates); `centre`: the rate of all together; `tau`: the standard deviation between places
    beyond chance; `phi`: multiplicative overdispersion; `n_places`: how many it was fitted on."""

    places: pd.DataFrame
    limits: pd.DataFrame
    centre: float
    tau: float
    phi: float
    n_places: int


def funnel_statistics(snapshot: Snapshot) -> tuple[Statistic, ...]:
    """The statistics that have funnel plots."""
    return tuple(statistics_with_funnels(snapshot.main))


@question
def funnel_plot(snapshot: Snapshot, level: str, period: str, statistic: str) -> FunnelPlot | None:
    """The funnel of a statistic at level 'city' or 'court'; None where too few places have it."""
    model_rows = snapshot.rows("funnel_model", level, period, statistic)
    if not model_rows:
        return None
    model = FunnelModel(*model_rows[0])
    places = snapshot.add_names(level, snapshot.frame("funnel_plot", level, period, statistic))
    limits = limit_curve(model, float(places["n"].min()), float(places["n"].max()))
    return FunnelPlot(places, limits, model.centre, model.tau, model.phi, model.n_places)
