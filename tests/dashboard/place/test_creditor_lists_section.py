"""What the page of a place says of the cases of one creditor."""

from pathlib import Path

import pytest

from dashboard.place.creditor_lists_section import payment_ratios
from dashboard.state.cache import CachedSnapshot, View
from dashboard.text import formats
from index_engine import queries
from tests.dashboard.reading import part, plain, profile, row_of
from tests.dashboard.running import Open, run_page
from tests.truth.test_creditor_lists import built as built
from tests.truth.test_creditor_lists import world as world

pytestmark = pytest.mark.usefixtures("in_english")


def test_a_creditor_stands_beside_all_cases_of_the_courts(
    built: Path, monkeypatch: pytest.MonkeyPatch, downloads: dict[str, list[dict[str, str]]]
) -> None:
    monkeypatch.setenv("JECI_WAREHOUSE", str(built))
    with CachedSnapshot(built) as snapshot:
        nation = snapshot.nation
        rows = payment_ratios(View(snapshot, snapshot.periods()[-1], nation))
        shown = part(profile(run_page, "nation", nation.place_id), "creditor-lists")
    listed, everybody = rows
    assert (listed.creditor, everybody.creditor) == ("manager", "All cases of the courts")
    for row in rows:
        line = plain(row_of(shown, row.creditor))
        assert formats.number(row.observed) in line and formats.number(row.ratio, 2) in line
        assert formats.interval(row.low, row.high, "ratio") in line
    assert "No score is made of these cases" in plain(shown)
    assert [row["creditor"] for row in downloads["creditor-lists"]] == [listed.creditor, everybody.creditor]


def test_where_a_creditor_has_no_cases_there_is_no_section(
    open_page: Open, sample: CachedSnapshot, period: str
) -> None:
    provinces = [place.place_id for place in sample.provinces()]
    without = next(code for code in provinces if queries.creditor_lists(sample, "province", code, period).empty)
    assert 'id="creditor-lists"' not in profile(open_page, "province", without)
