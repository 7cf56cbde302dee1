"""Rebuilding the scores of a release from the estimates in it, by the engine's own code."""

from dataclasses import dataclass

import duckdb
import numpy as np
import pandas as pd
import pyarrow as pa

from index_engine.arrays import BoolArray
from index_engine.errors import Message
from index_engine.estimates.indicator_estimate import OBSERVED
from index_engine.index import score
from index_engine.index.composite import geometric_mean
from index_engine.index.rank_changes import printed_ranks
from index_engine.method import COVERAGE, Method, parse_methods
from index_engine.releases.declarations import statement, tables
from index_engine.releases.gates import Pack
from index_engine.releases.pack import csv_bytes
from index_engine.warehouse.built import create_schema

KEYS = ["method", "basis", "level", "place_id", "period"]
PLACE = ["method", "level", "place_id", "period"]
REBUILT = ["score", "se", "low", "high", "low90", "high90", "band", "n", "status"]
_HALF_DECIMAL = 0.05  # of scores, and of points of dimensions where an n of the place is withheld


@dataclass(frozen=True)
class Recomputation:
    """`rebuilt`: scores made from the estimates of the pack and equal; `bounded`: those as observed that rest on an
    estimate which is withheld or coarse, and lie where the points of their dimensions say; `unchecked`: such on another basis,
    whose dimensions are in no release, and those of superseded methods, whose estimates are not. `problems`: what differs."""

    rebuilt: int
    bounded: int
    unchecked: int
    problems: tuple[Message, ...]


def recompute(pack: Pack) -> Recomputation:
    """Rebuild the scores, and compare data/scores.csv byte for byte with the file that they would make; every other CSV
    is compared with what its Parquet file says."""
    problems = [
        Message("recompute_csv", file=f"data/{name}.csv")
        for name, table in tables().items()
        if csv_bytes(pa.Table.from_pandas(pack.table(name), table.schema, preserve_index=False))
        != (pack.folder / "data" / f"{name}.csv").read_bytes()
    ]
    published = pack.table("scores")
    rebuilt = _rebuild(pack).set_index(KEYS)
    is_exact = _is_exact(pack, published)
    made = published.set_index(KEYS)
    aligned = rebuilt.reindex(made.index)
    missing = made.index[is_exact & aligned["status"].isna().to_numpy()]
    found = made.copy()
    for column in REBUILT:
        dtype = object if column in ("band", "status") else float
        found[column] = made[column].astype(dtype).where(~is_exact, aligned[column].astype(dtype))
    found["rank"] = _ranks(pack, found)
    schema = tables()["scores"].schema
    content = csv_bytes(pa.Table.from_pandas(found.reset_index()[schema.names], schema, preserve_index=False))
    if len(missing) or content != (pack.folder / "data" / "scores.csv").read_bytes():
        columns = [*REBUILT, "rank"]
        differs = ~((found[columns] == made[columns]) | (found[columns].isna() & made[columns].isna())).all(axis=1)
        names = [" ".join(key) for key in [*missing, *made.index[differs]][:5]]
        problems.append(Message("recompute_scores", count=int(differs.sum()) + len(missing), places=names))
    is_main = published["method"].isin([method["id"] for method in pack.facts["methods"]]).to_numpy()
    is_bounded = ~is_exact & is_main & (published["basis"] == OBSERVED).to_numpy()
    problems += _outside_bounds(pack, published[is_bounded])
    return Recomputation(
        int(is_exact.sum()), int(is_bounded.sum()), int((~is_exact & ~is_bounded).sum()), tuple(problems)
    )


def _ranks(pack: Pack, scores: pd.DataFrame) -> pd.Series:
    """Ranks of scores as they are printed, where the level is published by them."""
    rows = scores.reset_index()
    special = pack.table("places").query("special")["place_id"]
    has_rank = (rows["basis"] == OBSERVED) & rows["level"].isin(pack.facts["ranked_levels"])
    has_rank &= ~((rows["level"] == "court") & rows["place_id"].isin(special))
    ranked = rows["score"].where(has_rank)
    ranks = ranked.groupby([rows["method"], rows["basis"], rows["level"], rows["period"]]).transform(
        lambda column: printed_ranks(column.to_numpy())
    )
    return pd.Series(ranks.to_numpy(), index=scores.index)


