"""Intervals of scores, and of their changes between windows that may share quarters; and which changes of
a table are beyond chance."""

import numpy as np

from index_engine.arrays import Array, BoolArray


def interval(score: Array, se: Array, z: float) -> tuple[Array, Array]:
    """Ends of the interval of scores (row,), `z` standard errors either way on the logarithm.

    The score is a geometric mean, so its logarithm is a mean and nearer to normal: the delta method
    gives log(score) the error se / score. On the plain scale intervals lay too low, see
    bench/interval_coverage.py.
    """
    factor = np.exp(z * se / score)
    return score / factor, np.minimum(score * factor, 100.0)


def change_interval(
    current: tuple[Array, Array, Array], previous: tuple[Array, Array, Array], correlation: float = 0.0
) -> tuple[Array, Array]:
    """Ends of the interval of a change (row,), from (low, score, high) now and before, of the same
    confidence; `correlation` of their errors is 0 where the windows share no quarter.

    Each end is as far off as the two ends that lead there, in squares (MOVER: Zou and Donner 2008,
    Statistics in Medicine 27: 1693-1702, with their term for dependent estimates). So the interval
    leans as those of the scores do; of two that are symmetric it is the usual one.
    """
    (low, score, high), (previous_low, previous_score, previous_high) = current, previous
    change = score - previous_score

    def combined_margin(a: Array, b: Array) -> Array:
        margin: Array = np.sqrt(a**2 + b**2 - 2.0 * correlation * a * b)
        return margin

    return (
        change - combined_margin(score - low, previous_high - previous_score),
        change + combined_margin(high - score, previous_score - previous_low),
    )


def window_correlation(lag: int, length: int) -> float:
    """Correlation to be assumed of the scores of two rolling windows of `length` quarters whose
    ends lie `lag` quarters apart: max(length - lag - 1, 0) / length.

    Counts of different quarters are nearly independent, so that the correlation of two windows is the
    share of quarters they have in common. One quarter less is assumed: the interval of a change is
    then too wide rather than too narrow, as long as a quarter that only one window has weighs no more
    than all common ones together.
    """
    return max(length - lag - 1, 0) / length


def changes_beyond_chance(change: Array, low: Array, high: Array, z: float, rate: float) -> BoolArray:
    """Which of the changes (row,) of one table, with their intervals of `z` standard errors, are not taken
    for chance, so that of those named at most the share `rate` is chance on average (Benjamini and
    Hochberg 1995, JRSS B 57: 289-300). Judged one by one, a table of hundreds would name that share of
    all its places though nothing changed. NaN is none.

    The distance of 0 counts in the margin on its side, so that an interval with an end at 0 has
    p = 1 - confidence.
    """
    from scipy.special import ndtr
    from scipy.stats import false_discovery_control

    margin = np.where(change > 0, change - low, high - change)
    is_known = np.isfinite(margin)
    distance = np.divide(np.abs(change) * z, margin, out=np.zeros_like(margin), where=is_known & (margin > 0))
    # Without an error, any change is one.
    distance = np.where(is_known & (margin <= 0) & (change != 0), np.inf, distance)
    beyond = np.zeros(len(change), dtype=np.bool_)
    if is_known.any():
        beyond[is_known] = false_discovery_control(2.0 * ndtr(-distance[is_known])) <= rate
    return beyond
