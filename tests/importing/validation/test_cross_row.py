"""What several rows together show: a lot's rounds one after another, and the unit of amounts."""

from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index_engine.importing.contract import read_contract
from index_engine.importing.validation.cross_row import MIN_CASES, validate_cross_row
from index_engine.importing.validation.findings import StagedRows, create_findings
from index_engine.importing.validation.load import load_rows
from index_engine.importing.validation.rules import cross_row_rules
from index_engine.warehouse.file import SCHEMA_FILE
from tests.importing.conftest import Stage
from tests.importing.rows import case, lot, source

D = date
Finding = tuple[int, str, str]


def judged(
    con: duckdb.DuckDBPyConnection, stage: Stage, kind: str, rows: list[dict[str, Any]], **law: str
) -> list[Finding]:
    """(row_no, rule, field) of all that these rows together show."""
    create_findings(con)
    validate_cross_row(con, StagedRows(f"(SELECT * FROM {stage(kind, rows)})", {}), read_contract(kind), **law)
    return con.execute("SELECT row_no, rule, field FROM validation_findings ORDER BY ALL").fetchall()  # type: ignore[return-value]


def rounds(**second: Any) -> list[dict[str, Any]]:
    """A first auction that failed and a second, 20 days after, that no rule speaks of."""
    return [
        lot(status="failed", final_price=None, bidders=0),
        lot(round_no=2, stage="second", listed_on=D(2022, 3, 12), ended_on=D(2022, 4, 1))
        | {"start_price": 560}
        | second,
    ]


# What is changed in the second round -> the rule that speaks of it; the same, only just in order.
ROUNDS: dict[str, tuple[dict[str, Any], str, dict[str, Any]]] = {
    "rounds_out_of_order": ({"listed_on": D(2022, 2, 19)}, "listed_on", {"listed_on": D(2022, 2, 20)}),
    "cut_over_20_percent": ({"start_price": 557}, "start_price", {"start_price": 558}),
    "second_listed_late": (
        {"listed_on": D(2022, 3, 23), "ended_on": None},
        "listed_on",
        {"listed_on": D(2022, 3, 22), "ended_on": None},
    ),
    "reference_changed": ({"reference_price": 999}, "reference_price", {"reference_price": 999, "stage": "relisted"}),
    "earlier_rounds_missing": ({"round_no": 3, "stage": "relisted"}, "round_no", {"stage": "relisted"}),
    "stale_reference": (
        {"listed_on": D(2023, 7, 11), "stage": "relisted", "ended_on": None},
        "reference_price",
        {"listed_on": D(2023, 7, 10), "stage": "relisted", "ended_on": None},
    ),
}


@pytest.mark.parametrize("rule", ROUNDS)
def test_a_round_is_held_against_the_one_before(con: duckdb.DuckDBPyConnection, stage: Stage, rule: str) -> None:
    change, field, just_right = ROUNDS[rule]
    assert judged(con, stage, "auctions", rounds(**change)) == [(2, rule, field)]
    assert judged(con, stage, "auctions", rounds(**just_right)) == []
    assert judged(con, stage, "auctions", rounds()) == []


def test_a_sold_lot_comes_back_only_after_a_default(con: duckdb.DuckDBPyConnection, stage: Stage) -> None:
    first, again = rounds(stage="relisted", start_price=700)
    sold = first | {"status": "sold", "final_price": 800}
    found = judged(con, stage, "auctions", [sold, again])
    assert found == [(2, "sold_then_relisted", "round_no")]
    assert judged(con, stage, "auctions", [sold | {"status": "defaulted"}, again]) == []


def test_rounds_of_other_lots_and_rejected_rows_are_left_out(con: duckdb.DuckDBPyConnection, stage: Stage) -> None:
    first, second = rounds(start_price=100)
    assert judged(con, stage, "auctions", [first | {"lot_id": "other"}, second]) == [
        (2, "earlier_rounds_missing", "round_no")
    ]


def test_rounds_in_the_warehouse_count_unless_the_file_has_them_anew(
    con: duckdb.DuckDBPyConnection, stage: Stage
) -> None:
    first, second = rounds()
    names = read_contract("auctions").field_names
    con.execute(
        f"INSERT INTO auction_rounds ({', '.join(names)}, source_id) VALUES ({', '.join('?' for _ in names)}, 1)",
        [(first | {"start_price": 2000}).get(name) for name in names],
    )
    found = judged(con, stage, "auctions", [second])
    assert found == [(1, "cut_over_20_percent", "start_price")]
    assert judged(con, stage, "auctions", [first, second]) == []


def test_a_round_of_the_warehouse_is_not_judged_again(con: duckdb.DuckDBPyConnection, stage: Stage) -> None:
    first, second = rounds(start_price=1)
    load_rows(con, stage("auctions", [second]), source("auctions", name="a"))
    found = load_rows(con, stage("auctions", [first]), source("auctions", name="b"))
    assert (found.accepted_rows, found.warning_counts, found.note_counts) == (1, {}, {})


def test_the_rules_of_one_law_bind_its_sources_only(con: duckdb.DuckDBPyConnection, stage: Stage) -> None:
    assert judged(con, stage, "auctions", rounds(start_price=1), law="BR") == []


