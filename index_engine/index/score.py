"""From estimates to scores: normalise, weigh, aggregate, rank, with intervals from sampling.

Inside a dimension points are averaged arithmetically; across dimensions geometrically, so that
speed cannot buy off non-recovery. Nothing here looks at a measure or a case.
"""

from dataclasses import dataclass

import duckdb
import numpy as np
import numpy.typing as npt
import pandas as pd

from index_engine.index import composite
from index_engine.index.composite import Array
from index_engine.method import COVERAGE, Method

DECIMALS = 1  # of a published score, and shown: ranks must not be finer than what is printed

SCHEMA = """
DROP SCHEMA IF EXISTS index CASCADE;
CREATE SCHEMA index;
"""
KEYS = ["level", "unit_id", "period"]


@dataclass(frozen=True)
class Inputs:
    """Estimates of all units and periods, one row each, one column an indicator."""

    keys: pd.DataFrame
    value: Array
    variance: Array  # (row, indicator, indicator): covariances where indicators share curves
    n: npt.NDArray[np.int64]
    too_few: npt.NDArray[np.bool_]  # (row, indicator): missing for want of cases
    coverage: Array  # (row,): share of the numbered cases that came, NaN where that is not known


@dataclass(frozen=True)
class Scores:
    """Arrays by row of Inputs: `points` (row, indicator), `weight` its share of its dimension,
    `dimension` and `present` (row, dimension), `score` and `se` (row,)."""

    points: Array
    weight: Array
    dimension: Array
    present: Array
    score: Array
    se: Array


def score(con: duckdb.DuckDBPyConnection, method: Method) -> None:
    """Write index.points, index.dimensions and index.scores from schema `estimates`.

    Special courts have scores and no rank: they are no peers of the others.
    """
    inputs = _read(con, method)
    found = compute(method, inputs.value, inputs.variance)
    con.execute(SCHEMA)
    indicators, dimensions = [i.id for i in method.indicators], [d.id for d in method.dimensions]
    _write_each(
        con, "points", inputs, "indicator", indicators, points=found.points, weight=found.weight
    )
    _write_each(
        con,
        "dimensions",
        inputs,
        "dimension",
        dimensions,
        points=found.dimension,
        weight_present=found.present,
    )
    _write_scores(con, method, inputs, found)


def compute(method: Method, value: Array, variance: Array) -> Scores:
    """Scores of any number of rows at once from indicator values (row, indicator), NaN if missing,
    and their covariance matrices (row, indicator, indicator).

    The standard error is the delta method's: the gradient of the score to each indicator, through
    the geometric and the arithmetic mean and the goalposts, applied to the covariance matrix. At a
    goalpost, where points are clipped, the slope just inside is kept, which errs to the wide side.
    """
    points = np.column_stack(
        [
            composite.normalise(value[:, column], i.worst, i.best, method.floor)
            for column, i in enumerate(method.indicators)
        ]
    )
    of_dimension = _positions(method)
    slope = np.array([100.0 / (i.best - i.worst) for i in method.indicators])
    weight = np.zeros_like(points)
    dimension = np.full((len(points), len(method.dimensions)), np.nan)
    present = np.zeros_like(dimension)
    for column in range(len(method.dimensions)):
        mine = [k for k, position in enumerate(of_dimension) if position == column]
        full = np.array([method.indicators[k].weight for k in mine])
        dimension[:, column] = composite.arithmetic_mean(points[:, mine], full)
        weight[:, mine] = composite.weights_present(full, points[:, mine])
        present[:, column] = (~np.isnan(points[:, mine]) * full).sum(axis=1) / full.sum()
    # Compared with a hair's width, so that 0.65 of the weight is not lost to rounding.
    dimension[present < method.min_weight_present - 1e-9] = np.nan
    weights = np.array([d.weight for d in method.dimensions])
    total = composite.geometric_mean(dimension, weights)
    gradient = (
        total[:, None]
        * (weights / weights.sum())[of_dimension]
        / dimension[:, of_dimension]
        * weight
        * slope
    )
    gradient = np.where(np.isnan(points), 0.0, gradient)
    spread = np.einsum("ri,rij,rj->r", gradient, np.nan_to_num(variance), gradient)
    se = np.where(np.isnan(total), np.nan, np.sqrt(np.maximum(spread, 0.0)))
    return Scores(points, weight, dimension, present, total, se)


def _positions(method: Method) -> list[int]:
    """For each indicator, in order, the position of its dimension."""
    ids = [d.id for d in method.dimensions]
    return [ids.index(i.dimension) for i in method.indicators]


