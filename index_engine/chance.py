"""Whether chance explains a count."""

import math

MAX_CHANCE = 1e-6


def is_impossible(count: float, expected: float) -> bool:
    """Whether a Poisson count is so far below `expected` with a chance of at most MAX_CHANCE, by
    Chernoff's bound, exp(count - expected) (expected / count)^count (Mitzenmacher and Upfal 2017,
    Probability and Computing, theorem 5.4)."""
    if count >= expected:
        return False
    surplus = count * math.log(expected / count) if count else 0.0
    return count - expected + surplus < math.log(MAX_CHANCE)


def is_silence(silent: float, other: float, n: float) -> bool:
    """Whether chance does not explain that all `n` events came in `other` days and none in `silent` ones:
    the conditional test of two Poisson rates (Przyborowski and Wilenski 1940)."""
    share = other / max(silent + other, 1)
    return bool(share**n < MAX_CHANCE)


def is_no_coincidence(count: float, expected: float) -> bool:
    """Whether a Poisson count is so far above `expected`, by the same bound."""
    if count <= expected or not expected:
        return count > expected
    return count - expected - count * math.log(count / expected) < math.log(MAX_CHANCE)
