"""The method on synthetic courts with known truth: it must find the order that was put in, and it
must not be fooled by a court that closes cases unpaid (domain: sections 3.5 and 9)."""

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import duckdb
import pytest

from index_engine import queries
from index_engine.build import build
from index_engine.method.read import builtin_methods
from index_engine.queries import Snapshot
from index_engine.sample import generate
from index_engine.warehouse import file as warehouse_file
from tests.sample_world import sample_cities
from tests.warehouses import shared_warehouse

TIERS = ("T1", "T2", "T3", "T4")
OFFICIAL = "official-1"
PERIODS = ("2019Q4", "2021Q4", "2023Q4", "2025Q4")
# Each tier becomes one province, and the two gaming courts a province of their own: whole tiers are
# compared, with all their cases, and not whichever province happens to be large.
REGROUP = """
CREATE TEMP TABLE truth AS
SELECT place_id, CASE WHEN role = 'gamed' THEN 'gamed' ELSE tier END AS tier
FROM sample_truth WHERE level = 'court';
DELETE FROM regions WHERE level <> 'nation';
INSERT INTO regions (code, level, name, parent)
SELECT tier, 'province', tier, '100000' FROM (SELECT DISTINCT tier FROM truth);
UPDATE courts SET region = (SELECT tier FROM truth WHERE place_id = court_id);
DROP TABLE truth;
"""


def regrouped(path: Path, *, gaming: bool) -> None:
    generate(path, cases=240_000, gaming=gaming, cities=sample_cities())
    with warehouse_file.writable_copy(path) as con:
        con.execute(REGROUP)
    build(path, builtin_methods())  # named, so that the methods they came in place of are left out


@pytest.fixture(scope="module")
def gamed() -> Iterator[Snapshot]:
    path = shared_warehouse("gamed", lambda path: regrouped(path, gaming=True))
    with Snapshot(path) as snapshot:
        yield snapshot


@pytest.fixture(scope="module")
def honest() -> Iterator[Snapshot]:
    """The same world and the same cases, with the two courts keeping open what is unpaid."""
    path = shared_warehouse("honest", lambda path: regrouped(path, gaming=False))
    with Snapshot(path) as snapshot:
        yield snapshot


def row(snapshot: Snapshot, unit: str, period: str) -> dict[str, float]:
    rows = queries.scores(snapshot, "province", period).set_index("place_id")
    found: dict[str, float] = rows.loc[unit].to_dict()
    return found


@pytest.mark.parametrize("period", PERIODS)
def test_tiers_rank_in_the_order_that_was_put_in(gamed: Snapshot, period: str) -> None:
    found = [row(gamed, tier, period) for tier in TIERS]
    for better, worse in pairwise(found):
        assert better["score"] > worse["score"]
        assert better["low"] > worse["high"], "and the intervals of whole tiers do not even touch"
    # The most telling dimension too, not only the whole.
    assert [r["closure"] for r in found] == sorted((r["closure"] for r in found), reverse=True)


@pytest.mark.parametrize("period", PERIODS[1:])
def test_gaming_lowers_the_score_though_official_figures_improve(
    gamed: Snapshot, honest: Snapshot, period: str
) -> None:
    """60 % of the open cases turned into 终本: the official figures cheer, the score falls."""
    fooled, plain = (row(s, "gamed", period) for s in (gamed, honest))
    assert fooled["score"] < plain["score"]
    official = [
        queries.statistics(s, "province", "gamed", period).set_index("statistic")["value"] for s in (gamed, honest)
    ]
    assert official[0]["closure_rate"] > official[1]["closure_rate"]
    assert official[0]["mean_days_closed"] < official[1]["mean_days_closed"]
    cash = [
        queries.indicators(s, "province", "gamed", period).set_index("indicator")["value"]["cash_24m"]
        for s in (gamed, honest)
    ]
    assert cash[0] < cash[1]


@pytest.mark.parametrize("period", PERIODS[1:])
def test_the_official_method_is_fooled_and_the_index_is_not(gamed: Snapshot, honest: Snapshot, period: str) -> None:
    """The same region, honest and gamed: it rises by official definitions and falls by ours."""
    with Snapshot(gamed.path, OFFICIAL) as fooled, Snapshot(honest.path, OFFICIAL) as plain:
        by_official = [row(s, "gamed", period) for s in (fooled, plain)]
    ours = [row(s, "gamed", period)["score"] for s in (gamed, honest)]
    # Auctions are left out: the gamed region has a third of the lots, so chance alone parts them.
    for dimension in ("cycle", "closure"):
        assert by_official[0][dimension] > by_official[1][dimension]
    assert ours[0] < ours[1]
    # So the two methods part over it more than over any honest province.
    compared = queries.method_comparison(gamed, "province", period, OFFICIAL).set_index("place_id")
    apart = compared["other_score"] - compared["score"]
    assert apart["gamed"] == apart.max()


def test_the_checks_see_what_the_official_figures_hide(gamed: Snapshot, honest: Snapshot) -> None:
    found, plain = (queries.checks(s, "province", "gamed", "2025Q4").set_index("check") for s in (gamed, honest))
    for check in ("zhongben_share", "zhongben_resumed_24m"):
        assert found.loc[check, "status"] == "estimated"
    assert found.loc["zhongben_share", "low"] > plain.loc["zhongben_share", "high"]
    tier = queries.checks(gamed, "province", "T3", "2025Q4").set_index("check")
    assert found.loc["zhongben_share", "low"] > tier.loc["zhongben_share", "high"]


def test_the_two_worlds_differ_in_the_gaming_courts_alone(gamed: Snapshot, honest: Snapshot) -> None:
    for tier in ("T1", "T2", "T4"):
        assert row(gamed, tier, "2025Q4")["score"] == row(honest, tier, "2025Q4")["score"]


def test_the_courts_that_reformed_are_the_exceptions(honest: Snapshot) -> None:
    """More of their debtors pay from January 2025 on; elsewhere nothing changed then."""
    with duckdb.connect(honest.path, read_only=True) as con:
        truth = con.execute("SELECT place_id FROM sample_truth WHERE role = 'reformed'").fetchall()
    found = queries.exceptions(honest, "court", "2025Q4")
    found = found[found["statistic"].isin(["completion_rate", "zhongben_rate"])]
    reformed = found["place_id"].isin({unit for (unit,) in truth})
    assert reformed.any()
    assert found[reformed].set_index("statistic")["direction"].to_dict() == {
        "completion_rate": "up",
        "zhongben_rate": "down",
    }
    assert set(found[reformed]["since"]) <= {"2025Q1", "2025Q2", "2025Q3"}
    assert (~reformed).sum() <= 1, "by chance, of some hundred series"
