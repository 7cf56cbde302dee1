"""From estimates to scores: normalise, weigh, aggregate, rank, with intervals from sampling.

Inside a dimension points are averaged arithmetically; across dimensions geometrically, so that
speed cannot buy off non-recovery. Nothing here looks at a measure or a case.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import duckdb
import numpy as np
import numpy.typing as npt
import pandas as pd

from index_engine.estimates.estimated import BASES, OBSERVED
from index_engine.estimates.units import special_courts
from index_engine.index import composite, inputs
from index_engine.index.composite import Array
from index_engine.index.inputs import Inputs
from index_engine.method import Band, Method
from index_engine.method.model import quantile

DECIMALS = 1  # of a published score, and shown: ranks must not be finer than what is printed
BAND_CONFIDENCE = 0.9  # of the interval that must support a band

SCHEMA = Path(__file__).with_name("schema.sql")


@dataclass(frozen=True)
class Scores:
    """Arrays by row of Inputs: `points` (row, indicator), `weight` its share of its dimension,
    `dimension`, `dimension_se` and `present` (row, dimension), `score` and `se` (row,)."""

    points: Array
    weight: Array
    dimension: Array
    dimension_se: Array
    present: Array
    score: Array
    se: Array


@dataclass(frozen=True)
class Scored:
    """What one method makes of the estimates on one basis. `ranked` (row,): the score where there
    is a place in the order, NaN for special courts and where there is no score."""

    inputs: Inputs
    scores: Scores
    ranked: Array
    se: Array


def create(con: duckdb.DuckDBPyConnection) -> None:
    """Make schema `index` anew, empty."""
    con.execute(SCHEMA.read_text(encoding="utf-8"))


def score(con: duckdb.DuckDBPyConnection, method: Method) -> Mapping[str, Scored]:
    """Add the scores of one method to index.points, index.dimensions and index.scores, by basis; a
    basis that nothing was estimated on has none.

    Special courts have scores and no rank: they are no peers of the others.
    """
    special = special_courts(con)
    found = {}
    for basis in BASES:
        given = inputs.read(con, method, basis)
        if basis == OBSERVED or given.own.any():
            found[basis] = _score(con, method, basis, given, special)
    return found


def _score(
    con: duckdb.DuckDBPyConnection,
    method: Method,
    basis: str,
    given: Inputs,
    special: frozenset[str],
) -> Scored:
    scores = compute(method, given.value, given.variance, given.own)
    indicators, dimensions = [i.id for i in method.indicators], [d.id for d in method.dimensions]
    keys = given.keys.assign(method=method.id, basis=basis)
    if basis == OBSERVED:
        _append(
            con,
            "points",
            keys,
            "indicator",
            indicators,
            points=scores.points,
            weight=scores.weight,
            own=given.own.astype(float),
        )
    _append(
        con,
        "dimensions",
        keys,
        "dimension",
        dimensions,
        points=scores.dimension,
        se=scores.dimension_se,
        weight_present=scores.present,
    )
    return _append_scores(con, method, keys, given, scores, special)


def compute(
    method: Method, value: Array, variance: Array, own: npt.NDArray[np.bool_] | None = None
) -> Scores:
    """Scores of any number of rows at once from indicator values (row, indicator), NaN if missing,
    and their covariance matrices (row, indicator, indicator).

    `own` (row, indicator) tells a unit's own values from those of its peers, by default all: only
    own values count towards the weight that must be present. What is missing altogether leaves
    its weight to the others of its dimension.

    The standard error is the delta method's: the gradient of the score to each indicator, through
    the geometric and the arithmetic mean and the goalposts, applied to the covariance matrix. At a
    goalpost, where points are clipped, the slope just inside is kept, which errs to the wide side.
    """
    own = ~np.isnan(value) if own is None else own
    points = np.column_stack(
        [
            composite.normalise(value[:, column], i.worst, i.best, method.floor)
            for column, i in enumerate(method.indicators)
        ]
    )
    of_dimension = positions(method)
    slope = np.array([100.0 / (i.best - i.worst) for i in method.indicators])
    weight = np.zeros_like(points)
    dimension = np.full((len(points), len(method.dimensions)), np.nan)
    present = np.zeros_like(dimension)
    for column in range(len(method.dimensions)):
        mine = [k for k, position in enumerate(of_dimension) if position == column]
        full = np.array([method.indicators[k].weight for k in mine])
        dimension[:, column] = composite.arithmetic_mean(points[:, mine], full)
        weight[:, mine] = composite.weights_present(full, points[:, mine])
        present[:, column] = (own[:, mine] * full).sum(axis=1) / full.sum()
    # Compared with a hair's width, so that 0.65 of the weight is not lost to rounding.
    dimension[present < method.min_weight_present - 1e-9] = np.nan
    weights = np.array([d.weight for d in method.dimensions])
    total = composite.geometric_mean(dimension, weights)
    variance = np.nan_to_num(variance)
    steep = np.where(np.isnan(points), 0.0, weight * slope)  # of a dimension to its indicators
    dimension_se = np.column_stack(
        [
            _error(
                dimension[:, column], np.where(np.equal(of_dimension, column), steep, 0), variance
            )
            for column in range(len(weights))
        ]
    )
    share = (total[:, None] * weights / weights.sum() / dimension)[:, of_dimension]
    se = _error(total, np.where(steep == 0.0, 0.0, share * steep), variance)
    return Scores(points, weight, dimension, dimension_se, present, total, se)


def _error(value: Array, gradient: Array, variance: Array) -> Array:
    """Standard errors (row,) of values by the delta method; NaN where there is no value."""
    spread = np.einsum("ri,rij,rj->r", gradient, variance, gradient)
    return np.where(np.isnan(value), np.nan, np.sqrt(np.maximum(spread, 0.0)))


def positions(method: Method) -> list[int]:
    """For each indicator, in order, the position of its dimension."""
    ids = [d.id for d in method.dimensions]
    return [ids.index(i.dimension) for i in method.indicators]


def _append(
    con: duckdb.DuckDBPyConnection,
    table: str,
    keys: pd.DataFrame,
    kind: str,
    ids: list[str],
    **columns: Array,
) -> None:
    """One row a unit, period and item of `kind`, from arrays (row, item)."""
    frames = [
        keys.assign(
            **{kind: item},
            **{name: array[:, position].round(6) for name, array in columns.items()},
        )
        for position, item in enumerate(ids)
    ]
    insert(con, table, pd.concat(frames, ignore_index=True))


def _append_scores(
    con: duckdb.DuckDBPyConnection,
    method: Method,
    keys: pd.DataFrame,
    given: Inputs,
    scores: Scores,
    special: frozenset[str],
) -> Scored:
    # The cases that a unit is short of may be quite unlike those that came.
    low_coverage = given.coverage < method.min_coverage
    total, se = np.where(low_coverage, np.nan, [scores.score, scores.se])
    frame = keys.copy()
    frame["score"] = total.round(DECIMALS)
    frame["se"] = se.round(6)
    for ending, z in (("", method.z), ("90", quantile(BAND_CONFIDENCE))):
        low, high = interval(total, se, z)
        frame[f"low{ending}"], frame[f"high{ending}"] = low.round(DECIMALS), high.round(DECIMALS)
    ranked = frame["score"].mask((frame["level"] == "court") & frame["unit_id"].isin(special))
    frame["rank"] = ranked.groupby([frame["level"], frame["period"]]).transform(
        lambda column: composite.rank(column.to_numpy())
    )
    frame["rank"] = frame["rank"].astype("Int64")
    frame["band"] = bands(method.bands, frame["low90"].to_numpy(), frame["high90"].to_numpy())
    frame["n"] = given.n
    frame["status"] = np.select(
        [frame["score"].notna(), low_coverage, _lacks_cases(method, given, scores)],
        ["scored", "low_coverage", "too_few"],
        "not_estimable",
    )
    insert(con, "scores", frame)
    return Scored(given, scores, np.where(ranked.isna(), np.nan, total), se)


def interval(score: Array, se: Array, z: float) -> tuple[Array, Array]:
    """Ends of the interval of scores (row,), `z` standard errors either way on the logarithm.

    The score is a geometric mean, so its logarithm is a mean and nearer to normal: the delta method
    gives log(score) the error se / score. On the plain scale intervals lay too low, see
    bench/coverage.py.
    """
    factor = np.exp(z * se / score)
    return score / factor, np.minimum(score * factor, 100.0)


def change_interval(
    now: tuple[Array, Array, Array],
    before: tuple[Array, Array, Array],
    correlation: float = 0.0,
) -> tuple[Array, Array]:
    """Ends of the interval of a change (row,), from (low, score, high) now and before, of the same
    confidence; `correlation` of their errors is 0 where the windows share no quarter.

    Each end is as far off as the two ends that lead there, in squares (MOVER: Zou and Donner 2008,
    Statistics in Medicine 27: 1693-1702, with their term for dependent estimates). So the interval
    leans as those of the scores do; of two that are symmetric it is the usual one.
    """
    (low, score, high), (low_before, score_before, high_before) = now, before
    change = score - score_before

    def off(one: Array, other: Array) -> Array:
        found: Array = np.sqrt(one**2 + other**2 - 2.0 * correlation * one * other)
        return found

    return (
        change - off(score - low, high_before - score_before),
        change + off(high - score, score_before - low_before),
    )


def window_correlation(apart: int, length: int) -> float:
    """Correlation to be assumed of the scores of two rolling windows of `length` quarters whose
    ends lie `apart` quarters apart.

    What different quarters count is nearly independent, so that two windows share of their error
    the share of quarters they have in common. It is taken as if that were one quarter less: the
    interval of a change is then too wide and not too narrow, as long as a quarter that differs
    weighs no more than all in common.
    """
    return max(length - apart - 1, 0) / length


def bands(named: tuple[Band, ...], low: Array, high: Array) -> list[str | None]:
    """The band of each interval (row,): one, or two neighbours that it spans; None where it spans
    more, or there is no interval."""
    least = np.array([band.least for band in named])  # the best first
    found: list[str | None] = []
    for a, b in zip(low, high, strict=True):
        if np.isnan(a) or not named:
            found.append(None)
            continue
        best, worst = int((b < least).sum()), int((a < least).sum())
        names = [named[position].id for position in range(best, worst + 1)]
        found.append("-".join(names) if len(names) <= 2 else None)
    return found


def _lacks_cases(method: Method, given: Inputs, scores: Scores) -> npt.NDArray[np.bool_]:
    """Rows (row,) where a dimension without a value lacks an indicator for want of cases."""
    without = np.isnan(scores.dimension)
    of_dimension = positions(method)
    lacks: npt.NDArray[np.bool_] = np.any(given.too_few & without[:, of_dimension], axis=1)
    return lacks


def insert(con: duckdb.DuckDBPyConnection, table: str, frame: pd.DataFrame) -> None:
    """Add the rows of a frame to a table of schema index, by name of column, in a fixed order."""
    con.register("index_rows", frame)
    con.execute(
        f"INSERT INTO index.{table} BY NAME SELECT * FROM index_rows ORDER BY period, level"
    )
    con.unregister("index_rows")
