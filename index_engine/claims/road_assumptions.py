"""What is assumed of the roads that a creditor may take: roads.toml, with the user's own figures in place of it."""

import tomllib
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from types import MappingProxyType

import numpy as np

from index_engine.arrays import Array
from index_engine.errors import InputError

_FILE = Path(__file__).with_name("roads.toml")


@dataclass(frozen=True)
class RoadAssumption:
    """One figure of roads.toml: `value`, drawn from the triangular law over `low` to `high`; `name` by language;
    `source` is empty where it is assumed only."""

    id: str
    road: str
    name: MappingProxyType[str, str]
    value: float
    low: float
    high: float
    least: float
    most: float
    source: str
    is_whole: bool = False

    def __post_init__(self) -> None:
        is_ordered = self.least <= self.low <= self.value <= self.high <= self.most
        is_one_whole = self.low == self.high and float(self.value).is_integer()
        if not is_ordered or (self.is_whole and not is_one_whole):
            raise InputError(
                "road_assumption_unusable",
                name=self.id,
                value=self.value,
                low=self.low,
                high=self.high,
                least=self.least,
                most=self.most,
            )

    def draws(self, n: int, seed: int) -> Array:
        """The value itself, and n - 1 draws of it, shape (draw,): the same for the same seed, whatever
        else is assumed."""
        if self.low == self.high:
            return np.full(n, float(self.value))
        rng = np.random.default_rng([seed, zlib.crc32(self.id.encode())])
        drawn = rng.triangular(self.low, self.value, self.high, size=n - 1)
        return np.concatenate([[self.value], drawn])


@cache
def default_road_assumptions() -> Mapping[str, RoadAssumption]:
    """By id, in the order of the file."""
    document = tomllib.loads(_FILE.read_text(encoding="utf-8"))
    return MappingProxyType(
        {
            name: RoadAssumption(id=name, name=MappingProxyType(entry.pop("name")), **entry)
            for name, entry in document.items()
        }
    )


def with_values(
    assumptions: Mapping[str, RoadAssumption], values: Mapping[str, float | tuple[float, float, float]]
) -> Mapping[str, RoadAssumption]:
    """Assumptions with the user's own: one value is taken for certain, three are low, value and high.

    Raises InputError for an assumption that is not there and for a value out of its bounds.
    """
    changed = dict(assumptions)
    for name, given in values.items():
        if name not in assumptions:
            raise InputError("road_assumption_unknown", name=name, names=list(assumptions))
        low, value, high = given if isinstance(given, tuple) else (given, given, given)
        changed[name] = replace(assumptions[name], low=low, value=value, high=high)
    return MappingProxyType(changed)


def drawn_values(assumptions: Mapping[str, RoadAssumption], n: int, seed: int) -> dict[str, Array]:
    """Draws of every assumption, each (draw,)."""
    return {name: each.draws(n, seed) for name, each in assumptions.items()}
