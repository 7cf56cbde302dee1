"""Funnel plots: which rates are further from the centre than chance explains at their size.

After Spiegelhalter (2005, Statistics in Medicine 24: 1185-1202; "2005" below) and Spiegelhalter
(2005, Quality and Safety in Health Care 14: 347-351, on overdispersion; "2005b"; again in
Spiegelhalter et al. 2012, J. Royal Statistical Society A 175: 1-47). A funnel says who differs, it
does not rank.

Limits are the exact binomial quantiles with interpolation of 2005, appendix A.1.1. The upper ones
are taken as mirror images of lower ones, so that on neither side a count is flagged whose tail is
likelier than stated; interpolations differ in this (Manktelow and Seaton 2012, PLoS ONE 7: e45723).

Overdispersion, what differs between courts beyond chance without any one of them standing out (case
mix, wealth), is additive: a standard deviation tau between courts, so that se becomes
sqrt(se^2 + tau^2). A multiplicative phi, reported too, would let the differences allowed shrink
with size, and flag nearly every large court.

Overdispersion is estimated from z scores winsorised at 10 % (2005b), so that the outliers the plot
is to find do not hide themselves. Winsorising also shortens the tails of honest z scores: their
mean square falls from 1 to 0.68. Both estimates therefore compare with what honest scores would
give, not with 1 (see `winsorised_square`); otherwise limits are some 18 % too narrow.
"""

from collections.abc import Callable
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
import pandas as pd

from index_engine.arrays import Array, TextArray

PROBABILITIES = (0.001, 0.025, 0.975, 0.999)  # limits at 99.8 and 95 %
TAIL_DEVIATIONS = 8.0
WINSORISED_SHARE = 0.10
LIMIT_COLUMNS = ("low998", "low95", "high95", "high998")
CURVE_POINTS = 120  # of a limit as it is plotted


@dataclass(frozen=True)
class FunnelModel:
    """`centre`: rate in the middle; `tau`: standard deviation between places beyond chance, as a
    rate; `phi`: multiplicative overdispersion, 1 = chance alone (both 0 and 1 where the data show
    less than chance); `n_places`: how many it was fitted on."""

    centre: float
    tau: float
    phi: float
    n_places: int


def fit(part: Array, total: Array, centre: float | None = None) -> FunnelModel:
    """Centre and overdispersion of rates part / whole of places (place,).

    The centre is the rate of all cases together unless given (a target, or the rate of a wider
    area). phi: winsorised mean square of z, over that of honest scores (2005b). tau: the value at
    which the winsorised mean square of (rate - centre) / sqrt(se^2 + tau^2) is that of honest
    scores, the equation of Paule and Mandel (1982) made robust; 2005b takes one step of DerSimonian
    and Laird (1986) towards the same. Places without cases are left out.

    Raises ValueError where no place has a case, or a part is negative or above its whole.
    """
    with np.errstate(invalid="ignore"):
        has_cases = np.isfinite(part) & (total > 0)
        if ((part < 0) | (part > total)).any():
            raise ValueError("a part below 0 or above its whole")
    if not has_cases.any():
        raise ValueError("no unit with cases: no funnel")
    x, n = part[has_cases], total[has_cases]
    middle = float(x.sum() / n.sum()) if centre is None else centre
    variance = middle * (1.0 - middle) / n
    if not variance.any():
        return FunnelModel(middle, 0.0, 1.0, x.size)
    standard_square = winsorised_square(WINSORISED_SHARE)

    def winsorised_mean_square(tau: float) -> float:
        z = (x / n - middle) / np.sqrt(variance + tau**2)
        low, high = np.quantile(z, [WINSORISED_SHARE, 1.0 - WINSORISED_SHARE])
        return float((np.clip(z, low, high) ** 2).mean())

    return FunnelModel(
        middle,
        _solve_tau(winsorised_mean_square, standard_square),
        max(1.0, winsorised_mean_square(0.0) / standard_square),
        x.size,
    )


def winsorised_square(share: float) -> float:
    """Mean square of a standard normal variable winsorised by `share` at each end, by integration:
    1 - 2 q - 2 z f(z) + 2 q z^2, with z the quantile at 1 - q and f the density; 0.679 for 10 %."""
    standard = NormalDist()
    z = standard.inv_cdf(1.0 - share)
    return 1.0 - 2.0 * share - 2.0 * z * standard.pdf(z) + 2.0 * share * z**2


def limits(funnel: FunnelModel, n: Array, with_tau: bool = True) -> Array:
    """Limits of the rate at 0.1, 2.5, 97.5 and 99.9 %, shape (n, 4), for numbers of cases n (n,).

    With `adjusted` their distance from the centre is multiplied by sqrt(1 + tau^2 / se^2), which
    for the normal is se -> sqrt(se^2 + tau^2) and keeps the skewness of small n. Clipped to 0..1.
    NaN where n is not above 0; an n that is not whole is rounded.
    """
    theta = funnel.centre
    rate_limits = np.full((n.size, len(PROBABILITIES)), np.nan)
    with np.errstate(invalid="ignore"):
        has_cases = n > 0
    cases = np.maximum(np.rint(n[has_cases]), 1.0)
    if 0.0 < theta < 1.0:
        distance = _binomial_quantiles(theta, cases) - theta
        if with_tau:
            inflation = 1.0 + funnel.tau**2 * cases / (theta * (1.0 - theta))
            distance *= np.sqrt(inflation)[:, None]
        rate_limits[has_cases] = np.clip(theta + distance, 0.0, 1.0)
    else:
        rate_limits[has_cases] = theta
    return rate_limits


