"""The difference of two scores, taken apart by indicator into parts that add up to it exactly.

A score is a weighted geometric mean of dimensions, a dimension a weighted arithmetic mean of
points. Across dimensions the difference is split by the additive logarithmic mean Divisia index
(LMDI-I: Ang 2004, Energy Policy 32: 1131-1139; Ang 2005, Energy Policy 33: 867-871); inside one it
is linear. With L the logarithmic mean, L(a, b) = (b - a) / ln(b / a) and L(a, a) = a,

    S' - S = sum over indicators k of dimension d:  W_d  L(S, S') / L(D_d, D_d')  w_k  (p_k' - p_k)

with W_d the weight of the dimension and w_k that of the indicator in it. Perfect: nothing is left
over. Time reversal: the way back has the same parts with the other sign. An indicator whose points
did not change has part 0. All other things being the same in both, a part is the whole difference.

Weights of a dimension are renormalised over what is present, which is the same as giving what is
missing the mean of its dimension; so it is here: an indicator that only one of the two has
contributes what its coming in, or falling away, moves. One that neither has contributes nothing.
Points that stand in for a place's own (its peers') and points at a goalpost or the floor enter as
they enter the score.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from index_engine.arrays import Array
from index_engine.index.composite import weights_present
from index_engine.index.score import dimension_positions
from index_engine.method import Method

STEP = 1e-4  # points either way, of a numerical derivative


@dataclass(frozen=True)
class Decomposition:
    """`part` and `se` (..., indicator): what each indicator contributes, in points of the score,
    and its standard error; `total` and `total_se` (...): their sum. NaN where one of the two has no
    score."""

    contribution: Array
    se: Array
    total: Array
    total_se: Array


def log_mean(a: Array, b: Array) -> Array:
    """Logarithmic mean of numbers above 0 (Carlson 1972, American Mathematical Monthly 79:
    615-618); the number itself where both are the same."""
    x = np.log(b / a)
    small = np.abs(x) < 1e-6
    safe = np.where(small, 1.0, x)
    # expm1 keeps the digits that b - a would lose; the series is exact to rounding below 1e-6.
    result: Array = a * np.where(small, 1.0 + x / 2.0, np.expm1(safe) / safe)
    return result


def contributions(method: Method, base: Array, comparison: Array) -> Array:
    """Parts (..., indicator) of the score of points `after` less that of points `before`, both
    (..., indicator), NaN where missing: see the module. NaN throughout where a dimension of one of
    the two has no points at all."""
    factor, start, end = factors(method, base, comparison)
    return factor * (end - start)


def largest_contribution(method: Method, base: Array, comparison: Array) -> tuple[npt.NDArray[np.int64], Array]:
    """For each row of points (row, indicator): the position of the indicator with the largest part
    of the difference, either way, and that part (row,)."""
    parts = contributions(method, base, comparison)
    position = np.where(np.isnan(parts), -1.0, np.abs(parts)).argmax(axis=1)
    return position, parts[np.arange(len(parts)), position]


def factors(method: Method, base: Array, comparison: Array) -> tuple[Array, Array, Array]:
    """What a point of each indicator is worth in the difference, (..., indicator), and the points
    before and after with what is missing filled in: their products are the contributions. Being
    linear in points, a further split of a change of points is split by the same factors."""
    points = np.stack(np.broadcast_arrays(base, comparison))
    factor, completed_points = np.full(points.shape[1:], np.nan), points.copy()
    dimension_index = np.array(dimension_positions(method))
    dimension_weights = np.array([d.weight for d in method.dimensions])
    logs = np.zeros(points.shape[:-1])  # of the two scores
    for column, share in enumerate(dimension_weights / dimension_weights.sum()):
        members = np.flatnonzero(dimension_index == column)
        weights = np.array([method.indicators[k].weight for k in members])
        member_points = points[..., members]
        means = (weights_present(weights, member_points) * np.nan_to_num(member_points)).sum(axis=-1)
        means[np.isnan(member_points).all(axis=-1)] = np.nan
        completed_points[..., members] = np.where(np.isnan(member_points), means[..., None], member_points)
        any_present = np.where(np.isnan(member_points).all(axis=0), np.nan, 0.0)
        value_per_point = share / log_mean(means[0], means[1])
        factor[..., members] = weights_present(weights, any_present) * value_per_point[..., None]
        logs += share * np.log(means)
    factor *= log_mean(np.exp(logs[0]), np.exp(logs[1]))[..., None]
    return factor, completed_points[0], completed_points[1]


def decompose(
    method: Method, points: tuple[Array, Array], covariance: tuple[Array, Array], has_score: Array
) -> Decomposition:
    """Contributions between two states, each of points (indicator,) and their covariance
    (indicator, indicator; see `score.point_covariance`), with standard errors by the delta method.

    The two states are taken as independent. `has_score` (2,): whether the two have a score; without
    one there are no parts.
    """
    contribution = contributions(method, *points)
    part_covariance = np.zeros((len(contribution), len(contribution)))
    for state in (0, 1):
        gradient = _gradient(method, points, state)
        part_covariance += gradient @ np.nan_to_num(covariance[state]) @ gradient.T
    if not np.all(has_score):
        contribution = np.full_like(contribution, np.nan)
        part_covariance = np.full_like(part_covariance, np.nan)
    return Decomposition(
        contribution,
        np.sqrt(np.maximum(np.diag(part_covariance), 0.0)),
        contribution.sum(),
        np.sqrt(part_covariance.sum()),
    )


def _gradient(method: Method, points: tuple[Array, Array], state: int) -> Array:
    """Derivatives (part, indicator) of the parts to the points of one of the two states."""
    steps = STEP * np.eye(len(points[state]))
    ends = []
    for sign in (1.0, -1.0):
        shifted_points = list(points)
        shifted_points[state] = points[state] + sign * steps
        ends.append(contributions(method, *shifted_points))
    gradient: Array = (ends[0] - ends[1]).T / (2 * STEP)
    return gradient
