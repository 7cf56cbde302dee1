"""Amounts held against each other: a unit that is wrong shows in the ratio of two columns.

A recovery is of the order of its claim and a price of its reference; ten thousand times off, one
of the two is in 万元 and the other in 元.
"""

from dataclasses import dataclass
from statistics import median

from index_engine.importing.recognise.normalise import reference_data
from index_engine.importing.recognise.value_patterns import Marks, cell_unit, read_amount

# Pairs of fields, and between which values the median of the first over the second is likely.
# Recoveries of a few per mille are seen; prices are cut to 56 % at the lowest and rarely tripled.
_FIELD_PAIRS = (
    ("recovered_amount", "claim_amount", 1e-3, 20.0),
    ("start_price", "reference_price", 0.05, 20.0),
    ("final_price", "reference_price", 0.05, 20.0),
    ("final_price", "start_price", 0.05, 20.0),
)
_UNIT_FACTORS = (100.0, 1e3, 1e4, 1e6, 1e8)
_MIN_ROWS = 3

# A claim or a price whose median is below this many yuan is more likely stated in 万元.
_MIN_MEDIANS = {"claim_amount": 500.0, "reference_price": 2000.0, "start_price": 1000.0}
# And one above this many is more likely stated in yuan, whatever its heading says.
_MAX_MEDIAN = 2e8


@dataclass(frozen=True)
class UnitMismatch:
    """Two amounts that do not go together: the first is `factor` times too large (below 1: too small)."""

    first: str
    second: str
    factor: float


def find_unit_mismatches(
    columns: dict[str, list[str | None]], factors: dict[str, float], marks: dict[str, Marks]
) -> tuple[list[UnitMismatch], list[str]]:
    """Return the pairs of fields whose units do not go together, and fields that are too small.

    `columns` are the cells of each amount, row by row; `factors` the yuan per unit of each, `marks` those of its numbers.
    """
    amounts = {
        name: [_yuan_amount(cell, factors[name], marks[name]) for cell in cells] for name, cells in columns.items()
    }
    mismatches = []
    for first, second, lower_bound, upper_bound in _FIELD_PAIRS:
        ratio = _median_ratio(amounts.get(first, []), amounts.get(second, []))
        if ratio and not lower_bound < ratio < upper_bound:
            mismatches.append(UnitMismatch(first, second, _nearest_factor(ratio)))
    small_fields = []
    for name, lower_bound in _MIN_MEDIANS.items():
        positive = [amount for amount in amounts.get(name, []) if amount]
        if len(positive) >= _MIN_ROWS and median(positive) < lower_bound:
            small_fields.append(name)
    return mismatches, small_fields


def large_fields(columns: dict[str, list[str | None]], factors: dict[str, float], marks: dict[str, Marks]) -> list[str]:
    """Return the fields in a unit above yuan whose amounts are larger than cases and lots are."""
    fields = []
    for name in _MIN_MEDIANS:
        if factors.get(name, 1.0) <= 1:
            continue
        amounts = [_yuan_amount(cell, factors[name], marks[name]) for cell in columns[name]]
        positive = [amount for amount in amounts if amount]
        if len(positive) >= _MIN_ROWS and median(positive) > _MAX_MEDIAN:
            fields.append(name)
    return fields


def agreeing_fields(
    columns: dict[str, list[str | None]], factors: dict[str, float], marks: dict[str, Marks]
) -> set[tuple[str, str]]:
    """Return the pairs of fields that go together in their units."""
    amounts = {
        name: [_yuan_amount(cell, factors[name], marks[name]) for cell in cells] for name, cells in columns.items()
    }
    return {
        (first, second)
        for first, second, lower_bound, upper_bound in _FIELD_PAIRS
        if lower_bound < _median_ratio(amounts.get(first, []), amounts.get(second, [])) < upper_bound
    }


def _median_ratio(first: list[float | None], second: list[float | None]) -> float:
    """Return the median ratio of two columns over rows where both are above zero; 0 of too few."""
    pairs = zip(first, second, strict=False)
    ratios = [numerator / denominator for numerator, denominator in pairs if numerator and denominator]
    return median(ratios) if len(ratios) >= _MIN_ROWS else 0.0


def _yuan_amount(cell: str | None, factor: float, marks: Marks) -> float | None:
    """Return an amount above zero in yuan; a unit in the cell goes before that of the column."""
    value = read_amount(cell, marks) if cell else None
    if not cell or not value or value <= 0:
        return None
    unit = cell_unit(cell)
    return value * (reference_data("headers")["units"].get(unit, factor) if unit else factor)


def _nearest_factor(ratio: float) -> float:
    factors = [*_UNIT_FACTORS, *(1 / factor for factor in _UNIT_FACTORS)]
    return min(factors, key=lambda factor: max(factor / ratio, ratio / factor))
