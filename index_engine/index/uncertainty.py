"""Uncertainty of scores and ranks: confidence sets of ranks, sensitivity to the method's assumptions, and
coherence of its indicators. Each has its own tables; none enters a score."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import duckdb
import numpy as np
import pandas as pd

from index_engine.arrays import Array
from index_engine.estimates.indicator_estimate import OBSERVED, SHRUNK
from index_engine.index.coherence import coherence_table
from index_engine.index.rank_changes import DECIMALS
from index_engine.index.ranks import NO_RANK, confidence_sets, top_share
from index_engine.index.score import MethodScores, insert_rows
from index_engine.index.sensitivity import one_at_a_time, uncertainty_analysis
from index_engine.index.sobol import sobol_tables
from index_engine.method import Method

RANK_CONFIDENCE = 0.95
MIN_PLACES = 3  # of fewer there is no order to speak of
SENSITIVITY_LEVELS = ("province", "city")  # levels whose ranks are varied; order of courts is not published
COHERENCE_LEVELS = ("province", "city", "court")


@dataclass(frozen=True)
class _RankedPlaces:
    """The ranked places of one level and period: their keys, and rows of the arrays of a method."""

    keys: pd.DataFrame
    rows: Array


def write(con: duckdb.DuckDBPyConnection, method: Method, scores_by_basis: Mapping[str, MethodScores]) -> None:
    """Add a method's rows to index.ranks (every period; of courts the last), and, for the last
    period, to index.sensitivity, index.perturbations, index.sobol and index.coherence."""
    last = scores_by_basis[OBSERVED].inputs.keys["period"].max()
    ranks = []
    for level, period, places in _ranked_levels(method, scores_by_basis):
        if level != "court" or period == last:
            ranks.append(_ranks(method, scores_by_basis, places))
        if period == last and level in SENSITIVITY_LEVELS:
            _write_sensitivity(con, method, scores_by_basis, places, level, period)
        if period == last and level in COHERENCE_LEVELS:
            insert_rows(
                con,
                "coherence",
                _coherence(method, scores_by_basis, places).assign(method=method.id, level=level, period=period),
            )
    if ranks:
        insert_rows(con, "ranks", pd.concat(ranks, ignore_index=True))


def _ranked_levels(
    method: Method, scores_by_basis: Mapping[str, MethodScores]
) -> Iterator[tuple[str, str, _RankedPlaces]]:
    """Every level and period with enough ranked places, the nation left out."""
    observed_scores = scores_by_basis[OBSERVED]
    keys = observed_scores.inputs.keys.assign(method=method.id)
    has_rank = ~np.isnan(observed_scores.ranked_score)
    for (level, period), group in keys[has_rank].groupby(["level", "period"]):
        if level != "nation" and len(group) >= MIN_PLACES:
            yield str(level), str(period), _RankedPlaces(group, group.index.to_numpy())


def _ranks(method: Method, scores_by_basis: Mapping[str, MethodScores], places: _RankedPlaces) -> pd.DataFrame:
    """Rank sets on the logarithm of the printed score, as its interval is; the chance of being near
    the top from scores drawn to peers, or those as observed where there are no peers."""
    observed_scores, shrunk_scores = (scores_by_basis[OBSERVED], scores_by_basis.get(SHRUNK, scores_by_basis[OBSERVED]))
    printed_scores = observed_scores.ranked_score[places.rows].round(DECIMALS)
    relative = observed_scores.se[places.rows] / observed_scores.scores.score[places.rows]
    rank_sets = confidence_sets(
        np.log(printed_scores), relative, confidence=RANK_CONFIDENCE, draws=method.ranks.draws, seed=method.ranks.seed
    )
    no_shrinkage = np.isnan(shrunk_scores.scores.score[places.rows])
    centre = np.where(no_shrinkage, printed_scores, shrunk_scores.scores.score[places.rows])
    spread = np.where(no_shrinkage, observed_scores.se[places.rows], shrunk_scores.scores.se[places.rows])
    top = top_share(np.log(centre), spread / centre, method.ranks.top_share, method.ranks.draws, seed=method.ranks.seed)
    assert (rank_sets.low != NO_RANK).all()
    columns = {name: getattr(rank_sets, name) for name in ("low", "high", "low_joint", "high_joint")}
    return places.keys.assign(**columns, top=top.round(4))


def _write_sensitivity(
    con: duckdb.DuckDBPyConnection,
    method: Method,
    scores_by_basis: Mapping[str, MethodScores],
    places: _RankedPlaces,
    level: str,
    period: str,
) -> None:
    """Sensitivity to the assumptions of the method: all varied at once, each alone, and Sobol indices."""
    inputs, settings = scores_by_basis[OBSERVED].inputs, method.sensitivity
    shrunk_inputs = scores_by_basis.get(SHRUNK, scores_by_basis[OBSERVED]).inputs
    value, shrunk_value = inputs.value[places.rows], shrunk_inputs.value[places.rows]
    shared_settings = {"concentration": settings.concentration, "goalpost_shift": settings.goalpost_shift}
    joint_effects = uncertainty_analysis(
        method, value, shrunk_value, replicates=settings.replicates, seed=settings.seed, **shared_settings
    )
    place_keys = places.keys.reset_index(drop=True)
    insert_rows(con, "sensitivity", pd.concat([place_keys, joint_effects.round(6)], axis=1))
    keys = {"method": method.id, "level": level, "period": period}
    single_effects = one_at_a_time(method, value, shrunk_value, goalpost_shift=settings.goalpost_shift)
    insert_rows(con, "perturbations", single_effects.round(6).assign(**keys))
    indices = sobol_tables(method, value, shrunk_value, base=settings.sobol_base, seed=settings.seed, **shared_settings)
    overall = indices.overall.rename(columns={"group": "choice"}).assign(place_id=None, **keys)
    insert_rows(con, "sobol", overall.round(6))
    by_place = indices.places.rename(columns={"group": "choice"}).assign(**keys)
    by_place["place_id"] = place_keys["place_id"].to_numpy()[by_place.pop("unit").to_numpy()]
    insert_rows(con, "sobol", by_place.round(6))


def _coherence(method: Method, scores_by_basis: Mapping[str, MethodScores], places: _RankedPlaces) -> pd.DataFrame:
    """The coherence audit of direct estimates alone: imputed values agree by construction."""
    observed_scores = scores_by_basis[OBSERVED]
    points, direct = (observed_scores.scores.points[places.rows], observed_scores.inputs.direct[places.rows])
    dimension, score = (observed_scores.scores.dimension[places.rows], observed_scores.scores.score[places.rows])
    return coherence_table(method, points, dimension, score, direct).round(9)
