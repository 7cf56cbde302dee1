"""The policy view: local and other creditors, and changes of places against their own past."""

from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest

from dashboard.state.cache import CachedSnapshot
from index_engine import queries
from index_engine.queries import Snapshot
from tests.changed_court import CHANGED
from tests.dashboard.running import Open, run_page
from tests.dashboard.test_pages import clean

PERIOD = "2024Q4"


@pytest.fixture
def open_changed(changed_court: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Open]:
    monkeypatch.setenv("JECI_WAREHOUSE", str(changed_court))
    yield run_page


# ---------------------------------------------------------------- local and other creditors


def test_the_headline_says_both_sides_and_the_gap(open_page: Open, sample: CachedSnapshot, period: str):
    said = clean(open_page("policy", lang="en"))
    [row] = queries.creditor_gaps(sample, "nation", period, "cash_24m").itertuples(index=False)
    assert f"{100 * row.local:.1f}% of local creditors' cases paid within 24 months" in said
    assert f"{100 * row.non_local:.1f}% of others'" in said
    assert f"{100 * row.gap:+.1f}".replace("-", "−") + " percentage points" in said


def test_every_place_stands_with_both_n_and_why_where_there_is_no_gap(
    open_page: Open, sample: CachedSnapshot, period: str
):
    said = clean(open_page("policy", lang="en"))
    rows = queries.creditor_gaps(sample, "province", period, "cash_24m")
    assert len(rows) > 25
    for row in rows.itertuples(index=False):
        start = said.index(f">{row.name_en}</a>", said.index("Gap at equal case mix"))
        line = said[start : said.index("</tr>", start)]
        if row.status == "estimated":
            assert f"n {row.local_n:,.0f}<" in line
            assert f"n {row.non_local_n:,.0f}<" in line
        else:
            assert "too few" in line or "curve ends" in line


def test_a_province_shows_its_cities_in_order_of_the_gap(open_changed: Open, changed_court: Path):
    said = clean(open_changed("policy", lang="en", within="11", order="gap"))
    with Snapshot(changed_court) as snapshot:
        rows = queries.creditor_gaps(snapshot, "city", PERIOD, "cash_24m", parent="11")
    wanted = rows.sort_values("gap", ascending=False)["name_en"].to_list()
    assert len(wanted) == 2
    table = said[said.index("Gap at equal case mix") :]
    assert table.index(f">{wanted[0]}<") < table.index(f">{wanted[1]}<")


def test_what_is_compared_is_in_the_address(open_changed: Open):
    said = clean(open_changed("policy", lang="en", measure="months_to_cash"))
    assert "months to payment for local creditors" in said
    assert clean(open_changed("policy", lang="en", measure="nonsense")).count("24 months")


# ---------------------------------------------------------------- changes


def lines(said: str) -> list[str]:
    """Rows of the table of changes."""
    table = said[said.index("What changed") :]
    return table[table.index("<tbody>") : table.index("</tbody>")].split("</tr>")[:-1]


def test_a_change_is_told_with_both_rates_and_leads_to_the_profile(open_changed: Open, changed_court: Path):
    found = lines(clean(open_changed("policy", lang="en", of="court")))
    with Snapshot(changed_court) as snapshot:
        rows = queries.exceptions(snapshot, "court", PERIOD)
    assert len(found) == len(rows) == 2
    for line, row in zip(found, rows.itertuples(index=False), strict=True):
        assert f"./place?lang=en&level=court&unit={CHANGED}" in line
        assert f"{100 * row.before:.1f}% → {100 * row.after:.1f}%" in line
        if row.n_suppression:
            assert line.count("withheld (subtraction)") == 1
        else:
            assert f"n {row.before_n:,.0f} → {row.after_n:,.0f}" in line
        assert {"up": "higher", "down": "lower"}[row.direction] in line
        assert "Q3 2024" in line
        assert 'src="data:image/svg+xml' in line


def test_changes_are_chosen_by_level_figure_and_province(open_changed: Open):
    def count(**chosen: str) -> int:
        said = clean(open_changed("policy", lang="en", **chosen))
        return len(lines(said)) if "What changed" in said else 0

    assert count() == 6
    assert count(of="city") == 2
    assert count(figure="zhongben_rate") == 3
    assert count(within="12") == 6
    assert count(within="13") == 0


def test_where_nothing_changed_it_is_said_how_much_was_watched(open_changed: Open, changed_court: Path):
    said = clean(open_changed("policy", lang="en", period="2024Q2"))
    with Snapshot(changed_court) as snapshot:
        watched: pd.DataFrame = queries.monitoring_summary(snapshot, "2024Q2")
    assert f"No series signalled. {watched['series'].sum()} were monitored" in said
    assert "about 0.0 signals" in said


def test_too_short_a_past_is_said(open_changed: Open):
    assert "Nothing is monitored yet" in clean(open_changed("policy", lang="en", period="2022Q1"))
