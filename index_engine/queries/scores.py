"""Scores of all places of a level in one period, with ranks and intervals."""

from dataclasses import dataclass
from typing import Annotated

import numpy as np
import pandas as pd

from index_engine import periods
from index_engine.index.change_intervals import change_interval, changes_beyond_chance
from index_engine.index.rank_changes import DECIMALS
from index_engine.method import Method
from index_engine.queries.dimension_points import dimension_points
from index_engine.queries.publication import publication_order, rank_groups
from index_engine.queries.snapshot import Snapshot, question


@dataclass(frozen=True)
class Score:
    """A place in a table of scores. Numbers are NaN, and texts None, where there is none.

    `low`, `high`: at the method's confidence; `low90`, `high90`: at 90 %. `rank`: smallest of ties,
    of scores equal at the published decimal; `tied`: places that share it, this one included;
    `rank_low`, `rank_high`: its 95 % confidence set for this place alone, `rank_low_all`,
    `rank_high_all` for all places at once; `rank_group`: number, from 1 for the
    highest scores, of the group of places in which these sets make out no order (see `publication.rank_groups`);
    `top_share`: probability of being in the top quarter;
    all missing where the level is published without ranks. `band`: None where the interval supports
    none. `n`: cases under way; `n_suppression`: '', what is
    printed in place of a small one ('<10'), or 'secondary'. `status`: 'scored', 'low_coverage', 'part_of_cases',
    'not_observed', 'too_few' or 'not_estimable'.
    `change_quarter`, `change_year`: points since the window a quarter or a year before;
    `change_year_low`, `change_year_high`: its interval, NaN where the windows share a quarter;
    `change_year_beyond`: whether it is taken for more than chance, as in `score_changes`.
    `adjusted`: to the national case mix; `shrunk`: towards the peers. `peer_group`: of `n_peers`
    places.
    """

    place_id: str
    name: str
    name_hant: str
    name_en: str
    parent: str | None
    score: float
    se: float
    low: float
    high: float
    low90: float
    high90: float
    rank: float
    tied: float
    rank_low: float
    rank_high: float
    rank_low_all: float
    rank_high_all: float
    rank_group: float
    top_share: float
    band: str | None
    n: float
    n_suppression: str
    status: str
    change_quarter: float
    change_year: float
    change_year_low: float
    change_year_high: float
    change_year_beyond: bool
    adjusted: float
    adjusted_low: float
    adjusted_high: float
    shrunk: float
    shrunk_low: float
    shrunk_high: float
    peer_group: str | None
    n_peers: float


@question
def scores(snapshot: Snapshot, level: str, period: str, parent: str | None = None) -> Annotated[pd.DataFrame, Score]:
    """One row a place, those of `parent` alone where it is given; best first, unscored last, or in
    the order of bands (see Snapshot.publishes_ranks). After the columns of Score, points (0-100) of
    each dimension by its id."""
    quarter = periods.parse(period)
    rows = snapshot.frame(
        "scores",
        snapshot.method.id,
        level,
        period,
        periods.label(quarter - 1),
        periods.label(quarter - periods.QUARTERS_PER_YEAR),
    )
    rows = _add_change_interval(rows, snapshot.method)
    groups = rank_groups(rows["rank"].to_numpy(dtype=float), rows["rank_low_all"].to_numpy(dtype=float))
    rows.insert(rows.columns.get_loc("rank_high_all") + 1, "rank_group", groups)
    points = dimension_points(snapshot, level, "place_id", period=period)
    rows = snapshot.add_names(level, rows.merge(points, on="place_id"))
    if parent is not None:
        rows = rows[rows["parent"] == parent]
    return publication_order(snapshot, level, rows)


def _add_change_interval(rows: pd.DataFrame, method: Method) -> pd.DataFrame:
    """Rows of the query with the interval of the change on the year in place of the earlier one."""
    current = tuple(rows[column].to_numpy(dtype=float) for column in ("low", "score", "high"))
    earlier = tuple(rows.pop(f"{column}_before").to_numpy(dtype=float) for column in ("low", "score", "high"))
    low, high = change_interval(current, earlier)
    if method.window_quarters > periods.QUARTERS_PER_YEAR:
        low, high = np.full_like(low, np.nan), np.full_like(high, np.nan)
    position = rows.columns.get_loc("change_year")
    rows.insert(position + 1, "change_year_low", low.round(DECIMALS))
    rows.insert(position + 2, "change_year_high", high.round(DECIMALS))
    change = current[1] - earlier[1]
    beyond = changes_beyond_chance(change, low, high, method.z, 1.0 - method.confidence)
    rows.insert(position + 3, "change_year_beyond", beyond)
    return rows
