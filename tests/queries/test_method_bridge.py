"""The method before beside the one in force: on the same cases, of regions, as observed."""

import duckdb
import pandas as pd
import pytest

from index_engine import queries
from index_engine.method import load_method, load_superseded
from index_engine.queries import Snapshot

MAIN = load_method()
[BEFORE] = load_superseded(MAIN)


@pytest.fixture
def con(snapshot: Snapshot) -> duckdb.DuckDBPyConnection:
    return snapshot.cursor()


def test_it_names_its_successor_and_is_none_of_the_methods_in_force(snapshot: Snapshot) -> None:
    assert BEFORE.superseded_by == MAIN.id and BEFORE.is_superseded and not MAIN.is_superseded
    assert list(snapshot.superseded) == [BEFORE.id]
    assert BEFORE.id not in snapshot.methods
    assert BEFORE.events == MAIN.events and BEFORE.claim_cap_quantile == MAIN.claim_cap_quantile


def test_regions_have_its_scores_as_observed_and_nothing_else(con: duckdb.DuckDBPyConnection) -> None:
    levels = con.execute("SELECT DISTINCT level, basis FROM index.scores WHERE method = ?", [BEFORE.id]).fetchall()
    assert sorted(levels) == [("city", "observed"), ("nation", "observed"), ("province", "observed")]
    for table in ("ranks", "sensitivity", "coherence"):
        assert con.execute(f"SELECT count(*) FROM index.{table} WHERE method = ?", [BEFORE.id]).fetchall() == [(0,)]


def test_an_estimate_that_both_have_is_one(con: duckdb.DuckDBPyConnection) -> None:
    columns = "level, place_id, period, indicator, value, se, n"
    where = "FROM estimates.indicators WHERE basis = 'observed' AND level <> 'court' AND indicator IN"
    shared = ("cash_24m", "months_to_cash", "listed_12m", "zhongben_24m", "lot_sold_12m", "price_ratio")
    before, now = (
        con.execute(f"SELECT {columns} {where} {shared} AND method = ? ORDER BY ALL", [method]).df()
        for method in (BEFORE.id, MAIN.id)
    )
    assert len(before) > 100
    # Of a check, fewer than the least cell are not told.
    assert before.drop(columns="n").equals(now.drop(columns="n"))


@pytest.mark.parametrize(("level", "place_id"), [("nation", "CN"), ("province", "12")])
def test_the_bridge_is_the_scores_of_both(
    snapshot: Snapshot, con: duckdb.DuckDBPyConnection, level: str, place_id: str
) -> None:
    found = queries.method_bridge(snapshot, level, place_id, BEFORE.id)
    assert found["period"].is_monotonic_increasing and len(found) > 2
    for row in found.itertuples():
        for method, score, rank in ((MAIN.id, row.score, row.rank), (BEFORE.id, row.other_score, row.other_rank)):
            rows = con.execute(
                "SELECT place_id, score FROM index.scores WHERE method = ? AND basis = 'observed' AND level = ?"
                " AND period = ?",
                [method, level, row.period],
            ).df()
            mine = rows.set_index("place_id").loc[place_id, "score"]
            assert score == mine
            if level == "nation":
                assert pd.isna(rank)
            elif row.n_ranked == rows["score"].notna().sum():
                assert rank == 1 + (rows["score"] > mine).sum()


def test_no_such_method(snapshot: Snapshot) -> None:
    with pytest.raises(KeyError):
        queries.method_bridge(snapshot, "nation", "CN", "enforcement-credit-0")
