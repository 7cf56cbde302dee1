"""What courts and others state of themselves: its rules, its metrics and the figures that come
with the project."""

import calendar
import csv
import hashlib
import tomllib
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest

from index_engine.importing.contract import read_contract
from index_engine.importing.reference_data import load_reference_data
from index_engine.importing.validation.load import load_rows
from index_engine.importing.validation.rules import applicable_row_rules
from index_engine.method import load_method
from index_engine.warehouse.file import SCHEMA_FILE
from index_engine.warehouse.reported_metrics import read_metrics
from tests.importing.conftest import Stage
from tests.importing.rows import source

D = date
DATA = Path(__file__).parents[2] / "data"
FIGURES = DATA / "published_figures.csv"
KINDS = ("court_periods", "published")
YEAR_END = D(2023, 12, 31)


def stated(end: date = YEAR_END, **changes: Any) -> dict[str, Any]:
    """A year of a court that adds up in every way."""
    return {
        "court_id": "K1",
        "period_start": D(2023, 1, 1),
        "period_end": end,
        "opening_stock": 200,
        "filed": 800,
        "accepted": 1000,
        "closed": 850,
        "completed": 340,
        "zhongben": 300,
        "pending": 150,
        "closure_rate": 0.85,
        "completion_rate": 0.4,
        "recovery_rate": 0.5,
        "claim_amount": 200_000,
        "recovered_amount": 100_000,
        "lots_listed": 50,
        "lots_sold": 20,
        "price_to_principal": 0.073,
        "price_to_claim": 0.048,
        "mean_days": 62.5,
    } | changes


def published(figure_id: str = "f1", **changes: Any) -> dict[str, Any]:
    return {
        "figure_id": figure_id,
        "level": "province",
        "unit": "44",
        "unit_name": "甲省法院",
        "period_start": D(2023, 1, 1),
        "period_end": D(2023, 12, 31),
        "metric": "closure_rate",
        "value": 85.36,
        "measured_in": "%",
        "basis": "reported",
        "address": "https://example.org/a",
    } | changes


NO_COUNTS = dict.fromkeys(("opening_stock", "filed", "accepted", "closed", "completed", "zhongben"))
NO_COUNTS |= {"pending": None}
RATES = {"closure_rate": None, "completion_rate": None}

