"""Quarters as numbers: consecutive, and the same in words, days and arithmetic."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index_engine import periods
from index_engine.errors import InputError

QUARTERS = st.integers(4 * 1000, 4 * 9998)


@given(st.dates(date(1000, 1, 1), date(9998, 12, 31)))
def test_every_day_lies_in_its_quarter(day: date):
    quarter = periods.quarter_from_date(day)
    assert periods.first_day(quarter) <= day <= periods.last_day(quarter)
    assert periods.label(quarter) == f"{day.year}Q{(day.month + 2) // 3}"


@given(QUARTERS)
def test_quarters_follow_one_another(quarter: int):
    assert periods.parse(periods.label(quarter)) == quarter
    assert periods.last_day(quarter) + timedelta(days=1) == periods.first_day(quarter + 1)
    assert periods.quarter_from_date(periods.first_day(quarter)) == quarter
    assert 90 <= (periods.last_day(quarter) - periods.first_day(quarter)).days + 1 <= 92


def test_a_quarter_in_words_and_days():
    assert periods.parse("2025Q4") == 8103
    assert periods.label(8103) == "2025Q4"
    assert periods.first_day(8103) == date(2025, 10, 1)
    assert periods.last_day(8103) == date(2025, 12, 31)
    assert periods.last_day(periods.parse("2024Q1")) == date(2024, 3, 31)


@pytest.mark.parametrize(
    "text", ["", "2025", "2025Q0", "2025Q5", "2025q4", "25Q4", "2025 Q4", "2025Q4 ", "2025-10", "Q4"]
)
def test_anything_else_is_an_input_error(text: str):
    with pytest.raises(InputError, match="2025Q4"):
        periods.parse(text)
