"""What stands beside scores, in a built world: ranks and their doubt, choices, coherence."""

from collections.abc import Iterator
from math import ceil
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pytest

from index_engine.index import score, score_inputs, uncertainty
from index_engine.index.rank_changes import DECIMALS
from index_engine.index.sensitivity import uncertainty_analysis
from index_engine.method import Method, load_methods
from index_engine.warehouse.built import create_schema

METHODS = load_methods(())
LAST = "2024Q4"
RANKED = ("province", "city", "court")


@pytest.fixture(scope="module")
def con(built_world: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(built_world, read_only=True) as found:
        yield found


def frame(con, sql: str, *values: object) -> pd.DataFrame:
    return con.execute(sql, list(values)).df()


def scores_of(con, method: Method, basis: str = "observed") -> pd.DataFrame:
    return frame(
        con,
        "SELECT * FROM index.scores WHERE method = ? AND basis = ? ORDER BY level, period, place_id",
        method.id,
        basis,
    )


# ---------------------------------------------------------------- confidence sets of ranks


@pytest.mark.parametrize("method", METHODS, ids=lambda m: m.id)
def test_every_printed_rank_lies_in_its_sets(con, method: Method):
    """In every period for provinces and cities, in the last one for courts; no one else has any."""
    both = frame(
        con,
        "SELECT s.level, s.period, s.place_id, s.rank, r.low, r.high, r.low_joint, r.high_joint, r.top"
        " FROM index.ranks AS r JOIN index.scores AS s USING (method, level, place_id, period)"
        " WHERE method = ? AND basis = 'observed'",
        method.id,
    )
    [(stored,)] = con.execute("SELECT COUNT(*) FROM index.ranks WHERE method = ?", [method.id]).fetchall()
    assert len(both) == stored > 0
    for low, high in (("low", "high"), ("low_joint", "high_joint")):
        assert (both[low] <= both["rank"]).all()
        assert (both["rank"] <= both[high]).all()
    count = both.groupby(["level", "period"])["place_id"].transform("count")
    assert (both[["low", "low_joint"]] >= 1).all(axis=None)
    assert (both["high"] <= count).all() and (both["high_joint"] <= count).all()
    assert (both["high"] - both["low"] < count - 1).any(), "no set says anything"
    assert ((both["high"] > both["low"]) | (count == 1)).any()

    ranked = scores_of(con, method).dropna(subset="rank")
    groups = ranked.groupby(["level", "period"])["place_id"].agg(set)
    expected = {
        key: units
        for key, units in groups.items()
        if key[0] != "nation" and len(units) >= 3 and (key[0] != "court" or key[1] == LAST)
    }
    assert both.groupby(["level", "period"])["place_id"].agg(set).to_dict() == expected
    assert {level for level, _ in expected} == set(RANKED)
    assert len({period for level, period in expected if level == "city"}) > 5


@pytest.mark.parametrize("method", METHODS, ids=lambda m: m.id)
def test_a_chance_to_be_near_the_top(con, method: Method):
    """Between 0 and 1; in all as many as there are places at the top."""
    found = frame(con, "SELECT * FROM index.ranks WHERE method = ?", method.id)
    assert found["top"].between(0, 1).all()
    for _, group in found.groupby(["level", "period"]):
        places = ceil(method.ranks.top_share * len(group) - 1e-9)
        assert group["top"].sum() == pytest.approx(places, abs=1e-4 * len(group))
    shares = found["top"]
    assert ((shares > 0.0005) & (shares < 0.9995)).any(), "all are certain"
    assert shares.max() > 0.9 and shares.min() < 0.02


@pytest.mark.parametrize("table", ["ranks", "sensitivity", "sobol"])
def test_special_courts_are_in_none(con, table: str):
    special = {c for (c,) in con.execute("SELECT court_id FROM courts WHERE special").fetchall()}
    there = {u for (u,) in con.execute(f"SELECT DISTINCT place_id FROM index.{table}").fetchall()}
    scored = frame(con, "SELECT place_id FROM index.scores WHERE score IS NOT NULL")
    assert special & set(scored["place_id"]), "no special court has a score"
    assert there and not special & there


def chances(frame: pd.DataFrame, places: int, seed: int) -> np.ndarray:
    """How often each unit is among the first of so many, over draws on the logarithm of scores."""
    rng = np.random.Generator(np.random.PCG64(seed))
    spread = (frame["se"] / frame["score"]).to_numpy()
    values = np.log(frame["score"].to_numpy()) + spread * rng.standard_normal((50_000, len(frame)))
    return ((-values).argsort(axis=1).argsort(axis=1) < places).mean(axis=0)


@pytest.mark.parametrize("method", METHODS, ids=lambda m: m.id)
def test_the_top_is_of_scores_drawn_to_peers(con, method: Method):
    """Of the scores as observed, which hold the noise already, the chances are others."""
    own, drawn = (scores_of(con, method, basis) for basis in ("observed", "shrunk"))
    keys = ["level", "place_id", "period"]
    own = own[(own["level"] == "court") & (own["period"] == LAST)].dropna(subset="rank")
    drawn = own[keys].merge(drawn, on=keys, how="left").set_axis(own.index)
    drawn = drawn.fillna(own[["score", "se"]])
    top = frame(con, "SELECT place_id, top FROM index.ranks WHERE method = ? AND level = 'court'", method.id).set_index(
        "place_id"
    )["top"]
    places = ceil(method.ranks.top_share * len(own) - 1e-9)
    expected, observed = (chances(scores, places, seed=1) for scores in (drawn, own))
    mine = top.loc[own["place_id"]].to_numpy()
    # Stored scores are as printed, to one decimal: 0.05 of a point more or less.
    assert np.abs(mine - expected).max() < 0.03
    assert np.abs(mine - expected).sum() < 0.5 * np.abs(mine - observed).sum()


# ---------------------------------------------------------------- choices of the method


@pytest.mark.parametrize("method", METHODS, ids=lambda m: m.id)
@pytest.mark.parametrize("level", uncertainty.SENSITIVITY_LEVELS)
def test_varied_scores_begin_at_the_published(con, method: Method, level: str):
    """The scoring of the sensitivity analysis is the scoring of the index, and so are its ranks."""
    published = scores_of(con, method)
    published = published[(published["level"] == level) & (published["period"] == LAST)]
    published = published.dropna(subset="rank").reset_index(drop=True)
    stored = frame(
        con, "SELECT * FROM index.sensitivity WHERE method = ? AND level = ? ORDER BY place_id", method.id, level
    )
    assert stored["period"].eq(LAST).all()
    assert stored["place_id"].tolist() == published["place_id"].tolist()
    assert stored["score"].round(DECIMALS).tolist() == published["score"].tolist()
    assert stored["rank"].tolist() == published["rank"].tolist()
    assert (stored["rank_low"] <= stored["rank_median"]).all()
    assert (stored["rank_median"] <= stored["rank_high"]).all()
    assert (stored["score_low"] < stored["score_high"]).all()
    assert stored["scored"].between(0.5, 1).all()


def test_varied_scores_of_every_unit_of_every_period(con):
    """Also where a unit's own values are too few and its peers' stand in, or a value is missing."""
    [main, *_] = METHODS
    observed, drawn = (score_inputs.read_inputs(con, main, basis) for basis in ("observed", "shrunk"))
    found = uncertainty_analysis(
        main,
        observed.value,
        drawn.value,
        replicates=2,
        concentration=main.sensitivity.concentration,
        goalpost_shift=main.sensitivity.goalpost_shift,
        seed=1,
    )
    published = scores_of(con, main).set_index(["level", "place_id", "period"])
    published = published.loc[list(observed.keys.itertuples(index=False, name=None))]
    known = published["score"].notna().to_numpy()
    mine = found["score"].round(DECIMALS).to_numpy()
    assert mine[known].tolist() == published["score"].to_numpy()[known].tolist()
    stands_in = ~observed.direct & ~np.isnan(observed.value)
    assert stands_in[known].any(), "no value of peers"


def test_what_is_varied_has_every_choice(con):
    for method in METHODS:
        for level in uncertainty.SENSITIVITY_LEVELS:
            alone = frame(con, "SELECT * FROM index.perturbations WHERE method = ? AND level = ?", method.id, level)
            left_out = alone[alone["perturbation"] == "left_out"]["item"]
            assert sorted(left_out) == sorted(i.id for i in method.indicators)
            indices = frame(con, "SELECT * FROM index.sobol WHERE method = ? AND level = ?", method.id, level)
            overall = indices[indices["place_id"].isna()]
            assert overall["choice"].is_unique and len(overall) >= 5
            assert alone["period"].eq(LAST).all() and indices["period"].eq(LAST).all()
        assert not con.execute("SELECT 1 FROM index.sensitivity WHERE level NOT IN ('province', 'city')").fetchall()


# ---------------------------------------------------------------- coherence


@pytest.mark.parametrize("method", METHODS, ids=lambda m: m.id)
@pytest.mark.parametrize("level", uncertainty.COHERENCE_LEVELS)
def test_the_audit_of_a_level(con, method: Method, level: str):
    rows = frame(con, "SELECT * FROM index.coherence WHERE method = ? AND level = ?", method.id, level)
    assert rows["period"].eq(LAST).all()
    weight = rows[rows["kind"] == "weight"]
    assert sorted(weight["item"]) == sorted(i.id for i in method.indicators)
    assert weight["value"].sum() == pytest.approx(1.0, abs=1e-6)
    units = scores_of(con, method)
    units = units[(units["level"] == level) & (units["period"] == LAST)]
    assert set(weight["n"]) == {units["rank"].notna().sum()}
    correlations = rows[rows["kind"].str.contains("_") & ~rows["kind"].str.startswith("main")]
    correlations = correlations[correlations["kind"] != "rank_shift"]["value"].dropna()
    assert len(correlations) and correlations.between(-1 - 1e-9, 1 + 1e-9).all()


# ---------------------------------------------------------------- too few for an order


def test_two_units_have_no_order(built_world: Path):
    """Of one place or two nothing is said; the scores are there all the same."""
    [main, *_] = METHODS
    with duckdb.connect() as con:
        con.execute(f"ATTACH '{built_world}' AS old (READ_ONLY)")
        con.execute("CREATE SCHEMA estimates")
        for table in ("indicators", "covariances", "correlations", "shrinkage", "statistics"):
            con.execute(f"CREATE TABLE estimates.{table} AS FROM old.estimates.{table}")
        con.execute("CREATE TABLE courts AS FROM old.courts")
        con.execute("DELETE FROM estimates.indicators WHERE level = 'province' AND place_id = '13'")
        create_schema(con, "index")
        found = score.write_scores(con, main)
        uncertainty.write(con, main, found)
        levels = {n for (n,) in con.execute("SELECT DISTINCT level FROM index.ranks").fetchall()}
        assert levels == {"city", "court"}
        assert "province" not in str(con.execute("FROM index.sensitivity").fetchall())
        ranks = con.execute(
            "SELECT rank FROM index.scores WHERE level = 'province' AND period = ?"
            " AND basis = 'observed' ORDER BY rank",
            [LAST],
        ).fetchall()
        assert ranks == [(1,), (2,)]