def _methods(pack: Pack) -> list[Method]:
    files = [pack.folder / "method" / f"{method['id']}.toml" for method in pack.facts["methods"]]
    return list(parse_methods([(file.read_text(encoding="utf-8"), file.name) for file in files]))


def _rebuild(pack: Pack) -> pd.DataFrame:
    """The table of scores as it is made from the estimates, on each basis; what rests on a withheld estimate is
    not what was published."""
    with duckdb.connect() as con:
        frames = {name: pack.table(name) for name in ("estimates", "covariances", "correlations", "shrinkage")}
        frames["rates"] = pack.table("rates")
        courts = pack.table("places")
        frames["pack_courts"] = courts[courts["level"] == "court"]
        for name, frame in frames.items():
            con.register(f"pack_{name.removeprefix('pack_')}", frame)
        create_schema(con, "estimates")
        create_schema(con, "index")
        con.execute("CREATE TABLE courts AS SELECT place_id AS court_id, special FROM pack_courts")
        con.execute(
            "INSERT INTO estimates.indicators BY NAME SELECT * EXCLUDE (data_kind)"
            " REPLACE (coalesce(n, 0) AS n, coalesce(n_suppression, '') AS n_suppression) FROM pack_estimates"
        )
        for table in ("covariances", "correlations", "shrinkage"):
            con.execute(f"INSERT INTO estimates.{table} BY NAME SELECT * EXCLUDE (data_kind) FROM pack_{table}")
        con.execute(
            "INSERT INTO estimates.statistics BY NAME"
            " SELECT level, place_id, period, statistic, value FROM pack_rates WHERE statistic = ?",
            [COVERAGE],
        )
        for method in _methods(pack):
            score.write_scores(con, method)
        parameters = {"period": pack.facts["period"], "ranked_levels": pack.facts["ranked_levels"]}
        return con.sql(statement("scores"), params=parameters).df()


def _is_exact(pack: Pack, published: pd.DataFrame) -> BoolArray:
    """Where (row,) everything that a score is made from is in the pack as it was."""
    indicators = {method.id: [i.id for i in method.indicators] for method in _methods(pack)}
    estimates = pack.table("estimates")
    is_indicator = np.zeros(len(estimates), dtype=bool)
    for method_id, ids in indicators.items():
        is_indicator |= ((estimates["method"] == method_id) & estimates["indicator"].isin(ids)).to_numpy()
    withheld = estimates[is_indicator & estimates["n_suppression"].notna().to_numpy()].set_index(PLACE).index
    rates = pack.table("rates")
    is_coverage = rates["statistic"] == COVERAGE
    is_coarse = rates["numerator_suppression"].notna() | rates["denominator_suppression"].notna()
    coarse = rates[is_coverage & is_coarse].set_index(PLACE[1:]).index
    has_estimates = published["method"].isin(indicators).to_numpy()
    rests_on_withheld = published.set_index(PLACE).index.isin(withheld)
    exact: BoolArray = has_estimates & ~rests_on_withheld & ~published.set_index(PLACE[1:]).index.isin(coarse)
    return exact


def _outside_bounds(pack: Pack, rows: pd.DataFrame) -> list[Message]:
    """Scores as observed that their dimensions, to one decimal, do not allow."""
    problems = []
    for method in _methods(pack):
        ids = [dimension.id for dimension in method.dimensions]
        wide = (
            pack.table("dimensions")
            .query("method == @method.id")
            .pivot(index=["level", "place_id", "period"], columns="dimension", values="points")
        )
        chosen = rows[(rows["method"] == method.id) & (rows["basis"] == OBSERVED) & rows["score"].notna()]
        points = wide.reindex(pd.MultiIndex.from_frame(chosen[wide.index.names]))[ids].to_numpy(dtype=float)
        weights = np.array([dimension.weight for dimension in method.dimensions])
        least = geometric_mean(np.maximum(points - _HALF_DECIMAL, method.floor), weights)
        most = geometric_mean(points + _HALF_DECIMAL, weights)
        value = chosen["score"].to_numpy(dtype=float)
        slack = _HALF_DECIMAL + 1e-6
        outside = chosen[~((value >= least - slack) & (value <= most + slack))]
        names = [f"{row.place_id} {row.period}" for row in outside.head(5).itertuples()]
        if names:
            problems.append(Message("recompute_bounds", count=len(outside), places=names))
    return problems