def _read(con: duckdb.DuckDBPyConnection, method: Method) -> Inputs:
    """Pivot the estimates; what is too few or not estimable is missing."""
    rows = con.execute("SELECT * FROM estimates.indicators").df()
    ids = [i.id for i in method.indicators]
    keys = rows[KEYS].drop_duplicates().sort_values(KEYS, ignore_index=True)
    row_of = pd.MultiIndex.from_frame(keys)
    at = row_of.get_indexer(pd.MultiIndex.from_frame(rows[KEYS]))
    column = pd.Index(ids).get_indexer(rows["indicator"])
    usable = (rows["status"] == "estimated").to_numpy()
    value = np.full((len(keys), len(ids)), np.nan)
    value[at[usable], column[usable]] = rows["value"].to_numpy()[usable]
    variance = np.zeros((len(keys), len(ids), len(ids)))
    variance[at[usable], column[usable], column[usable]] = rows["se"].to_numpy()[usable] ** 2
    shared = con.execute("SELECT * FROM estimates.covariances WHERE covariance IS NOT NULL").df()
    at_shared = row_of.get_indexer(pd.MultiIndex.from_frame(shared[KEYS]))
    one = pd.Index(ids).get_indexer(shared["indicator"])
    other = pd.Index(ids).get_indexer(shared["other"])
    variance[at_shared, one, other] = variance[at_shared, other, one] = shared["covariance"]
    n = np.zeros(len(keys), dtype=np.int64)
    np.maximum.at(n, at, rows["n"].where(rows["indicator"].isin(_main(method)), 0).to_numpy())
    too_few = np.zeros(value.shape, dtype=bool)
    too_few[at, column] = rows["status"].isin(["too_few", "no_data"]).to_numpy()
    return Inputs(keys, value, variance, n, too_few, _coverage(con, row_of))


def _coverage(con: duckdb.DuckDBPyConnection, row_of: pd.MultiIndex) -> Array:
    rows = con.execute("SELECT * FROM estimates.figures WHERE figure = ?", [COVERAGE]).df()
    coverage = np.full(len(row_of), np.nan)
    coverage[row_of.get_indexer(pd.MultiIndex.from_frame(rows[KEYS]))] = rows["value"]
    return coverage


def _main(method: Method) -> list[str]:
    """Indicators whose n is the number of cases under way; all, where the method has no such."""
    on_cases = [i.id for i in method.indicators if i.estimate.clock == "case"]
    return on_cases or [i.id for i in method.indicators]


def _write_each(
    con: duckdb.DuckDBPyConnection,
    table: str,
    inputs: Inputs,
    kind: str,
    ids: list[str],
    **columns: Array,
) -> None:
    """One row a unit, period and item of `kind`, from arrays (row, item)."""
    frames = [
        inputs.keys.assign(
            **{kind: item},
            **{name: array[:, position].round(6) for name, array in columns.items()},
        )
        for position, item in enumerate(ids)
    ]
    _create(con, table, pd.concat(frames, ignore_index=True))


def _write_scores(
    con: duckdb.DuckDBPyConnection, method: Method, inputs: Inputs, found: Scores
) -> None:
    # The cases that a unit is short of may be quite unlike those that came.
    low_coverage = inputs.coverage < method.min_coverage
    total, se = np.where(low_coverage, np.nan, [found.score, found.se])
    half = method.z * se
    frame = inputs.keys.copy()
    frame["score"] = total.round(DECIMALS)
    frame["se"] = se.round(6)
    frame["low"] = np.clip(total - half, 0.0, 100.0).round(DECIMALS)
    frame["high"] = np.clip(total + half, 0.0, 100.0).round(DECIMALS)
    special = [c for (c,) in con.execute("SELECT court_id FROM courts WHERE special").fetchall()]
    ranked = frame["score"].mask((frame["level"] == "court") & frame["unit_id"].isin(special))
    frame["rank"] = ranked.groupby([frame["level"], frame["period"]]).transform(
        lambda column: composite.rank(column.to_numpy())
    )
    frame["rank"] = frame["rank"].astype("Int64")
    frame["n"] = inputs.n
    frame["status"] = np.select(
        [frame["score"].notna(), low_coverage, _lacks_cases(method, inputs, found)],
        ["scored", "low_coverage", "too_few"],
        "not_estimable",
    )
    _create(con, "scores", frame)


def _lacks_cases(method: Method, inputs: Inputs, found: Scores) -> npt.NDArray[np.bool_]:
    """Rows (row,) where a dimension without a value lacks an indicator for want of cases."""
    without = np.isnan(found.dimension)
    of_dimension = _positions(method)
    lacks: npt.NDArray[np.bool_] = np.any(inputs.too_few & without[:, of_dimension], axis=1)
    return lacks


def _create(con: duckdb.DuckDBPyConnection, table: str, frame: pd.DataFrame) -> None:
    con.register("score_frame", frame)
    con.execute(f"CREATE TABLE index.{table} AS SELECT * FROM score_frame ORDER BY period, level")
    con.unregister("score_frame")
