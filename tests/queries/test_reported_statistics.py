"""Stated figures beside computed ones: which are shown, and beside what."""

import csv
import shutil
from datetime import date
from pathlib import Path

import duckdb
import pandas as pd
import pytest

from index_engine import queries
from index_engine.queries import Snapshot

FIGURES = Path(__file__).parents[2] / "data" / "published_figures.csv"
COLUMNS = [
    *("metric", "name", "name_en", "unit_name", "value", "measured_in"),
    *("period_start", "period_end", "basis", "address", "note", "computed", "figure_id"),
]


@pytest.fixture(scope="module")
def snapshot(warehouse: Path, tmp_path_factory: pytest.TempPathFactory):
    """The sample, with a year that one of its courts states of itself."""
    path = tmp_path_factory.mktemp("stated") / "sample.duckdb"
    shutil.copy(warehouse, path)
    with duckdb.connect(str(path)) as con:
        con.execute(
            "INSERT INTO court_periods (court_id, period_start, period_end, closed, closure_rate,"
            " mean_days, source_id)"
            " SELECT court_id, DATE '2023-01-01', DATE '2023-12-31', 850, 0.853, 62.5, 1"
            " FROM courts ORDER BY court_id LIMIT 1"
        )
    with Snapshot(path) as opened:
        yield opened


def expected(level: str, unit: str, first: date, last: date) -> set[str]:
    """Ids of the figures to show, told in plain Python."""
    with FIGURES.open(encoding="utf-8", newline="") as lines:
        rows = [
            row | {key: date.fromisoformat(row[key]) for key in ("period_start", "period_end")}
            for row in csv.DictReader(lines)
            if (row["level"], row["unit"]) == (level, unit)
        ]
    known = [row for row in rows if row["period_start"] <= last]
    shown = set()
    for row in known:
        ends = [
            other["period_end"]
            for other in known
            if (other["metric"], other["unit_name"]) == (row["metric"], row["unit_name"])
        ]
        if row["period_end"] >= first or (max(ends) < first and row["period_end"] == max(ends)):
            shown.add(row["figure_id"])
    return shown


@pytest.mark.parametrize("period", ["2020Q4", "2022Q3", "2024Q4", "2025Q4"])
@pytest.mark.parametrize(
    ("level", "unit"),
    [("nation", "100000"), ("province", "330000"), ("province", "450000"), ("province", "440000"), ("city", "350700")],
)
def test_figures_of_the_period_else_the_latest_before(snapshot: Snapshot, level: str, unit: str, period: str) -> None:
    rows = queries.reported_statistics(snapshot, level, unit, period)
    assert list(rows.columns) == COLUMNS
    assert set(rows["figure_id"]) == expected(level, unit, *snapshot.period_dates(period))


def test_a_computed_value_stands_beside_the_same_formula_place_and_days(snapshot: Snapshot) -> None:
    rows = queries.reported_statistics(snapshot, "province", "510000", "2025Q4").set_index("figure_id")
    figures = queries.statistics(snapshot, "province", "510000", "2025Q4").set_index("statistic")
    closure = figures.loc["closure_rate", "value"]
    assert rows.loc["235", ["metric", "value", "measured_in"]].tolist() == ["closure_rate", 88.39, "%"]
    assert rows.loc["235", "computed"] == pytest.approx(100 * closure)
    assert rows.loc["235", "basis"] == "derived: cases_closed/cases_accepted"
    assert rows.loc[["51", "52", "53"], "computed"].isna().all()
    # A window that ends in another quarter covers other days, though they overlap.
    former = queries.reported_statistics(snapshot, "province", "510000", "2025Q3").set_index("figure_id")
    assert former.loc["235", "computed"] == rows.loc["235", "computed"]
    other = queries.statistics(snapshot, "province", "510000", "2025Q3").set_index("statistic")
    assert other.loc["closure_rate", "value"] != closure


def test_other_definitions_and_periods_have_no_computed_value(snapshot: Snapshot) -> None:
    rows = queries.reported_statistics(snapshot, "nation", "100000", "2025Q4").set_index("metric")
    assert rows.loc["completion_rate", "computed"] > 0
    for metric in ("recovery_rate", "auction_sold_over_listed", "clearance_rate"):
        assert pd.isna(rows.loc[[metric], "computed"]).all()


def test_what_a_court_states_of_itself(snapshot: Snapshot) -> None:
    first = min(unit for level, unit in snapshot._places if level == "court")
    rows = queries.reported_statistics(snapshot, "court", first, "2023Q4").set_index("metric")
    assert list(rows.index) == ["cases_closed", "closure_rate", "mean_days"]
    assert rows["value"].tolist() == pytest.approx([850, 85.3, 62.5])
    assert rows["measured_in"].tolist() == ["件", "%", "天"]
    name = queries.sources(snapshot).set_index("source_id").loc[1, "name"]
    assert rows["address"].tolist() == [name] * 3
    figures = queries.statistics(snapshot, "court", first, "2023Q4").set_index("statistic")["value"]
    mine = rows["computed"].astype(float)
    assert mine["closure_rate"] == pytest.approx(100 * figures["closure_rate"], nan_ok=True)
    assert mine["mean_days"] == pytest.approx(figures["mean_days_closed"], nan_ok=True)


def test_the_sample_says_which_figures_are_real(snapshot: Snapshot) -> None:
    sources = queries.sources(snapshot).set_index("kind")["synthetic"]
    assert not sources["published"]
    assert sources.drop("published").all()
    assert snapshot.synthetic
