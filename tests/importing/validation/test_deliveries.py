"""Files of one name follow one another: what a later one adds, changes and withdraws, and undoing
it. The oracle is a dictionary of rows."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from index_engine.errors import InputError
from index_engine.importing.validation.deliveries import Changes, undo_import
from index_engine.importing.validation.load import load_rows
from tests.importing.conftest import Stage
from tests.importing.rows import case, court, lot, source

STATE = "SELECT case_id, claim_amount, source_id FROM cases ORDER BY 1"


def cases_of(con: duckdb.DuckDBPyConnection) -> list[tuple[Any, ...]]:
    return con.execute(STATE).fetchall()


def test_a_later_delivery_adds_and_changes(con: duckdb.DuckDBPyConnection, stage: Stage) -> None:
    still_open = case("b", closed_on=None, close_mode=None)
    load_rows(con, stage("cases", [case("a"), still_open, case("c")]), source("cases"))
    closed = case("b", closed_on=date(2023, 1, 5), close_mode="zhongben", claim_amount=7)
    outcome = load_rows(con, stage("cases", [case("a"), closed, case("d")]), source("cases"))
    assert outcome.changes == Changes(
        added_rows=1,
        changed_rows=1,
        unchanged_rows=1,
        absent_rows=1,
        changes_by_field={"claim_amount": 1, "close_mode": 1, "closed_on": 1},
    )
    assert (outcome.rows, outcome.accepted_rows, outcome.rejected_rows) == (3, 3, 0)
    assert cases_of(con) == [("a", 1000, 1), ("b", 7, 2), ("c", 1000, 1), ("d", 1000, 2)]
    stated = con.execute("SELECT added, changed, gone FROM sources ORDER BY source_id").fetchall()
    assert stated == [(3, 0, 0), (1, 1, 1)]


def test_a_sale_becomes_a_default(con: duckdb.DuckDBPyConnection, stage: Stage) -> None:
    load_rows(con, stage("auctions", [lot("l", status="sold")]), source("auctions"))
    load_rows(con, stage("auctions", [lot("l", status="defaulted")]), source("auctions"))
    assert con.execute("SELECT status FROM auction_rounds").fetchall() == [("defaulted",)]
    undo_import(con, 2)
    assert con.execute("SELECT status, source_id FROM auction_rounds").fetchall() == [("sold", 1)]


def test_a_complete_delivery_withdraws_what_it_no_longer_has(con: duckdb.DuckDBPyConnection, stage: Stage) -> None:
    load_rows(con, stage("cases", [case("a"), case("b"), case("c")]), source("cases"))
    bad = case("b", closed_on=date(2000, 1, 1))  # in the file, though it cannot be accepted
    outcome = load_rows(con, stage("cases", [case("a"), bad]), source("cases", complete=True))
    assert (outcome.changes.absent_rows, outcome.rejected_rows) == (1, 1)
    assert cases_of(con) == [("a", 1000, 1), ("b", 1000, 1)]
    undo_import(con, 2)
    assert cases_of(con) == [("a", 1000, 1), ("b", 1000, 1), ("c", 1000, 1)]


def test_courts_can_be_corrected_too(con: duckdb.DuckDBPyConnection, stage: Stage) -> None:
    load_rows(con, stage("courts", [court("k1"), court("k2")]), source("courts"))
    load_rows(con, stage("courts", [court("k1", name="改名法院")]), source("courts"))
    names = "SELECT court_id, name FROM courts WHERE court_id LIKE 'k%' ORDER BY 1"
    assert con.execute(names).fetchall() == [("k1", "改名法院"), ("k2", "某法院")]
    undo_import(con, 2)
    assert con.execute(names).fetchall() == [("k1", "某法院"), ("k2", "某法院")]


def test_days_between_deliveries_are_refused(con: duckdb.DuckDBPyConnection, stage: Stage) -> None:
    load_rows(con, stage("cases", [case("a")]), source("cases"))  # to the end of 2024
    for day in (date(2025, 1, 2), date(2025, 2, 1)):  # one day left out is one too many
        late = source("cases", observed_from=day, observed_to=date(2025, 6, 30))
        with pytest.raises(InputError, match="the delivery before it ends on 2024-12-31"):
            load_rows(con, stage("cases", [case("b")]), late)
    early = source("cases", observed_from=date(2017, 1, 1), observed_to=date(2017, 12, 31))
    with pytest.raises(InputError, match="the delivery before it ends on 2024-12-31; older rows"):
        load_rows(con, stage("cases", [case("b", filed_on=date(2017, 2, 1))]), early)
    next_day = source("cases", observed_from=date(2025, 1, 1), observed_to=date(2025, 6, 30))
    assert load_rows(con, stage("cases", [case("b")]), next_day).accepted_rows == 1


def test_the_last_delivery_goes_first(con: duckdb.DuckDBPyConnection, stage: Stage) -> None:
    for amount in (1, 2, 3):
        load_rows(con, stage("cases", [case("a", claim_amount=amount)]), source("cases"))
    with pytest.raises(InputError, match="later deliveries stand on it; first undo 3, 2"):
        undo_import(con, 1)
    for amount in (2, 1):
        undo_import(con, amount + 1)
        assert con.execute("SELECT claim_amount FROM cases").fetchall() == [(amount,)]
    undo_import(con, 1)
    assert cases_of(con) == []
    assert con.execute("SELECT source_id FROM undone ORDER BY 1").fetchall() == [(1,), (2,), (3,)]
    with pytest.raises(InputError, match="source 3: there is none"):
        undo_import(con, 3)


def test_numbers_are_not_given_twice(con: duckdb.DuckDBPyConnection, stage: Stage) -> None:
    load_rows(con, stage("cases", [case("a")]), source("cases"))
    undo_import(con, 1)
    assert load_rows(con, stage("cases", [case("a")]), source("cases")).source_id == 2


def test_courts_that_cases_need_stay(con: duckdb.DuckDBPyConnection, stage: Stage) -> None:
    load_rows(con, stage("courts", [court("k1")]), source("courts"))
    load_rows(con, stage("cases", [case("a", court_id="k1")]), source("cases"))
    with pytest.raises(InputError, match="1 rows of cases need the courts it brought"):
        undo_import(con, 1)


def test_an_older_state_does_not_replace_a_newer_one(con: duckdb.DuckDBPyConnection, stage: Stage) -> None:
    load_rows(con, stage("cases", [case("a")]), source("cases"))
    still_open = case("a", closed_on=None, close_mode=None)
    older = source("cases", observed_to=date(2022, 3, 31))
    with pytest.raises(InputError, match="older rows would replace newer ones"):
        load_rows(con, stage("cases", [still_open]), older)


def test_days_to_come_are_no_data(con: duckdb.DuckDBPyConnection, stage: Stage) -> None:
    """Without a last day a slip such as 2099 would keep every open case open until then."""
    ahead = datetime.now(UTC).date() + timedelta(days=3)
    rows = [case("a"), case("b", closed_on=ahead), case("c", filed_on=ahead, closed_on=ahead)]
    outcome = load_rows(con, stage("cases", rows), source("cases", observed_to=None))
    assert (outcome.accepted_rows, outcome.rejection_counts) == (1, {"after_observation": 1, "in_future": 2})
    with pytest.raises(InputError, match=f"observed_to = {ahead} is still to come"):
        load_rows(con, stage("cases", rows), source("cases", name="other", observed_to=ahead))


def test_a_court_that_replaced_rows_need_stays(con: duckdb.DuckDBPyConnection, stage: Stage) -> None:
    load_rows(con, stage("courts", [court("k1")]), source("courts"))
    load_rows(con, stage("cases", [case("a", court_id="k1")]), source("cases"))
    load_rows(con, stage("cases", [case("a", court_id="K2")]), source("cases"))
    con.begin()
    with pytest.raises(InputError, match="1 rows of cases need the courts it brought"):
        undo_import(con, 1)
    con.rollback()
    for source_id in (3, 2, 1):
        undo_import(con, source_id)
    assert cases_of(con) == []


def test_courts_brought_along_go_with_the_last_file_that_needs_them(
    con: duckdb.DuckDBPyConnection, stage: Stage
) -> None:
    con.execute(
        "INSERT INTO courts (court_id, name, level, region, special, source_id)"
        " VALUES ('zone', '某开发区法院', 'basic', '4401', true, 1)"
    )
    load_rows(con, stage("cases", [case("a", court_id="zone")]), source("cases", name="x"))
    load_rows(con, stage("cases", [case("b", court_id="zone")]), source("cases", name="y"))
    load_rows(con, stage("cases", [case("b", court_id="K1")]), source("cases", name="y"))
    zone = "SELECT count(*) FROM courts WHERE court_id = 'zone'"
    for source_id, left in ((1, 1), (3, 1), (2, 0)):
        undo_import(con, source_id)
        assert con.execute(zone).fetchall() == [(left,)]
    assert con.execute("SELECT count(*) FROM courts").fetchall() == [(2,)]


def test_a_complete_delivery_takes_out_no_court_that_has_cases(con: duckdb.DuckDBPyConnection, stage: Stage) -> None:
    load_rows(con, stage("courts", [court("k1"), court("k2")]), source("courts"))
    load_rows(con, stage("cases", [case("a", court_id="k2")]), source("cases"))
    with pytest.raises(InputError, match="1 rows of cases need the courts that it takes out"):
        load_rows(con, stage("courts", [court("k1")]), source("courts", complete=True))


@pytest.mark.parametrize(
    ("row", "rule"),
    [
        ({}, "unreadable_line"),
        (case("of another text"), "masked_number"),
        (case("of another text"), "unreadable_batch"),
    ],
)
def test_a_complete_delivery_tells_of_every_row_which_it_is(
    con: duckdb.DuckDBPyConnection, stage: Stage, row: dict[str, Any], rule: str
) -> None:
    """A line that cannot be read may be the one of a case that would be taken out."""
    load_rows(con, stage("cases", [case("a"), case("b")]), source("cases"))
    con.execute(
        "CREATE OR REPLACE TEMP TABLE found AS SELECT 2::BIGINT AS row_no, 'case_id' AS field,"
        " NULL::VARCHAR AS value, $rule AS rule, 'of no use' AS message",
        {"rule": rule},
    )
    rows = stage("cases", [case("a"), row])
    with pytest.raises(InputError, match="1 rows do not tell which they are, the first in line 2"):
        load_rows(con, rows, source("cases", complete=True), findings="found")
    con.execute("UPDATE found SET rule = 'total_row'")
    rows = stage("cases", [case("a"), {}])
    assert load_rows(con, rows, source("cases", complete=True), findings="found").changes.absent_rows == 1


_rows = st.dictionaries(st.sampled_from("abcdef"), st.integers(1, 3), max_size=6)
_steps = st.lists(
    st.one_of(st.tuples(st.just("deliver"), st.sampled_from("xy"), _rows, st.booleans()), st.tuples(st.just("undo"))),
    max_size=7,
)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=_steps)
def test_every_history_can_be_taken_back(con: duckdb.DuckDBPyConnection, stage: Stage, steps: list[Any]) -> None:
    """Two sources deliver in turn, each its own version of a case; a state is kept before each delivery, and
    undoing restores it."""
    for table in ("cases", "replaced.cases", "rejects", "sources", "undone"):
        con.execute(f"DELETE FROM {table}")
    rows: dict[tuple[str, str], int] = {}  # source and key: the amount
    states: list[tuple[int, dict[tuple[str, str], int]]] = []
    for step in steps:
        if step[0] == "undo":
            if states:
                source_id, rows = states.pop()
                undo_import(con, source_id)
        else:
            _, name, delivered, complete = step
            if not delivered:
                continue
            staged = stage("cases", [case(k, number_year=2022, claim_amount=v) for k, v in delivered.items()])
            outcome = load_rows(con, staged, source("cases", name=name, complete=complete))
            states.append((outcome.source_id, dict(rows)))
            # An empty source has no earlier delivery, and a first delivery withdraws nothing.
            gone = {(owner, k) for owner, k in rows if owner == name and k not in delivered}
            assert outcome.accepted_rows == len(delivered)
            assert outcome.changes.absent_rows == len(gone)
            if complete:
                rows = {key: v for key, v in rows.items() if key not in gone}
            rows = rows | {(name, k): v for k, v in delivered.items()}
        found = con.execute(
            "SELECT name, case_id, claim_amount::INTEGER FROM cases JOIN sources USING (source_id)"
        ).fetchall()
        assert sorted(found) == sorted((*key, v) for key, v in rows.items())
