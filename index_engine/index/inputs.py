"""What scores are made from: the estimates of one method and basis as arrays."""

from dataclasses import dataclass

import duckdb
import numpy as np
import numpy.typing as npt
import pandas as pd

from index_engine.index.composite import Array
from index_engine.method import COVERAGE, Method

KEYS = ["level", "unit_id", "period"]
CHOSEN = "(? IS NULL OR level = ?) AND (? IS NULL OR period = ?)"


@dataclass(frozen=True)
class Inputs:
    """Estimates of all units and periods, one row each in the order of KEYS, one column an
    indicator; the rows of a method are the same on every basis."""

    keys: pd.DataFrame
    value: Array
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
    """Pivot the estimates, all or those of one level or period; what is too few or not estimable is
    missing.

    Covariances of indicators read off one curve are the unit's own; those of any other pair are the
    correlation found over random groups, times both standard errors.
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
    usable = (rows["status"] == "estimated").to_numpy()
    value = np.full((len(keys), len(ids)), np.nan)
    se = np.full_like(value, np.nan)
    value[at[usable], column[usable]] = rows["value"].to_numpy()[usable]
    se[at[usable], column[usable]] = rows["se"].to_numpy()[usable]
    n = np.zeros(len(keys), dtype=np.int64)
    np.maximum.at(n, at, rows["n"].where(rows["indicator"].isin(_main(method)), 0).to_numpy())
    too_few = np.zeros(value.shape, dtype=bool)
    too_few[at, column] = rows["status"].isin(["too_few", "no_data"]).to_numpy()
    variance = _correlation(con, ids) * se[:, :, None] * se[:, None, :]
    chosen = [level, level, period, period]
    _own_covariances(con, method, basis, row_of, variance, chosen)
    coverage = _coverage(con, row_of, chosen)
    return Inputs(keys, value, np.nan_to_num(variance), n, too_few, coverage)


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
