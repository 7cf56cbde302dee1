"""The parameters are a coherent whole, and the draws made from them are uniform and independent."""

import tomllib
from typing import Any

import duckdb
import pytest

from index_engine.sample.generator import SQL_FOLDER
from index_engine.sample.parameters import PARAMETERS_FILE, load_parameters

PARAMETERS: dict[str, Any] = tomllib.loads(PARAMETERS_FILE.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def con() -> duckdb.DuckDBPyConnection:
    """A connection that knows the parameters and the macros of draws."""
    con = duckdb.connect()
    load_parameters(con, PARAMETERS_FILE.read_text(encoding="utf-8"))
    con.execute("SET VARIABLE case_key = hash(1)")
    con.execute("SET VARIABLE lot_key = hash(2)")
    con.execute((SQL_FOLDER / "macros.sql").read_text(encoding="utf-8"))
    return con


@pytest.mark.parametrize(
    ("section", "column"),
    [
        ("zhongben_intervals", "share"),
        ("reasons", "share"),
        ("causes", "collateral_share"),
        ("causes", "other_share"),
        ("assets", "share"),
        ("start_levels", "share"),
    ],
)
def test_shares_add_up(section: str, column: str) -> None:
    assert sum(PARAMETERS[section][column]) == pytest.approx(1)


def test_the_closing_mix_of_every_tier_adds_up_and_leaves_room_for_every_path() -> None:
    tiers, cases = PARAMETERS["tiers"], PARAMETERS["cases"]
    for i in range(4):
        mix = [tiers[mode][i] for mode in ("completed", "zhongben", "terminated", "other_closings")]
        assert sum(mix) == pytest.approx(1)
        to_the_end = tiers["collateral"][i] * (1 - cases["collateral_termination_share"])
        assert tiers["completed"][i] > to_the_end * (1 - tiers["unsaleable"][i])
        assert tiers["zhongben"][i] > to_the_end * tiers["unsaleable"][i]


def test_every_year_of_the_window_has_its_trends() -> None:
    assert PARAMETERS["years"]["year"] == list(range(2016, 2027))


def test_a_value_given_twice_is_refused() -> None:
    with duckdb.connect() as con, pytest.raises(ValueError, match="second time"):
        load_parameters(con, "[a]\nx = 1\n[b]\nx = 2\n")


def test_lists_of_a_table_are_of_one_length() -> None:
    with duckdb.connect() as con, pytest.raises(ValueError, match="shorter"):
        load_parameters(con, "[a]\nx = [1, 2]\ny = [1]\n")


def test_draws_are_uniform_and_independent(con: duckdb.DuckDBPyConnection) -> None:
    """Moments, and correlations between streams, neighbours and keys, of 200,000 draws."""
    ((*close_to_zero,),) = con.execute(
        """
        SELECT AVG(a) - 0.5, VAR_POP(a) - 1 / 12.0, CORR(a, b), CORR(a, next), CORR(a, other),
               AVG((a < 0.01)::INTEGER) - 0.01, AVG((a > 0.99)::INTEGER) - 0.01
        FROM (SELECT u(n, 1) AS a, u(n, 2) AS b, u(n + 1, 1) AS next, lot_u(n, 1) AS other
              FROM range(200000) AS numbers(n))
        """
    ).fetchall()
    assert max(map(abs, close_to_zero)) < 0.01


def test_normal_and_poisson(con: duckdb.DuckDBPyConnection) -> None:
    ((mean, variance, kurtosis, count_mean, count_variance),) = con.execute(
        """
        SELECT AVG(x), VAR_POP(x), AVG(x ** 4), AVG(k), VAR_POP(k)
        FROM (SELECT z(n, 1) AS x, poisson(u(n, 3), 0.8) AS k FROM range(1000000) AS numbers(n))
        """
    ).fetchall()
    assert (mean, variance, kurtosis) == pytest.approx((0, 1, 3), abs=0.03)
    assert (count_mean, count_variance) == pytest.approx((0.8, 0.8), abs=0.02)


def test_slots_share_out_the_whole_of_a_draw(con: duckdb.DuckDBPyConnection) -> None:
    con.execute((SQL_FOLDER / "category_slots.sql").read_text(encoding="utf-8"))
    con.execute((SQL_FOLDER / "tier_probabilities.sql").read_text(encoding="utf-8"))
    for table, key in (
        ("asset_slots", "TRUE"),
        ("reason_slots", "TRUE"),
        ("cause_slots", "has_assets"),
        ("zhongben_slots", "tier"),
        ("start_slots", "rates_year"),
        ("lot_slots", "(kind, tier, rates_year)"),
    ):
        groups = con.execute(
            f"SELECT DISTINCT COUNT(*), COUNT(DISTINCT slot), MIN(slot), MAX(slot) FROM {table} GROUP BY {key}"
        ).fetchall()
        assert groups == [(10_000, 10_000, 0, 9_999)], table


@pytest.mark.parametrize(("tier", "per_lot"), [("T1", 0.42), ("T2", 0.30), ("T3", 0.21), ("T4", 0.13)])
def test_the_law_of_a_lot(con: duckdb.DuckDBPyConnection, tier: str, per_lot: float) -> None:
    """Chances add up; sales per lot are a little above what is left after further withdrawals."""
    con.execute((SQL_FOLDER / "tier_probabilities.sql").read_text(encoding="utf-8"))
    ((total, sold),) = con.execute(
        "SELECT SUM(probability), SUM(probability) FILTER (lot_result = 'sold') FROM lot_pathways"
        " WHERE tier = ? AND year = 2024",
        [tier],
    ).fetchall()
    assert total == pytest.approx(1)
    assert per_lot < sold < per_lot + 0.03
