"""Where estimates are kept: the tables of schema `estimates`, one row a unit and window."""

from dataclasses import dataclass

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from index_engine.estimates.incidence import Array
from index_engine.estimates.places import Places
from index_engine.estimates.random_groups import SamplingVariation
from index_engine.estimates.windows import Windows

SCHEMA = """
DROP SCHEMA IF EXISTS estimates CASCADE;
CREATE SCHEMA estimates;
CREATE TABLE estimates.indicators (
    method VARCHAR, -- id of the method
    basis VARCHAR,  -- observed | adjusted | constant_mix | shrunk, see estimated.py
    level VARCHAR, place_id VARCHAR, period VARCHAR, indicator VARCHAR,
    value DOUBLE,   -- on the indicator's own scale; NULL where status says why
    se DOUBLE,      -- standard error from sampling, same scale
    n BIGINT,       -- spells under way, cases, rounds or lots behind the value
    status VARCHAR  -- estimated | too_few | not_estimable | no_data
);
CREATE TABLE estimates.covariances (
    method VARCHAR, basis VARCHAR,
    level VARCHAR, place_id VARCHAR, period VARCHAR, indicator VARCHAR, other VARCHAR,
    covariance DOUBLE  -- of two indicators read off the same curves
);
CREATE TABLE estimates.correlations (
    indicator VARCHAR, other VARCHAR, correlation DOUBLE, groups INTEGER  -- over random groups
);
CREATE TABLE estimates.design_effects (
    indicator VARCHAR, effect DOUBLE, groups INTEGER  -- variance seen over variance claimed
);
CREATE TABLE estimates.peer_groups (
    level VARCHAR, place_id VARCHAR, period VARCHAR, peers VARCHAR, members INTEGER
);
CREATE TABLE estimates.shrinkage (
    method VARCHAR, level VARCHAR, place_id VARCHAR, period VARCHAR, indicator VARCHAR,
    weight DOUBLE,  -- share of the unit's own cases in the shrunken value
    centre DOUBLE,  -- what it is drawn to: the mean of its peers
    value DOUBLE,   -- what is best said of the unit: drawn to its peers, or all theirs
    se DOUBLE
);
CREATE TABLE estimates.mix_overlap (
    level VARCHAR, place_id VARCHAR, period VARCHAR, process VARCHAR,
    represented DOUBLE  -- share of the national mix that the unit has cases of
);
CREATE TABLE estimates.indirect_ratios (
    level VARCHAR, place_id VARCHAR, period VARCHAR, event VARCHAR,
    observed DOUBLE,               -- events of the case process
    expected DOUBLE,               -- what the nation's rates expect of a like mix
    ratio DOUBLE, low DOUBLE, high DOUBLE,
    shrunk DOUBLE, shrunk_low DOUBLE, shrunk_high DOUBLE
);
CREATE TABLE estimates.funnel_plots (
    level VARCHAR, period VARCHAR, figure VARCHAR,
    centre DOUBLE,  -- rate of all units together
    tau DOUBLE,     -- standard deviation between units beyond chance
    phi DOUBLE,     -- multiplicative overdispersion, 1: chance alone
    units INTEGER
);
CREATE TABLE estimates.outliers (
    level VARCHAR, place_id VARCHAR, period VARCHAR, figure VARCHAR,
    z DOUBLE, flag VARCHAR  -- '' without a value | in | high | very_high | low | very_low
);
CREATE TABLE estimates.creditor_gaps (
    basis VARCHAR,            -- observed | adjusted: both sides brought to the place's own mix
    level VARCHAR, place_id VARCHAR, period VARCHAR, indicator VARCHAR,
    local DOUBLE, local_se DOUBLE, local_n BIGINT,
    elsewhere DOUBLE, elsewhere_se DOUBLE, elsewhere_n BIGINT, -- n: NULL below the least cell
    gap DOUBLE, gap_se DOUBLE, -- local less elsewhere
    status VARCHAR            -- as in indicators; of the two together
);
CREATE TABLE estimates.monthly_flows (
    level VARCHAR, place_id VARCHAR, month VARCHAR,
    flow VARCHAR,     -- filed | closed | paid | sold
    n BIGINT,         -- NULL below the least cell
    adjusted DOUBLE   -- without season and Spring Festival; NULL likewise, and where not estimable
);
CREATE TABLE estimates.statistics (
    level VARCHAR, place_id VARCHAR, period VARCHAR, figure VARCHAR,
    value DOUBLE, numerator DOUBLE,  -- NULL below the least cell
    denominator DOUBLE  -- likewise where it is an amount
);
"""


@dataclass(frozen=True)
class CategoryColumn:
    """A column of few different words: positions in `words`."""

    codes: npt.NDArray[np.int64]
    categories: tuple[str, ...]


Columns = dict[str, str | Array | npt.NDArray[np.int64] | CategoryColumn]


class Store:
    """Collects estimates, one row a unit and window, and writes each table in one go."""

    def __init__(self, windows: Windows) -> None:
        self._windows = windows
        self._parts: dict[str, list[pa.Table]] = {}

    def append(self, table: str, places: Places, columns: Columns) -> None:
        """Rows of one level for one table. Words travel as dictionaries: there are few of them and
        very many rows. Arrays are (unit, window)."""
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
        """Rows of a table that has no units."""
        self._parts.setdefault(table, []).append(pa.table(columns))

    def write(self, con: duckdb.DuckDBPyConnection, sampling: SamplingVariation) -> None:
        """Make schema `estimates` anew from all that was appended."""
        con.execute(SCHEMA)
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
