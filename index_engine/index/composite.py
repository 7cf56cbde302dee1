"""The steps of a composite index as plain functions on arrays: normalise, average, rank.

Missing values are NaN; weights are renormalised over what is present. Arrays are (..., item), or
(place, ...) where values are set against those of other places. Higher is better: multiply by a
direction of -1 what is better when lower, before normalising.

The index itself uses only goalposts, `normalise`. What normalises by the data at hand (`min_max`,
`z_score`, `percentile_rank`) lets a place's number move because another place's value did; it is here
to recompute and to compare with indices that are made so.
"""

from collections.abc import Callable, Sequence
from typing import Literal

import numpy as np

from index_engine.arrays import Array, BoolArray, IntArray, ratio

MeanKind = Literal["arithmetic", "geometric", "harmonic"]

NO_PARENT = -1  # parent of an item that has none
WEIGHT_TOLERANCE = 1e-9

# The scale on which a kind of mean is a sum, and the way back.
_SCALES: dict[MeanKind, tuple[Callable[[Array], Array], Callable[[Array], Array]]] = {
    "arithmetic": (np.positive, np.positive),
    "geometric": (np.log, np.exp),
    "harmonic": (np.reciprocal, np.reciprocal),
}


# ---------------------------------------------------------------- normalise


def normalise(value: Array, worst: float, best: float, floor: float) -> Array:
    """Points on 0..100 between fixed goalposts, clipped to floor..100 (OECD and JRC 2008, 1.5:
    min-max with bounds that do not depend on the data)."""
    points: Array = np.clip((value - worst) / (best - worst) * 100.0, floor, 100.0)
    return points


def goalpost_slope(value: Array, se: Array, worst: float, best: float, floor: float) -> Array:
    """Points that an error of 1 in a value is worth in `normalise`: of its slope, the share that the
    clipping leaves of the error.

    Between the goalposts all of it. Of a value d standard errors beyond one, points change only if
    the truth lies on the near side: with u standard normal, the mean square of that distance is
    E[(u - d)^2; u > d] = (1 + d^2) (1 - Phi(d)) - d phi(d), the second partial moment of the clipped
    value (Winkler, Roodman and Britney 1972, Management Science 19: 290-296). It is 1/2 at the goalpost,
    so twice it, of an error to both sides, goes on from the slope inside without a jump.
    """
    from scipy.special import ndtr

    slope = 100.0 / (best - worst)
    points = (value - worst) * slope
    excess = np.maximum(np.maximum(points - 100.0, floor - points), 0.0)
    d = np.divide(excess, np.abs(slope) * se, out=np.zeros_like(excess), where=se > 0)
    density = np.exp(-0.5 * d**2) / np.sqrt(2.0 * np.pi)
    partial_moment = (1.0 + d**2) * ndtr(-d) - d * density
    share: Array = slope * np.sqrt(np.clip(2.0 * partial_moment, 0.0, 1.0))
    return share


def min_max(values: Array, low: float = 0.0, high: float = 100.0) -> Array:
    """`low` for the least and `high` for the most of the places, (place, ...), linear in between
    (OECD and JRC 2008, 1.5). NaN where all places are the same."""
    minimum = np.fmin.reduce(values, axis=0)
    value_range = np.fmax.reduce(values, axis=0) - minimum
    return low + (high - low) * ratio(values - minimum, value_range)


def z_score(values: Array) -> Array:
    """Distance from the mean of the places, (place, ...), in standard deviations with n - 1 (OECD and
    JRC 2008, 1.5). NaN where all places are the same."""
    present = ~np.isnan(values)
    n = present.sum(axis=0)
    deviation = values - ratio(np.where(present, values, 0.0).sum(axis=0), n)
    variance = ratio((np.where(present, deviation, 0.0) ** 2).sum(axis=0), n - 1)
    # Asked of the values: rounding leaves equal ones a variance just above 0.
    varies = np.fmax.reduce(values, axis=0) > np.fmin.reduce(values, axis=0)
    return ratio(deviation, np.where(varies, np.sqrt(variance), 0.0))


def percentile_rank(values: Array) -> Array:
    """Share of the other places, (place, ...), that are lower: 0..1, ties share the smallest (OECD
    and JRC 2008, 1.5, ranking). NaN where there is no other place."""
    ranks = np.moveaxis(rank(np.moveaxis(-values, 0, -1)), -1, 0)
    return ratio(ranks - 1.0, (~np.isnan(values)).sum(axis=0) - 1)


# ---------------------------------------------------------------- average


def weights_present(weights: Array, values: Array) -> Array:
    """Weights (item,) renormalised to sum to 1 over the items present in `values` (..., item)."""
    present = np.where(np.isnan(values), 0.0, weights)
    return ratio(present, present.sum(axis=-1, keepdims=True), otherwise=0.0)


