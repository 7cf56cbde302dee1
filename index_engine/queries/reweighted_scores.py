"""Scores with other weights: a what-if, never a release."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

import pandas as pd

from index_engine.index import score_inputs
from index_engine.index.score import reweighted_columns
from index_engine.method.reweigh import reweigh_method
from index_engine.queries.publication import publication_order
from index_engine.queries.scores import scores
from index_engine.queries.snapshot import PLACE_COLUMNS, Snapshot, question


@dataclass(frozen=True)
class ReweightedScore:
    """As Score, under other weights; `default_score`, `default_rank`: with the method's weights;
    `rank_change`: places gained, above 0, or lost."""

    place_id: str
    name: str
    name_hant: str
    name_en: str
    parent: str | None
    n: float
    n_suppression: str
    status: str
    score: float
    default_score: float
    default_rank: float
    low: float
    high: float
    low90: float
    high90: float
    band: str | None
    rank: float
    tied: float
    rank_change: float


@question
def reweighted_scores(
    snapshot: Snapshot, level: str, period: str, weights: Mapping[str, float]
) -> Annotated[pd.DataFrame, ReweightedScore]:
    """One row a place; order and ranks as in `scores`.

    `weights` are numbers of 0 and above by id of a dimension or an indicator; what is not named
    keeps its weight. Raises ValueError for an unknown id, a negative weight, or a dimension left
    with no weight.
    """
    method = reweigh_method(snapshot.method, weights)
    default_scores = scores(snapshot, level, period)
    inputs = score_inputs.read_inputs(snapshot.cursor(), method, "observed", level, period)
    positions = pd.Index(inputs.keys["place_id"]).get_indexer(default_scores["place_id"])
    columns = reweighted_columns(
        method, inputs, positions, default_scores["score"].notna().to_numpy(), default_scores["rank"].notna().to_numpy()
    )
    rows = default_scores[["place_id", *PLACE_COLUMNS, "n", "n_suppression", "status"]].assign(
        score=columns.pop("score"), default_score=default_scores["score"], default_rank=default_scores["rank"]
    )
    rows[columns.columns] = columns
    rows["rank_change"] = rows["default_rank"].astype("Int64") - rows["rank"]
    return publication_order(snapshot, level, rows.sort_values(["rank", "place_id"]))
