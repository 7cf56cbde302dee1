"""Answers read back against the tables of the build: the errors, the quarter and the ends of an
interval are those that are stored."""

from pathlib import Path
from statistics import NormalDist

import duckdb
import pandas as pd
import pytest

from index_engine import queries
from index_engine.queries import Snapshot

PERIOD, YEAR_BEFORE = "2024Q3", "2023Q3"


@pytest.fixture(scope="module")
def con(built_world: Path):
    with duckdb.connect(built_world, read_only=True) as con:
        yield con


def stored(con: duckdb.DuckDBPyConnection, table: str, where: str, *values: str) -> pd.DataFrame:
    return con.execute(f"SELECT * FROM {table} WHERE {where}", list(values)).df()


@pytest.mark.parametrize("level", ["nation", "province", "city", "court"])
def test_the_gap_of_creditors_has_its_own_error_on_either_basis(
    snapshot: Snapshot, con: duckdb.DuckDBPyConnection, level: str
) -> None:
    z = NormalDist().inv_cdf(0.975)
    found = queries.creditor_gaps(snapshot, level, PERIOD, "cash_24m").set_index("place_id")
    n_compared = 0
    for basis, prefix, gap in (("observed", "gap", "gap"), ("adjusted", "adjusted", "adjusted_gap")):
        where = "basis = ? AND level = ? AND period = ? AND indicator = 'cash_24m' AND gap IS NOT NULL"
        rows = stored(con, "estimates.creditor_gaps", where, basis, level, PERIOD)
        for row in rows.itertuples():
            answer = found.loc[row.place_id]
            assert row.gap_se > 0
            assert answer[gap] == pytest.approx(row.gap)
            assert answer[f"{prefix}_low"] == pytest.approx(row.gap - z * row.gap_se)
            assert answer[f"{prefix}_high"] == pytest.approx(row.gap + z * row.gap_se)
            n_compared += 1
    assert n_compared >= 2


def test_a_change_is_on_the_same_quarter_a_year_before(snapshot: Snapshot, con: duckdb.DuckDBPyConnection) -> None:
    method = snapshot.main.id
    where = "method = ? AND basis = 'observed' AND level = 'province' AND place_id = '13' AND period = ?"
    table = queries.change_decomposition(snapshot, "province", "13", PERIOD).set_index("item")
    values = {}
    for period in (YEAR_BEFORE, PERIOD, "2023Q2", "2023Q4"):
        score = stored(con, "index.scores", where, method, period)["score"].item()
        rows = stored(con, "estimates.indicators", where, method, period).set_index("indicator")
        values[period] = pd.concat([pd.Series({"score": score}), rows["value"]])[table.index]
    assert table["before"].to_list() == pytest.approx(values[YEAR_BEFORE].to_list(), nan_ok=True)
    assert table["now"].to_list() == pytest.approx(values[PERIOD].to_list(), nan_ok=True)
    for other in ("2023Q2", "2023Q4"):
        assert not values[other].equals(values[YEAR_BEFORE])


def test_no_end_of_an_interval_is_below_0_or_a_share_above_1(
    snapshot: Snapshot, con: duckdb.DuckDBPyConnection
) -> None:
    """Small courts have errors wide enough to lead there."""
    z, n_cut = NormalDist().inv_cdf(0.975), 0
    for indicator in snapshot.method.indicators:
        upper = 1.0 if indicator.unit == "share" else float("inf")
        for period in snapshot.periods():
            where = "method = ? AND basis = 'observed' AND level = 'court' AND period = ? AND indicator = ?"
            rows = stored(
                con, "estimates.published_indicators", where, snapshot.main.id, period, indicator.id
            ).set_index("place_id")
            found = queries.indicator_values(snapshot, "court", period, indicator.id).set_index("place_id")
            for place_id, row in rows[rows["value"].notna()].iterrows():
                low, high = row["value"] - z * row["se"], row["value"] + z * row["se"]
                n_cut += low < 0 or high > upper
                answer = found.loc[place_id]
                assert answer["low"] == pytest.approx(max(low, 0.0), abs=1e-12)
                assert answer["high"] == pytest.approx(min(high, upper))
    assert n_cut > 0, "no interval that has to be cut"
