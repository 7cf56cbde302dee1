"""Numbers as each language writes them: digits, units of measure, signs and what is missing."""

from datetime import date

import pytest

from dashboard.text import formats, i18n

NAN = float("nan")

pytestmark = pytest.mark.usefixtures("in_english")


@pytest.mark.parametrize(
    ("amount", "unit", "text"),
    [
        (0.41649, "share", "41.6%"),
        (1.2345, "ratio", "1.23"),
        (12.345, "months", "12.3 months"),
        (187.6, "days", "188 days"),
        (54.321, "score", "54.3"),
        (NAN, "months", "—"),
    ],
)
def test_a_value_has_the_digits_and_the_unit_of_its_measure(amount: float, unit: str, text: str) -> None:
    assert formats.value(amount, unit) == text


@pytest.mark.parametrize(
    ("low", "high", "unit", "text"),
    [
        (0.4012, 0.4288, "share", "40.1–42.9%"),
        (0.976, 1.104, "ratio", "0.98–1.10"),
        (11.16, 12.91, "months", "11.2–12.9"),
        (99.6, 1203.4, "days", "100–1,203"),
        (44.44, 57.55, "score", "44.4–57.5"),
        (NAN, 1.0, "share", "—"),
    ],
)
def test_an_interval_has_the_digits_of_its_values(low: float, high: float, unit: str, text: str) -> None:
    assert formats.interval(low, high, unit) == text


@pytest.mark.parametrize(
    ("amount", "unit", "text"),
    [(0.35, "share", "35%"), (0.85, "ratio", "0.8"), (18.0, "months", "18"), (600.0, "days", "600")],
)
def test_a_goalpost_is_short(amount: float, unit: str, text: str) -> None:
    assert formats.goalpost(amount, unit) == text


@pytest.mark.parametrize(
    ("amount", "unit", "text"),
    [
        (0.0123, "share", "+1.2 pp"),
        (-0.153, "months", "−0.15 months"),
        (-12.4, "days", "−12.4 days"),
        (0.0214, "ratio", "+0.021"),
        (-0.4, "score", "−0.4"),
        (0.04, "score", "0.0"),
        (NAN, "share", "—"),
    ],
)
def test_a_difference_has_its_sign_and_its_unit(amount: float, unit: str, text: str) -> None:
    assert formats.difference(amount, unit) == text


def test_ranks_tell_ties_and_ranges() -> None:
    assert formats.rank(4) == "4"
    assert formats.rank(4, 3) == "4="
    assert formats.rank(None) == "—"
    assert formats.rank_range(3, 11) == "3–11"
    assert formats.rank_range(3, 3) == "3"
    assert formats.rank_range(3, NAN) == "—"


def test_money_counts_in_the_units_of_the_language() -> None:
    assert formats.yuan(1_234_567_890) == "1.2B yuan"
    i18n.set_language("zh")
    assert formats.yuan(1_234_567_890) == "12.3亿元"


def test_a_period_is_a_quarter_and_a_window_two_days() -> None:
    assert formats.period("2025Q4") == "Q4 2025"
    window = formats.date_range(date(2025, 1, 1), date(2025, 12, 31))
    assert window == "Jan 1, 2025 to Dec 31, 2025"
