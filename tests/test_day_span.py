"""The span of days: slips are left out, pauses and sparse days are not."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from index_engine.day_span import DaySpan, span_without_slips


def span(days: list[int], each: int = 1) -> DaySpan:
    different, counts = np.unique(np.array(days), return_counts=True)
    return span_without_slips(different, counts * each)


EVERY_DAY = list(range(10_000, 11_000))


def test_a_single_day_far_beyond_is_a_slip_at_either_end() -> None:
    assert span([*EVERY_DAY, 12_000]) == (10_000, 10_999)
    assert span([3_000, *EVERY_DAY]) == (10_000, 10_999)
    # Of 3,000 dates three are one in 1,000, and six are two.
    assert span([*EVERY_DAY, 12_000], each=3) == (10_000, 10_999)
    assert span([*EVERY_DAY, 12_000, 14_000], each=3) == (10_000, 14_000)


def test_what_many_dates_say_is_a_pause() -> None:
    assert span([*EVERY_DAY, *range(12_000, 12_010)]) == (10_000, 12_009)


def test_where_days_are_few_a_gap_is_chance() -> None:
    assert span([10_000, 10_100, 10_200, 10_300, 12_000]) == (10_000, 12_000)


def test_a_day_just_beyond_is_none() -> None:
    assert span([*EVERY_DAY, 11_010]) == (10_000, 11_010)


@given(st.lists(st.integers(-5_000, 30_000), min_size=1, max_size=60))
def test_it_lies_within_all_days_and_never_ends_before_it_begins(days: list[int]) -> None:
    found = span(days)
    assert min(days) <= found.first <= found.last <= max(days)
    assert found.first in days and found.last in days
