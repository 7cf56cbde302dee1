"""The door into the warehouse: what is kept, what is not, and that nothing is lost."""

from datetime import date
from decimal import Decimal
from typing import Any

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from index_engine.errors import InputError
from index_engine.importing.validation.deliveries import Changes, undo_import
from index_engine.importing.validation.load import LoadResult, load_rows
from tests.importing.conftest import REGIONS, Stage
from tests.importing.rows import case, court, lot, region, source


def rejects(con: duckdb.DuckDBPyConnection) -> list[Any]:
    return con.execute("SELECT row_no, field, rule, action FROM rejects").fetchall()


def test_kept_rows_rejects_and_source_are_recorded(con: duckdb.DuckDBPyConnection, stage: Stage) -> None:
    rows = [case("c1"), case("c2", closed_on=date(2020, 1, 1)), case("c3", recovered_amount=2000)]
    outcome = load_rows(con, stage("cases", rows), source("cases", name="a.csv", synthetic=True))
    assert outcome == LoadResult(
        source_id=1,
        rows=3,
        accepted_rows=2,
        rejected_rows=1,
        warned_rows=1,
        changes=Changes(added_rows=2),
        rejection_counts={"closed_before_filed": 1},
        warning_counts={"recovered_over_claim": 1},
    )
    assert con.execute("SELECT case_id, claim_amount, source_id FROM cases ORDER BY case_id").fetchall() == [
        ("c1", Decimal("1000.00"), 1),
        ("c3", Decimal("1000.00"), 1),
    ]
    assert rejects(con) == [
        (2, "closed_on", "closed_before_filed", "rejected"),
        (3, "recovered_amount", "recovered_over_claim", "warned"),
    ]
    assert con.execute(
        "SELECT source_id, kind, name, rows, rejected, observed_from, observed_to, synthetic,"
        " imported_at IS NOT NULL FROM sources"
    ).fetchall() == [(1, "cases", "a.csv", 3, 1, date(2019, 1, 1), date(2024, 12, 31), True, True)]


def test_a_row_may_fail_several_rules_and_is_counted_once(con: duckdb.DuckDBPyConnection, stage: Stage) -> None:
    rows = [case(court_id="K9", claim_amount=-1, recovered_amount=-2)]
    outcome = load_rows(con, stage("cases", rows), source("cases"))
    assert (outcome.rows, outcome.accepted_rows, outcome.rejected_rows) == (1, 0, 1)
    assert outcome.rejection_counts == {"negative_amount": 1, "unknown_court": 1}
    assert len(rejects(con)) == 3  # the two amounts and the court
    assert outcome.warning_counts == {}, "a warning about a row that is not kept helps nobody"


def test_columns_the_source_lacks_are_null(con: duckdb.DuckDBPyConnection) -> None:
    con.execute(
        "CREATE VIEW few AS SELECT 1::BIGINT AS row_no, 'c1' AS case_id, 'K1' AS court_id,"
        " 'first' AS case_type, DATE '2022-01-01' AS filed_on, 12.345::DOUBLE AS claim_amount"
    )
    assert load_rows(con, "few", source("cases")).accepted_rows == 1
    assert con.execute("SELECT claim_amount, close_mode, cause FROM cases").fetchall() == [
        (Decimal("12.35"), None, None)
    ]


def test_columns_the_contract_lacks_are_refused(con: duckdb.DuckDBPyConnection) -> None:
    con.execute("CREATE TABLE odd AS SELECT 1 AS row_no, 'c1' AS case_id, 5 AS claim_amout")
    with pytest.raises(ValueError, match="claim_amout"):
        load_rows(con, "odd", source("cases"))


def test_rows_that_cannot_be_told_apart_are_an_internal_error(con: duckdb.DuckDBPyConnection, stage: Stage) -> None:
    stage("cases", [case("c1"), case("c2", closed_on=date(2020, 1, 1))])
    con.execute("UPDATE staged SET row_no = 1")
    with pytest.raises(AssertionError, match="2 rows staged, but 0 kept and 1 rejected"):
        load_rows(con, "staged", source("cases"))


# ----------------------------------------------------------------------------------- duplicates


