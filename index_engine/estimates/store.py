"""Where estimates are kept: the tables of schema `estimates`, one row a place and window."""

from dataclasses import dataclass

import duckdb
import numpy as np
import pyarrow as pa

from index_engine.arrays import Array, IntArray
from index_engine.estimates.places import Places
from index_engine.estimates.random_groups import SamplingVariation
from index_engine.estimates.windows import Windows
from index_engine.warehouse.built import create_schema


@dataclass(frozen=True)
class CategoryColumn:
    """A column of few different texts: positions in `categories`."""

    codes: IntArray
    categories: tuple[str, ...]


Columns = dict[str, str | Array | IntArray | CategoryColumn]


class Store:
    """Collects estimates, one row a place and window, and writes each table in one go."""

    def __init__(self, windows: Windows) -> None:
        self._windows = windows
        self._parts: dict[str, list[pa.Table]] = {}

    def append(self, table: str, places: Places, columns: Columns) -> None:
        """Rows of one level for one table. Texts are dictionary-encoded: few of them in very many
        rows. Arrays are (place, window)."""
        shape = (len(places.ids), len(self._windows.ends))
        place, window = np.indices(shape)
        keys: Columns = {
            "level": places.level,
            "place_id": CategoryColumn(place, places.ids),
            "period": CategoryColumn(window, tuple(self._windows.labels)),
        }
        arrays = {}
        for name, column in {**keys, **columns}.items():
            if isinstance(column, str):
                column = CategoryColumn(np.zeros(shape, dtype=np.int64), (column,))
            if isinstance(column, CategoryColumn):
                codes = pa.array(column.codes.ravel(), pa.int32())
                arrays[name] = pa.DictionaryArray.from_arrays(codes, pa.array(column.categories))
            else:
                arrays[name] = pa.array(column.ravel(), from_pandas=True)
        self._parts.setdefault(table, []).append(pa.table(arrays))

    def append_rows(self, table: str, columns: dict[str, list[object]]) -> None:
        """Rows of a table without a column for places."""
        self._parts.setdefault(table, []).append(pa.table(columns))

    def write(self, con: duckdb.DuckDBPyConnection, sampling: SamplingVariation) -> None:
        """Make schema `estimates` anew from all that was appended."""
        create_schema(con, "estimates")
        for table, parts in self._parts.items():
            con.register("estimated_rows", pa.concat_tables(parts))
            con.execute(f"INSERT INTO estimates.{table} BY NAME SELECT * FROM estimated_rows")
            con.unregister("estimated_rows")
        for pair, value in sampling.correlation.items():
            row = [*pair, round(value, 10), sampling.n_groups]
            con.execute("INSERT INTO estimates.correlations VALUES (?, ?, ?, ?)", row)
        for indicator, effect in sampling.design_effect.items():
            row = [indicator, round(effect, 10), sampling.n_groups]
            con.execute("INSERT INTO estimates.design_effects VALUES (?, ?, ?)", row)
