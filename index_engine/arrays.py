"""Names for arrays by what they hold, and division where a divisor may be 0.

Axes are written out where an array is described: (place, window) has a row a place and a column a window;
(..., bin) any leading axes before the bins.
"""

from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]
TextArray = npt.NDArray[np.str_]


def ratio(numerator: npt.ArrayLike, denominator: npt.ArrayLike, otherwise: float = np.nan) -> Array:
    """numerator / denominator, `otherwise` where the denominator is not above 0.

    Shapes broadcast as in numpy; the result has the shape of both together.
    """
    above, below = np.broadcast_arrays(
        np.asarray(numerator, dtype=np.float64), np.asarray(denominator, dtype=np.float64)
    )
    quotient: Array = np.divide(above, below, out=np.full(above.shape, otherwise), where=below > 0.0)
    return quotient


def spread(values: npt.NDArray[Any], positions: BoolArray, elsewhere: float = np.nan) -> npt.NDArray[Any]:
    """Values (row,) at the `positions` (...) that are true, in their order, and `elsewhere` at all others."""
    every = np.full(positions.shape, elsewhere, dtype=values.dtype)
    every[positions] = values
    return every