def test_the_first_acceptable_row_of_a_key_is_kept(con: duckdb.DuckDBPyConnection, stage: Stage) -> None:
    rows = [
        case("c1", closed_on=date(2020, 1, 1)),  # not acceptable, so the next one counts
        case("c1", claim_amount=2000),
        case("c1", claim_amount=3000),
        case("c2"),
    ]
    outcome = load_rows(con, stage("cases", rows), source("cases"))
    assert outcome.rejection_counts == {"closed_before_filed": 1, "duplicate": 1}
    assert con.execute("SELECT case_id, claim_amount FROM cases ORDER BY case_id").fetchall() == [
        ("c1", 2000),
        ("c2", 1000),
    ]
    assert con.execute("SELECT row_no, message FROM rejects WHERE rule = 'duplicate'").fetchall() == [
        (3, "case_id ‹2 characters› stands in line 2 already")
    ]


@pytest.mark.parametrize(
    ("change", "number_year", "is_same"),
    [
        ({}, None, True),
        ({"filed_on": date(2022, 1, 11)}, None, False),  # two lists that count their rows
        ({"claim_amount": 1001}, None, False),
        ({"claim_amount": None, "recovered_amount": None}, None, True),
        ({"filed_on": date(2022, 1, 11), "claim_amount": 1001}, 2022, True),  # one case number
    ],
)
def test_an_id_of_no_case_number_is_of_one_case_on_one_day_with_one_claim(
    con: duckdb.DuckDBPyConnection, stage: Stage, change: dict[str, Any], number_year: int | None, is_same: bool
) -> None:
    number = {"number_year": number_year}
    load_rows(con, stage("cases", [case("7") | number]), source("cases", name="甲省"))
    rows = [case("7") | number | change, case("8") | number]
    outcome = load_rows(con, stage("cases", rows), source("cases", name="other"))
    assert outcome.rejection_counts == ({} if is_same else {"already_imported": 1})


def test_a_key_of_another_source_is_rejected_if_it_is_of_another_case(
    con: duckdb.DuckDBPyConnection, stage: Stage
) -> None:
    load_rows(con, stage("cases", [case("c1", filed_on=date(2022, 1, 1))]), source("cases", name="甲省"))
    rows = [case("c1", filed_on=date(2022, 2, 2)), case("c2")]
    outcome = load_rows(con, stage("cases", rows), source("cases", name="other"))
    assert (outcome.source_id, outcome.accepted_rows) == (2, 1)
    assert outcome.rejection_counts == {"already_imported": 1}
    assert con.execute("SELECT case_id, source_id FROM cases ORDER BY case_id").fetchall() == [("c1", 1), ("c2", 2)]
    assert con.execute("SELECT message FROM rejects").fetchall() == [
        ("case_id ‹2 characters› is in the warehouse from another source: 甲省; a file of that name would correct it",)
    ]


def test_two_sources_each_have_their_version_of_a_case(con: duckdb.DuckDBPyConnection, stage: Stage) -> None:
    load_rows(
        con, stage("cases", [case("c1", number_year=2022, filed_on=date(2022, 1, 1))]), source("cases", name="甲省")
    )
    rows = [case("c1", number_year=2022, filed_on=date(2022, 2, 1), claim_amount=7)]
    outcome = load_rows(con, stage("cases", rows), source("cases", name="other"))
    assert (outcome.accepted_rows, outcome.changes.added_rows) == (1, 1)
    # A later delivery of either changes its own version alone, and so does taking it back.
    rows = [case("c1", number_year=2022, filed_on=date(2022, 2, 1), claim_amount=8)]
    outcome = load_rows(con, stage("cases", rows), source("cases", name="other", complete=True))
    assert (outcome.changes.changed_rows, outcome.changes.absent_rows) == (1, 0)
    versions = "SELECT claim_amount::INTEGER, source_id FROM cases ORDER BY source_id"
    first = con.execute("SELECT claim_amount::INTEGER FROM cases WHERE source_id = 1").fetchall()[0][0]
    assert con.execute(versions).fetchall() == [(first, 1), (8, 3)]
    undo_import(con, 3)
    assert con.execute(versions).fetchall() == [(first, 1), (7, 2)]


def test_rounds_of_one_lot_are_no_duplicates(con: duckdb.DuckDBPyConnection, stage: Stage) -> None:
    rows = [lot("l1"), lot("l1", round_no=2), lot("l2"), lot("l1", round_no=2)]
    outcome = load_rows(con, stage("auctions", rows), source("auctions"))
    rejected = [finding for finding in rejects(con) if finding[-1] == "rejected"]
    assert rejected == [(4, "lot_id", "duplicate", "rejected")]
    again = load_rows(con, stage("auctions", rows[:1]), source("auctions"))
    assert (outcome.accepted_rows, again.changes) == (3, Changes(added_rows=0, unchanged_rows=1, absent_rows=2))


