"""An estimate of an indicator: its value, its error, what it rests on."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np

from index_engine.arrays import Array, BoolArray, IntArray, spread
from index_engine.estimates import rates
from index_engine.method import Estimate


class Basis(StrEnum):
    """Which cases an estimate is of: as they are; weighted to the national mix; weighted to the
    place's own mix of a year before; or as they are, shrunk towards the peers of the place."""

    OBSERVED = "observed"
    ADJUSTED = "adjusted"
    CONSTANT_MIX = "constant_mix"
    SHRUNK = "shrunk"


class Status(StrEnum):
    """Whether there is an estimate, or why there is none."""

    ESTIMATED = "estimated"
    PART_OF_CASES = "part_of_cases"
    NOT_OBSERVED = "not_observed"
    NO_DATA = "no_data"
    TOO_FEW = "too_few"
    CONCENTRATED = "concentrated"  # a few large claims decide the value
    AMOUNTS_UNKNOWN = "amounts_unknown"  # too many claims or recoveries are not recorded
    NOT_ESTIMABLE = "not_estimable"


WITHHELD = (None, Status.CONCENTRATED, Status.AMOUNTS_UNKNOWN)
UNOBSERVED = (None, Status.PART_OF_CASES, Status.NOT_OBSERVED)
OBSERVED, ADJUSTED, CONSTANT_MIX, SHRUNK = Basis
BASES = tuple(Basis)

Covariances = dict[tuple[str, str], Array]  # covariances (place, window) by pair of indicators


@dataclass(frozen=True)
class IndicatorEstimate:
    """Arrays (place, window) of one indicator: its value on its own scale, its standard error, the
    spells, cases, rounds or lots behind it, and whether it can be estimated from them. `unobserved`:
    why they are not those of the place and window, a position in UNOBSERVED; not given: they are.
    `withheld`: why amounts of enough cases are not estimable, a position in WITHHELD."""

    value: Array
    se: Array
    n: Array
    estimable: BoolArray
    unobserved: IntArray | None = None
    withheld: IntArray | None = None

    @classmethod
    def concatenate(cls, parts: Sequence["IndicatorEstimate"]) -> "IndicatorEstimate":
        """The estimates of parts of a level, in order, as those of the level."""
        return cls(
            **{
                name: np.concatenate([getattr(p, name) for p in parts])
                for name, array in vars(parts[0]).items()
                if array is not None
            }
        )

    def spread(self, positions: BoolArray, n: Array) -> "IndicatorEstimate":
        """These estimates, in one row, at their `positions` (place, window) among all, of which there are `n`;
        elsewhere there is none."""
        return IndicatorEstimate(
            spread(self.value, positions),
            spread(self.se, positions),
            n,
            spread(self.estimable, positions, False),
            withheld=None if self.withheld is None else spread(self.withheld, positions, 0),
        )

    def widen(self, spec: Estimate, design_effect: float) -> "IndicatorEstimate":
        """The same with the error of so many times fewer independent cases; that of a median contains the
        design effect already (see `rates.median`). A restricted mean is treated as the share of the months
        up to its horizon."""
        if spec.kind == "median":
            return self
        if spec.kind == "mean":
            return replace(self, se=self.se * np.sqrt(design_effect))
        scale = float(spec.months) if spec.kind == "restricted_mean" else 1.0
        p = np.clip(self.value / scale, 0.0, 1.0)
        return replace(self, se=scale * rates.widened_error(p, self.se / scale, design_effect))

    def withhold(self, unobserved: IntArray) -> "IndicatorEstimate":
        """The same, not estimable where `unobserved` says why."""
        return replace(
            self,
            value=np.where(unobserved == 0, self.value, np.nan),
            se=np.where(unobserved == 0, self.se, np.nan),
            n=np.nan_to_num(self.n),
            estimable=self.estimable & (unobserved == 0),
            unobserved=unobserved,
        )
