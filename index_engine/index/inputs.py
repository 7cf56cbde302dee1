"""What scores are made from: the estimates of one method and basis as arrays."""

from dataclasses import dataclass

import duckdb
import numpy as np
import numpy.typing as npt
import pandas as pd

from index_engine.estimates.estimated import ADJUSTED, CONSTANT_MIX, OBSERVED
from index_engine.index.composite import Array
from index_engine.method import COVERAGE, Method

KEYS = ["level", "unit_id", "period"]
CHOSEN = "(? IS NULL OR level = ?) AND (? IS NULL OR period = ?)"


@dataclass(frozen=True)
class Inputs:
    """Estimates of all units and periods, one row each in the order of KEYS, one column an
    indicator; the rows of a method are the same on every basis. Where a unit has no estimate of its
    own (`own` False) its peers' stands in, if they have one."""

    keys: pd.DataFrame
    value: Array
    own: npt.NDArray[np.bool_]  # (row, indicator)
    variance: Array  # (row, indicator, indicator)
    n: npt.NDArray[np.int64]
    too_few: npt.NDArray[np.bool_]  # (row, indicator): missing for want of cases
    coverage: Array  # (row,): share of the numbered cases that came, NaN where that is not known


def read(
    con: duckdb.DuckDBPyConnection,
    method: Method,
    basis: str,
    level: str | None = None,
    period: str | None = None,
) -> Inputs:
    """Pivot the estimates, all or those of one level or period.

    An indicator without enough cases of the unit is what is best said of it: its few cases drawn
    to its peers, or its peers alone, with that error. Leaving it out would compare units on
    different indicators, and some give more points than others. An indicator that cannot be
    brought to another mix stays as observed, without counting as the unit's own.

    Covariances of indicators read off one curve are the unit's own; those of any other pair are the
    correlation found over random groups, times both standard errors; what stands in has none.
    """
    ids = [i.id for i in method.indicators]
    rows = con.execute(
        "SELECT level, unit_id, period, indicator, value, se, n, status"
        " FROM estimates.indicators WHERE method = ? AND basis = ?"
        f" AND list_contains(CAST(? AS VARCHAR[]), indicator) AND {CHOSEN}",
        [method.id, basis, ids, level, level, period, period],
    ).df()
    keys = rows[KEYS].drop_duplicates().sort_values(KEYS, ignore_index=True)
    row_of = pd.MultiIndex.from_frame(keys)
    at = row_of.get_indexer(pd.MultiIndex.from_frame(rows[KEYS]))
    column = pd.Index(ids).get_indexer(rows["indicator"])
    value, se = _pivoted(rows[rows["status"] == "estimated"], ids, row_of)
    n = np.zeros(len(keys), dtype=np.int64)
    np.maximum.at(n, at, rows["n"].where(rows["indicator"].isin(_main(method)), 0).to_numpy())
    too_few = np.zeros(value.shape, dtype=bool)
    too_few[at, column] = rows["status"].isin(["too_few", "no_data"]).to_numpy()
    chosen = [level, level, period, period]
    own = ~np.isnan(value)
    if basis in (ADJUSTED, CONSTANT_MIX):
        _fill(value, se, _observed(con, method, ids, row_of, chosen))
    with_cases = ~np.isnan(value)
    _fill(value, se, _of_peers(con, method, ids, row_of, chosen))
    alone = np.where(with_cases, se, 0.0)
    variance = _correlation(con, ids) * alone[:, :, None] * alone[:, None, :]
    diagonal = np.arange(len(ids))
    variance[:, diagonal, diagonal] = se**2
    _own_covariances(con, method, basis, row_of, variance, chosen)
    coverage = _coverage(con, row_of, chosen)
    return Inputs(keys, value, own, np.nan_to_num(variance), n, too_few, coverage)


Values = tuple[Array, Array]  # values and standard errors (row, indicator)


