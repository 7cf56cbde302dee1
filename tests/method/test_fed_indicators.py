"""What a file is said to feed, before it is imported."""

import pytest

from index_engine.errors import Message
from index_engine.importing.contract import read_contract
from index_engine.method.fed_indicators import fed_indicators, needed_fields
from index_engine.method.read import load_methods

METHODS = load_methods()


def told(kind: str, fields: set[str], holds: str | None = None) -> tuple[Message, ...]:
    return fed_indicators(METHODS[0], kind, fields, holds, lambda name: name["en"])


def test_every_indicator_is_fed_by_fields_of_the_contract() -> None:
    for method in METHODS:
        for indicator in method.indicators:
            kind, fields = needed_fields(indicator.estimate)
            assert fields and set(fields) <= set(read_contract(kind).field_names), indicator.id


def test_a_file_with_all_fields_feeds_all_indicators_of_its_kind_and_loses_nothing() -> None:
    counts = []
    for kind in ("cases", "auctions"):
        [message] = told(kind, set(read_contract(kind).field_names))
        assert message.code == "file_feeds"
        counts.append(message.parameters["count"])
    assert sum(map(int, map(str, counts))) == len(METHODS[0].indicators)


def test_no_closing_dates_and_no_amounts() -> None:
    lines = [str(message) for message in told("cases", {"case_id", "filed_on", "close_mode", "cause"})]
    assert lines[0] == f"this file feeds none of {len(METHODS[0].indicators)} indicators"
    assert "no closing dates: no case can be counted as closed" in lines
    assert any("Amount recovered" in line and "closed_on, claim_amount, recovered_amount" in line for line in lines)


@pytest.mark.parametrize(
    ("kind", "holds", "count"),
    [("cases", "closed_cases", 0), ("cases", "creditor_cases", 0), ("auctions", "last_rounds", 1)],
)
def test_a_part_of_the_cases_or_rounds(kind: str, holds: str, count: int) -> None:
    first, *others = told(kind, set(read_contract(kind).field_names), holds)
    assert (first.code, first.parameters.get("count", 0)) == ("file_feeds" if count else "file_feeds_nothing", count)
    assert [message.code for message in others] == ["file_holds_a_part"]


def test_registers_feed_no_indicator() -> None:
    assert told("courts", {"court_id", "name"}) == ()
