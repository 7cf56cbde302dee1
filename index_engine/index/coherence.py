"""Whether an index holds together, and what its score listens to.

Correlations and Cronbach's alpha ask whether the indicators of a dimension measure one thing (OECD
and JRC 2008, 1.4); the influence of each indicator on the score is set beside its weight, because
a weight says what a point is worth, not how much of the differences between units it makes
(Paruolo, Saisana and Saltelli 2013, J. R. Stat. Soc. A 176: 609-634).

Arrays are (unit, item) or (unit,), of the units of one level and period; NaN is missing, and every
number is of the units that have all it needs, `n` of them. Nothing here is a test: an index may
well be made of things that do not go together, if each is wanted.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import combinations

import numpy as np
import numpy.typing as npt
import pandas as pd

from index_engine.index import composite, sensitivity
from index_engine.index.composite import TOP
from index_engine.method import Method

Array = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
Row = tuple[str, str, str | None, float, int]

COLUMNS = ["kind", "item", "other", "value", "n"]
SCORE = "score"  # stands for the score among items

FEWEST = 3  # units for a correlation: two always lie on a line
FEWEST_FOR_EFFECT = 20  # units for a main effect
MOST_BENDS = 4  # degree of the polynomial behind a main effect


# ---------------------------------------------------------------- correlations and alpha


def correlations(values: Array, others: Array) -> tuple[Array, Integers]:
    """Pearson correlations of items (unit, a) with others (unit, b), shape (a, b), and the number
    of units behind each: those that have both. NaN for fewer than FEWEST units, or equal ones."""
    r = np.full((values.shape[1], others.shape[1]), np.nan)
    n = np.zeros(r.shape, dtype=np.int64)
    for row, column in np.ndindex(*r.shape):
        x, y = _both(values[:, row], others[:, column])
        n[row, column] = len(x)
        if len(x) >= FEWEST and np.ptp(x) > 0.0 and np.ptp(y) > 0.0:
            r[row, column] = np.corrcoef(x, y)[0, 1]
    return r, n


def alpha(values: Array) -> tuple[float, int]:
    """Cronbach's alpha of items (unit, item), and the least number of units behind a covariance.

    k / (k - 1) x (1 - sum of variances / sum of all covariances) for k items (Cronbach 1951,
    Psychometrika 16: 297-334), each covariance of the units that have both items. It rises with k,
    and is negative where items run against one another. NaN for one item, for fewer than FEWEST
    units behind a covariance, and where the sum of the items does not vary.
    """
    k = values.shape[1]
    known = ~np.isnan(values)
    n = int((known.T.astype(np.int64) @ known).min(initial=len(values)))
    if k < 2 or n < FEWEST:
        return np.nan, n
    covariance = np.empty((k, k))
    for one, other in np.ndindex(k, k):
        covariance[one, other] = np.cov(*_both(values[:, one], values[:, other]))[0, 1]
    variances, whole = np.trace(covariance), covariance.sum()
    # Compared with a hair's width: what cancels leaves a rest.
    if whole <= 1e-12 * np.abs(covariance).sum():
        return np.nan, n
    return float(k / (k - 1) * (1.0 - variances / whole)), n


def _both(x: Array, y: Array) -> tuple[Array, Array]:
    """The units that have both."""
    known = ~np.isnan(x) & ~np.isnan(y)
    return x[known], y[known]


# ---------------------------------------------------------------- influence


def main_effect(x: Array, score: Array) -> tuple[float, int]:
    """The correlation ratio S = Var(E[score | x]) / Var(score) of a score on an indicator, both
    (unit,), and the number of units: the share of the score's variance that would go, on average,
    if the indicator were the same everywhere (Paruolo, Saisana and Saltelli 2013, section 3).

    E[score | x] is a polynomial of degree 1 to MOST_BENDS fitted by least squares, the degree with
    the least corrected AIC (Hurvich and Tsai 1989, Biometrika 76: 297-307). S is its R squared,
    adjusted for the degrees of freedom as the correlation ratio is (Kelley 1935), not below 0.

    Limits. What bends more often than MOST_BENDS allow is missed, and S is low; of a single step it
    is 0.86 instead of 1. S of 34 units has a standard error of about 0.1. Where there is no
    relation it is 0.035 on average with 34 units and a tenth of that with 375, for it cannot be
    below 0 and the degree is chosen. Indicators that go together share what they do: their S do
    not add up to 1, and an indicator of weight 0 may have a large one. NaN for fewer than
    FEWEST_FOR_EFFECT units, or equal ones.
    """
    x, y = _both(x, score)
    n = len(x)
    if n < FEWEST_FOR_EFFECT or np.ptp(x) == 0.0 or np.ptp(y) == 0.0:
        return np.nan, n
    degrees = np.arange(1, min(MOST_BENDS, len(np.unique(x)) - 1) + 1)
    at = 2.0 * (x - x.min()) / np.ptp(x) - 1.0
    # Orthonormal columns: each degree adds the square of its coefficient to what is explained.
    basis, _ = np.linalg.qr(np.polynomial.legendre.legvander(at, degrees[-1]))
    off = y - y.mean()
    total = off @ off
    explained = np.cumsum((basis[:, 1:].T @ off) ** 2)
    left = np.maximum(1.0 - explained / total, 1e-15)
    criterion = np.log(left) + (n + degrees + 1) / (n - degrees - 3)
    best = int(criterion.argmin())
    return max(0.0, 1.0 - float(left[best]) * (n - 1) / (n - degrees[best] - 1)), n


def nominal_weights(method: Method) -> Array:
    """Weights (indicator,) of the indicators in the score, summing to 1."""
    ids = [d.id for d in method.dimensions]
    parent = [TOP] * len(ids) + [ids.index(i.dimension) for i in method.indicators]
    weights = [d.weight for d in method.dimensions] + [i.weight for i in method.indicators]
    return composite.effective_weights(np.array(parent), np.array(weights, dtype=np.float64))[
        len(ids) :
    ]


def rank_shifts(method: Method, points: Array, score: Array) -> tuple[Array, Integers]:
    """Mean absolute change of rank (indicator,) when each indicator is left out, and the number of
    units that have a score with it and without it; NaN where there are none.

    `points` (unit, indicator) between the method's goalposts, `score` (unit,). Its weight goes to
    the others of its dimension, and ranks are of scores as printed: see index.sensitivity.
    """
    on_points = replace(
        method, indicators=tuple(replace(i, worst=0.0, best=100.0) for i in method.indicators)
    )
    count = len(method.indicators)
    as_it_is = sensitivity.nominal(on_points)
    left_out = replace(
        sensitivity.together([as_it_is] * count), left_out=np.arange(count, dtype=np.int64)
    )
    without = sensitivity.evaluate(on_points, points, points, left_out)
    shifts = np.full(count, np.nan)
    n = np.zeros(count, dtype=np.int64)
    for position in range(count):
        moved = np.abs(sensitivity.changes(score, without[position]))
        n[position] = (~np.isnan(moved)).sum()
        if n[position] > 0:
            shifts[position] = np.nanmean(moved)
    return shifts, n


# ---------------------------------------------------------------- all of it


def audit(
    method: Method, points: Array, dimension: Array, score: Array, own: Flags | None = None
) -> pd.DataFrame:
    """The coherence of an index, one row a number: kind, item, other, value, n.

    points (unit, indicator), dimension (unit, dimension), score (unit,); columns in the order of
    the method; points that are higher when better. own (unit, indicator): False where others' value
    stands in for a unit's; such points count for ranks, for they are part of the score, and for
    nothing else, for what is the same in many units would pass for coherence. `n`: units behind the
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
    units = len(score)
    if points.shape != (units, len(indicators)) or dimension.shape != (units, len(dimensions)):
        raise ValueError("points and dimensions must have the units of the score, items as method")
    total = score[:, None]
    theirs = points if own is None else np.where(own, points, np.nan)
    rows = [
        *_pairs("indicator_indicator", indicators, theirs),
        *_pairs("dimension_dimension", dimensions, dimension),
        *_across("indicator_dimension", indicators, theirs, dimensions, dimension),
        *_across("indicator_score", indicators, theirs, [SCORE], total),
        *_across("dimension_score", dimensions, dimension, [SCORE], total),
        *_alphas(method, theirs),
        *_influence(method, theirs, points, score),
    ]
    frame = pd.DataFrame(rows, columns=COLUMNS)
    return frame.astype({"kind": "str", "item": "str", "other": "str", "value": float, "n": int})


