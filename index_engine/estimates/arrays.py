"""Names for arrays by what they hold. Axes are written out where an array is described: (place,
window) has a row a place and a column a window; (..., bin) any leading axes before the bins."""

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]
TextArray = npt.NDArray[np.str_]
