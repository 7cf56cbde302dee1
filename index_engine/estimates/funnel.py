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
import numpy.typing as npt

Array = npt.NDArray[np.float64]
Texts = npt.NDArray[np.str_]

PROBABILITIES = (0.001, 0.025, 0.975, 0.999)  # limits at 99.8 and 95 %
TAILS = 8.0
WINSORISED = 0.10


@dataclass(frozen=True)
class Funnel:
    """`centre`: rate in the middle; `tau`: standard deviation between units beyond chance, as a
    rate; `phi`: multiplicative overdispersion, 1 = chance alone (both 0 and 1 where the data show
    less than chance); `units`: how many it was fitted on."""

    centre: float
    tau: float
    phi: float
    units: int


def fit(part: Array, whole: Array, centre: float | None = None) -> Funnel:
    """Centre and overdispersion of rates part / whole of units (unit,).

    The centre is the rate of all cases together unless given (a target, or the rate of a wider
    area). phi: winsorised mean square of z, over that of honest scores (2005b). tau: the value at
    which the winsorised mean square of (rate - centre) / sqrt(se^2 + tau^2) is that of honest
    scores, the equation of Paule and Mandel (1982) made robust; 2005b takes one step of DerSimonian
    and Laird (1986) towards the same. Units without cases are left out.

    Raises ValueError where no unit has a case, or a part is negative or above its whole.
    """
    with np.errstate(invalid="ignore"):
        known = np.isfinite(part) & (whole > 0)
        if ((part < 0) | (part > whole)).any():
            raise ValueError("a part below 0 or above its whole")
    if not known.any():
        raise ValueError("no unit with cases: no funnel")
    x, n = part[known], whole[known]
    middle = float(x.sum() / n.sum()) if centre is None else centre
    variance = middle * (1.0 - middle) / n
    if not variance.any():
        return Funnel(middle, 0.0, 1.0, x.size)
    honest = winsorised_square(WINSORISED)

    def square(tau: float) -> float:
        z = (x / n - middle) / np.sqrt(variance + tau**2)
        low, high = np.quantile(z, [WINSORISED, 1.0 - WINSORISED])
        return float((np.clip(z, low, high) ** 2).mean())

    return Funnel(middle, _root(square, honest), max(1.0, square(0.0) / honest), x.size)


def winsorised_square(share: float) -> float:
    """Mean square of a standard normal variable winsorised by `share` at each end, by integration:
    1 - 2 q - 2 z f(z) + 2 q z^2, with z the quantile at 1 - q and f the density; 0.679 for 10 %."""
    standard = NormalDist()
    z = standard.inv_cdf(1.0 - share)
    return 1.0 - 2.0 * share - 2.0 * z * standard.pdf(z) + 2.0 * share * z**2


def limits(funnel: Funnel, n: Array, adjusted: bool = True) -> Array:
    """Limits of the rate at 0.1, 2.5, 97.5 and 99.9 %, shape (n, 4), for numbers of cases n (n,).

    With `adjusted` their distance from the centre is multiplied by sqrt(1 + tau^2 / se^2), which
    for the normal is se -> sqrt(se^2 + tau^2) and keeps the skewness of small n. Clipped to 0..1.
    NaN where n is not above 0; an n that is not whole is rounded.
    """
    theta = funnel.centre
    found = np.full((n.size, len(PROBABILITIES)), np.nan)
    with np.errstate(invalid="ignore"):
        known = n > 0
    cases = np.maximum(np.rint(n[known]), 1.0)
    if 0.0 < theta < 1.0:
        distance = _quantiles(theta, cases) - theta
        if adjusted:
            inflated = 1.0 + funnel.tau**2 * cases / (theta * (1.0 - theta))
            distance *= np.sqrt(inflated)[:, None]
        found[known] = np.clip(theta + distance, 0.0, 1.0)
    else:
        found[known] = theta
    return found


