"""A policymaker looks at the creditors of a province, then at what changed, and at the court."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

from index_engine.queries import Snapshot
from tests.browser.conftest import Start, Visit
from tests.changed_court import CHANGED

pytestmark = pytest.mark.browser


def test_a_policymaker_compares_creditors_and_opens_a_court_that_changed(
    visit: Visit, start: Start, changed_court: Path
) -> None:
    page = visit(f"{start(changed_court)}?lang=en")
    page.get_by_role("link", name="Policy view").click()
    expect(page.locator("h1")).to_contain_text("of local creditors' cases paid within 24 months")
    dots = page.locator(".st-key-plot-creditors .scatterlayer .point")
    expect(dots).to_have_count(2 * 3)  # provinces

    page.locator(".st-key-choose-within").get_by_role("combobox").click()
    page.get_by_role("option", name="12省").click()
    expect(page.locator("h1")).to_contain_text("12省: ")
    expect(dots).to_have_count(2)  # its only city with cases
    assert "within=12" in page.url

    rows = page.locator(".st-key-exceptions tbody tr")
    expect(rows).to_have_count(6)  # the province, its city and the court, by two rates each
    expect(rows.first.locator("img.spark")).to_be_visible()
    with Snapshot(changed_court) as snapshot:
        [name] = {u.name_en for u in snapshot.places() if u.place_id == CHANGED}
    rows.get_by_role("link", name=name).last.click()
    expect(page.locator(".crumbs [aria-current]")).to_have_text(name)
    assert f"unit={CHANGED}" in page.url
