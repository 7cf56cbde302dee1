"""Exceptions as a build stores them: the one court that changed, its city and its province."""

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import duckdb
import pytest

from index_engine import queries
from index_engine.method import load_method
from index_engine.monitoring import exceptions
from index_engine.queries import Snapshot
from tests.changed_court import CHANGED, changed_world
from tests.worlds import Case, World

PERIOD = "2024Q4"


@pytest.fixture(scope="module")
def changed() -> World:
    return changed_world()


@pytest.fixture(scope="module")
def snapshot(changed_court: Path) -> Iterator[Snapshot]:
    with Snapshot(changed_court) as opened:
        yield opened


@pytest.fixture(scope="module")
def withheld(changed_court: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Snapshot]:
    """The same with a least cell that a quarter of the court does not reach."""
    path = tmp_path_factory.mktemp("withheld") / "w.duckdb"
    shutil.copy(changed_court, path)
    with duckdb.connect(path) as con:
        for table in ("index.monitored_series", "index.exceptions", "index.exception_series"):
            con.execute(f"DELETE FROM {table}")
        exceptions.write(con, replace(load_method(), min_cell=50))
    with Snapshot(path) as found:
        yield found


def test_of_a_series_with_a_small_quarter_the_counts_are_withheld_and_its_change_is_told(
    snapshot: Snapshot, withheld: Snapshot
):
    told, found = (queries.exceptions(each, "court", PERIOD).set_index("statistic") for each in (snapshot, withheld))
    assert set(told.index) == set(found.index) == {"zhongben_rate", "completion_rate"}
    assert (told["n_suppression"] == "").all() and (found["n_suppression"] == "secondary").all()
    assert found[["before_n", "after_n"]].isna().all(axis=None)
    for column in ("before", "after"):
        assert found[column].to_dict() == told[column].round(2).to_dict()
    assert found["strength"].to_dict() == told["strength"].to_dict()
    series = queries.exception_series(withheld, "court", PERIOD)
    assert series[["n", "low", "high"]].isna().all(axis=None)
    assert series["value"].isna().any() and series["value"].notna().any()
    assert series["value"].round(2).equals(series["value"]) and series["total"].round(1).equals(series["total"])
    assert series["expected"].notna().all()


def closings(changed: World, courts: set[str], quarters: set[str]) -> list[Case]:
    return [
        case
        for case in changed.cases
        if case.court_id in courts
        and case.closed_on is not None
        and f"{case.closed_on.year}Q{(case.closed_on.month + 2) // 3}" in quarters
    ]


@pytest.mark.parametrize(("level", "unit"), [("court", CHANGED), ("city", "1201"), ("province", "12")])
def test_the_change_is_told_of_the_court_and_the_places_it_is_all_of(
    snapshot: Snapshot, changed: World, level: str, unit: str
):
    found = queries.exceptions(snapshot, level, PERIOD)
    assert set(found["place_id"]) == {unit}
    rows = found.set_index("statistic")
    assert rows.loc["zhongben_rate", "direction"] == "up"
    assert rows.loc["completion_rate", "direction"] == "down"
    row = rows.loc["zhongben_rate"]
    assert row["since"] == "2024Q3"
    assert row["signalled"] in ("2024Q3", "2024Q4")
    assert row["strength"] > 1
    since = closings(changed, {CHANGED}, {"2024Q3", "2024Q4"})
    assert row["after_n"] == len(since)
    share = sum(case.close_mode == "zhongben" for case in since) / len(since)
    assert row["after"] == pytest.approx(share, abs=1e-6)
    past = {f"{year}Q{quarter}" for year in (2021, 2022, 2023) for quarter in range(1, 5)}
    past -= {"2021Q1"}  # too few closings: cases were filed from its first day on
    before = closings(changed, {CHANGED}, past)
    assert row["before_n"] == len(before)
    assert row["baseline"] == len(past)
    assert row["before"] == pytest.approx(0.33, abs=0.06)


def test_before_the_change_there_was_none(snapshot: Snapshot):
    for level in ("province", "city", "court"):
        assert queries.exceptions(snapshot, level, "2024Q2").empty


def test_the_series_behind_a_signal(snapshot: Snapshot, changed: World):
    rows = queries.exception_series(snapshot, "court", PERIOD)
    mine = rows[(rows["place_id"] == CHANGED) & (rows["statistic"] == "zhongben_rate")]
    assert mine["quarter"].iloc[0] == "2021Q1"
    assert mine["quarter"].iloc[-1] == PERIOD
    for line in mine.itertuples(index=False):
        closed = closings(changed, {CHANGED}, {line.quarter})
        assert line.n == len(closed)
        share = sum(case.close_mode == "zhongben" for case in closed) / len(closed)
        assert line.value == pytest.approx(share, abs=1e-6)
        assert line.low < line.expected < line.high
    assert mine["total"].isna().tolist() == [True] * 12 + [False] * 4
    assert mine["total"].iloc[-1] > mine["alarm"].iloc[-1]


def test_how_much_was_watched_and_what_chance_would_find(snapshot: Snapshot):
    watched = queries.monitoring_summary(snapshot, PERIOD).set_index(["level", "statistic"])
    assert watched.loc[("court", "zhongben_rate"), "series"] == 4
    assert watched.loc[("court", "zhongben_rate"), "expected"] == pytest.approx(0.004)
    assert watched.loc[("court", "zhongben_rate"), "signals"] == 1
    assert watched.loc[("court", "closure_rate"), "signals"] == 0
    assert queries.monitoring_summary(snapshot, "2022Q4").empty  # eight quarters: four watched, four of a baseline


def test_what_is_watched_has_a_name(snapshot: Snapshot):
    for figure in queries.monitoring_summary(snapshot, PERIOD)["statistic"].unique():
        assert queries.monitored_entry(snapshot, figure).name["en"]


# ---------------------------------------------------------------- local and other creditors


def test_creditors_who_fare_alike_have_no_gap(snapshot: Snapshot):
    rows = queries.creditor_gaps(snapshot, "province", PERIOD, "cash_24m")
    known = rows[rows["status"] == "estimated"]
    assert len(known) >= 2
    assert ((known["gap_low"] < 0) & (known["gap_high"] > 0)).all()
    assert known["gap"].to_list() == pytest.approx((known["local"] - known["non_local"]).to_list())
