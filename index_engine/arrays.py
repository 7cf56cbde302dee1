"""Types of arrays, and division where a divisor may be 0."""

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]


def ratio(numerator: npt.ArrayLike, denominator: npt.ArrayLike, otherwise: float = np.nan) -> Array:
    """numerator / denominator, `otherwise` where the denominator is not above 0.

    Shapes broadcast as in numpy; the result has the shape of both together.
    """
    above, below = np.broadcast_arrays(
        np.asarray(numerator, dtype=np.float64), np.asarray(denominator, dtype=np.float64)
    )
    quotient: Array = np.divide(above, below, out=np.full(above.shape, otherwise), where=below > 0.0)
    return quotient