# ------------------------------------------------------------------------------- clearing a value


def test_a_clearable_value_that_breaks_a_rule_is_dropped_and_listed(
    con: duckdb.DuckDBPyConnection, stage: Stage
) -> None:
    rows = [case("c1", debtor_kind="alien"), case("c2", claim_amount=-5), case("c3")]
    outcome = load_rows(con, stage("cases", rows), source("cases"), clearable={"debtor_kind", "claim_amount"})
    assert (outcome.accepted_rows, outcome.rejection_counts) == (3, {})
    assert outcome.clearing_counts == {"negative_amount": 1, "unknown_code": 1}
    assert con.execute("SELECT case_id, debtor_kind, claim_amount FROM cases ORDER BY case_id").fetchall() == [
        ("c1", None, 1000),
        ("c2", None, None),
        ("c3", None, 1000),
    ]
    assert con.execute("SELECT row_no, field, value, action FROM rejects").fetchall() == [
        (1, "debtor_kind", "‹5 characters›", "cleared"),
        (2, "claim_amount", "-5.00", "cleared"),
    ]


def test_later_fields_are_judged_on_what_was_cleared(con: duckdb.DuckDBPyConnection, stage: Stage) -> None:
    """A sale loses its impossible end; a sale without an end cannot stand. A failure can."""
    early = date(2022, 1, 1)
    rows = [lot("l1", ended_on=early), lot("l2", ended_on=early, status="failed", final_price=None, bidders=0)]
    load_rows(con, stage("auctions", rows), source("auctions"), clearable={"ended_on"})
    assert rejects(con) == [
        (1, "ended_on", "ended_before_listed", "cleared"),
        (1, "status", "sold_without_end", "rejected"),
        (2, "ended_on", "ended_before_listed", "cleared"),
        (2, "status", "failed_without_end", "warned"),
    ]
    assert con.execute("SELECT lot_id, ended_on, status FROM auction_rounds").fetchall() == [("l2", None, "failed")]


def test_clearing_goes_on_along_the_fields(con: duckdb.DuckDBPyConnection, stage: Stage) -> None:
    rows = [case(closed_on=date(2020, 1, 1))]
    outcome = load_rows(con, stage("cases", rows), source("cases"), clearable={"closed_on", "close_mode"})
    assert outcome.clearing_counts == {"closed_before_filed": 1, "mode_without_closing": 1}
    assert con.execute("SELECT closed_on, close_mode FROM cases").fetchall() == [(None, None)]


# -------------------------------------------------------------------- what could not be read before


@pytest.fixture
def unread(con: duckdb.DuckDBPyConnection) -> str:
    con.execute(
        "CREATE TEMP TABLE unread AS SELECT * FROM (VALUES"
        " (1, 'filed_on', '2022-13-45', 'unreadable_date', 'no date'),"
        " (2, 'claim_amount', 'abc', 'unreadable_number', 'no number'))"
        " AS t(row_no, field, value, rule, message)"
    )
    return "unread"


def test_an_unread_row_is_rejected_and_judged_no_further(
    con: duckdb.DuckDBPyConnection, stage: Stage, unread: str
) -> None:
    rows = [case("c1", filed_on=None, court_id="K9"), case("c2", claim_amount=None), case("c3")]
    outcome = load_rows(con, stage("cases", rows), source("cases"), findings=unread)
    assert (outcome.rows, outcome.accepted_rows, outcome.rejected_rows) == (3, 1, 2)
    assert outcome.rejection_counts == {"unreadable_date": 1, "unreadable_number": 1}


def test_an_unread_clearable_value_leaves_its_row(con: duckdb.DuckDBPyConnection, stage: Stage, unread: str) -> None:
    rows = [case("c1", filed_on=None), case("c2", claim_amount=None), case("c3")]
    outcome = load_rows(con, stage("cases", rows), source("cases"), findings=unread, clearable={"claim_amount"})
    assert (outcome.accepted_rows, outcome.clearing_counts) == (2, {"unreadable_number": 1})


# ----------------------------------------------------------------------------- regions and courts


