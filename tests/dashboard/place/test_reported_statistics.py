"""Published figures on the page of a place: beside computed values, with their source."""

from datetime import date
from types import SimpleNamespace

import pytest

from dashboard.place import reported_statistics
from dashboard.text import i18n
from tests.dashboard.running import Open, text

HEADING = "Published figures and computed values"
SICHUAN = {"level": "province", "unit": "510000", "lang": "en"}


def test_published_figures_stand_beside_computed_ones(open_page: Open) -> None:
    shown = text(open_page("place", period="2025Q4", **SICHUAN))
    _, _, section = shown.partition(HEADING)
    assert "88.39%" in section  # as published
    assert 'href="https://www.scjjrb.com/2026/01/26/99455459.html"' in section
    assert "closed / (carried over + filed)" in section
    assert "<small>Synthetic data</small>" in section  # under the computed value
    assert "Published figures are real" in section


def test_a_place_without_any_has_no_section(open_page: Open) -> None:
    assert HEADING not in text(open_page("place", level="province", unit="440000", lang="en"))


@pytest.mark.parametrize(
    ("address", "is_link"),
    [
        ("https://www.court.gov.cn/a", True),
        ("中国法律年鉴2016", False),
        ("javascript://court.gov.cn/%0aalert(1)", False),
    ],
)
def test_only_web_addresses_become_links(address: str, is_link: bool) -> None:
    i18n.set_language("en")
    made = str(reported_statistics._publication_link(SimpleNamespace(address=address, basis="reported")))
    assert made.startswith("<a ") == is_link
    assert not is_link or ">court.gov.cn</a>" in made


@pytest.mark.parametrize(
    ("value", "unit", "said"),
    [
        (85.36, "%", "85.36%"),
        (21.0, "%", "21%"),
        (16.8698, "亿元", "1.68698B yuan"),
        (10132200.0, "件", "10,132,200 items"),
        (3.0, "户", "3 户"),
        (689_000_000.0, "元", "689M yuan"),
        (99_000_000.0, "元", "99M yuan"),
        (None, "%", "—"),
    ],
)
def test_values_keep_the_digits_they_were_printed_with(value: float | None, unit: str, said: str) -> None:
    i18n.set_language("en")
    assert reported_statistics.measured_value(value, unit) == said


def test_whole_years_and_months_are_said_in_short() -> None:
    i18n.set_language("en")
    assert reported_statistics._short_period(date(2025, 1, 1), date(2025, 12, 31)) == "2025"
    assert reported_statistics._short_period(date(2013, 1, 1), date(2015, 12, 31)) == "2013–2015"
    assert reported_statistics._short_period(date(2025, 10, 1), date(2025, 10, 31)).replace("\u2011", "-") == "2025-10"
    assert "5" in reported_statistics._short_period(date(2025, 10, 5), date(2025, 10, 31))