def limit_curve(funnel: FunnelModel, min_n: float, max_n: float) -> pd.DataFrame:
    """Limits between two numbers of cases, evenly spread on a logarithmic scale: n, low998, low95,
    high95, high998 (as rates)."""
    n = np.unique(np.geomspace(min_n, max_n, CURVE_POINTS).round())
    return pd.DataFrame({"n": n, **dict(zip(LIMIT_COLUMNS, limits(funnel, n).T, strict=True))})


def z_scores(funnel: FunnelModel, part: Array, total: Array, with_tau: bool = True) -> Array:
    """z score of each place (place,): distance from the centre in standard deviations of chance,
    with `adjusted` of chance and tau (2005, section 2.4 and 2005b). NaN without cases; where the
    centre is 0 or 1 nothing is chance, so 0 there and infinite elsewhere."""
    rate = np.divide(part, total, out=np.full(part.shape, np.nan), where=total > 0)
    deviation = rate - funnel.centre
    chance_variance = funnel.centre * (1.0 - funnel.centre)
    variance = np.divide(chance_variance, total, out=np.zeros(part.shape), where=total > 0)
    standard_deviation = np.sqrt(variance + (funnel.tau**2 if with_tau else 0.0))
    exact_centre_z = np.where(deviation == 0.0, 0.0, np.copysign(np.inf, deviation))
    z: Array = np.divide(deviation, standard_deviation, out=exact_centre_z, where=standard_deviation > 0)
    return np.where(np.isnan(deviation), np.nan, z)


def outlier_flags(funnel: FunnelModel, part: Array, total: Array, with_tau: bool = True) -> TextArray:
    """Where each place (place,) lies: 'in' the 95 % limits, 'high' or 'low' outside them,
    'very_high' or 'very_low' outside 99.8 %; '' without cases. High is a high rate, not a good
    one."""
    rate = np.divide(part, total, out=np.full(part.shape, np.nan), where=total > 0)
    very_low, low, high, very_high = limits(funnel, total, with_tau).T
    return np.select(
        [np.isnan(rate), rate < very_low, rate > very_high, rate < low, rate > high],
        ["", "very_low", "very_high", "low", "high"],
        "in",
    )


def _solve_tau(mean_square: Callable[[float], float], target: float) -> float:
    """The tau at which the falling `square` is `target`, by bisection; 0 where it starts below."""
    if mean_square(0.0) <= target:
        return 0.0
    low, high = 0.0, 10.0  # rates differ by at most 1
    for _ in range(60):
        middle = (low + high) / 2.0
        low, high = (middle, high) if mean_square(middle) > target else (low, middle)
    return (low + high) / 2.0


def _binomial_quantiles(theta: float, n: Array) -> Array:
    """Interpolated binomial quantiles of a rate at PROBABILITIES, shape (n, 4)."""
    sizes, position = np.unique(n, return_inverse=True)
    quantiles_by_size = np.array([_exact_quantiles(theta, size) for size in sizes]).reshape(-1, len(PROBABILITIES))
    quantiles: Array = quantiles_by_size[position]
    return quantiles


def _exact_quantiles(theta: float, n: float) -> list[float]:
    """(r - a) / n with r the smallest count of P(R <= r) >= p and a = (P(R <= r) - p) / P(R = r)
    for the lower limits; for the upper ones 1 - the same of the cases without the event.

    Probabilities come from their ratios, P(k) / P(k - 1) = (n - k + 1) / k x odds, over the counts
    within TAILS standard deviations (and TAILS^2 counts, for a skewed few); what lies beyond is
    below 1e-12, so they are made to sum to 1.
    """
    half_range = TAIL_DEVIATIONS * np.sqrt(n * theta * (1.0 - theta)) + TAIL_DEVIATIONS**2
    first = max(0.0, np.floor(n * theta - half_range))
    k = np.arange(first, min(n, np.ceil(n * theta + half_range)) + 1.0)
    ratios = np.log((n - k[1:] + 1.0) / k[1:]) + np.log(theta) - np.log1p(-theta)
    logs = np.concatenate([[0.0], np.cumsum(ratios)])
    probabilities = np.exp(logs - logs.max())
    probabilities /= probabilities.sum()

    def lower_quantile(probabilities: Array, first: float, p: float) -> float:
        cumulative = np.cumsum(probabilities)
        r = int(np.searchsorted(cumulative, p))
        return float(first + r - (cumulative[r] - p) / probabilities[r]) / n

    mirror = probabilities[::-1], n - k[-1]
    return [
        lower_quantile(probabilities, first, p) if p < 0.5 else 1.0 - lower_quantile(*mirror, 1.0 - p)
        for p in PROBABILITIES
    ]
