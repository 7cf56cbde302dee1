"""Amounts held against each other: a unit that is wrong shows in the ratio of two columns.

A recovery is of the order of its claim and a price of its reference; ten thousand times off, one
of the two is in 万元 and the other in 元.
"""

from dataclasses import dataclass
from statistics import median

from index_engine.sources.recognise.texts import data
from index_engine.sources.recognise.values import number_of, unit_in

# Pairs of fields, and between which values the median of the first over the second is likely.
# Recoveries of a few per mille are seen; prices are cut to 56 % at the lowest and rarely tripled.
_PAIRS = (
    ("recovered_amount", "claim_amount", 1e-3, 20.0),
    ("start_price", "reference_price", 0.05, 20.0),
    ("final_price", "reference_price", 0.05, 20.0),
    ("final_price", "start_price", 0.05, 20.0),
)
_FACTORS = (100.0, 1e3, 1e4, 1e6, 1e8)
_FEWEST = 3

# A claim or a price whose median is below this many yuan is more likely stated in 万元.
_LOWEST = {"claim_amount": 500.0, "reference_price": 2000.0, "start_price": 1000.0}


@dataclass(frozen=True)
class Doubt:
    """Two amounts that do not go together: the first is `times` too large (below 1: too small)."""

    first: str
    second: str
    times: float


def doubts(
    columns: dict[str, list[str | None]], factors: dict[str, float]
) -> tuple[list[Doubt], list[str]]:
    """Return the pairs of fields whose units do not go together, and fields that are too small.

    `columns` are the cells of each amount, row by row; `factors` the yuan per unit of each.
    """
    amounts = {
        name: [_yuan(cell, factors[name]) for cell in cells] for name, cells in columns.items()
    }
    found = []
    for first, second, least, most in _PAIRS:
        ratio = _ratio(amounts.get(first, []), amounts.get(second, []))
        if ratio and not least < ratio < most:
            found.append(Doubt(first, second, _nearest(ratio)))
    small = []
    for name, least in _LOWEST.items():
        positive = [amount for amount in amounts.get(name, []) if amount]
        if len(positive) >= _FEWEST and median(positive) < least:
            small.append(name)
    return found, small


def _ratio(first: list[float | None], second: list[float | None]) -> float:
    """Return the median ratio of two columns over rows where both are above zero; 0 of too few."""
    pairs = zip(first, second, strict=False)
    ratios = [one / other for one, other in pairs if one and other]
    return median(ratios) if len(ratios) >= _FEWEST else 0.0


def _yuan(cell: str | None, factor: float) -> float | None:
    """Return an amount above zero in yuan; a unit in the cell goes before that of the column."""
    value = number_of(cell) if cell else None
    if not cell or not value or value <= 0:
        return None
    unit = unit_in(cell)
    return value * (data("headers")["units"].get(unit, factor) if unit else factor)


def _nearest(ratio: float) -> float:
    known = [*_FACTORS, *(1 / factor for factor in _FACTORS)]
    return min(known, key=lambda factor: max(factor / ratio, ratio / factor))
