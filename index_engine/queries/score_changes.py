"""How the scores of a level changed between two periods."""

from dataclasses import dataclass
from typing import Annotated

import numpy as np
import pandas as pd

from index_engine import periods
from index_engine.arrays import Array
from index_engine.index.change_intervals import change_interval, changes_beyond_chance, window_correlation
from index_engine.index.decomposition import largest_contribution
from index_engine.index.rank_changes import DECIMALS
from index_engine.queries.publication import without_ranks
from index_engine.queries.snapshot import Snapshot, question


@dataclass(frozen=True)
class ScoreChange:
    """`rank` and `rank_before`: NaN where the level is published without. `change`: of the scores as printed; `low`, `high`: of the change, at the method's confidence;
    `beyond`: whether it is taken for more than chance, false discoveries among all places of the
    level held to 1 - confidence. Of the indicator that moved the score most:
    `part`: points of the change (see index/decomposition.py), `value` and `value_before`: NaN where
    its peers' is imputed, `indicator_n` and `indicator_n_before`, each with its `..._suppression`.
    `quarter_closed`, `quarter_paid`: cases closed and paid in the quarter at the end of `period` alone,
    `..._before`: in that of a year before; NaN where months have too few."""

    place_id: str
    name: str
    name_hant: str
    name_en: str
    parent: str | None
    score: float
    score_before: float
    rank: float
    rank_before: float
    change: float
    low: float
    high: float
    beyond: bool
    n: float
    n_before: float
    n_suppression: str
    n_before_suppression: str
    indicator: str
    part: float
    value: float
    value_before: float
    indicator_n: float
    indicator_n_suppression: str
    indicator_n_before: float
    indicator_n_before_suppression: str
    quarter_closed: float
    quarter_paid: float
    quarter_closed_before: float
    quarter_paid_before: float


@question
def score_changes(
    snapshot: Snapshot, level: str, period: str, earlier_period: str
) -> Annotated[pd.DataFrame, ScoreChange]:
    """One row a place that has both scores, the largest rise first; by code where the level is not
    published by rank."""
    rows = snapshot.frame("score_changes", snapshot.method.id, level, period, earlier_period)
    current, earlier = (
        tuple(rows[f"{column}{suffix}"].to_numpy(float) for column in ("low", "score", "high"))
        for suffix in ("", "_before")
    )
    lag = periods.parse(period) - periods.parse(earlier_period)
    correlation = window_correlation(lag, snapshot.method.window_quarters)
    low, high = change_interval(current, earlier, correlation)
    beyond = changes_beyond_chance(
        current[1] - earlier[1], low, high, snapshot.method.z, 1.0 - snapshot.method.confidence
    )
    counts = ["n", "n_before", "n_suppression", "n_before_suppression"]
    rows = rows[["place_id", "score", "score_before", "rank", "rank_before", *counts]]
    change = (rows["score"] - rows["score_before"]).round(DECIMALS)
    new_columns = {"change": change, "low": low.round(2), "high": high.round(2), "beyond": beyond}
    for position, (name, values) in enumerate(new_columns.items(), start=rows.columns.get_loc("n")):
        rows.insert(position, name, values)
    rows = rows.join(_largest_contributions(snapshot, level, period, earlier_period, rows["place_id"]))
    for suffix, lag in (("", 0), ("_before", periods.QUARTERS_PER_YEAR)):
        rows = rows.merge(_quarter_flows(snapshot, level, periods.parse(period) - lag, suffix), how="left")
    rows = snapshot.add_names(level, rows)
    if not snapshot.publishes_ranks(level):
        return without_ranks(rows)
    return rows.sort_values(["change", "place_id"], ascending=[False, True], ignore_index=True)


def _quarter_flows(snapshot: Snapshot, level: str, quarter: int, suffix: str) -> pd.DataFrame:
    """Cases closed and paid in one quarter, a row a place."""
    months = (f"{day:%Y-%m}" for day in (periods.first_day(quarter), periods.last_day(quarter)))
    rows = snapshot.frame("quarter_flows", level, *months)
    return rows.rename(columns={flow: f"quarter_{flow}{suffix}" for flow in ("closed", "paid")})


def _largest_contributions(
    snapshot: Snapshot, level: str, period: str, earlier_period: str, place_ids: pd.Series
) -> pd.DataFrame:
    """The indicator with the largest part in the change of each place, one row each."""
    method = snapshot.method
    point_rows = snapshot.frame("indicator_points", method.id, level, period, earlier_period)
    indicator_ids = [i.id for i in method.indicators]
    wide = point_rows.pivot(index="place_id", columns=["period", "indicator"])

    def matrix(column: str, quarter: str) -> Array:
        """A column of the query as (place, indicator)."""
        keys = pd.MultiIndex.from_product([[column], [quarter], indicator_ids])
        values: Array = wide.reindex(index=place_ids, columns=keys).to_numpy(dtype=float)
        return values

    def suppressions(quarter: str) -> Array:
        keys = pd.MultiIndex.from_product([["n_suppression"], [quarter], indicator_ids])
        texts: Array = wide.reindex(index=place_ids, columns=keys).fillna("").to_numpy(dtype=object)
        return texts[cells]

    position, part = largest_contribution(method, matrix("points", earlier_period), matrix("points", period))
    cells = np.arange(len(place_ids)), position
    values = {
        quarter: np.where(matrix("own", quarter)[cells] == 1.0, matrix("value", quarter)[cells], np.nan)
        for quarter in (period, earlier_period)
    }
    return pd.DataFrame(
        {
            "indicator": np.array(indicator_ids, dtype=object)[position],
            "part": part.round(2),
            "value": values[period],
            "value_before": values[earlier_period],
            "indicator_n": matrix("n", period)[cells],
            "indicator_n_suppression": suppressions(period),
            "indicator_n_before": matrix("n", earlier_period)[cells],
            "indicator_n_before_suppression": suppressions(earlier_period),
        },
        index=place_ids.index,
    )
