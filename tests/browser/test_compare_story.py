"""A policymaker compares a place with its peers and asks what the difference is."""

from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import expect

from index_engine import queries
from index_engine.queries import Snapshot
from tests.browser import driving
from tests.browser.conftest import Start, Visit
from tests.test_annotation_table import write

pytestmark = pytest.mark.browser


def test_a_place_among_its_peers_over_time(
    warehouse: Path, start: Start, visit: Visit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Snapshot(warehouse) as snapshot:
        period = snapshot.periods()[-1]
        rows = queries.scores(snapshot, "province", period)  # a small sample scores few below them
        place = next(
            row
            for row in rows[rows["score"].notna()].itertuples()
            if len(queries.similar_places(snapshot, "province", row.place_id, period))
        )
    day = f"{int(period[:4]) - 1}-07-01"
    kind = {"level": "nation", "unit": "", "kind": "definition_break", "name_en": "New words"}
    monkeypatch.setenv("JECI_EVENTS", str(write(tmp_path / "events.csv", {"date": day} | kind)))
    page = visit(start(warehouse) + "compare?lang=en")

    # It is found by its name and becomes the first chip.
    field = page.get_by_role("combobox", name="Add a place or court")
    field.fill(place.name)
    page.get_by_role("option").first.click()
    chips = page.get_by_role("list", name="Places compared").get_by_role("listitem")
    expect(chips).to_have_count(1)
    expect(chips.first).to_contain_text(place.name_en)

    # One click sets it beside places like it; the address holds them all.
    page.get_by_role("link", name="with similar places").click()
    expect(page.locator(".st-key-plot-compare-observed .main-svg").first).to_be_visible()
    expect(page.locator(".st-key-plot-compare-adjusted .main-svg").first).to_be_visible()
    driving.settle(page)
    named = parse_qs(urlsplit(page.url).query)["units"][0]
    count = named.count("province:")
    assert count >= 2
    expect(chips).to_have_count(count)

    # A break of definitions is marked, by a line in the chart and in words below it.
    expect(page.get_by_role("list", name="Events")).to_contain_text("New words")
    expect(page.locator(".st-key-plot-compare-observed .shapelayer path")).to_have_count(1)

    # The difference is taken apart: the whole and a line for every indicator.
    table = page.locator(".st-key-difference-parts table")
    expect(table).to_contain_text("Mean months to payment")
    expect(table.locator("tr.total")).to_have_count(1)
    expect(page.locator(".st-key-plot-difference .main-svg").first).to_be_visible()

    # Monthly flows are another view of the same places.
    page.get_by_role("link", name="Monthly flows").click()
    expect(page.get_by_role("heading", name="Monthly flows")).to_be_visible()
    expect(chips).to_have_count(count)