def is_sufficient(weight_present: Array, total_weight: Array | float, share: float) -> BoolArray:
    """Whether at least `share` of a total weight is present; compared with a tolerance, so that
    0.65 of it is not lost to rounding."""
    sufficient: BoolArray = weight_present >= (share - WEIGHT_TOLERANCE) * total_weight
    return sufficient


def mean(values: Array, weights: Array, kind: MeanKind, *, complete: bool = False) -> Array:
    """Weighted mean over the last axis of `values` (..., item), with weights (item,).

    Over what is present, NaN where nothing is; `complete`: NaN where any item is missing. The kinds
    are the power means of exponent 1, 0 and -1 (Hardy, Littlewood and Polya 1934, Inequalities,
    section 2.2; as aggregation, OECD and JRC 2008, 1.6). The lower the exponent, the less can a
    high value make up for a low one. Raises ValueError for an unknown kind, and for a value that is
    not above 0 in a geometric or harmonic mean.
    """
    if kind not in _SCALES:
        raise ValueError(f"no kind of mean {kind!r}; there are {', '.join(_SCALES)}")
    if kind != "arithmetic" and (values <= 0.0).any():
        raise ValueError(f"a {kind} mean needs values above 0")
    transform, inverse = _SCALES[kind]
    absent = np.isnan(values)
    share = weights_present(weights, values)
    total = (share * transform(np.where(absent, 1.0, values))).sum(axis=-1)
    has_mean = share.sum(axis=-1) > 0
    if complete:
        has_mean &= ~absent.any(axis=-1)
    return np.where(has_mean, inverse(np.where(has_mean, total, 1.0)), np.nan)


def arithmetic_mean(values: Array, weights: Array) -> Array:
    """Weighted mean over the last axis, over what is present; NaN where nothing is."""
    return mean(values, weights, "arithmetic")


def geometric_mean(values: Array, weights: Array) -> Array:
    """Weighted geometric mean over the last axis; NaN where any item is missing.

    Not compensatory: a high value in one item cannot make up for a low one in another.
    """
    return mean(values, weights, "geometric", complete=True)


# ---------------------------------------------------------------- a hierarchy


def aggregate(values: Array, parent: IntArray, weights: Array, kind: MeanKind | Sequence[MeanKind]) -> Array:
    """Values (place, item) of a whole hierarchy, of any depth, from those of its lowest items.

    parent (item,): position of the item that each belongs to, TOP for none; weights (item,): among
    those of the same parent. Every item that others belong to is their mean, over what is present;
    what `values` has in its place is not looked at. `kind`: of all means, or of the mean that each
    item is of those below it. Raises ValueError as `mean` does, and where an item belongs, through
    others, to itself.
    """
    kinds = [kind] * len(parent) if isinstance(kind, str) else kind
    depth = _depth(parent)
    aggregates = np.array(values, dtype=np.float64)
    parents = np.unique(parent[parent != NO_PARENT])
    for item in parents[np.argsort(-depth[parents], kind="stable")]:
        children = parent == item
        aggregates[:, item] = mean(aggregates[:, children], weights[children], kinds[item])
    return aggregates


def effective_weights(parent: IntArray, weights: Array) -> Array:
    """Weight (item,) of each item in the top of its hierarchy: its share among those of the same
    parent times the effective weight of the parent; the items without a parent share 1.

    Arguments and errors as in `aggregate`. What a weight says of influence, and what not: see
    index.coherence.
    """
    effective = np.zeros(len(parent))
    for item in np.argsort(_depth(parent), kind="stable"):
        parent_item = parent[item]
        sibling_weight = weights[parent == parent_item].sum()
        effective[item] = weights[item] / sibling_weight * (1.0 if parent_item == NO_PARENT else effective[parent_item])
    return effective


def _depth(parent: IntArray) -> IntArray:
    """Number of items above each item, (item,)."""
    depth = np.zeros(len(parent), dtype=np.int64)
    ancestor = np.array(parent, dtype=np.int64)
    while (ancestor != NO_PARENT).any():
        depth += ancestor != NO_PARENT
        if depth.max() == len(parent):
            raise ValueError("an item of the hierarchy belongs to itself")
        ancestor = np.where(ancestor == NO_PARENT, NO_PARENT, parent[ancestor])
    return depth


# ---------------------------------------------------------------- rank


def rank(scores: Array) -> Array:
    """Ranks along the last axis from 1 for the highest score; ties share the smallest; NaN stays
    NaN."""
    order = np.argsort(-scores, axis=-1)  # NaN last
    sorted_scores = np.take_along_axis(scores, order, axis=-1)
    sorted_ranks = np.broadcast_to(np.arange(1.0, scores.shape[-1] + 1.0), scores.shape).copy()
    sorted_ranks[..., 1:][sorted_scores[..., 1:] == sorted_scores[..., :-1]] = 0.0
    np.maximum.accumulate(sorted_ranks, axis=-1, out=sorted_ranks)
    ranks = np.empty_like(sorted_ranks)
    np.put_along_axis(ranks, order, sorted_ranks, axis=-1)
    ranks[np.isnan(scores)] = np.nan
    return ranks