# (kind, rule, field) -> the change that breaks it, and one that only just does not.
CASES: dict[tuple[str, str, str], tuple[dict[str, Any], dict[str, Any]]] = {
    ("court_periods", "ended_before_begun", "period_end"): (
        {"period_end": D(2022, 12, 31)},
        {"period_end": D(2023, 1, 1)},
    ),
    ("court_periods", "negative_amount", "mean_days"): ({"mean_days": -1}, {"mean_days": 0}),
    ("court_periods", "negative_amount", "claim_amount"): (
        {"claim_amount": -1, "recovered_amount": None},
        {"claim_amount": 0, "recovered_amount": None},
    ),
    ("court_periods", "negative_amount", "recovered_amount"): (
        {"recovered_amount": -1, "recovery_rate": None},
        {"recovered_amount": 0, "recovery_rate": None},
    ),
    ("court_periods", "negative_amount", "price_to_principal"): (
        {"price_to_principal": -1, "price_to_claim": None},
        {"price_to_principal": 0, "price_to_claim": None},
    ),
    ("court_periods", "negative_amount", "price_to_claim"): ({"price_to_claim": -1}, {"price_to_claim": 0}),
    ("court_periods", "not_a_share", "closure_rate"): (
        {"closure_rate": 85} | NO_COUNTS,
        {"closure_rate": 1} | NO_COUNTS,
    ),
    ("court_periods", "not_a_share", "completion_rate"): (
        {"completion_rate": 40, "completed": None},
        {"completion_rate": 1, "completed": None},
    ),
    ("court_periods", "not_a_share", "recovery_rate"): (
        {"recovery_rate": 1.01, "claim_amount": None},
        {"recovery_rate": 1, "claim_amount": None},
    ),
    # The report of 2024Q4 as it was copied: 7.3 % and 4.8 % under each other's names.
    ("court_periods", "swapped_columns", "price_to_principal"): (
        {"price_to_principal": 0.048, "price_to_claim": 0.073},
        {"price_to_principal": 0.048, "price_to_claim": 0.048},
    ),
    ("court_periods", "more_closed_than_accepted", "closed"): (
        {"closed": 1001, "pending": None} | RATES,
        {"closed": 1000, "pending": 0} | RATES,
    ),
    ("court_periods", "more_ended_than_closed", "closed"): (
        {"completed": 551, "completion_rate": None},
        {"completed": 550, "completion_rate": None},
    ),
    ("court_periods", "accepted_off", "accepted"): (
        {"filed": 799, "closure_rate": None},
        {"filed": None, "closure_rate": None},
    ),
    ("court_periods", "pending_off", "pending"): ({"pending": 149}, {"pending": 150}),
    ("court_periods", "closure_rate_off", "closure_rate"): ({"closure_rate": 0.86}, {"closure_rate": 0.85}),
    ("court_periods", "clearance_as_closure", "closure_rate"): (
        {"closure_rate": 1.0625},  # 850 / 800
        {"closure_rate": 0.85},
    ),
    ("court_periods", "completion_rate_off", "completion_rate"): ({"completion_rate": 0.39}, {"completion_rate": 0.4}),
    ("court_periods", "recovery_rate_off", "recovery_rate"): ({"recovery_rate": 0.51}, {"recovery_rate": 0.5}),
    ("court_periods", "more_sold_than_listed", "lots_sold"): ({"lots_sold": 51}, {"lots_sold": 50}),
    ("published", "unknown_level", "level"): ({"level": "county"}, {"level": "city"}),
    ("published", "unknown_metric", "metric"): ({"metric": "success"}, {"metric": "mean_days"}),
    ("published", "ended_before_begun", "period_end"): ({"period_end": D(2022, 12, 31)}, {"period_end": D(2023, 1, 1)}),
    ("published", "negative_amount", "value"): ({"value": -1}, {"value": 0}),
    ("published", "no_address", "address"): ({"address": " "}, {"address": "中国法律年鉴2016"}),
    ("published", "not_a_code", "figure_id"): ({"figure_id": "张三 2022"}, {"figure_id": "court-2022.closed_rate"}),
    ("published", "over_100_percent", "value"): ({"value": 100.01}, {"value": 106.25, "metric": "clearance_rate"}),
    ("published", "unplaced", "unit"): ({"unit": None}, {"unit": "K2", "level": "court"}),
}
for _name in ("opening_stock", "filed", "accepted", "closed", "completed", "zhongben", "pending"):
    CASES["court_periods", "negative_count", _name] = (NO_COUNTS | RATES | {_name: -1}, NO_COUNTS | RATES | {_name: 0})
for _name in ("lots_listed", "lots_sold"):
    _none = dict.fromkeys(("lots_listed", "lots_sold"))
    CASES["court_periods", "negative_count", _name] = (_none | {_name: -1}, _none | {_name: 0})
for _kind in KINDS:
    for _field in read_contract(_kind).fields:
        if _field.required:
            CASES[_kind, "missing", _field.name] = ({_field.name: None}, {})
CASES["court_periods", "unknown_court", "court_id"] = ({"court_id": "K9"}, {"court_id": "K2"})


def rows_of(kind: str, bad: dict[str, Any], near: dict[str, Any]) -> list[dict[str, Any]]:
    if kind == "published":
        return [published("a"), published("b") | bad, published("c") | near, published("d")]
    ends = (D(2023, 3, 31), D(2023, 6, 30), D(2023, 9, 30), D(2023, 12, 31))
    return [stated(ends[0]), stated(ends[1]) | bad, stated(ends[2]) | near, stated(ends[3])]


@pytest.mark.parametrize(("kind", "rule", "field"), CASES, ids=map("-".join, CASES))
def test_rule_fires_on_its_row_alone(
    con: duckdb.DuckDBPyConnection, stage: Stage, kind: str, rule: str, field: str
) -> None:
    bad, near = CASES[kind, rule, field]
    load_rows(con, stage(kind, rows_of(kind, bad, near)), source(kind))
    found = con.execute("SELECT row_no, rule, field FROM rejects ORDER BY ALL").fetchall()
    assert found == [(2, rule, field)]


def test_no_rule_is_without_an_example() -> None:
    rules = {(r.kind, r.id, r.field) for kind in KINDS for r in applicable_row_rules(read_contract(kind), "CN")}
    assert rules == set(CASES)


@pytest.mark.parametrize("kind", KINDS)
def test_what_adds_up_is_kept(con: duckdb.DuckDBPyConnection, stage: Stage, kind: str) -> None:
    outcome = load_rows(con, stage(kind, rows_of(kind, {}, {})), source(kind))
    assert (outcome.accepted_rows, outcome.rejection_counts, outcome.warning_counts, outcome.note_counts) == (
        4,
        {},
        {},
        {},
    )


