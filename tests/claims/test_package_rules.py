"""Every rule for a claim of a package fires on a row made to break it, and not on the row just inside it."""

from datetime import date as D
from typing import Any

import duckdb
import pytest

from index_engine.importing.contract import PACKAGE_KIND, PACKAGE_SCHEMA_FILE, read_contract
from index_engine.importing.validation.load import Source, load_rows
from index_engine.importing.validation.rules import applicable_row_rules
from index_engine.warehouse.file import SCHEMA_FILE

GOOD: dict[str, Any] = {"as_of": D(2025, 10, 31), "court_id": "K1", "principal": 1000}
SHOP = {"asset_class": "commercial", "collateral_value": 500}
AMOUNTS = ("interest", "fees", "claim_amount", "collateral_value", "prior_claims", "secured_limit", "asked_price")
BREACHES: dict[tuple[str, str], tuple[dict[str, Any], dict[str, Any]]] = {
    ("missing", "as_of"): ({"as_of": None}, {}),
    ("unknown_code", "asset_class"): (SHOP | {"asset_class": "castle"}, SHOP),
    ("unknown_code", "claim_stage"): ({"claim_stage": "nowhere"}, {"claim_stage": "judged"}),
    ("unknown_code", "debtor_kind"): ({"debtor_kind": "ghost"}, {"debtor_kind": "person"}),
    ("unknown_court", "court_id"): ({"court_id": "K9"}, {}),
    **{("negative_amount", name): (SHOP | {name: -1}, SHOP | {name: 1000}) for name in AMOUNTS},
    ("negative_amount", "principal"): ({"principal": -1, "interest": 2}, {"principal": 0, "interest": 2}),
    ("without_amount", "principal"): ({"principal": 0}, {"principal": None, "claim_amount": 1}),
    ("total_differs", "claim_amount"): ({"claim_amount": 1011}, {"claim_amount": 1010}),
    ("cut_off_in_future", "as_of"): ({"as_of": D(2999, 1, 1)}, {}),
    ("without_place", "place"): ({"court_id": None}, {"court_id": None, "place": "510100"}),
    ("after_cut_off", "filed_on"): ({"filed_on": D(2025, 11, 1)}, {"filed_on": D(2025, 10, 31)}),
    ("after_cut_off", "stage_on"): ({"stage_on": D(2025, 11, 1)}, {"stage_on": D(2025, 10, 31)}),
    ("after_cut_off", "appraised_on"): ({"appraised_on": D(2025, 11, 1)}, {"appraised_on": D(2025, 10, 31)}),
    ("appraisal_old", "appraised_on"): ({"appraised_on": D(2024, 10, 30)}, {"appraised_on": D(2024, 10, 31)}),
    ("out_of_time", "limitation_on"): (
        {"limitation_on": D(2025, 10, 30), "claim_stage": "judged"},
        {"limitation_on": D(2025, 10, 30), "claim_stage": "filed"},
    ),
    ("in_bankruptcy", "claim_stage"): ({"claim_stage": "bankruptcy"}, {"claim_stage": "filed"}),
    ("collateral_without_class", "collateral_value"): ({"collateral_value": 5}, SHOP),
    ("collateral_without_value", "asset_class"): ({"asset_class": "land"}, SHOP),
}


@pytest.fixture(scope="module")
def schema() -> str:
    return "\n".join(file.read_text(encoding="utf-8") for file in (SCHEMA_FILE, PACKAGE_SCHEMA_FILE))


@pytest.mark.parametrize(("rule", "field"), BREACHES, ids=map("-".join, BREACHES))
def test_a_rule_fires_on_its_row_alone(schema: str, rule: str, field: str) -> None:
    bad, near = BREACHES[rule, field]
    rows = [GOOD, GOOD | bad, GOOD | near, GOOD]
    contract = read_contract(PACKAGE_KIND)
    with duckdb.connect() as con:
        con.execute(schema)
        con.execute(
            "INSERT INTO courts VALUES ('K1', NULL, '某法院', NULL, NULL, 'basic', NULL, '51', false, NULL, NULL, 1)"
        )
        columns = ", ".join(f"{each.name} {each.type}" for each in contract.fields)
        con.execute(f"CREATE TABLE staged (row_no BIGINT, {columns})")
        for row_no, row in enumerate(rows, start=1):
            names = ", ".join(row)
            marks = ", ".join("?" for _ in row)
            con.execute(
                f"INSERT INTO staged (row_no, line, {names}) VALUES (?, ?, {marks})", [row_no, row_no, *row.values()]
            )
        source = Source(PACKAGE_KIND, "list", "", None, None, synthetic=False)
        outcome = load_rows(con, "staged", source)
        found = con.execute("SELECT row_no, rule, field FROM rejects").fetchall()
    assert found == [(2, rule, field)]
    assert outcome.rows == outcome.accepted_rows + outcome.rejected_rows == 4


def test_no_rule_is_without_an_example() -> None:
    rules = applicable_row_rules(read_contract(PACKAGE_KIND), "CN")
    assert {(rule.id, rule.field) for rule in rules} == set(BREACHES)