@pytest.fixture
def empty(con: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyConnection:
    con.execute("DELETE FROM courts; DELETE FROM regions")
    return con


def test_regions_of_any_order_and_depth(empty: duckdb.DuckDBPyConnection, stage: Stage) -> None:
    rows = [region(code, level, parent) for code, level, _, parent in reversed(REGIONS)]
    rows.append(region("4499", "county", "44"))  # straight under the province
    assert load_rows(empty, stage("regions", rows), source("regions")).accepted_rows == 4
    more = [region("45", "province", "CN"), region("4501", "city", "45")]
    assert load_rows(empty, stage("regions", more), source("regions")).accepted_rows == 2


def test_a_region_takes_those_below_it_along(empty: duckdb.DuckDBPyConnection, stage: Stage) -> None:
    rows = [
        region("CN", "nation", None),
        region("44", "province", "XX"),
        region("4401", "city", "44"),
        region("440101", "county", "4401"),
        region("45", "province", "CN"),
    ]
    outcome = load_rows(empty, stage("regions", rows), source("regions"))
    assert (outcome.accepted_rows, outcome.rejection_counts) == (2, {"unknown_parent": 3})


def test_regions_in_a_circle_are_rejected(empty: duckdb.DuckDBPyConnection, stage: Stage) -> None:
    rows = [region("CN", "nation", None), region("4411", "city", "4412"), region("4412", "city", "4411")]
    outcome = load_rows(empty, stage("regions", rows), source("regions"))
    assert (outcome.accepted_rows, outcome.rejection_counts) == (1, {"unknown_parent": 2})


def test_a_warehouse_has_exactly_one_nation(empty: duckdb.DuckDBPyConnection, stage: Stage) -> None:
    with pytest.raises(InputError, match="no acceptable region of level 'nation'"):
        load_rows(empty, stage("regions", [region("44", "province", "CN")]), source("regions"))
    rows = [region("CN", "nation", None), region("BR", "nation", None)]
    assert load_rows(empty, stage("regions", rows), source("regions")).rejection_counts == {"second_nation": 1}
    third = stage("regions", [region("ZA", "nation", None), region("44", "province", "CN")])
    assert load_rows(empty, third, source("regions")).rejection_counts == {"second_nation": 1}


def test_courts_come_after_their_regions(con: duckdb.DuckDBPyConnection, stage: Stage) -> None:
    rows = [court("k1"), court("k2", region="99"), court("k3", parent="k1"), court("K1")]
    outcome = load_rows(con, stage("courts", rows), source("courts"))
    assert outcome.rejection_counts == {"unknown_region": 1, "already_imported": 1}
    assert outcome.warning_counts == {}


# ------------------------------------------------------------------------------------- properties

_dates = st.none() | st.dates(date(1985, 1, 1), date(2026, 12, 31))
_amounts = st.none() | st.integers(-5, 5)
_dirty_cases = st.fixed_dictionaries(
    {
        "case_id": st.none() | st.sampled_from("abc"),
        "court_id": st.sampled_from([None, "K1", "K2", "K9"]),
        "case_type": st.sampled_from([None, "first", "resumed", "?"]),
        "filed_on": _dates,
        "closed_on": _dates,
        "close_mode": st.sampled_from([None, "completed", "zhongben", "?"]),
        "claim_amount": _amounts,
        "recovered_amount": _amounts,
        "parent_case_id": st.none() | st.sampled_from("abc"),
    }
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rows=st.lists(_dirty_cases, max_size=12),
    clearable=st.sets(st.sampled_from(["closed_on", "close_mode", "claim_amount"])),
)
def test_nothing_is_lost_or_doubled(
    con: duckdb.DuckDBPyConnection, stage: Stage, rows: list[dict[str, Any]], clearable: set[str]
) -> None:
    con.execute("DELETE FROM cases; DELETE FROM rejects; DELETE FROM sources")
    outcome = load_rows(con, stage("cases", rows), source("cases"), clearable=clearable)
    out = con.execute("SELECT DISTINCT row_no FROM rejects WHERE action = 'rejected'").fetchall()
    assert outcome.rows == len(rows) == outcome.accepted_rows + outcome.rejected_rows
    assert outcome.rejected_rows == len(out)
    kept = con.execute("SELECT * FROM cases").fetchall()
    assert len(kept) == outcome.accepted_rows == len({row[0] for row in kept})
    assert con.execute("SELECT count(*) FROM cases WHERE closed_on < filed_on").fetchone() == (0,)
