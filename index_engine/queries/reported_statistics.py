"""Statistics that courts and others report of a place; nothing that is computed uses them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Annotated

import pandas as pd

from index_engine.queries.snapshot import Snapshot, question
from index_engine.warehouse.reported_metrics import Metric, read_metrics


@dataclass(frozen=True)
class ReportedStatistic:
    """`unit_name`: whom it is said of; `measured_in`: the unit of `value`; `basis`: 'reported' or
    how derived; `address`: where, or the name of the file; `computed`: the statistic of the same
    formula, place and days, in the same unit, else NaN."""

    metric: str
    name: str
    name_en: str
    unit_name: str
    value: float
    measured_in: str
    period_start: date
    period_end: date
    basis: str
    address: str | None
    note: str | None
    computed: float
    figure_id: str | None


def metrics() -> Mapping[str, Metric]:
    """What the metrics of reported statistics mean, by id."""
    return read_metrics()


@question
def reported_statistics(
    snapshot: Snapshot, level: str, place_id: str, period: str
) -> Annotated[pd.DataFrame, ReportedStatistic]:
    """Those whose period overlaps the window that `period` ends; of a metric and speaker without
    one, the latest before it."""
    metrics_by_id = metrics()
    metric_rows = [
        {"metric": m.id, "court_column": m.column, "shown_in": m.measured_in, "same": m.same_as}
        for m in metrics_by_id.values()
    ]
    windows = [
        {"first_day": first_day, "last_day": last_day, "period": name}
        for name in snapshot.periods()
        for first_day, last_day in [snapshot.period_dates(name)]
    ]
    rows = snapshot.frame(
        "reported_statistics",
        level,
        place_id,
        *snapshot.period_dates(period),
        list(snapshot.source_ids),
        metric_rows,
        windows,
    )
    names = [metrics_by_id[metric].name for metric in rows["metric"]]
    rows.insert(1, "name", pd.Series([name["zh_Hans"] for name in names], dtype="str"))
    rows.insert(2, "name_en", pd.Series([name["en"] for name in names], dtype="str"))
    return rows