def _pairs(kind: str, names: Sequence[str], values: Array) -> Iterable[Row]:
    r, n = correlations(values, values)
    for one, other in combinations(range(len(names)), 2):
        yield kind, names[one], names[other], float(r[one, other]), int(n[one, other])


def _across(
    kind: str, names: Sequence[str], values: Array, others: Sequence[str], of_others: Array
) -> Iterable[Row]:
    r, n = correlations(values, of_others)
    for one, other in np.ndindex(*r.shape):
        yield kind, names[one], others[other], float(r[one, other]), int(n[one, other])


def _alphas(method: Method, points: Array) -> Iterable[Row]:
    for dimension in method.dimensions:
        mine = [i.dimension == dimension.id for i in method.indicators]
        yield "alpha", dimension.id, None, *alpha(points[:, mine])
    yield "alpha", SCORE, None, *alpha(points)


def _influence(method: Method, own: Array, points: Array, score: Array) -> Iterable[Row]:
    names = [i.id for i in method.indicators]
    effects = [main_effect(column, score) for column in own.T]
    effect = np.array([value for value, _ in effects])
    used = np.array([n for _, n in effects])
    whole = np.nansum(effect)
    share = effect / whole if whole > 0.0 else np.full(len(names), np.nan)
    scored = np.full(len(names), (~np.isnan(score)).sum())
    shifts, compared = rank_shifts(method, points, score)
    for kind, values, n in (
        ("weight", nominal_weights(method), scored),
        ("main_effect", effect, used),
        ("main_effect_share", share, used),
        ("rank_shift", shifts, compared),
    ):
        for name, value, units in zip(names, values.tolist(), n.tolist(), strict=True):
            yield kind, name, SCORE, value, units
