"""Intervals of scores, and of their changes between windows that may share quarters."""

import numpy as np

from index_engine.arrays import Array


def interval(score: Array, se: Array, z: float) -> tuple[Array, Array]:
    """Ends of the interval of scores (row,), `z` standard errors either way on the logarithm.

    The score is a geometric mean, so its logarithm is a mean and nearer to normal: the delta method
    gives log(score) the error se / score. On the plain scale intervals lay too low, see
    bench/coverage.py.
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
