"""Every rule fires on a row made to break it, there only, and not on the row just inside it."""

import runpy
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest

from index_engine.importing.contract import read_contract
from index_engine.importing.validation.load import load_rows
from index_engine.importing.validation.rules import applicable_row_rules, cross_row_rules
from tests.importing.breaches import BREACHES, D
from tests.importing.conftest import Stage
from tests.importing.rows import case, court, lot, region, source

# What the contract itself asks: a missing field, an unknown code, an unknown court or region.
KINDS = ("regions", "courts", "court_names", "cases", "auctions")  # the others: test_stated.py
CASES = dict(BREACHES)
for _kind in KINDS:
    for _field in read_contract(_kind).fields:
        _nothing: dict[str, Any] = {}
        if _field.required:
            CASES[_kind, "missing", _field.name] = ({_field.name: None}, _nothing)
        if _field.codes:
            CASES[_kind, "unknown_code", _field.name] = ({_field.name: "nonsense"}, _nothing)
CASES["cases", "unknown_court", "court_id"] = ({"court_id": "K9"}, {"court_id": "K2"})
CASES["cases", "unknown_court", "successor_court_id"] = ({"successor_court_id": "K9"}, {"successor_court_id": None})
CASES["auctions", "unknown_court", "court_id"] = ({"court_id": "K9"}, {"court_id": "K2"})
CASES["court_names", "unknown_court", "court_id"] = ({"court_id": "K9"}, {"court_id": "K2"})
CASES["courts", "unknown_region", "region"] = ({"region": "99"}, {"region": "CN"})


GOOD_NAMES = ("first", "bad", "good", "last")


def good(kind: str, name: str) -> dict[str, Any]:
    return {
        "cases": lambda: case(name),
        "auctions": lambda: lot(name),
        "courts": lambda: court(f"k{GOOD_NAMES.index(name)}"),
        "court_names": lambda: {"court_id": "K1", "name": f"粤0{GOOD_NAMES.index(name)}"},
        "regions": lambda: region(f"44010{GOOD_NAMES.index(name)}", "county", "4401"),
    }[kind]()


@pytest.mark.parametrize(("kind", "rule", "field"), CASES, ids=map("-".join, CASES))
def test_rule_fires_on_its_row_alone(
    con: duckdb.DuckDBPyConnection, stage: Stage, kind: str, rule: str, field: str
) -> None:
    bad, near = CASES[kind, rule, field]
    rows = [good(kind, "first"), good(kind, "bad") | bad, good(kind, "good") | near, good(kind, "last")]
    load_rows(con, stage(kind, rows), source(kind))
    across = [rule.id for rule in cross_row_rules()]
    found = con.execute("SELECT row_no, rule, field FROM rejects WHERE NOT list_contains(?, rule)", [across]).fetchall()
    assert found == [(2, rule, field)]


def test_no_rule_is_without_an_example() -> None:
    rules = {
        (rule.kind, rule.id, rule.field) for kind in KINDS for rule in applicable_row_rules(read_contract(kind), "CN")
    }
    assert rules <= set(CASES)
    # Beyond the rules of rows stand those that need the whole tree.
    assert {rule for _, rule, _ in set(CASES) - rules} == {"second_nation", "unknown_parent"}


FOREIGN = {
    ("regions", "code"): ("BR-SP-Águas-de-Lindóia", "+55 11 91234-5678"),
    ("regions", "parent"): ("CN", "138.0013.8000"),
    ("regions", "name"): ("Águas de Lindóia", "CPF 123.456.789-09"),
    ("regions", "name_hant"): ("甲", "粤B12345"),
    ("regions", "name_en"): ("Jia", "a@b.example"),
    ("regions", "pinyin"): ("jia j", "13800138000"),
    ("courts", "court_id"): ("8.26.0445", "123.456.789-09"),
    ("courts", "code"): ("8.26.0445", "粤B12345"),
    ("courts", "parent"): ("K1", "138 0013 8000"),
    ("courts", "name"): ("Foro Regional XII - Nossa Senhora do Ó", "6222 0212 3456"),
    ("courts", "name_en"): ("Court of Jia (2nd)", "+86"),
    ("courts", "pinyin"): ("jia", "13800138000"),
    ("court_names", "name"): ("8.26.0445", "123.456.789-09"),
}


