"""What scores are made from: the estimates of one method and basis as arrays."""

from dataclasses import dataclass
from typing import Any

import duckdb
import numpy as np
import numpy.typing as npt
import pandas as pd

from index_engine.arrays import Array, BoolArray, IntArray, TextArray
from index_engine.estimates.indicator_estimate import ADJUSTED, CONSTANT_MIX, OBSERVED
from index_engine.method import COVERAGE, Method

KEYS = ["level", "place_id", "period"]


@dataclass(frozen=True)
class Inputs:
    """Estimates of all places and periods, one row each in the order of KEYS, one column an
    indicator; the rows of a method are the same on every basis. Where a place has no estimate of its
    own (`own` False) its peers' stands in, if they have one."""

    keys: pd.DataFrame
    value: Array
    direct: BoolArray  # (row, indicator)
    variance: Array  # (row, indicator, indicator)
    n: IntArray
    n_suppression: TextArray  # (row,): '' where n is published; see estimates/visibility.py
    too_few: BoolArray  # (row, indicator): missing for want of cases
    unobserved: BoolArray  # (row, indicator): missing since too little was observed
    part_of_cases: BoolArray  # (row, indicator): missing since the sources have a part of the cases
    coverage: Array  # (row,): share of the numbered cases that came, NaN where that is not known


def read_inputs(
    con: duckdb.DuckDBPyConnection,
    method: Method,
    basis: str,
    level: str | None = None,
    period: str | None = None,
    place_id: str | None = None,
) -> Inputs:
    """Pivot the estimates, all or those of one level, period or place.

    An indicator without enough cases of the place is what is best said of it: its few cases drawn
    to its peers, or its peers alone, with that error. Leaving it out would compare places on
    different indicators, and some give more points than others. An indicator that cannot be
    brought to another mix stays as observed, without counting as the place's own.

    Covariances of indicators read off one curve are the place's own; those of any other pair are the
    correlation found over random groups, times both standard errors; what stands in has none.
    """
    reader = _Reader(con, method, level, period, place_id)
    rows = reader.rows("indicators", "value, se, n, status, n_suppression", "basis = ?", [basis])
    row, column = rows["row"], rows["indicator"]
    is_estimate = rows["status"] == "estimated"
    value, se = reader.pivot(rows, is_estimate)
    direct = ~np.isnan(value)
    if basis in (ADJUSTED, CONSTANT_MIX):
        where = "basis = ? AND status = 'estimated'"
        _impute(value, se, reader.pivot(reader.rows("indicators", "value, se", where, [OBSERVED])))
    has_cases = ~np.isnan(value)
    _impute(value, se, reader.pivot(reader.rows("shrinkage", "value, se", "value IS NOT NULL")))
    case_se = np.where(has_cases, se, 0.0)
    variance = _correlation(con, reader.ids) * case_se[:, :, None] * case_se[:, None, :]
    diagonal = np.arange(len(reader.ids))
    variance[:, diagonal, diagonal] = se**2
    covariances = reader.rows(
        "covariances", "other_indicator, covariance", "basis = ? AND covariance IS NOT NULL", [basis]
    )
    first, second = (covariances["indicator"], reader.indicator_positions(covariances["other_indicator"]))
    position = covariances["row"]
    # Checks have covariances too, and so have values of too few cases, that are not used.
    usable = (first >= 0) & (second >= 0) & direct[position, first] & direct[position, second]
    position, first, second = position[usable], first[usable], second[usable]
    variance[position, first, second] = variance[position, second, first] = covariances["covariance"][usable]
    n = np.zeros(len(reader.keys), dtype=np.int64)
    is_main = np.isin(column, [reader.ids.index(name) for name in method.case_indicators])
    np.maximum.at(n, row, np.where(is_main, rows["n"], 0))
    # Withheld where any of those with this n is.
    is_withheld = is_main & (rows["n"] == n[row]) & (rows["n_suppression"] != "")
    n_suppression = _first_labels(row[is_withheld], rows["n_suppression"][is_withheld], len(reader.keys))

    def has_status(*statuses: str) -> BoolArray:
        flags = np.zeros(value.shape, dtype=bool)
        flags[row, column] = np.isin(rows["status"], statuses)
        return flags

    return Inputs(
        reader.keys,
        value,
        direct,
        np.nan_to_num(variance),
        n,
        n_suppression,
        has_status("too_few", "concentrated", "no_data"),
        has_status("not_observed"),
        has_status("part_of_cases"),
        reader.coverage(),
    )