def scores(funnel: Funnel, part: Array, whole: Array, adjusted: bool = True) -> Array:
    """z score of each unit (unit,): distance from the centre in standard deviations of chance, with
    `adjusted` of chance and tau (2005, section 2.4 and 2005b). NaN without cases; where
    the centre is 0 or 1 nothing is chance, so 0 there and infinite elsewhere."""
    rate = np.divide(part, whole, out=np.full(part.shape, np.nan), where=whole > 0)
    away = rate - funnel.centre
    chance = funnel.centre * (1.0 - funnel.centre)
    variance = np.divide(chance, whole, out=np.zeros(part.shape), where=whole > 0)
    spread = np.sqrt(variance + (funnel.tau**2 if adjusted else 0.0))
    certain = np.where(away == 0.0, 0.0, np.copysign(np.inf, away))
    z: Array = np.divide(away, spread, out=certain, where=spread > 0)
    return np.where(np.isnan(away), np.nan, z)


def flags(funnel: Funnel, part: Array, whole: Array, adjusted: bool = True) -> Texts:
    """Where each unit (unit,) lies: 'in' the 95 % limits, 'high' or 'low' outside them, 'very_high'
    or 'very_low' outside 99.8 %; '' without cases. High is a high rate, not a good one."""
    rate = np.divide(part, whole, out=np.full(part.shape, np.nan), where=whole > 0)
    very_low, low, high, very_high = limits(funnel, whole, adjusted).T
    return np.select(
        [np.isnan(rate), rate < very_low, rate > very_high, rate < low, rate > high],
        ["", "very_low", "very_high", "low", "high"],
        "in",
    )


def _root(square: Callable[[float], float], target: float) -> float:
    """The tau at which the falling `square` is `target`, by bisection; 0 where it starts below."""
    if square(0.0) <= target:
        return 0.0
    low, high = 0.0, 10.0  # rates differ by at most 1
    for _ in range(60):
        middle = (low + high) / 2.0
        low, high = (middle, high) if square(middle) > target else (low, middle)
    return (low + high) / 2.0


def _quantiles(theta: float, n: Array) -> Array:
    """Interpolated binomial quantiles of a rate at PROBABILITIES, shape (n, 4)."""
    sizes, place = np.unique(n, return_inverse=True)
    exact = np.array([_exact(theta, size) for size in sizes]).reshape(-1, len(PROBABILITIES))
    found: Array = exact[place]
    return found


def _exact(theta: float, n: float) -> list[float]:
    """(r - a) / n with r the smallest count of P(R <= r) >= p and a = (P(R <= r) - p) / P(R = r)
    for the lower limits; for the upper ones 1 - the same of the cases without the event.

    Probabilities come from their ratios, P(k) / P(k - 1) = (n - k + 1) / k x odds, over the counts
    within TAILS standard deviations (and TAILS^2 counts, for a skewed few); what lies beyond is
    below 1e-12, so they are made to sum to 1.
    """
    reach = TAILS * np.sqrt(n * theta * (1.0 - theta)) + TAILS**2
    first = max(0.0, np.floor(n * theta - reach))
    k = np.arange(first, min(n, np.ceil(n * theta + reach)) + 1.0)
    ratios = np.log((n - k[1:] + 1.0) / k[1:]) + np.log(theta) - np.log1p(-theta)
    logs = np.concatenate([[0.0], np.cumsum(ratios)])
    chance = np.exp(logs - logs.max())
    chance /= chance.sum()

    def lower(chance: Array, first: float, p: float) -> float:
        running = np.cumsum(chance)
        r = int(np.searchsorted(running, p))
        return float(first + r - (running[r] - p) / chance[r]) / n

    mirror = chance[::-1], n - k[-1]
    return [
        lower(chance, first, p) if p < 0.5 else 1.0 - lower(*mirror, 1.0 - p) for p in PROBABILITIES
    ]