@pytest.mark.parametrize(("kind", "field"), FOREIGN)
def test_registers_of_another_country_hold_no_numbers_of_people(
    con: duckdb.DuckDBPyConnection, stage: Stage, kind: str, field: str
) -> None:
    near, bad = FOREIGN[kind, field]
    rows = [good(kind, "first") | {field: near}, good(kind, "bad") | {field: bad}]
    load_rows(con, stage(kind, rows), source(kind, law="BR"))
    found = con.execute("SELECT row_no, field FROM rejects WHERE rule LIKE 'number_in_%'").fetchall()
    assert found == [(2, field)]


def test_messages_show_the_values_they_speak_of(con: duckdb.DuckDBPyConnection, stage: Stage) -> None:
    rows = [case(closed_on=D(2022, 1, 2)), case("c2", court_id="K9"), case("c3", close_mode="lost")]
    load_rows(con, stage("cases", rows), source("cases"))
    assert con.execute("SELECT value, message FROM rejects ORDER BY row_no").fetchall() == [
        ("2022-01-02", "closed on 2022-01-02, before it was filed on 2022-01-10"),
        ("‹2 characters›", "there is no court ‹2 characters› in the warehouse; import its court first"),
        (
            "‹4 characters›",
            "‹4 characters› is no code of close_mode: completed, zhongben, terminated, cancelled, refused, rejected",
        ),
    ]


def test_findings_worth_knowing_are_noted(con: duckdb.DuckDBPyConnection, stage: Stage) -> None:
    outcome = load_rows(con, stage("cases", [case(close_mode=None)]), source("cases"))
    assert (outcome.accepted_rows, outcome.warning_counts, outcome.note_counts) == (1, {}, {"closed_without_mode": 1})


def test_chinese_limits_bind_chinese_sources_only(con: duckdb.DuckDBPyConnection, stage: Stage) -> None:
    breaches = lot(start_price=100, final_price=90, ended_on=D(2022, 1, 11))
    outcome = load_rows(con, stage("auctions", [breaches]), source("auctions", law="BR"))
    assert (outcome.accepted_rows, outcome.warning_counts) == (1, {})
    breaches["lot_id"] = "l2"
    outcome = load_rows(con, stage("auctions", [breaches]), source("auctions"))
    assert outcome.warning_counts == {"notice_too_short": 1, "sold_below_start": 1, "start_below_70_percent": 1}


@pytest.mark.parametrize(
    ("asset_class", "stage_", "days"),
    [("vehicle", "first", 15), ("land", "first", 30), ("vehicle", "second", 7), ("equity", "second", 15)],
)
def test_notice_periods(con: duckdb.DuckDBPyConnection, stage: Stage, asset_class: str, stage_: str, days: int) -> None:
    """法释〔2016〕18号 arts 12 and 26."""

    def ended(name: str, after: int) -> dict[str, Any]:
        return lot(
            name,
            asset_class=asset_class,
            stage=stage_,
            round_no=1 if stage_ == "first" else 2,
            listed_on=D(2022, 3, 1),
            ended_on=date.fromordinal(D(2022, 3, 1).toordinal() + after),
        )

    rows = [ended("short", days - 1), ended("enough", days)]
    load_rows(con, stage("auctions", rows), source("auctions"))
    warned = con.execute("SELECT row_no, rule FROM rejects WHERE action = 'warned'").fetchall()
    assert warned == [(1, "notice_too_short")]


def test_the_table_of_rules_is_up_to_date() -> None:
    docs = Path(__file__).parents[3] / "docs"
    written = runpy.run_path(str(docs / "update_rules.py"))["rules_table"]()
    said = "run python docs/update_rules.py"
    assert (docs / "rules.md").read_text(encoding="utf-8") == written, said
