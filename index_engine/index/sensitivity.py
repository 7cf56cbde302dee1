"""How scores and ranks depend on the choices that the method made.

The approach is that of Saisana, Saltelli and Tarantola (2005, J. R. Stat. Soc. A 168: 307-323):
make the index again under other plausible choices, all at once and one at a time. The estimates
themselves stand still: none of this is sampling error, and the two are never blended.

Places are those of one level and period. `value` (place, indicator) are their indicators, NaN where
missing, and `shrunk` (place, indicator) the same after empirical Bayes. Only places that the method
itself gives a score are compared. A place may lose its score when the only indicator that it has in
a dimension is left out: ranks are then compared among those that have both scores, so that nobody
rises because another fell out.
"""

from collections.abc import Iterator
from dataclasses import dataclass, fields, replace

import numpy as np
import pandas as pd

from index_engine.arrays import Array, BoolArray, IntArray, ratio
from index_engine.index.composite import is_sufficient
from index_engine.index.rank_changes import printed_ranks, rank_changes
from index_engine.method import Method

NO_OMISSION = -1  # no indicator left out
BLOCK = 2_000_000  # points (replicate, place, indicator) held at once: 16 MB an array
ROUNDING = 1e-9  # a score that changes by less has not changed
SMALLEST = 2.0**-54  # stands for a uniform draw of 0, so that no weight is 0 / 0

WEIGHTS, INDICATOR_WEIGHTS = "dimension_weights", "indicator_weights"
AGGREGATION, GOALPOSTS = "aggregation", "goalposts"
OMISSION, SHRINKAGE = "left_out", "shrinkage"
GROUPS = (WEIGHTS, INDICATOR_WEIGHTS, AGGREGATION, GOALPOSTS, OMISSION, SHRINKAGE)

NO_EFFECT = "no effect"
NO_SCORES = "no scores"


@dataclass(frozen=True)
class Scenarios:
    """What each replicate chooses. Arrays begin with the replicate: `dimension_weight` (replicate,
    dimension), `indicator_weight`, `worst` and `best` (replicate, indicator); `geometric` across
    dimensions, else arithmetic, `left_out`, the position of an indicator or NONE, and `shrunk`
    (replicate,). Weights need not sum to 1."""

    dimension_weight: Array
    indicator_weight: Array
    geometric: BoolArray
    worst: Array
    best: Array
    omission: IntArray
    shrunk: BoolArray

    def __len__(self) -> int:
        return len(self.geometric)

    def subset(self, rows: slice) -> "Scenarios":
        return Scenarios(*(getattr(self, field.name)[rows] for field in fields(self)))


def concatenate_scenarios(parts: list[Scenarios]) -> Scenarios:
    """The replicates of all parts, one after another."""
    names = [field.name for field in fields(Scenarios)]
    return Scenarios(*(np.concatenate([getattr(part, name) for part in parts]) for name in names))


def nominal_scenario(method: Method) -> Scenarios:
    """One replicate that chooses what the method chooses."""
    return Scenarios(
        dimension_weight=np.array([[d.weight for d in method.dimensions]], dtype=np.float64),
        indicator_weight=np.array([[i.weight for i in method.indicators]], dtype=np.float64),
        geometric=np.array([True]),
        worst=np.array([[i.worst for i in method.indicators]], dtype=np.float64),
        best=np.array([[i.best for i in method.indicators]], dtype=np.float64),
        omission=np.array([NO_OMISSION]),
        shrunk=np.array([False]),
    )


# ---------------------------------------------------------------- scores of many replicates


