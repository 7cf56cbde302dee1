"""Where estimates are kept: the tables of schema `estimates`, one row a place and window."""

from dataclasses import dataclass

import duckdb
import numpy as np
import pyarrow as pa

from index_engine.arrays import Array, BoolArray, IntArray
from index_engine.estimates.places import Places
from index_engine.estimates.random_groups import SamplingVariation
from index_engine.estimates.visibility import CountRegistry, Suppression
from index_engine.estimates.windows import Windows
from index_engine.warehouse.built import create_schema


@dataclass(frozen=True)
class CategoryColumn:
    """A column of few different texts: positions in `categories`."""

    codes: IntArray
    categories: tuple[str, ...]


@dataclass(frozen=True)
class SuppressionColumn:
    """A column that says whether counts of these names are published, the first that is not: see
    visibility.py. It is known when all levels are."""

    counts: tuple[str, ...]


Columns = dict[str, str | Array | IntArray | CategoryColumn | SuppressionColumn]


class Store:
    """Collects estimates, one row a place and window, and writes each table in one go."""

    def __init__(self, windows: Windows, registry: CountRegistry) -> None:
        self._windows = windows
        self.registry = registry
        self._parts: dict[str, list[_Part]] = {}

    def append(self, table: str, places: Places, columns: Columns, selected: BoolArray | None = None) -> None:
        """Rows of one level for one table, of places and windows `selected` alone where it is given. Texts are
        dictionary-encoded: few of them in very many rows. Arrays are (place, window)."""
        shape = (len(places.ids), len(self._windows.ends))
        place, window = np.indices(shape)
        keys: Columns = {
            "level": places.level,
            "place_id": CategoryColumn(place, places.ids),
            "period": CategoryColumn(window, tuple(self._windows.labels)),
        }
        arrays = {}
        suppressions = {}
        for name, column in {**keys, **columns}.items():
            if isinstance(column, SuppressionColumn):
                suppressions[name] = column
                continue
            if isinstance(column, str):
                column = CategoryColumn(np.zeros(shape, dtype=np.int64), (column,))
            if isinstance(column, CategoryColumn):
                arrays[name] = _dictionary_array(column)
            else:
                arrays[name] = pa.array(column.ravel(), from_pandas=True)
        part = _Part(pa.table(arrays), places.level, suppressions, selected)
        self._parts.setdefault(table, []).append(part)

    def append_rows(self, table: str, columns: dict[str, list[object]]) -> None:
        """Rows of a table without a column for places."""
        self._parts.setdefault(table, []).append(_Part(pa.table(columns), "", {}, None))

    def write(self, con: duckdb.DuckDBPyConnection, sampling: SamplingVariation) -> None:
        """Make schema `estimates` anew from all that was appended."""
        create_schema(con, "estimates")
        for table, parts in self._parts.items():
            con.register("estimated_rows", pa.concat_tables([self._complete(part) for part in parts]))
            con.execute(f"INSERT INTO estimates.{table} BY NAME SELECT * FROM estimated_rows")
            con.unregister("estimated_rows")
        self._write_suppressions(con)
        n_groups = sampling.n_groups
        for table, rows in (
            ("correlations", [(*pair, round(value, 10), n_groups) for pair, value in sampling.correlation.items()]),
            ("design_effects", [(name, round(value, 10), n_groups) for name, value in sampling.design_effect.items()]),
            ("step_effects", [(name, round(value, 10)) for name, value in sampling.step_effect.items()]),
        ):
            if rows:
                values = ", ".join(f"({', '.join('?' * len(row))})" for row in rows)
                con.execute(f"INSERT INTO estimates.{table} VALUES {values}", [value for row in rows for value in row])

    def _complete(self, part: "_Part") -> pa.Table:
        """The rows of a part with its columns of suppressions."""
        table = part.rows
        for name, column in part.suppressions.items():
            codes = self.registry.level_codes(column.counts, part.level)
            table = table.append_column(name, _dictionary_array(CategoryColumn(codes, self.registry.labels)))
        return table if part.selected is None else table.filter(pa.array(part.selected.ravel()))

    def _write_suppressions(self, con: duckdb.DuckDBPyConnection) -> None:
        """The counts that are withheld, those alone."""
        registry = self.registry
        names = registry.names
        if not names:
            return
        codes = np.stack([registry.codes(name) for name in names])
        count, place, window = np.nonzero(codes != Suppression.NONE)
        sizes = [rows.stop - rows.start for rows in registry.hierarchy.rows.values()]
        level_positions = np.repeat(np.arange(len(sizes)), sizes)
        columns = {
            "level": CategoryColumn(level_positions[place], tuple(registry.hierarchy.rows)),
            "place_id": CategoryColumn(place, registry.hierarchy.place_ids),
            "period": CategoryColumn(window, tuple(self._windows.labels)),
            "count": CategoryColumn(count, names),
            "suppression": CategoryColumn(codes[count, place, window], registry.labels),
        }
        con.register("suppressed_rows", pa.table({name: _dictionary_array(c) for name, c in columns.items()}))
        con.execute("INSERT INTO estimates.suppressions BY NAME SELECT * FROM suppressed_rows")
        con.unregister("suppressed_rows")


@dataclass(frozen=True)
class _Part:
    """Rows of one level for a table, the columns of suppressions that they still lack, and which of them are
    `selected` (place, window), None for all."""

    rows: pa.Table
    level: str
    suppressions: dict[str, SuppressionColumn]
    selected: BoolArray | None


def _dictionary_array(column: CategoryColumn) -> pa.DictionaryArray:
    return pa.DictionaryArray.from_arrays(pa.array(column.codes.ravel(), pa.int32()), pa.array(column.categories))
