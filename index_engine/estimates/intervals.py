"""Intervals of estimates, inside what their unit of measure allows."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from index_engine.arrays import Array


def upper_bound(unit: str) -> float:
    """The largest possible value in a unit of measure: 1 of a 'share', none of others."""
    return 1.0 if unit == "share" else float("inf")


def bounded_interval(
    value: npt.ArrayLike, se: npt.ArrayLike, z: float, unit: str | Sequence[str]
) -> tuple[Array, Array]:
    """Ends of the intervals of values (item,), `z` standard errors either way, clipped to 0 and the
    upper bound of the unit; `unit` is that of all, or one each. NaN where there is no value."""
    upper = upper_bound(unit) if isinstance(unit, str) else np.array([*map(upper_bound, unit)])
    middle = np.asarray(value, dtype=np.float64)
    half_width = z * np.asarray(se, dtype=np.float64)
    return np.maximum(middle - half_width, 0.0), np.minimum(middle + half_width, upper)