def _fill(value: Array, se: Array, other: Values) -> None:
    """Put the others where a value is missing."""
    missing = np.isnan(value)
    value[missing], se[missing] = other[0][missing], other[1][missing]


def _observed(
    con: duckdb.DuckDBPyConnection,
    method: Method,
    ids: list[str],
    row_of: pd.MultiIndex,
    chosen: list[str | None],
) -> Values:
    rows = con.execute(
        "SELECT level, unit_id, period, indicator, value, se FROM estimates.indicators"
        f" WHERE method = ? AND basis = ? AND status = 'estimated' AND {CHOSEN}",
        [method.id, OBSERVED, *chosen],
    ).df()
    return _pivoted(rows, ids, row_of)


def _of_peers(
    con: duckdb.DuckDBPyConnection,
    method: Method,
    ids: list[str],
    row_of: pd.MultiIndex,
    chosen: list[str | None],
) -> Values:
    rows = con.execute(
        "SELECT level, unit_id, period, indicator, value, se FROM estimates.shrinkage"
        f" WHERE method = ? AND value IS NOT NULL AND {CHOSEN}",
        [method.id, *chosen],
    ).df()
    return _pivoted(rows, ids, row_of)


def _pivoted(rows: pd.DataFrame, ids: list[str], row_of: pd.MultiIndex) -> Values:
    rows = rows[rows["indicator"].isin(ids)]
    at = row_of.get_indexer(pd.MultiIndex.from_frame(rows[KEYS]))
    column = pd.Index(ids).get_indexer(rows["indicator"])
    value = np.full((len(row_of), len(ids)), np.nan)
    se = np.full_like(value, np.nan)
    value[at, column], se[at, column] = rows["value"], rows["se"]
    return value, se


def _correlation(con: duckdb.DuckDBPyConnection, ids: list[str]) -> Array:
    """Correlations (indicator, indicator) over random groups; 0 where they are not known."""
    found = np.eye(len(ids))
    rows = con.execute("SELECT indicator, other, correlation FROM estimates.correlations")
    for one, other, correlation in rows.fetchall():
        if one in ids and other in ids:
            a, b = ids.index(one), ids.index(other)
            found[a, b] = found[b, a] = correlation
    return found


def _own_covariances(
    con: duckdb.DuckDBPyConnection,
    method: Method,
    basis: str,
    row_of: pd.MultiIndex,
    variance: Array,
    chosen: list[str | None],
) -> None:
    ids = pd.Index([i.id for i in method.indicators])
    rows = con.execute(
        "SELECT * FROM estimates.covariances"
        f" WHERE method = ? AND basis = ? AND covariance IS NOT NULL AND {CHOSEN}",
        [method.id, basis, *chosen],
    ).df()
    one, other = ids.get_indexer(rows["indicator"]), ids.get_indexer(rows["other"])
    mine = (one >= 0) & (other >= 0)  # checks have covariances too
    rows, one, other = rows[mine], one[mine], other[mine]
    at = row_of.get_indexer(pd.MultiIndex.from_frame(rows[KEYS]))
    variance[at, one, other] = variance[at, other, one] = rows["covariance"]


def _coverage(
    con: duckdb.DuckDBPyConnection, row_of: pd.MultiIndex, chosen: list[str | None]
) -> Array:
    rows = con.execute(
        f"SELECT * FROM estimates.figures WHERE figure = ? AND {CHOSEN}", [COVERAGE, *chosen]
    ).df()
    coverage = np.full(len(row_of), np.nan)
    at = row_of.get_indexer(pd.MultiIndex.from_frame(rows[KEYS]))
    coverage[at[at >= 0]] = rows["value"][at >= 0]
    return coverage


def _main(method: Method) -> list[str]:
    """Indicators whose n is the number of cases under way; all, where the method has no such."""
    on_cases = [i.id for i in method.indicators if i.estimate.clock == "case"]
    return on_cases or [i.id for i in method.indicators]
