"""Whether an index holds together, and what its score listens to.

Correlations and Cronbach's alpha ask whether the indicators of a dimension measure one thing (OECD
and JRC 2008, 1.4); the influence of each indicator on the score is set beside its weight, because
a weight says what a point is worth, not how much of the differences between places it makes
(Paruolo, Saisana and Saltelli 2013, J. R. Stat. Soc. A 176: 609-634).

Arrays are (place, item) or (place,), of the places of one level and period; NaN is missing, and every
number is of the places that have all it needs, `n` of them. Nothing here is a test: an index may
well be made of things that do not go together, if each is wanted.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import combinations

import numpy as np
import pandas as pd

from index_engine.arrays import Array, BoolArray, IntArray
from index_engine.index import composite, sensitivity
from index_engine.index.composite import NO_PARENT
from index_engine.index.rank_changes import rank_changes
from index_engine.method import Method

Row = tuple[str, str, str | None, float, int]

COLUMNS = ["kind", "item", "other", "value", "n"]
SCORE = "score"  # stands for the score among items

MIN_PLACES = 3  # places for a correlation: two always lie on a line
MIN_PLACES_FOR_EFFECT = 20  # places for a main effect
MAX_DEGREE = 4  # degree of the polynomial behind a main effect


# ---------------------------------------------------------------- correlations and alpha


def correlations(values: Array, column_values: Array) -> tuple[Array, IntArray]:
    """Pearson correlations of items (place, a) with others (place, b), shape (a, b), and the number
    of places behind each: those that have both. NaN for fewer than MIN_PLACES places, or equal ones."""
    r = np.full((values.shape[1], column_values.shape[1]), np.nan)
    n = np.zeros(r.shape, dtype=np.int64)
    for row, column in np.ndindex(*r.shape):
        x, y = _complete_pairs(values[:, row], column_values[:, column])
        n[row, column] = len(x)
        if len(x) >= MIN_PLACES and np.ptp(x) > 0.0 and np.ptp(y) > 0.0:
            r[row, column] = np.corrcoef(x, y)[0, 1]
    return r, n


def cronbach_alpha(values: Array) -> tuple[float, int]:
    """Cronbach's alpha of items (place, item), and the least number of places behind a covariance.

    k / (k - 1) x (1 - sum of variances / sum of all covariances) for k items (Cronbach 1951,
    Psychometrika 16: 297-334), each covariance of the places that have both items. It rises with k,
    and is negative where items run against one another. NaN for one item, for fewer than FEWEST
    places behind a covariance, and where the sum of the items does not vary.
    """
    k = values.shape[1]
    present = ~np.isnan(values)
    n = int((present.T.astype(np.int64) @ present).min(initial=len(values)))
    if k < 2 or n < MIN_PLACES:
        return np.nan, n
    covariance = np.empty((k, k))
    for i, j in np.ndindex(k, k):
        covariance[i, j] = np.cov(*_complete_pairs(values[:, i], values[:, j]))[0, 1]
    variances, total = np.trace(covariance), covariance.sum()
    # Compared with a hair's width: what cancels leaves a rest.
    if total <= 1e-12 * np.abs(covariance).sum():
        return np.nan, n
    return float(k / (k - 1) * (1.0 - variances / total)), n


def _complete_pairs(x: Array, y: Array) -> tuple[Array, Array]:
    """The places that have both."""
    complete = ~np.isnan(x) & ~np.isnan(y)
    return x[complete], y[complete]


# ---------------------------------------------------------------- influence


def main_effect(x: Array, score: Array) -> tuple[float, int]:
    """The correlation ratio S = Var(E[score | x]) / Var(score) of a score on an indicator, both
    (place,), and the number of places: the share of the score's variance that would go, on average,
    if the indicator were the same everywhere (Paruolo, Saisana and Saltelli 2013, section 3).

    E[score | x] is a polynomial of degree 1 to MOST_BENDS fitted by least squares, the degree with
    the least corrected AIC (Hurvich and Tsai 1989, Biometrika 76: 297-307). S is its R squared,
    adjusted for the degrees of freedom as the correlation ratio is (Kelley 1935), not below 0.

    Limits. What bends more often than MOST_BENDS allow is missed, and S is low; of a single step it
    is 0.86 instead of 1. S of 34 places has a standard error of about 0.1. Where there is no
    relation it is 0.035 on average with 34 places and a tenth of that with 375, for it cannot be
    below 0 and the degree is chosen. Indicators that go together share what they do: their S do
    not add up to 1, and an indicator of weight 0 may have a large one. NaN for fewer than
    MIN_PLACES_FOR_EFFECT places, or equal ones.
    """
    x, y = _complete_pairs(x, score)
    n = len(x)
    if n < MIN_PLACES_FOR_EFFECT or np.ptp(x) == 0.0 or np.ptp(y) == 0.0:
        return np.nan, n
    degrees = np.arange(1, min(MAX_DEGREE, len(np.unique(x)) - 1) + 1)
    position = 2.0 * (x - x.min()) / np.ptp(x) - 1.0
    # Orthonormal columns: each degree adds the square of its coefficient to what is explained.
    basis, _ = np.linalg.qr(np.polynomial.legendre.legvander(position, degrees[-1]))
    deviation = y - y.mean()
    total = deviation @ deviation
    explained_sum = np.cumsum((basis[:, 1:].T @ deviation) ** 2)
    residual_share = np.maximum(1.0 - explained_sum / total, 1e-15)
    criterion = np.log(residual_share) + (n + degrees + 1) / (n - degrees - 3)
    best = int(criterion.argmin())
    return max(0.0, 1.0 - float(residual_share[best]) * (n - 1) / (n - degrees[best] - 1)), n


def nominal_weights(method: Method) -> Array:
    """Weights (indicator,) of the indicators in the score, summing to 1."""
    ids = [d.id for d in method.dimensions]
    parent = [NO_PARENT] * len(ids) + [ids.index(i.dimension) for i in method.indicators]
    weights = [d.weight for d in method.dimensions] + [i.weight for i in method.indicators]
    return composite.effective_weights(np.array(parent), np.array(weights, dtype=np.float64))[len(ids) :]


def rank_shifts(method: Method, points: Array, score: Array) -> tuple[Array, IntArray]:
    """Mean absolute change of rank (indicator,) when each indicator is left out, and the number of
    places that have a score with it and without it; NaN where there are none.

    `points` (place, indicator) between the method's goalposts, `score` (place,). Its weight goes to
    the others of its dimension, and ranks are of scores as printed: see index.sensitivity.
    """
    on_points = replace(method, indicators=tuple(replace(i, worst=0.0, best=100.0) for i in method.indicators))
    count = len(method.indicators)
    baseline = sensitivity.nominal_scenario(on_points)
    scenarios = replace(
        sensitivity.concatenate_scenarios([baseline] * count), omission=np.arange(count, dtype=np.int64)
    )
    reduced_scores = sensitivity.evaluate_scenarios(on_points, points, points, scenarios)
    shifts = np.full(count, np.nan)
    n = np.zeros(count, dtype=np.int64)
    for position in range(count):
        shift = np.abs(rank_changes(score, reduced_scores[position]))
        n[position] = (~np.isnan(shift)).sum()
        if n[position] > 0:
            shifts[position] = np.nanmean(shift)
    return shifts, n


# ---------------------------------------------------------------- all of it


def coherence_table(
    method: Method, points: Array, dimension: Array, score: Array, direct: BoolArray | None = None
) -> pd.DataFrame:
    """The coherence of an index, one row a number: kind, item, other, value, n.

    points (place, indicator), dimension (place, dimension), score (place,); columns in the order of
    the method; points that are higher when better. own (place, indicator): False where others' value
    stands in for a place's; such points count for ranks, for they are part of the score, and for
    nothing else, for what is the same in many places would pass for coherence. `n`: places behind the
    number. Kinds:

    - indicator_indicator, dimension_dimension: correlation of a pair, each pair once.
    - indicator_dimension, with every dimension: an indicator that goes more with another than with
      its own stands in the wrong place. With its own, and in the next two, it is compared with
      something it is a part of, which lifts the correlation.
    - indicator_score, dimension_score: correlation with the score.
    - alpha: of the indicators of a dimension, and of all, where item is 'score'.
    - weight: what the method gives an indicator, in all 1; main_effect: what it has, see
      `main_effect`; main_effect_share: that over the sum of all, to be set beside the weight.
    - rank_shift: mean absolute change of rank when the indicator is left out.

    `other` is missing where there is none. Raises ValueError where shapes do not fit the method.
    """
    indicators, dimensions = [i.id for i in method.indicators], [d.id for d in method.dimensions]
    place_count = len(score)
    if points.shape != (place_count, len(indicators)) or dimension.shape != (place_count, len(dimensions)):
        raise ValueError("points and dimensions must have the units of the score, items as method")
    total = score[:, None]
    direct_points = points if direct is None else np.where(direct, points, np.nan)
    rows = [
        *_pairwise_correlations("indicator_indicator", indicators, direct_points),
        *_pairwise_correlations("dimension_dimension", dimensions, dimension),
        *_cross_correlations("indicator_dimension", indicators, direct_points, dimensions, dimension),
        *_cross_correlations("indicator_score", indicators, direct_points, [SCORE], total),
        *_cross_correlations("dimension_score", dimensions, dimension, [SCORE], total),
        *_alphas(method, direct_points),
        *_influence(method, direct_points, points, score),
    ]
    frame = pd.DataFrame(rows, columns=COLUMNS)
    return frame.astype({"kind": "str", "item": "str", "other": "str", "value": float, "n": int})


def _pairwise_correlations(kind: str, names: Sequence[str], values: Array) -> Iterable[Row]:
    r, n = correlations(values, values)
    for i, j in combinations(range(len(names)), 2):
        yield kind, names[i], names[j], float(r[i, j]), int(n[i, j])


def _cross_correlations(
    kind: str, names: Sequence[str], values: Array, column_names: Sequence[str], column_values: Array
) -> Iterable[Row]:
    r, n = correlations(values, column_values)
    for i, j in np.ndindex(*r.shape):
        yield kind, names[i], column_names[j], float(r[i, j]), int(n[i, j])


def _alphas(method: Method, points: Array) -> Iterable[Row]:
    for dimension in method.dimensions:
        is_member = [i.dimension == dimension.id for i in method.indicators]
        yield "alpha", dimension.id, None, *cronbach_alpha(points[:, is_member])
    yield "alpha", SCORE, None, *cronbach_alpha(points)


def _influence(method: Method, direct_points: Array, points: Array, score: Array) -> Iterable[Row]:
    names = [i.id for i in method.indicators]
    effects = [main_effect(column, score) for column in direct_points.T]
    effect = np.array([value for value, _ in effects])
    effect_n = np.array([n for _, n in effects])
    total = np.nansum(effect)
    share = effect / total if total > 0.0 else np.full(len(names), np.nan)
    score_n = np.full(len(names), (~np.isnan(score)).sum())
    shifts, shift_n = rank_shifts(method, points, score)
    for kind, values, n in (
        ("weight", nominal_weights(method), score_n),
        ("main_effect", effect, effect_n),
        ("main_effect_share", share, effect_n),
        ("rank_shift", shifts, shift_n),
    ):
        for name, value, count in zip(names, values.tolist(), n.tolist(), strict=True):
            yield kind, name, SCORE, value, count
