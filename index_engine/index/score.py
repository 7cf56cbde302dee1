"""From estimates to scores: normalise, weigh, aggregate, rank, with intervals from sampling.

Inside a dimension points are averaged arithmetically; across dimensions geometrically, so that
speed cannot buy off non-recovery. Nothing here looks at a measure or a case.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import duckdb
import numpy as np
import pandas as pd

from index_engine.arrays import Array, BoolArray, IntArray
from index_engine.estimates.indicator_estimate import BASES, OBSERVED
from index_engine.estimates.places import special_courts
from index_engine.index import composite, score_inputs
from index_engine.index.change_intervals import interval
from index_engine.index.rank_changes import DECIMALS, printed_ranks
from index_engine.index.rating import BAND_CONFIDENCE, assign_bands
from index_engine.index.score_inputs import Inputs
from index_engine.method import Method
from index_engine.method.model import z_value


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
class MethodScores:
    """What one method makes of the estimates on one basis. `ranked` (row,): the score where there
    is a place in the order, NaN for special courts and where there is no score."""

    inputs: Inputs
    scores: Scores
    ranked_score: Array
    se: Array


def write_scores(con: duckdb.DuckDBPyConnection, method: Method) -> Mapping[str, MethodScores]:
    """Add the scores of one method to index.points, index.dimensions and index.scores, by basis; a
    basis that nothing was estimated on has none.

    Special courts have scores and no rank: they are no peers of the others. A superseded method has
    scores as observed alone.
    """
    special = special_courts(con)
    scores_by_basis: dict[str, MethodScores] = {}
    for basis in (OBSERVED,) if method.is_superseded else BASES:
        estimates = score_inputs.read_inputs(con, method, basis)
        if basis == OBSERVED or estimates.direct.any():
            scores_by_basis[basis] = _write_basis(con, method, basis, estimates, special)
    return scores_by_basis


def _write_basis(
    con: duckdb.DuckDBPyConnection, method: Method, basis: str, estimates: Inputs, special: frozenset[str]
) -> MethodScores:
    scores = compute_scores(method, estimates.value, estimates.variance, estimates.direct)
    indicators, dimensions = [i.id for i in method.indicators], [d.id for d in method.dimensions]
    keys = estimates.keys.assign(method=method.id, basis=basis)
    if basis == OBSERVED:
        _append_items(
            con,
            "points",
            keys,
            "indicator",
            indicators,
            points=scores.points,
            weight=scores.weight,
            own=estimates.direct.astype(float),
        )
    _append_items(
        con,
        "dimensions",
        keys,
        "dimension",
        dimensions,
        points=scores.dimension,
        se=scores.dimension_se,
        weight_present=scores.present,
    )
    return _append_scores(con, method, keys, estimates, scores, special)


def compute_scores(method: Method, value: Array, variance: Array, direct: BoolArray | None = None) -> Scores:
    """Scores of any number of rows at once from indicator values (row, indicator), NaN if missing,
    and their covariance matrices (row, indicator, indicator).

    `own` (row, indicator) tells a place's own values from those of its peers, by default all: only
    own values count towards the weight that must be present. What is missing altogether leaves
    its weight to the others of its dimension.

    The standard error is the delta method's: the gradient of the score to each indicator, through
    the geometric and the arithmetic mean, applied to the covariance matrix of the points.
    """
    direct = ~np.isnan(value) if direct is None else direct
    points = np.column_stack(
        [
            composite.normalise(value[:, column], i.worst, i.best, method.floor)
            for column, i in enumerate(method.indicators)
        ]
    )
    dimension_index = dimension_positions(method)
    covariance = point_covariance(method, value, variance)
    weight = np.zeros_like(points)
    dimension = np.full((len(points), len(method.dimensions)), np.nan)
    present = np.zeros_like(dimension)
    for column in range(len(method.dimensions)):
        members = [k for k, position in enumerate(dimension_index) if position == column]
        member_weights = np.array([method.indicators[k].weight for k in members])
        dimension[:, column] = composite.arithmetic_mean(points[:, members], member_weights)
        weight[:, members] = composite.weights_present(member_weights, points[:, members])
        present[:, column] = (direct[:, members] * member_weights).sum(axis=1) / member_weights.sum()
    dimension[~composite.is_sufficient(present, 1.0, method.min_weight_present)] = np.nan
    weights = np.array([d.weight for d in method.dimensions])
    total = composite.geometric_mean(dimension, weights)
    point_gradient = np.where(np.isnan(points), 0.0, weight)  # of a dimension to the points of its indicators
    dimension_se = np.column_stack(
        [
            _standard_errors(
                dimension[:, column], np.where(np.equal(dimension_index, column), point_gradient, 0), covariance
            )
            for column in range(len(weights))
        ]
    )
    share = (total[:, None] * weights / weights.sum() / dimension)[:, dimension_index]
    se = _standard_errors(total, np.where(point_gradient == 0.0, 0.0, share * point_gradient), covariance)
    return Scores(points, weight, dimension, dimension_se, present, total, se)


def point_covariance(method: Method, value: Array, variance: Array) -> Array:
    """Covariance matrices of points (row, indicator, indicator) from those of the values: each error
    by the slope of its goalposts, which a value beyond one makes less (`composite.goalpost_slope`).
    Correlations stay."""
    se = np.sqrt(np.nan_to_num(np.diagonal(variance, axis1=-2, axis2=-1)))
    slope = np.column_stack(
        [
            composite.goalpost_slope(value[:, column], se[:, column], i.worst, i.best, method.floor)
            for column, i in enumerate(method.indicators)
        ]
    )
    slope = np.nan_to_num(slope)
    covariance: Array = slope[:, :, None] * np.nan_to_num(variance) * slope[:, None, :]
    return covariance


def _standard_errors(value: Array, gradient: Array, variance: Array) -> Array:
    """Standard errors (row,) of values by the delta method; NaN where there is no value."""
    error_variance = np.einsum("ri,rij,rj->r", gradient, variance, gradient)
    return np.where(np.isnan(value), np.nan, np.sqrt(np.maximum(error_variance, 0.0)))


def dimension_positions(method: Method) -> list[int]:
    """For each indicator, in order, the position of its dimension."""
    ids = [d.id for d in method.dimensions]
    return [ids.index(i.dimension) for i in method.indicators]


def _append_items(
    con: duckdb.DuckDBPyConnection, table: str, keys: pd.DataFrame, kind: str, ids: list[str], **columns: Array
) -> None:
    """One row a place, period and item of `kind`, from arrays (row, item)."""
    frames = [
        keys.assign(**{kind: item}, **{name: array[:, position].round(6) for name, array in columns.items()})
        for position, item in enumerate(ids)
    ]
    insert_rows(con, table, pd.concat(frames, ignore_index=True))


def _append_scores(
    con: duckdb.DuckDBPyConnection,
    method: Method,
    keys: pd.DataFrame,
    estimates: Inputs,
    scores: Scores,
    special: frozenset[str],
) -> MethodScores:
    # The cases that a place is short of may be quite unlike those that came.
    low_coverage = estimates.coverage < method.min_coverage
    total, se = np.where(low_coverage, np.nan, [scores.score, scores.se])
    frame = pd.concat([keys, score_columns(method, total, se)], axis=1)
    frame["se"] = se.round(6)
    ranked_score = frame["score"].mask((frame["level"] == "court") & frame["place_id"].isin(special))
    frame["rank"] = ranked_score.groupby([frame["level"], frame["period"]]).transform(
        lambda column: printed_ranks(column.to_numpy())
    )
    frame["rank"] = frame["rank"].astype("Int64")
    is_published = estimates.n_suppression == ""
    frame["n"] = pd.Series(estimates.n, index=frame.index).astype("Int64").where(is_published)
    frame["n_suppression"] = estimates.n_suppression
    frame["status"] = np.select(
        [
            frame["score"].notna(),
            low_coverage,
            *(
                _lacks_indicator(method, missing, scores)
                for missing in (estimates.part_of_cases, estimates.unobserved, estimates.too_few)
            ),
        ],
        ["scored", "low_coverage", "part_of_cases", "not_observed", "too_few"],
        "not_estimable",
    )
    insert_rows(con, "scores", frame)
    return MethodScores(estimates, scores, np.where(ranked_score.isna(), np.nan, total), se)


def score_columns(method: Method, score: Array, se: Array) -> pd.DataFrame:
    """Scores (row,) as they are published: score, low and high (at the method's confidence), low90,
    high90 and band."""
    columns: dict[str, object] = {"score": score.round(DECIMALS)}
    for suffix, z in (("", method.z), ("90", z_value(BAND_CONFIDENCE))):
        low, high = interval(score, se, z)
        columns |= {f"low{suffix}": low.round(DECIMALS), f"high{suffix}": high.round(DECIMALS)}
    frame = pd.DataFrame(columns)
    frame["band"] = assign_bands(method.bands, frame["low90"].to_numpy(), frame["high90"].to_numpy())
    return frame


def reweighted_columns(
    method: Method, inputs: Inputs, positions: IntArray, has_score: BoolArray, has_rank: BoolArray
) -> pd.DataFrame:
    """The columns of `score_columns`, rank (smallest of ties) and tied (rows that share it) under a
    method that is not the build's, for the rows of `inputs` at `positions`. Only rows with a score
    (`has_score`) or a rank (`has_rank`) under the build's method get one."""
    scores = compute_scores(method, inputs.value[positions], inputs.variance[positions], inputs.direct[positions])
    frame = score_columns(method, np.where(has_score, scores.score, np.nan), np.where(has_score, scores.se, np.nan))
    ranked_score = frame["score"].where(has_rank).to_numpy(dtype=float)
    frame["rank"] = pd.array(printed_ranks(ranked_score), dtype="Int64")
    frame["tied"] = frame["rank"].map(frame["rank"].value_counts())
    return frame


def _lacks_indicator(method: Method, missing: BoolArray, scores: Scores) -> BoolArray:
    """Rows (row,) where a dimension without a value lacks an indicator that is `missing` (row,
    indicator)."""
    no_value = np.isnan(scores.dimension)
    dimension_index = dimension_positions(method)
    lacks: BoolArray = np.any(missing & no_value[:, dimension_index], axis=1)
    return lacks


def insert_rows(con: duckdb.DuckDBPyConnection, table: str, frame: pd.DataFrame) -> None:
    """Add the rows of a frame to a table of schema index, by name of column, in a fixed order."""
    con.register("index_rows", frame)
    con.execute(f"INSERT INTO index.{table} BY NAME SELECT * FROM index_rows ORDER BY period, level")
    con.unregister("index_rows")
