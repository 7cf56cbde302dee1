"""An estimate of an indicator: its value, its error, what it rests on."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from index_engine.estimates.incidence import Array
from index_engine.estimates.units import Units

# On what basis an estimate is made: the cases as they are; weighted to the national mix; weighted
# to the place's own mix of a year before; and drawn towards its peers.
OBSERVED, ADJUSTED, CONSTANT_MIX, SHRUNK = "observed", "adjusted", "constant_mix", "shrunk"
BASES = (OBSERVED, ADJUSTED, CONSTANT_MIX, SHRUNK)

BLOCK = 16  # units computed at once: small enough for the processor's cache, changes no number

Shared = dict[tuple[str, str], Array]  # covariances (unit, window) by pair of indicators


@dataclass(frozen=True)
class Estimated:
    """Arrays (unit, window) of one indicator."""

    value: Array
    se: Array
    n: Array
    estimable: npt.NDArray[np.bool_]

    @classmethod
    def stacked(cls, parts: Sequence["Estimated"]) -> "Estimated":
        """Blocks of units one below the other."""
        return cls(
            **{name: np.concatenate([getattr(p, name) for p in parts]) for name in vars(parts[0])}
        )

    def widened(self, factor: float) -> "Estimated":
        """The same with `factor` times the standard error."""
        return replace(self, se=self.se * factor)


def blocks(level: Units) -> Iterator[Units]:
    for start in range(0, len(level.ids), BLOCK):
        stop = start + BLOCK
        yield Units(level.level, level.ids[start:stop], level.members[start:stop])
