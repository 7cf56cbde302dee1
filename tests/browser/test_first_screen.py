"""The answer first: what the first screen of a page carries, counted."""

import pytest
from playwright.sync_api import expect

from dashboard.shell.pages import PAGES
from tests.browser import first_screen
from tests.browser.conftest import Visit

pytestmark = pytest.mark.browser


def test_the_overview_answers_on_the_first_screen(visit: Visit, server: str) -> None:
    """A sentence, the map and the list within 900 pixels, and little else."""
    page = visit(f"{server}?lang=zh")
    for selector in ("h1", ".st-key-map .choroplethlayer", ".st-key-map .geo2 .frame", ".st-key-list tbody tr"):
        box = page.locator(selector).first.bounding_box()
        assert box and box["y"] + box["height"] <= first_screen.HEIGHT, selector
    load = first_screen.measure(page)
    assert load["controls"] <= 25
    assert load["characters"] <= 150


@pytest.mark.parametrize("path", [page.path for page in PAGES if page.name not in ("method", "data", "audit")])
def test_made_up_data_are_marked_once_on_the_screen(visit: Visit, server: str, path: str) -> None:
    """Lists of sources, on the pages left out, mark each source."""
    page = visit(f"{server}{path}?lang=zh")
    assert first_screen.measure(page)["marks"] == 1
    expect(page.locator("p.band .mark")).to_have_text("模拟数据")
