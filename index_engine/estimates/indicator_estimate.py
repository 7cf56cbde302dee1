"""An estimate of an indicator: its value, its error, what it rests on."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from index_engine.estimates.incidence import Array
from index_engine.estimates.places import Places

# On what basis an estimate is made: the cases as they are; weighted to the national mix; weighted
# to the place's own mix of a year before; and drawn towards its peers.
OBSERVED, ADJUSTED, CONSTANT_MIX, SHRUNK = "observed", "adjusted", "constant_mix", "shrunk"
BASES = (OBSERVED, ADJUSTED, CONSTANT_MIX, SHRUNK)

BLOCK_SIZE = 16  # units computed at once: small enough for the processor's cache, changes no number

Covariances = dict[tuple[str, str], Array]  # covariances (unit, window) by pair of indicators


@dataclass(frozen=True)
class IndicatorEstimate:
    """Arrays (unit, window) of one indicator."""

    value: Array
    se: Array
    n: Array
    estimable: npt.NDArray[np.bool_]

    @classmethod
    def concatenate(cls, parts: Sequence["IndicatorEstimate"]) -> "IndicatorEstimate":
        """Blocks of units one below the other."""
        return cls(
            **{name: np.concatenate([getattr(p, name) for p in parts]) for name in vars(parts[0])}
        )

    def scale_error(self, factor: float) -> "IndicatorEstimate":
        """The same with `factor` times the standard error."""
        return replace(self, se=self.se * factor)


def place_blocks(places: Places) -> Iterator[Places]:
    for start in range(0, len(places.ids), BLOCK_SIZE):
        stop = start + BLOCK_SIZE
        yield Places(places.level, places.ids[start:stop], places.members[start:stop])
