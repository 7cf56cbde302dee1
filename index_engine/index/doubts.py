"""What stands beside scores: confidence sets of ranks, sensitivity to the method's own choices, and
whether its indicators agree. Each is kept apart; none enters a score."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import duckdb
import numpy as np
import pandas as pd

from index_engine.estimates.estimated import OBSERVED, SHRUNK
from index_engine.index.coherence import audit
from index_engine.index.composite import Array
from index_engine.index.ranks import NO_RANK, confidence_sets, top_share
from index_engine.index.score import DECIMALS, Scored, insert
from index_engine.index.sensitivity import alone, uncertainty
from index_engine.index.sobol import sobol
from index_engine.method import Method

RANK_CONFIDENCE = 0.95
LEAST_UNITS = 3  # of fewer there is no order to speak of
VARIED = ("province", "city")  # levels whose ranks are varied; order of courts is not published
COHERENT = ("province", "city", "court")


@dataclass(frozen=True)
class _Level:
    """The ranked units of one level and period: their keys, and rows of the arrays of a method."""

    keys: pd.DataFrame
    rows: Array


def write(con: duckdb.DuckDBPyConnection, method: Method, found: Mapping[str, Scored]) -> None:
    """Add a method's rows to index.ranks (every period; of courts the last), and, for the last
    period, to index.sensitivity, index.perturbations, index.sobol and index.coherence."""
    last = found[OBSERVED].inputs.keys["period"].max()
    for level, period, mine in _levels(method, found):
        if level != "court" or period == last:
            insert(con, "ranks", _ranks(method, found, mine))
        if period == last and level in VARIED:
            _write_varied(con, method, found, mine, level, period)
        if period == last and level in COHERENT:
            insert(
                con,
                "coherence",
                _coherence(method, found, mine).assign(
                    method=method.id, level=level, period=period
                ),
            )


def _levels(method: Method, found: Mapping[str, Scored]) -> Iterator[tuple[str, str, _Level]]:
    """Every level and period with enough ranked units, the nation left out."""
    scored = found[OBSERVED]
    keys = scored.inputs.keys.assign(method=method.id)
    ranked = ~np.isnan(scored.ranked)
    for (level, period), group in keys[ranked].groupby(["level", "period"]):
        if level != "nation" and len(group) >= LEAST_UNITS:
            yield str(level), str(period), _Level(group, group.index.to_numpy())


def _ranks(method: Method, found: Mapping[str, Scored], mine: _Level) -> pd.DataFrame:
    """Rank sets on the logarithm of the printed score, as its interval is; the chance of being near
    the top from scores drawn to peers, or those as observed where there are no peers."""
    scored, shrunk = found[OBSERVED], found.get(SHRUNK, found[OBSERVED])
    printed = scored.ranked[mine.rows].round(DECIMALS)
    relative = scored.se[mine.rows] / scored.scores.score[mine.rows]
    sets = confidence_sets(
        np.log(printed),
        relative,
        confidence=RANK_CONFIDENCE,
        draws=method.ranks.draws,
        seed=method.ranks.seed,
    )
    drawn = np.isnan(shrunk.scores.score[mine.rows])
    centre = np.where(drawn, printed, shrunk.scores.score[mine.rows])
    spread = np.where(drawn, scored.se[mine.rows], shrunk.scores.se[mine.rows])
    top = top_share(
        np.log(centre),
        spread / centre,
        method.ranks.top_share,
        method.ranks.draws,
        seed=method.ranks.seed,
    )
    assert (sets.low != NO_RANK).all()
    columns = {name: getattr(sets, name) for name in ("low", "high", "low_all", "high_all")}
    return mine.keys.assign(**columns, top=top.round(4))


def _write_varied(
    con: duckdb.DuckDBPyConnection,
    method: Method,
    found: Mapping[str, Scored],
    mine: _Level,
    level: str,
    period: str,
) -> None:
    """The choices of the method varied: all at once, each alone, and which matters most."""
    given, varied = found[OBSERVED].inputs, method.sensitivity
    shrunk = found.get(SHRUNK, found[OBSERVED]).inputs
    value, drawn = given.value[mine.rows], shrunk.value[mine.rows]
    shared = {"concentration": varied.concentration, "goalpost_shift": varied.goalpost_shift}
    every = uncertainty(
        method, value, drawn, replicates=varied.replicates, seed=varied.seed, **shared
    )
    units = mine.keys.reset_index(drop=True)
    insert(con, "sensitivity", pd.concat([units, every.round(6)], axis=1))
    where = {"method": method.id, "level": level, "period": period}
    each = alone(method, value, drawn, goalpost_shift=varied.goalpost_shift)
    insert(con, "perturbations", each.round(6).assign(**where))
    indices = sobol(method, value, drawn, base=varied.sobol_base, seed=varied.seed, **shared)
    overall = indices.overall.rename(columns={"group": "choice"}).assign(unit_id=None, **where)
    insert(con, "sobol", overall.round(6))
    of_unit = indices.units.rename(columns={"group": "choice"}).assign(**where)
    of_unit["unit_id"] = units["unit_id"].to_numpy()[of_unit.pop("unit").to_numpy()]
    insert(con, "sobol", of_unit.round(6))


def _coherence(method: Method, found: Mapping[str, Scored], mine: _Level) -> pd.DataFrame:
    """The audit of the units' own values: what stands in for them agrees by construction."""
    scored = found[OBSERVED]
    points, own = scored.scores.points[mine.rows], scored.inputs.own[mine.rows]
    dimension, score = scored.scores.dimension[mine.rows], scored.scores.score[mine.rows]
    return audit(method, points, dimension, score, own).round(9)