def _first_labels(row: IntArray, labels: npt.NDArray[Any], n_rows: int) -> npt.NDArray[Any]:
    """The label (row,) of each of n_rows, '' where it has none; of several the first by the alphabet, in whatever
    order they stand: the database hands rows over in none."""
    first = np.full(n_rows, "", dtype=object)
    order = np.argsort(labels.astype(str), kind="stable")[::-1]
    first[row[order]] = labels[order]
    return first


Columns = dict[str, npt.NDArray[Any]]
Values = tuple[Array, Array]  # values and standard errors (row, indicator)


class _Reader:
    """Reads tables of estimates into arrays; rows are numbered in the database, which is far faster
    than looking millions of keys up."""

    def __init__(
        self,
        con: duckdb.DuckDBPyConnection,
        method: Method,
        level: str | None,
        period: str | None,
        place_id: str | None,
    ) -> None:
        self._con, self._method = con, method
        self.ids = [i.id for i in method.indicators]
        self.keys = con.execute(
            "SELECT DISTINCT level, place_id, period FROM estimates.indicators"
            " WHERE method = ? AND basis = ? AND (? IS NULL OR level = ?)"
            " AND (? IS NULL OR period = ?) AND (? IS NULL OR place_id = ?)"
            " ORDER BY level, place_id, period",
            [method.id, OBSERVED, level, level, period, period, place_id, place_id],
        ).df()

    def rows(self, table: str, columns: str, where: str, values: list[object] | None = None) -> Columns:
        """Columns of the rows of the method's indicators, `row` the position of the key and
        `indicator` that of the indicator."""
        data = self._query_numbered_keys(
            f"SELECT number AS row, indicator, {columns} FROM estimates.{table} AS rows"
            f" JOIN numbered USING (level, place_id, period)"
            f" WHERE method = ? AND {where} AND list_contains(CAST(? AS VARCHAR[]), indicator)",
            [self._method.id, *(values or []), self.ids],
        )
        return {**data, "indicator": self.indicator_positions(data["indicator"])}

    def indicator_positions(self, names: npt.NDArray[Any]) -> IntArray:
        """Positions of indicators by name; -1 for what is none of the method."""
        positions: IntArray = pd.Index(self.ids).get_indexer(pd.Index(names))
        return positions

    def pivot(self, rows: Columns, mask: BoolArray | None = None) -> Values:
        """Values and standard errors (row, indicator), NaN where no row is chosen."""
        selection = slice(None) if mask is None else mask
        row, column = rows["row"][selection], rows["indicator"][selection]
        value = np.full((len(self.keys), len(self.ids)), np.nan)
        se = np.full_like(value, np.nan)
        value[row, column], se[row, column] = rows["value"][selection], rows["se"][selection]
        return value, se

    def coverage(self) -> Array:
        data = self._query_numbered_keys(
            "SELECT number AS row, value FROM estimates.statistics AS rows"
            " JOIN numbered USING (level, place_id, period) WHERE statistic = ? AND value IS NOT NULL",
            [COVERAGE],
        )
        coverage = np.full(len(self.keys), np.nan)
        coverage[data["row"]] = data["value"]
        return coverage

    def _query_numbered_keys(self, sql: str, values: list[object]) -> Columns:
        self._con.register("numbered", self.keys.assign(number=np.arange(len(self.keys))))
        data = self._con.execute(sql, values).fetchnumpy()
        self._con.unregister("numbered")
        return {name: np.ma.filled(column, np.nan) for name, column in data.items()}


def _impute(value: Array, se: Array, replacement: Values) -> None:
    """Put the others where a value is missing."""
    absent = np.isnan(value)
    value[absent], se[absent] = replacement[0][absent], replacement[1][absent]


def _correlation(con: duckdb.DuckDBPyConnection, ids: list[str]) -> Array:
    """Correlations (indicator, indicator) over random groups; 0 where they are not known."""
    correlations = np.eye(len(ids))
    rows = con.execute("SELECT indicator, other_indicator, correlation FROM estimates.correlations")
    for first, second, correlation in rows.fetchall():
        if first in ids and second in ids:
            a, b = ids.index(first), ids.index(second)
            correlations[a, b] = correlations[b, a] = correlation
    return correlations
