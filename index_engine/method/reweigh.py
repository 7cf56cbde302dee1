"""A method with other weights, for a what-if: nothing else of it changes."""

import math
from collections.abc import Mapping
from dataclasses import replace

from index_engine.method.model import Method


def reweigh_method(method: Method, weights: Mapping[str, float]) -> Method:
    """The method with other weights of dimensions and indicators; 0 leaves one out.

    `weights` by id of a dimension or an indicator; what is not named keeps its weight. Raises
    ValueError for an unknown id, a weight that is negative or no number, or where nothing is left.
    """
    known_ids = {d.id for d in method.dimensions} | {i.id for i in method.indicators}
    for name, weight in weights.items():
        if name not in known_ids:
            raise ValueError(f"no dimension and no indicator {name!r}")
        if not math.isfinite(weight) or weight < 0:
            raise ValueError(f"{name}: the weight is {weight!r}; it must be 0 or above")
    dimensions = [replace(d, weight=weights.get(d.id, d.weight)) for d in method.dimensions]
    indicators = [replace(i, weight=weights.get(i.id, i.weight)) for i in method.indicators]
    # A dimension whose indicators are all left out is left out too.
    weighted_dimensions = [
        d for d in dimensions if d.weight > 0 and any(i.weight > 0 for i in indicators if i.dimension == d.id)
    ]
    if not weighted_dimensions:
        raise ValueError("all weights are 0: nothing is left to score")
    ids = {d.id for d in weighted_dimensions}
    return replace(
        method,
        dimensions=tuple(weighted_dimensions),
        indicators=tuple(i for i in indicators if i.weight > 0 and i.dimension in ids),
    )
