"""What a header says of its column: the unit of its amounts, and whether it is one at all."""

from itertools import chain

import pytest

from index_engine.importing.contract import READ_KINDS
from index_engine.importing.recognise.header_matching import header_unit, is_known_header, match_header, personal_word
from index_engine.importing.recognise.normalise import reference_data


@pytest.mark.parametrize(
    ("header", "unit"),
    [
        ("标的额百万元", "百万元"),  # and not 万元, which it ends in as well
        ("标的额（百万元）", "百万元"),
        ("标的额(万元)", "万元"),
        ("标的额 亿元", "亿元"),
        ("金额千元", "千元"),
        ("金额人民币元", "人民币元"),
        ("单位：百万元", "百万元"),
        ("单位：万元", "万元"),
        ("金额/元", "元"),
        ("标的公示", None),
    ],
)
def test_the_longest_unit_is_read(header: str, unit: str | None) -> None:
    assert header_unit(header) == unit


def test_a_known_header_is_one_that_surely_matches_a_field() -> None:
    """By the full match, with which it must agree whatever stands around a word."""
    words = {
        word for kind in READ_KINDS for word in chain.from_iterable(reference_data("headers")["fields"][kind].values())
    }
    frames = ("{}", "{}（万元）", "案件 {}", "{} 案件", "首次{}", "{}日期", "备注{}之一", "{}(remark)")
    headers = [frame.format(word) for word in sorted(words) for frame in frames]
    known = {header: is_known_header(header) for header in headers}
    assert known == {
        header: personal_word(header) is not None
        or any(matches[0].score >= 0.75 for kind in READ_KINDS if (matches := match_header(header, kind)))
        for header in headers
    }
    assert 0.2 < sum(known.values()) / len(known) < 0.95


@pytest.mark.parametrize(
    ("header", "kind", "field"),
    [
        ("closedDate", "cases", "closed_on"),
        ("filedDate", "cases", "filed_on"),
        ("priceStart", "auctions", "start_price"),
        ("Date Closed", "cases", "closed_on"),
        ("date_closed", "cases", "closed_on"),
        ("publishTs", "auctions", "listed_on"),
        ("start_at", "auctions", "bidding_on"),
        ("endTs", "auctions", "ended_on"),
        ("公告日", "auctions", "listed_on"),
        ("开拍日", "auctions", "bidding_on"),
        ("paici", "auctions", "round_no"),
        ("1.案号", "cases", "case_id"),
        ("(12) 立案日期", "cases", "filed_on"),
        ("三、结案日期", "cases", "closed_on"),
    ],
)
def test_a_name_is_read_whatever_its_dress(header: str, kind: str, field: str) -> None:
    assert match_header(header, kind)[0].field == field
    assert match_header(header, kind)[0].score > 0.8


def test_the_last_word_of_a_name_of_an_interface_says_nothing_alone() -> None:
    assert all(match.score <= 0.5 for match in match_header("userName", "courts"))
