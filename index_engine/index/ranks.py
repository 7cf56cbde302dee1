"""Confidence sets for ranks, and the probability of being near the top.

The sets are those of Mogstad, Romano, Shaikh and Wilhelm (2024, "Inference for Ranks with
Applications to Mobility across Neighbourhoods and Academic Achievement across Countries", Review of
Economic Studies 91(1), section 3). Every pair of places is compared by the studentised difference of
their scores; one critical value, from draws of the normal law of the scores, bounds all comparisons
at once; a place's rank lies between one more than the number of places that are surely better and the
number of places less those surely worse. Marginal sets cover one place's rank with the stated
probability, simultaneous sets the ranks of all places together. Step-down (ibid., after Romano and
Wolf 2005, Econometrica 73(4), section 4) drops the comparisons already decided and takes a smaller
critical value from the rest, until nothing more is decided.

How it is fast, and still the plain method. A critical value is a high quantile over draws of the
largest statistic, so only statistics above some floor below it can matter. The floor is guessed
(`floors`), the statistics above it are found without looking at all pairs (`exceedances`), and the
quantile is taken among them. Whether the floor lay low enough shows in the result: if fewer draws
exceed it than the quantile needs, it is lowered and the place done again. No result depends on the
guess.

Results depend on the seed and on numpy's generator (PCG64 and its float32 ziggurat normals), which
may change between numpy versions.
"""

from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from index_engine.arrays import Array
from index_engine.index.pairwise_differences import (
    BLOCK,
    ErrorDraws,
    correlated_draws,
    independent_draws,
    validate_standard_errors,
)

Ranks = npt.NDArray[np.int64]
Indices = npt.NDArray[np.intp]
Number = TypeVar("Number", np.float64, np.int64)

NO_RANK = -1


@dataclass(frozen=True)
class RankSets:
    """Confidence sets for ranks, both ends included; rank 1 has the highest score.

    low, high: for each place alone; low_joint, high_joint: for all places together, each (place,), with
    NO_RANK for a place without a score. critical (place,), NaN without a score, and critical_joint: the
    critical values of the studentised differences. stepdown: whether by step-down.
    """

    low: Ranks
    high: Ranks
    low_joint: Ranks
    high_joint: Ranks
    critical: Array
    critical_joint: float
    stepdown: bool


def confidence_sets(
    score: Array,
    se: Array,
    *,
    confidence: float = 0.95,
    draws: int = 10_000,
    seed: int,
    stepdown: bool = True,
    covariance: Array | None = None,
) -> RankSets:
    """Two-sided confidence sets for the ranks of all places (Mogstad et al. 2024, section 3).

    score, se (place,): scores and their standard errors in the same measure; places are independent
    unless `covariance` (place, place) of the scores says otherwise, in which case `se` is not read.
    A place whose score is NaN is left out: the others are ranked as if it were not there. Places that
    tie are each as good as the other; two known without error (se 0) are compared by their scores.

    Raises ValueError for a confidence outside (0.5, 1), for fewer than two draws, for an infinite
    score, for a standard error that is missing, infinite or negative beside a known score, and for
    a covariance that is not symmetric and positive semi-definite.
    """
    if not 0.5 < confidence < 1.0:
        raise ValueError(f"confidence must lie between 0.5 and 1, not {confidence}")
    if draws < 2:
        raise ValueError(f"at least two draws are needed, not {draws}")
    if np.isinf(score).any():
        raise ValueError("a score is infinite")
    has_score = ~np.isnan(score)
    rng = np.random.Generator(np.random.PCG64(seed))
    error_draws: ErrorDraws
    if covariance is None:
        error_draws = independent_draws(se[has_score], draws, rng)
    else:
        error_draws = correlated_draws(covariance[np.ix_(has_score, has_score)], draws, rng)
    plan = CriticalValuePlan(confidence, draws, stepdown)
    values = np.asarray(score[has_score], dtype=np.float64)
    critical, largest = _marginal_critical_values(error_draws, values, plan)
    critical_joint = _joint_critical_value(error_draws, values, plan, float(np.quantile(largest, plan.level)))
    low, high = _rank_bounds(error_draws, values, critical)
    low_joint, high_joint = _rank_bounds(error_draws, values, np.full(values.shape, critical_joint))
    return RankSets(
        low=_expand(low, has_score),
        high=_expand(high, has_score),
        low_joint=_expand(low_joint, has_score),
        high_joint=_expand(high_joint, has_score),
        critical=_expand(critical, has_score),
        critical_joint=critical_joint,
        stepdown=stepdown,
    )


