"""Which counts of a period are withheld that pages ask for court by court, beside those of the build."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from index_engine.arrays import Array, BoolArray
from index_engine.estimates.visibility import COARSE_DECIMALS, Suppression, suppress, suppression_labels
from index_engine.queries.snapshot import Snapshot


@dataclass(frozen=True)
class Withheld:
    """What a build withholds of a period, by name of the count: masks (place,) over all levels."""

    snapshot: Snapshot
    hidden: dict[str, BoolArray]

    def of(self, names: Iterable[str]) -> BoolArray:
        """Where one of these counts is withheld."""
        mask = np.zeros(len(self.snapshot.hierarchy.parent), dtype=bool)
        for name in names:
            mask |= self.hidden.get(name, False)
        return mask

    def block(self, counts: Sequence[Array], withheld: BoolArray) -> BoolArray:
        """Where (place,) counts by court (court,) that are withheld together are withheld."""
        parts = np.stack([level_counts(self.snapshot, count) for count in counts], axis=-1)
        codes = suppress(parts[:, None], self.snapshot.hierarchy, self.snapshot.main.min_cell, withheld[:, None])
        hidden: BoolArray = codes[:, 0] != Suppression.NONE
        return hidden


def withheld_counts(snapshot: Snapshot, period: str) -> Withheld:
    """What the build withholds of a period."""
    rows = snapshot.frame("suppressions", period)
    position = {
        (level, snapshot.hierarchy.place_ids[row]): row
        for level, of_level in snapshot.hierarchy.rows.items()
        for row in range(of_level.start, of_level.stop)
    }
    hidden: dict[str, BoolArray] = {}
    for level, place_id, count in rows[["level", "place_id", "count"]].itertuples(index=False, name=None):
        mask = hidden.setdefault(count, np.zeros(len(position), dtype=bool))
        mask[position[level, place_id]] = True
    return Withheld(snapshot, hidden)


def place_row(snapshot: Snapshot, level: str, place_id: str) -> int:
    """The position of a place among those of all levels. Raises KeyError where there is no such place."""
    rows = snapshot.hierarchy.rows[level]
    try:
        return snapshot.hierarchy.place_ids.index(place_id, rows.start, rows.stop)
    except ValueError as error:
        raise KeyError(place_id) from error


def level_counts(snapshot: Snapshot, court_counts: Array) -> Array:
    """Counts (court,) as counts (place,) of all levels."""
    return np.array([court_counts[members].sum() for places in snapshot.levels for members in places.members])


def court_array(snapshot: Snapshot, rows: pd.DataFrame, column: str) -> Array:
    """A column of rows with a `court_id` as an array (court,), 0 where a court has no row."""
    [courts] = (places.ids for places in snapshot.levels if places.level == "court")
    found: Array = rows.groupby("court_id")[column].sum().reindex(courts, fill_value=0).to_numpy(dtype=float)
    return found


def suppress_columns(
    snapshot: Snapshot, rows: pd.DataFrame, hidden: dict[str, bool], rates: dict[str, str]
) -> pd.DataFrame:
    """The rows without the counts that are `hidden`, each with its column of suppressions; keys are columns.
    `rates`: the count that a column rests on, without which it is coarse, and missing where that is too few. A
    count that is missing already is so for being too few."""
    _, few, secondary = suppression_labels(snapshot.main)
    rows = rows.copy()
    for name, is_hidden in hidden.items():
        counts = rows[name].astype(float)
        is_few = (counts.gt(0) & counts.lt(snapshot.main.min_cell)) | counts.isna()
        labels = np.where(is_few, few, np.where(is_hidden, secondary, ""))
        rows[name] = counts.mask(labels != "")
        rows.insert(int(rows.columns.get_loc(name)) + 1, f"{name}_suppression", labels)
    for name, count in rates.items():
        is_few, is_hidden = rows[f"{count}_suppression"] == few, rows[f"{count}_suppression"] == secondary
        rows[name] = rows[name].astype(float).mask(is_hidden, rows[name].round(COARSE_DECIMALS)).mask(is_few)
    return rows
