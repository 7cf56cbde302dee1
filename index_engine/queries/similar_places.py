"""The places most like one in the cases that are brought to them."""

from dataclasses import dataclass
from typing import Annotated

import numpy as np
import pandas as pd

from index_engine.estimates import similarity
from index_engine.queries.scores import scores
from index_engine.queries.snapshot import PLACE_COLUMNS, Snapshot, question


@dataclass(frozen=True)
class SimilarPlace:
    """`distance`: 0 for the same case mix and size; `n`: cases under way."""

    place_id: str
    name: str
    name_hant: str
    name_en: str
    parent: str | None
    distance: float
    n: float
    n_suppression: str
    score: float


@question
def similar_places(
    snapshot: Snapshot, level: str, place_id: str, period: str, k: int = 5
) -> Annotated[pd.DataFrame, SimilarPlace]:
    """The `k` nearest places of a level by case mix (filings of the period by stratum) and size
    (cases under way), never by outcome: see estimates/similarity.py.

    Only places with a score; special courts (railway, maritime ...) are compared only among
    themselves. No row where the place has no case. Raises KeyError where there is no such place.
    """
    columns = ["place_id", *PLACE_COLUMNS, "distance", "n", "n_suppression", "score"]
    special = snapshot.place(level, place_id).special
    rows = scores(snapshot, level, period)
    is_self = rows["place_id"].to_numpy() == place_id
    if not is_self.any():
        return rows.assign(distance=np.nan)[columns][:0]
    filings = snapshot.frame("filings_by_court", *snapshot.window(period))
    court_ids = [snapshot.court_ids(level, row_id) for row_id in rows["place_id"]]
    rows["distance"] = similarity.distances_from(
        is_self, similarity.case_mix(filings, court_ids), rows["n"].to_numpy(dtype=float)
    )
    is_special = np.array([snapshot.place(level, row_id).special for row_id in rows["place_id"]])
    rows = rows[~is_self & (is_special == special) & rows["score"].notna() & rows["distance"].notna()]
    return rows.sort_values(["distance", "place_id"], ignore_index=True).head(k)[columns]
