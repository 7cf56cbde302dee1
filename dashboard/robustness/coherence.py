"""The coherence of an index over the places of one level, for looking up."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from dashboard.text import formats

SCORE = "score"  # stands for the score among items

ValueKey = tuple[str, str, str | None]  # kind, item, other item


@dataclass(frozen=True)
class CoherenceValue:
    """A correlation, an alpha or an effect, and the number of places behind it."""

    value: float | None
    n: int


class Coherence:
    """The rows of `queries.coherence(snapshot, level)`: correlations of indicators, dimensions and score,
    Cronbach's alphas, and for each indicator its weight, main effect and shift of ranks."""

    def __init__(self, rows: pd.DataFrame) -> None:
        """`rows` has kind, item, other, value and n."""
        self._values: dict[ValueKey, CoherenceValue] = {}
        for row in rows.itertuples(index=False):
            value = None if formats.is_missing(row.value) else float(row.value)
            entry = CoherenceValue(value, int(row.n))
            other = None if formats.is_missing(row.other) else str(row.other)
            self._values[row.kind, row.item, other] = entry
            if other is not None:
                self._values[row.kind, other, row.item] = entry

    def value(self, kind: str, item: str, other: str | None = None) -> CoherenceValue:
        """The value of an item or of a pair, which may be given either way round. Raises KeyError
        where there is none of that kind."""
        return self._values[kind, item, other]

    @property
    def n_places(self) -> int:
        """How many places have a score: the n of any weight; 0 where there is none."""
        weights = (entry.n for key, entry in self._values.items() if key[0] == "weight")
        return next(weights, 0)


def sorted_rows(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows in the order of a file to take away."""
    return rows.sort_values(["kind", "item", "other"], kind="stable", ignore_index=True)