def top_share(score: Array, se: Array, share: float = 0.25, draws: int = 10_000, *, seed: int) -> Array:
    """Probability that a place is among the top `share` of places, shape (place,).

    The share of draws of all scores from N(score, se), independent, in which fewer than
    ceil(share x places) places lie above it: 9 of 34 for a quarter. Places equal in a draw share the
    better rank, so that all of them are in or out; drawn scores are not rounded. A place whose score
    is NaN is not counted and has NaN.

    Pass scores shrunk towards their peers, with their posterior standard deviations: raw scores
    hold the noise of sampling once already, and drawing around them would count it twice (Laird and
    Louis 1989, Journal of Educational Statistics 14(1)).

    Raises ValueError for a share outside (0, 1], fewer than one draw, and standard errors as in
    `confidence_sets`.
    """
    if not 0.0 < share <= 1.0:
        raise ValueError(f"share must lie in (0, 1], not {share}")
    if draws < 1:
        raise ValueError(f"at least one draw is needed, not {draws}")
    has_score = ~np.isnan(score)
    centre, spread = score[has_score], validate_standard_errors(se[has_score])
    if not centre.size:
        return np.full(score.shape, np.nan)
    top_count = int(np.ceil(share * centre.size - 1e-9))  # 0.1 x 30 is 3, whatever binary says
    rng = np.random.Generator(np.random.PCG64(seed))
    hits = np.zeros(centre.size)
    step = max(1, BLOCK // centre.size)
    for start in range(0, draws, step):
        normals = rng.standard_normal((min(step, draws - start), centre.size), dtype=np.float32)
        score_draws = centre + spread * normals
        threshold = np.partition(score_draws, centre.size - top_count, axis=1)[:, centre.size - top_count]
        hits += (score_draws >= threshold[:, None]).sum(axis=0)
    return _expand(hits / draws, has_score)


# ---------------------------------------------------------------- critical values


@dataclass(frozen=True)
class CriticalValuePlan:
    """How a critical value is taken from the draws."""

    confidence: float
    draws: int
    stepdown: bool

    @property
    def level(self) -> float:
        """A guess of the single-step quantile that a critical value does not fall below.

        Step-down never drops both directions of a pair. The directions kept and their mirror image
        thus cover all, and by the symmetry of the normal law exceed a bound equally often: the
        final critical value is at least the single-step one at twice the error rate, and mostly
        well above it. In a single step the tenth is for the noise of a guess from few draws.
        """
        return max(0.0, 1.0 - (1.8 if self.stepdown else 1.1) * (1.0 - self.confidence))


def _marginal_critical_values(error_draws: ErrorDraws, values: Array, plan: CriticalValuePlan) -> tuple[Array, Array]:
    """Each place's critical value (place,), and the largest statistic found in each draw (draw,)."""
    critical = np.zeros(values.size)
    largest = np.zeros(plan.draws)
    for place, floor in enumerate(error_draws.floor_guesses(plan.level)):
        differences = _observed_differences(error_draws, values, place)
        value = None
        while value is None:
            exceedances = error_draws.exceedances(place, floor)
            size = np.abs(exceedances.statistic)
            data_statistic = np.sign(exceedances.statistic) * differences[exceedances.partner]
            value = _critical_value(exceedances.draw, size, data_statistic, plan, floor)
            floor = _lower_floor(floor)
        critical[place] = value
        np.maximum.at(largest, exceedances.draw, size)
    return critical, largest


def _joint_critical_value(error_draws: ErrorDraws, values: Array, plan: CriticalValuePlan, floor: float) -> float:
    """The critical value of all pairs at once."""
    while True:
        draw, size, data_statistics = [], [], []
        for place in range(values.size):
            exceedances = error_draws.exceedances(place, floor)
            is_positive = exceedances.statistic > 0.0  # the other direction comes with the other place
            draw.append(exceedances.draw[is_positive])
            size.append(exceedances.statistic[is_positive])
            data_statistics.append(_observed_differences(error_draws, values, place)[exceedances.partner[is_positive]])
        if not draw:
            return 0.0
        parts = np.concatenate(draw), np.concatenate(size), np.concatenate(data_statistics)
        value = _critical_value(*parts, plan, floor)
        if value is not None:
            return value
        floor = _lower_floor(floor)


def _lower_floor(floor: float) -> float:
    """The next floor to try; 0 at last, above which nothing is missed."""
    return 0.93 * floor if floor > 0.5 else 0.0


def _critical_value(
    draw: Indices, size: Array, data_statistic: Array, plan: CriticalValuePlan, floor: float
) -> float | None:
    """The critical value of a family of comparisons from its drawn statistics above `floor`.

    `observed`: what each comparison's statistic is in the data, in the direction of the drawn one;
    above the critical value it is decided and, by step-down, drops out. None where too few draws
    exceed the floor to tell. Never below 0.
    """
    limit = np.inf
    while True:
        is_open = data_statistic <= limit
        largest = np.zeros(plan.draws)
        np.maximum.at(largest, draw[is_open], size[is_open])
        value = _upper_quantile(largest[largest > 0.0], plan.draws, plan.confidence)
        if value is None:
            return 0.0 if floor == 0.0 else None
        if not plan.stepdown or (data_statistic[is_open] <= value).all():
            return value
        limit = value


def _upper_quantile(top_values: Array, draws: int, confidence: float) -> float | None:
    """Quantile, interpolated between order statistics (Hyndman and Fan 1996, type 7), of `draws`
    values of which only the largest are known; None if it lies below those."""
    position = (draws - 1) * confidence
    lower_index = int(position)
    index = lower_index - (draws - top_values.size)
    if index < 0:
        return None
    ends = [index, min(index + 1, top_values.size - 1)]
    lower, upper = np.partition(top_values, ends)[ends]
    return float(lower + (position - lower_index) * (upper - lower))


def _observed_differences(error_draws: ErrorDraws, values: Array, place: int) -> Array:
    """Studentised differences of a place from all, shape (place,); infinite where two known without
    error differ."""
    difference = values[place] - values
    certain = np.where(difference == 0.0, 0.0, np.copysign(np.inf, difference))
    errors = error_draws.difference_errors(place)
    differences: Array = np.divide(difference, errors, out=certain, where=errors > 0.0)
    return differences


def _rank_bounds(error_draws: ErrorDraws, values: Array, critical: Array) -> tuple[Ranks, Ranks]:
    low = np.zeros(values.size, dtype=np.int64)
    high = np.zeros(values.size, dtype=np.int64)
    for place in range(values.size):
        differences = _observed_differences(error_draws, values, place)
        low[place] = 1 + (differences < -critical[place]).sum()
        high[place] = values.size - (differences > critical[place]).sum()
    return low, high


def _expand(values: npt.NDArray[Number], mask: npt.NDArray[np.bool_]) -> npt.NDArray[Number]:
    """The sets of the places with a score, at their positions among all places: NaN or NO_RANK elsewhere."""
    fill = np.nan if values.dtype.kind == "f" else NO_RANK
    full = np.full(mask.shape, fill, dtype=values.dtype)
    full[mask] = values
    return full