@pytest.mark.parametrize(
    ("closed", "accepted", "rate", "fires"),
    [
        (1058, 2380, 0.4445, False),  # 44.454 %, rounded to hundredths
        (1575, 1960, 0.8035, False),  # 80.357 %, cut off
        (1575, 1960, 0.8036, False),
        (1575, 1960, 0.804, False),  # tenths
        (1575, 1960, 0.80, False),  # whole percent
        (1575, 1960, 0.81, True),
        (20934, 23805, 0.8784, True),  # 87.94 %: a slip in the report
        (0, 0, 0.0, False),  # nothing to hold it against
    ],
)
def test_rates_may_be_rounded_or_cut_off(
    con: duckdb.DuckDBPyConnection, stage: Stage, closed: int, accepted: int, rate: float, fires: bool
) -> None:
    row = {
        "court_id": "K1",
        "period_start": D(2023, 1, 1),
        "period_end": D(2023, 12, 31),
        "closed": closed,
        "accepted": accepted,
        "closure_rate": rate,
    }
    outcome = load_rows(con, stage("court_periods", [row]), source("court_periods"))
    assert outcome.warning_counts == ({"closure_rate_off": 1} if fires else {})


def test_swapped_columns_say_how_to_mend_them(con: duckdb.DuckDBPyConnection, stage: Stage) -> None:
    row = stated(price_to_principal=0.048, price_to_claim=0.073)
    outcome = load_rows(con, stage("court_periods", [row]), source("court_periods"))
    assert (outcome.accepted_rows, outcome.rejection_counts) == (0, {"swapped_columns": 1})
    assert con.execute("SELECT message FROM rejects").fetchall() == [
        (
            "price_to_principal 0.048000 is below price_to_claim 0.073000: the two columns are"
            " swapped; exchange them in the mapping",
        )
    ]


# ------------------------------------------------------------------------------------- metrics


def test_every_column_that_courts_state_has_one_metric() -> None:
    given = {m.column for m in read_metrics().values()} - {None}
    keys = {"court_id", "period_start", "period_end"}
    assert given == set(read_contract("court_periods").field_names) - keys
    assert all((m.column is None) == (m.measured_in is None) for m in read_metrics().values())


def test_metrics_name_figures_of_the_method_and_speak_both_languages() -> None:
    figures = {figure.id for figure in load_method().statistics}
    for metric in read_metrics().values():
        assert metric.same_as is None or (metric.same_as in figures and not metric.apart)
        for text in (metric.name, metric.definition, metric.apart):
            assert set(text) in ({"zh_Hans", "en"}, set())
        assert metric.name and metric.definition


# --------------------------------------------------------------------------- published_figures.csv


def figures() -> list[dict[str, str]]:
    with FIGURES.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def test_the_figures_are_acceptable_and_placed() -> None:
    with duckdb.connect() as con:
        con.execute(SCHEMA_FILE.read_text(encoding="utf-8"))
        load_reference_data(con)
        [counts] = con.execute("SELECT rows, rejected FROM sources WHERE kind = 'published'").fetchall()
        assert counts == (len(figures()), 0)
        assert con.execute("SELECT * FROM rejects").fetchall() == []


def test_the_sidecar_tells_of_the_file() -> None:
    said = tomllib.loads(FIGURES.with_name(FIGURES.name + ".source.toml").read_text(encoding="utf-8"))
    content = FIGURES.read_bytes()
    assert said["outputs"] == [
        {"path": FIGURES.name, "bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}
    ]


def test_the_figures_are_those_that_were_transcribed(shared: Path) -> None:
    with (shared / "reference" / "published_figures.csv").open(encoding="utf-8") as lines:
        given = {row["id"]: row for row in csv.DictReader(lines)}
    assert [row["figure_id"] for row in figures()] == list(given)
    for row in figures():
        before = given[row["figure_id"]]
        year, month = map(int, before["period_end"].split("-"))
        assert row["period_start"] == before["period_start"] + "-01"
        assert row["period_end"] == str(D(year, month, calendar.monthrange(year, month)[1]))
        assert float(row["value"]) == float(before["value"])
        for new, old in (
            ("unit_name", "unit_name"),
            ("measured_in", "unit"),
            ("basis", "basis"),
            ("address", "source_url"),
            ("note", "note"),
        ):
            assert row[new] == before[old]
        assert row["level"] in before["level"]