def evaluate_scenarios(method: Method, value: Array, shrunk: Array, scenarios: Scenarios) -> Array:
    """Scores (replicate, place), NaN where a place has none.

    The steps are the method's: points between goalposts, weighted arithmetic mean in a dimension
    over what is present, weighted mean across dimensions. An indicator left out is no part of the
    method: its weight goes to the others of its dimension, a dimension without any left goes too.
    How much must be present is not varied: it is judged by the method's own weights of what is not
    left out. A value that cannot be shrunk stays as it is; where there is none, shrinkage makes
    none.
    """
    present = ~np.isnan(value)
    usable = present & ~np.isnan(shrunk)
    value_sets = np.stack([np.where(present, value, 0.0), np.where(usable, shrunk, value)])
    np.copyto(value_sets[1], 0.0, where=~present)
    sufficient, has_indicators = _weight_sufficiency(method, present)
    scores = np.empty((len(scenarios), len(value)))
    step = max(1, BLOCK // max(1, value.size))
    for first in range(0, len(scenarios), step):
        part = scenarios.subset(slice(first, first + step))
        dimension = _dimension_means(method, value_sets, present, part)
        # A dimension that is no part of the method has weight 0, and must not be NaN.
        dimension[~sufficient[part.omission]] = np.nan
        np.copyto(dimension, 1.0, where=~has_indicators[part.omission][:, None, :])
        weight = part.dimension_weight * has_indicators[part.omission]
        scores[first : first + step] = _aggregate_dimensions(dimension, weight, part.geometric)
    return scores


def _weight_sufficiency(method: Method, present: BoolArray) -> tuple[BoolArray, BoolArray]:
    """By indicator left out, the last row for NONE: whether enough of a dimension's weight is there
    (row, place, dimension), and whether a dimension has an indicator at all (row, dimension)."""
    count = len(method.indicators)
    inclusion = np.concatenate([1.0 - np.eye(count), np.ones((1, count))])
    weights = nominal_scenario(method).indicator_weight * inclusion
    weight = weights[:, :, None] * _membership(method)
    weight_present, total_weight = present.astype(np.float64) @ weight, weight.sum(axis=1)
    sufficient = is_sufficient(weight_present, total_weight[:, None], method.min_weight_present)
    return sufficient & (weight_present > 0.0), total_weight > 0.0


def _dimension_means(method: Method, value_sets: Array, present: BoolArray, scenarios: Scenarios) -> Array:
    """Weighted arithmetic means (replicate, place, dimension) of points; 0 where nothing is there.

    `both` (2, place, indicator): values as they are, then shrunk, 0 where missing.
    """
    points = value_sets[scenarios.shrunk.astype(np.int64)]
    points -= scenarios.worst[:, None, :]
    points *= (100.0 / (scenarios.best - scenarios.worst))[:, None, :]
    np.clip(points, method.floor, 100.0, out=points)
    points *= present
    inclusion = np.arange(value_sets.shape[-1]) != scenarios.omission[:, None]
    weight = (scenarios.indicator_weight * inclusion)[:, :, None] * _membership(method)
    total = present.astype(np.float64) @ weight
    return ratio(points @ weight, total, otherwise=0.0)


def _aggregate_dimensions(dimension: Array, weight: Array, geometric: BoolArray) -> Array:
    """Weighted means (replicate, place) of dimensions (replicate, place, dimension)."""
    total = weight.sum(axis=1, keepdims=True)
    share = ratio(weight, total)
    scores = np.empty(dimension.shape[:2])
    logs = np.log(dimension[geometric])
    scores[geometric] = np.exp(np.einsum("rud,rd->ru", logs, share[geometric]))
    scores[~geometric] = np.einsum("rud,rd->ru", dimension[~geometric], share[~geometric])
    return scores


def _membership(method: Method) -> Array:
    """1 where an indicator belongs to a dimension, (indicator, dimension)."""
    return np.array([[float(i.dimension == d.id) for d in method.dimensions] for i in method.indicators])


# ---------------------------------------------------------------- all choices at once


def input_groups(method: Method) -> list[str]:
    """The group of each uniform number that `drawn` takes, in its order."""
    count = len(method.indicators)
    sizes = (len(method.dimensions), count, 1, 2 * count, 1, 1)
    return [group for group, size in zip(GROUPS, sizes, strict=True) for _ in range(size)]


def draw_scenarios(method: Method, uniform: Array, concentration: float, goalpost_shift: float) -> Scenarios:
    """Choices from independent uniform numbers (replicate, input), by inverse transforms.

    Weights: Dirichlet with mean the method's weights, across dimensions and in each dimension, as
    gamma variables over their sum (Devroye 1986, section XI.4). A weight w has the standard
    deviation sqrt(w (1 - w) / (concentration + 1)): 0.07 for a third at 40. Goalposts: each moved
    by a uniform share, from -goalpost_shift to goalpost_shift, of their distance. Left out: none
    and each indicator are equally likely; none where there is only one. Aggregation and shrinkage:
    one in two. Raises ValueError where goalposts could meet or concentration is not above 0.
    """
    if not 0.0 <= goalpost_shift < 0.5 or not concentration > 0.0:
        raise ValueError("concentration must be above 0, goalpost_shift a share below one half")
    base = nominal_scenario(method)
    names = np.array(input_groups(method))
    by_group = {group: uniform[:, names == group] for group in GROUPS}
    worst, best = base.worst, base.best
    shift = (2.0 * by_group[GOALPOSTS] - 1.0) * goalpost_shift * np.tile(best - worst, 2)
    count = len(method.indicators)
    options = count + 1 if count > 1 else 1
    dimensions = np.ones((len(method.dimensions), 1))
    return Scenarios(
        dimension_weight=_dirichlet(base.dimension_weight[0], dimensions, by_group[WEIGHTS], concentration),
        indicator_weight=_dirichlet(
            base.indicator_weight[0], _membership(method), by_group[INDICATOR_WEIGHTS], concentration
        ),
        geometric=by_group[AGGREGATION][:, 0] < 0.5,
        worst=worst + shift[:, :count],
        best=best + shift[:, count:],
        omission=(by_group[OMISSION][:, 0] * options).astype(np.int64) - 1,
        shrunk=by_group[SHRINKAGE][:, 0] >= 0.5,
    )


def _dirichlet(weights: Array, member: Array, uniform: Array, concentration: float) -> Array:
    """Weights (replicate, item) that sum to 1 in each set of `member` (item, set), from uniform
    numbers (replicate, item)."""
    from scipy.special import gammaincinv

    share = weights / (member @ (weights @ member))
    gamma = gammaincinv(concentration * share, np.maximum(uniform, SMALLEST))
    dirichlet_weights: Array = gamma / (gamma @ member @ member.T)
    return dirichlet_weights


def uncertainty_analysis(
    method: Method,
    value: Array,
    shrunk: Array,
    *,
    replicates: int = 1000,
    concentration: float,
    goalpost_shift: float,
    seed: int,
) -> pd.DataFrame:
    """All choices varied at once, as `drawn` does; one row a place, in order.

    score, rank: the method's own. score_low and score_high, rank_low, rank_median and rank_high:
    quantiles of 5, 50 and 95 % over the replicates, each a value that occurred (Hyndman and Fan
    1996, type 1). scored: the share of the replicates in which the place has a score; the others do
    not count. A replicate's rank is the method's plus the change among the places scored in both.
    Missing for places without a score in the method itself.
    """
    base_scores = evaluate_scenarios(method, value, shrunk, nominal_scenario(method))[0]
    has_score = ~np.isnan(base_scores)
    rng = np.random.Generator(np.random.PCG64(seed))
    uniform = rng.random((replicates, len(input_groups(method))))
    scenarios = draw_scenarios(method, uniform, concentration, goalpost_shift)
    scores = evaluate_scenarios(method, value[has_score], shrunk[has_score], scenarios)
    replicate_ranks = printed_ranks(base_scores[has_score]) + rank_changes(base_scores[has_score], scores)
    columns = {
        "score": base_scores[has_score],
        "score_low": _quantile(scores, 0.05),
        "score_high": _quantile(scores, 0.95),
        "rank": printed_ranks(base_scores[has_score]),
        "rank_low": _quantile(replicate_ranks, 0.05),
        "rank_median": _quantile(replicate_ranks, 0.5),
        "rank_high": _quantile(replicate_ranks, 0.95),
        "scored": 1.0 - np.isnan(scores).mean(axis=0),
    }
    frame = pd.DataFrame(columns, index=np.flatnonzero(has_score)).reindex(range(len(value)))
    rank_columns = [name for name in columns if name.startswith("rank")]
    return frame.astype(dict.fromkeys(rank_columns, "Int64"))


def _quantile(values: Array, share: float) -> Array:
    """Quantile over replicates (replicate, place) of what is not NaN; NaN where nothing is."""
    sorted_values = np.sort(values, axis=0)  # NaN last
    count = (~np.isnan(values)).sum(axis=0)
    position = np.maximum(np.ceil(share * count).astype(np.int64) - 1, 0)
    quantile: Array = np.take_along_axis(sorted_values, position[None], axis=0)[0]
    return quantile


# ---------------------------------------------------------------- each choice alone


def one_at_a_time(method: Method, value: Array, shrunk: Array, *, goalpost_shift: float) -> pd.DataFrame:
    """What each choice does when only it is changed; one row a perturbation, nothing drawn.

    perturbation, and the indicator or dimension it is about in `item`; units: scored before and
    after; lost: with a score before only. rank_mean and rank_max, score_mean and score_max: mean
    and largest absolute change over `units`; rank_moved and score_moved: how many places change at
    all. reason: NO_EFFECT where no score changed and none was lost, NO_SCORES where nothing can be
    compared, else ''. Goalposts: all moved by goalpost_shift of their distance, apart (wider),
    together (narrower), both towards the better end (harder) or the worse (easier). Raises
    ValueError where goalposts could meet.
    """
    if not 0.0 <= goalpost_shift < 0.5:
        raise ValueError("goalpost_shift must be a share below one half")
    perturbations = list(_perturbations(method, goalpost_shift))
    base_scores = evaluate_scenarios(method, value, shrunk, nominal_scenario(method))[0]
    has_score = ~np.isnan(base_scores)
    base_scores = base_scores[has_score]
    scenarios = concatenate_scenarios([part for _, _, part in perturbations])
    scores = evaluate_scenarios(method, value[has_score], shrunk[has_score], scenarios)
    present = ~np.isnan(scores)
    score_change = np.abs(np.where(present, scores - base_scores, 0.0))
    score_change[score_change < ROUNDING] = 0.0
    rank_change = np.where(present, np.abs(rank_changes(base_scores, scores)), 0.0)
    place_count = present.sum(axis=1)
    lost_count = base_scores.size - place_count
    no_change = (score_change == 0.0).all(axis=1) & (lost_count == 0)
    return pd.DataFrame(
        {
            "perturbation": [name for name, _, _ in perturbations],
            "item": [item for _, item, _ in perturbations],
            "units": place_count,
            "lost": lost_count,
            "rank_mean": _mean(rank_change, place_count),
            "rank_max": np.where(place_count > 0, rank_change.max(axis=1, initial=0.0), np.nan),
            "rank_moved": (rank_change > 0.0).sum(axis=1),
            "score_mean": _mean(score_change, place_count),
            "score_max": np.where(place_count > 0, score_change.max(axis=1, initial=0.0), np.nan),
            "score_moved": (score_change > 0.0).sum(axis=1),
            "reason": np.select([place_count == 0, no_change], [NO_SCORES, NO_EFFECT], ""),
        }
    )


def _mean(values: Array, count: IntArray) -> Array:
    """Row sums over `count` (row,); NaN where that is 0."""
    return ratio(values.sum(axis=1), count)


def _perturbations(method: Method, shift: float) -> Iterator[tuple[str, str, Scenarios]]:
    """Name, item and choices of each perturbation."""
    base = nominal_scenario(method)
    step = shift * (base.best - base.worst)
    yield "arithmetic", "", replace(base, geometric=np.array([False]))
    equal = np.ones_like(base.dimension_weight)
    yield "equal_dimension_weights", "", replace(base, dimension_weight=equal)
    equal = np.ones_like(base.indicator_weight)
    yield "equal_indicator_weights", "", replace(base, indicator_weight=equal)
    for position, indicator in enumerate(method.indicators):
        yield "left_out", indicator.id, replace(base, omission=np.array([position]))
    directions = {"wider": (-1, 1), "narrower": (1, -1), "harder": (1, 1), "easier": (-1, -1)}
    for name, (worst, best) in directions.items():
        shifted_scenario = replace(base, worst=base.worst + worst * step, best=base.best + best * step)
        yield f"goalposts_{name}", "", shifted_scenario
    yield "shrunk", "", replace(base, shrunk=np.array([True]))
    for position, dimension in enumerate(method.dimensions):
        weight = base.dimension_weight.copy()
        weight[0, position] *= 2.0
        yield "dimension_doubled", dimension.id, replace(base, dimension_weight=weight)
