"""How similar two places are in what is brought to them: the kinds of their cases, and how many.

Nothing that a court decides enters: neither how cases end nor how long they take. Places selected
by outcome would be similar in the very thing that they are compared for.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from index_engine.arrays import Array

SIZE_SCALE_DECADES = 3.0  # factors of ten in size that weigh as much as having no kind of case in common


def hellinger_distance(counts: Array, reference_counts: Array) -> Array:
    """Hellinger distance of a mix (stratum,) from each of others (place, stratum), 0 to 1.

    sqrt(1 - sum sqrt(p q)) of the shares p and q (Hellinger 1909, J. reine und angewandte
    Mathematik 136: 210-271; as a distance of distributions, Le Cam and Yang 2000, Asymptotics in
    Statistics, 2nd ed.). NaN where one of the two has no case.
    """
    total = np.sqrt(counts.sum() * reference_counts.sum(axis=-1))
    affinity_sum = np.sqrt(counts * reference_counts).sum(axis=-1)
    affinity = np.divide(affinity_sum, total, out=np.full(total.shape, np.nan), where=total > 0)
    distances: Array = np.sqrt(np.maximum(1.0 - affinity, 0.0))
    return distances


def mix_and_size_distance(counts: Array, n: float, reference_counts: Array, reference_n: Array) -> Array:
    """Distance (place,) of a place from others: Hellinger distance of their mixes `counts` and
    `others`, and the logarithm of the ratio of their sizes `n` in units of DECADES factors of ten,
    as two sides of a right angle. NaN where a place has no case."""
    with np.errstate(divide="ignore", invalid="ignore"):
        size_difference = np.log10(reference_n / n) / SIZE_SCALE_DECADES
        distances = np.hypot(hellinger_distance(counts, reference_counts), size_difference)
    return np.where(np.isfinite(distances), distances, np.nan)


def case_mix(filings: pd.DataFrame, court_ids: Sequence[Sequence[str]]) -> Array:
    """Cases (place, stratum) of places, each given by the ids of its courts, from `filings`: one
    row a court and stratum, with columns court_id, stratum (from 0) and filed."""
    courts = pd.Index(sorted({court for members in court_ids for court in members}))
    rows = filings[filings["court_id"].isin(courts)]
    counts = np.zeros((len(courts), int(filings["stratum"].max()) + 1 if len(filings) else 1))
    counts[courts.get_indexer(pd.Index(rows["court_id"])), rows["stratum"]] = rows["filed"]
    sums = [counts[courts.get_indexer(pd.Index(members))].sum(axis=0) for members in court_ids]
    return np.array(sums).reshape(-1, counts.shape[1])


def distances_from(place: npt.NDArray[np.bool_], counts: Array, n: Array) -> Array:
    """Distance (place,) of every place from the one that `place` (place,) marks; `counts` (place,
    stratum) and sizes `n` (place,). See mix_and_size_distance."""
    return mix_and_size_distance(counts[place][0], n[place][0], counts, n)
