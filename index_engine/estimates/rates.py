"""Rates, ratios of sums and medians from additive counts, with standard errors.

Every function works on arrays of one shape, one element a place and period. Where the denominator
is zero the value is NaN.
"""

import numpy as np

from index_engine.arrays import Array

ValueWithError = tuple[Array, Array]  # value, standard error


def quotient(numerator: Array, denominator: Array) -> Array:
    """numerator / denominator, NaN where the denominator is not above zero."""
    value: Array = np.divide(numerator, denominator, out=np.full(numerator.shape, np.nan), where=denominator > 0)
    return value


def share(part: Array, total: Array) -> ValueWithError:
    """A share p = part / whole and its standard error.

    The error is that of Agresti and Coull (1998), sqrt(p~(1 - p~) / n~) with two successes and two
    failures added, so that a share of 0 or 1 in a small court is not called certain.
    """
    p = quotient(part, total)
    n = total + 4.0
    smoothed_share = (part + 2.0) / n
    return p, np.where(total > 0, np.sqrt(smoothed_share * (1.0 - smoothed_share) / n), np.nan)


def amount_rate(y: Array, x: Array, yy: Array, xy: Array, xx: Array, n: Array) -> ValueWithError:
    """A ratio of sums R = sum(y) / sum(x) over n cases, from sums and sums of products.

    Standard error by linearisation: sqrt(n / (n - 1) x sum((y - R x)^2)) / sum(x) (Cochran 1977,
    Sampling Techniques, section 6.4). NaN for fewer than two cases.
    """
    ratio = quotient(y, x)
    residual = np.maximum(yy - 2.0 * ratio * xy + ratio**2 * xx, 0.0)
    is_estimable = (n > 1) & (x > 0)
    scale = np.divide(n, n - 1.0, out=np.full(n.shape, np.nan), where=is_estimable)
    error = np.divide(np.sqrt(scale * residual), x, out=np.full(n.shape, np.nan), where=is_estimable)
    return ratio, error


def quantile(histogram: Array, step: float, q: Array | float) -> Array:
    """Quantile of a histogram with bins of width `step` from 0; counts run along the last axis.

    Inside its bin the quantile is interpolated, so it is off by at most one step. `q` has the shape
    of the leading axes.
    """
    cumulative = np.cumsum(histogram, axis=-1)
    total = cumulative[..., -1]
    target = np.clip(q, 0.0, 1.0) * total
    index = np.minimum((cumulative < target[..., None]).sum(axis=-1), histogram.shape[-1] - 1)
    upper = np.take_along_axis(cumulative, index[..., None], axis=-1)[..., 0]
    bin_count = np.take_along_axis(histogram, index[..., None], axis=-1)[..., 0]
    bin_fraction = np.divide(target - (upper - bin_count), bin_count, out=np.zeros_like(target), where=bin_count > 0)
    return np.where(total > 0, (index + bin_fraction) * step, np.nan)


def median(histogram: Array, step: float, n: Array | None = None) -> ValueWithError:
    """Median of a histogram and its standard error.

    Half the width of the interval between the order statistics at 1/2 +- 1 / (2 sqrt n), the
    one-sigma binomial bounds of the median's rank (Woodruff 1952). NaN for fewer than two. `n` is
    the number of counted things, or the effective number where they are weighted.
    """
    n = histogram.sum(axis=-1) if n is None else n
    half = np.divide(0.5, np.sqrt(n), out=np.full(n.shape, np.nan), where=n > 1)
    centre = quantile(histogram, step, np.full(n.shape, 0.5))
    interval = quantile(histogram, step, 0.5 + half) - quantile(histogram, step, 0.5 - half)
    return centre, np.where(n > 1, np.maximum(interval / 2.0, step / 2.0), np.nan)