@settings(max_examples=25, deadline=None)
@given(
    starts=st.lists(st.integers(1, 2000), min_size=1, max_size=6),
    gaps=st.lists(st.integers(-30, 60), min_size=6, max_size=6),
)
def test_cuts_and_order_as_counted_by_hand(starts: list[int], gaps: list[int]) -> None:
    rows, listed = [], D(2022, 1, 10)
    for number, (start, gap) in enumerate(zip(starts, gaps, strict=False), start=1):
        rows.append((number, listed, listed + timedelta(days=20), start))
        listed = listed + timedelta(days=20 + gap)
    expected = [
        (number, "cut_over_20_percent")
        for (_, _, _, before), (number, _, _, start) in pairwise(rows)
        if start < 0.796 * before
    ] + [(number, "rounds_out_of_order") for (_, _, ended, _), (number, begun, _, _) in pairwise(rows) if begun < ended]
    with duckdb.connect() as con:
        con.execute(SCHEMA_FILE.read_text(encoding="utf-8"))

        def staged(_kind: str, given: list[dict[str, Any]]) -> str:
            con.execute(
                "CREATE TEMP TABLE staged AS SELECT 0::BIGINT AS row_no, * EXCLUDE source_id"
                " FROM auction_rounds LIMIT 0"
            )
            for line in given:
                columns = ", ".join(line)
                con.execute(
                    f"INSERT INTO staged ({columns}) VALUES ({', '.join('?' for _ in line)})", list(line.values())
                )
            return "staged"

        given_rows = [
            lot(row_no=n, round_no=n, stage="first" if n == 1 else "second", status="failed")
            | {"listed_on": a, "ended_on": b, "start_price": s}
            for n, a, b, s in rows
        ]
        found = judged(con, staged, "auctions", given_rows[::-1])
    checked = {"cut_over_20_percent", "rounds_out_of_order"}
    assert {(n, rule) for n, rule, _ in found if rule in checked} == set(expected)


# ---------------------------------------------------------------------------- units of amounts


def claims(court: str, n: int, factor: float, recovered: float = 1.0) -> list[dict[str, Any]]:
    """Cases of a court: claims of 10,000 to 100,000 times `factor`, all paid times `recovered`."""
    amounts = [round((10_000 + 90_000 * i / n) * factor, 2) for i in range(n)]
    return [
        case(f"{court}-{i}", court_id=court, claim_amount=amount) | {"recovered_amount": round(amount * recovered, 2)}
        for i, amount in enumerate(amounts)
    ]


@pytest.mark.parametrize(
    ("factor", "recovered", "fields"),
    [
        (1.0, 1.0, set()),
        (0.01, 1.0, set()),  # small claims are no mistake
        (0.0001, 1.0, {"claim_amount"}),  # claims and recoveries in 万元
        (0.0001, 10_000.0, {"claim_amount", "recovered_amount"}),  # only claims
        (1.0, 0.0001, {"recovered_amount"}),  # only recoveries
        (1.0, 0.01, set()),  # a court that recovers little
    ],
)
def test_a_court_whose_amounts_are_in_another_unit(
    con: duckdb.DuckDBPyConnection, stage: Stage, factor: float, recovered: float, fields: set[str]
) -> None:
    odd = claims("K2", MIN_CASES, factor, recovered)
    rows = claims("K1", 30, 1.0) + odd + claims("K3", 60, 1.0)
    found = judged(con, stage, "cases", rows)
    expected = {(31 + i, "amount_unit_doubtful", f) for i in range(len(odd)) for f in fields}
    assert set(found) == expected
    assert len(found) == len(expected)


def test_too_few_cases_say_nothing(con: duckdb.DuckDBPyConnection, stage: Stage) -> None:
    few = MIN_CASES - 1
    rows = claims("K1", 30, 1.0) + claims("K2", few, 0.0001, 10_000.0)
    assert judged(con, stage, "cases", rows) == []
    # Nor do the others, where they are too few.
    assert judged(con, stage, "cases", claims("K1", few, 1.0) + claims("K2", 30, 0.0001)) == []


def test_the_message_names_what_is_usual(con: duckdb.DuckDBPyConnection, stage: Stage) -> None:
    judged(con, stage, "cases", claims("K1", 60, 1.0) + claims("K2", 30, 0.0001, 0.9))
    con.execute("DELETE FROM validation_findings WHERE row_no <= 60")
    said = con.execute("SELECT DISTINCT message, action FROM validation_findings").fetchall()
    assert said == [
        ("claims of this court are usually about 4.6, elsewhere in the file 47000.0: in one unit?", "warned")
    ]


def test_a_date_far_from_all_others_is_named(con: duckdb.DuckDBPyConnection, stage: Stage) -> None:
    filed = [date(2022, 1, 1) + timedelta(days=n) for n in range(400)]
    rows = [case(f"c{n}", filed_on=day, closed_on=None, close_mode=None) for n, day in enumerate(filed)]
    assert judged(con, stage, "cases", rows) == []
    slip = [*rows[:7], rows[7] | {"filed_on": date(2024, 12, 1)}, *rows[8:]]
    assert judged(con, stage, "cases", slip) == [(8, "date_out_of_line", "filed_on")]


def test_every_rule_across_rows_has_a_test() -> None:
    tested = {*ROUNDS, "sold_then_relisted", "amount_unit_doubtful", "date_out_of_line"}
    assert {rule.id for rule in cross_row_rules()} == tested
