"""The steps of a composite index as plain functions on arrays: normalise, average, rank.

Missing values are NaN; weights are renormalised over what is present. Arrays are (..., item).
"""

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]


def normalise(value: Array, worst: float, best: float, floor: float) -> Array:
    """Points on 0..100 between fixed goalposts, clipped to floor..100 (OECD and JRC 2008, 1.5:
    min-max with bounds that do not depend on the data)."""
    points: Array = np.clip((value - worst) / (best - worst) * 100.0, floor, 100.0)
    return points


def weights_present(weights: Array, values: Array) -> Array:
    """Weights (item,) renormalised to sum to 1 over the items present in `values` (..., item)."""
    present = np.where(np.isnan(values), 0.0, weights)
    total = present.sum(axis=-1, keepdims=True)
    share: Array = np.divide(present, total, out=np.zeros_like(present), where=total > 0)
    return share


def arithmetic_mean(values: Array, weights: Array) -> Array:
    """Weighted mean over the last axis, over what is present; NaN where nothing is."""
    share = weights_present(weights, values)
    mean = (share * np.nan_to_num(values)).sum(axis=-1)
    return np.where(share.sum(axis=-1) > 0, mean, np.nan)


def geometric_mean(values: Array, weights: Array) -> Array:
    """Weighted geometric mean over the last axis; NaN where any item is missing.

    Not compensatory: a high value in one item cannot make up for a low one in another.
    """
    share = weights / weights.sum()
    mean: Array = np.exp((share * np.log(values)).sum(axis=-1))
    return mean


def rank(scores: Array) -> Array:
    """Ranks from 1 for the highest score; ties share the smallest; NaN stays NaN."""
    known = ~np.isnan(scores)
    ordered = np.sort(scores[known])[::-1]
    ranks = np.full(scores.shape, np.nan)
    ranks[known] = np.searchsorted(-ordered, -scores[known], side="left") + 1.0
    return ranks
