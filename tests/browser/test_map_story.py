"""A morning with the map: every level of the country, one indicator, a film of the quarters."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from index_engine import queries
from index_engine.queries import Snapshot
from tests.browser import driving
from tests.browser.conftest import Start, Visit
from tests.browser.test_stories import click_place, parameters, shown_period

pytestmark = pytest.mark.browser

DOTS = ".st-key-map .geo .scatterlayer path.point"


@pytest.fixture(scope="module")
def snapshot(warehouse: Path) -> Iterator[Snapshot]:
    with Snapshot(warehouse) as opened:
        yield opened


def click_dot(page: Page) -> None:
    """Click the first dot once it stands still and the pointer reads its court there."""
    x, y = driving.when_still(page, "(dots) => document.querySelector(dots)", DOTS)
    page.mouse.move(x + 60, y)
    page.mouse.move(x, y)
    expect(page.locator(".st-key-map .hoverlayer")).to_contain_text("（模拟）")
    page.mouse.click(x, y)


def test_from_the_country_to_a_court_by_clicks(visit: Visit, server: str, snapshot: Snapshot) -> None:
    page = visit(f"{server}?lang=zh")
    click_place(page, "630000")
    page.wait_for_url("**level=province&unit=630000**")
    expect(page.locator(".crumbs [aria-current]")).to_have_text("青海省")
    driving.settle(page)
    click_place(page, "632800")
    page.wait_for_url("**level=city&unit=632800**")
    driving.settle(page)
    courts = {court.name for court in snapshot.children("city", "632800")}
    expect(page.locator(DOTS)).to_have_count(len(courts))
    click_dot(page)
    page.wait_for_url("**/place?**level=court**")
    expect(page.locator("h1")).to_be_visible()
    assert page.locator("h1").inner_text() in courts
    driving.settle(page)


def test_every_level_of_the_whole_country_and_back(visit: Visit, server: str) -> None:
    page = visit(f"{server}?lang=en")
    levels = page.get_by_role("navigation", name="Level shown")
    paths = page.locator(".st-key-map .geo:not(.geo2) .choroplethlayer path")
    for name, count in (("Cities", 375), ("County courts", 2891), ("Provinces", 34)):
        levels.get_by_role("link", name=name).click()
        expect(levels.locator("[aria-current]")).to_have_text(name)
        expect(paths).to_have_count(count)
        driving.settle(page)
    assert "by" not in parameters(page)
    page.go_back()
    expect(paths).to_have_count(2891)


def test_an_investor_paints_by_one_indicator(visit: Visit, server: str, snapshot: Snapshot) -> None:
    page = visit(f"{server}?lang=en")
    page.locator(".st-key-choose-layer").get_by_role("combobox").click()
    page.get_by_role("option", name="Lots sold within 12 months").click()
    page.wait_for_url("**layer=lot_sold_12m**")
    driving.settle(page)
    values = queries.indicator_values(snapshot, "province", snapshot.periods()[-1], "lot_sold_12m")
    best = values.sort_values("points", ascending=False, kind="stable").iloc[0]
    row = page.locator(".st-key-list tbody tr").first
    expect(row).to_contain_text(f"{100 * best['value']:.1f}%")
    page.locator(".st-key-choose-layer").get_by_role("combobox").click()
    page.get_by_role("option", name="Score", exact=True).click()
    page.wait_for_url(lambda address: "layer=" not in address)


def test_the_quarters_run_as_a_film_and_stop(visit: Visit, server: str, snapshot: Snapshot) -> None:
    periods = snapshot.periods()
    page = visit(f"{server}?lang=en&period={periods[-4]}")
    steps = page.evaluate("history.length")
    play = page.get_by_role("button", name="Run through the quarters")
    play.click()
    expect(page.get_by_role("button", name="Pause")).to_be_visible()
    # To the end, where it stops by itself.
    page.wait_for_url(lambda address: "period=" not in address)
    expect(play).to_be_visible()
    driving.settle(page)
    assert shown_period(page) == periods[-1]
    assert page.evaluate("history.length") == steps, "the back button leaves the film"
    play.click()  # from the end it begins anew
    page.wait_for_url(f"**period={periods[0]}**")
    page.get_by_role("button", name="Pause").click()
    expect(play).to_be_visible()
    driving.settle(page)
    assert shown_period(page) == parameters(page)["period"]
    assert shown_period(page) in periods[:3]


def test_the_slider_answers_to_the_keyboard(visit: Visit, server: str, snapshot: Snapshot) -> None:
    page = visit(f"{server}?lang=en&by=city")
    page.locator(".st-key-choose-period").get_by_role("slider").press("ArrowLeft")
    page.wait_for_url(f"**period={snapshot.periods()[-2]}**")
    driving.settle(page)
    assert shown_period(page) == snapshot.periods()[-2]
    assert parameters(page)["by"] == "city"
    page.go_back()
    expect(page.locator("h1")).to_be_visible()
    page.wait_for_url(lambda address: "period=" not in address)


def test_a_cold_link_opens_level_layer_quarter_and_comparison(
    visit: Visit, start: Start, warehouse: Path, snapshot: Snapshot
) -> None:
    period = snapshot.periods()[-3]
    query = f"lang=en&by=city&layer=cash_24m&since=year&period={period}"
    page = visit(f"{start(warehouse)}?{query}")
    assert page.url.endswith(query)
    expect(page.get_by_role("navigation", name="Level shown").locator("[aria-current]")).to_have_text("Cities")
    expect(page.locator(".section h2", has_text="Paid within 24 months by city")).to_be_visible()
    expect(page.get_by_role("navigation", name="Changed since").locator("[aria-current]")).to_have_text("On the year")
    assert shown_period(page) == period


@pytest.mark.parametrize("query", ["by=court", "level=city&unit=632800&layer=band", "by=city"])
def test_on_a_telephone_nothing_runs_off_the_side(visit: Visit, server: str, query: str) -> None:
    page = visit(f"{server}?lang=en&{query}", width=390)
    wide = page.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth")
    assert wide <= 390
    assert re.search(r"\d", page.locator("ul.legend").first.inner_text())


# Pieces of the dash line that are drawn in the frame of the South China Sea, and the ends of each on the screen.
DASHES = """() => {
    const frame = document.querySelector('.st-key-map .geo2 .frame').getBoundingClientRect();
    const line = document.querySelector('.st-key-map .geo2 path.js-line');
    const box = line.getBoundingClientRect();
    const inside = box.left >= frame.left && box.right <= frame.right && box.top >= frame.top && box.bottom <= frame.bottom;
    return {pieces: line.getAttribute('d').split('M').length - 1, inside};
}"""


@pytest.mark.parametrize("width", [1440, 390])
def test_every_dash_of_the_south_china_sea_is_in_its_frame(visit: Visit, server: str, width: int) -> None:
    page = visit(f"{server}?lang=en", width=width)
    assert page.evaluate(DASHES) == {"pieces": 10, "inside": True}
