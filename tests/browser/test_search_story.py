"""What people type to find a place, on any page, with the keyboard or the mouse."""

import pytest
from playwright.sync_api import Locator, Page, expect

from index_engine.queries import Snapshot
from tests.browser import driving
from tests.browser.conftest import Visit

pytestmark = pytest.mark.browser


def box(page: Page) -> Locator:
    return page.locator(".search").get_by_role("combobox")


def first(page: Page) -> Locator:
    return page.locator(".search").get_by_role("option").first


@pytest.mark.parametrize("typed", ["苏州", "蘇州", "suzhou", "Su Zhou", "suzhoushi"])
def test_a_city_is_found_however_it_is_typed(visit: Visit, server: str, typed: str) -> None:
    page = visit(f"{server}?lang=zh")
    box(page).press_sequentially(typed)
    expect(first(page)).to_contain_text("苏州市")
    expect(first(page)).to_contain_text("江苏省")
    expect(box(page)).to_have_attribute("aria-expanded", "true")
    box(page).press("Enter")
    page.wait_for_url("**/?lang=zh&level=city&unit=320500")
    expect(page.locator(".crumbs [aria-current]")).to_have_text("苏州市")
    expect(box(page)).to_have_value("")
    driving.settle(page)


def test_initials_find_all_places_that_share_them(visit: Visit, server: str) -> None:
    page = visit(f"{server}?lang=zh")
    box(page).press_sequentially("szs")
    options = page.locator(".search").get_by_role("option")
    expect(options.filter(has_text="苏州市")).to_have_count(1)
    expect(options.filter(has_text="宿州市")).to_have_count(1)


def test_a_court_is_found_on_the_map_and_opens_its_profile(visit: Visit, server: str, warehouse: object) -> None:
    with Snapshot(warehouse) as snapshot:  # type: ignore[arg-type]
        court = snapshot.children("city", "320500")[0]
    page = visit(f"{server}?lang=en")
    box(page).fill(court.name_en)
    first(page).click()
    page.wait_for_url(f"**/place?lang=en&level=court&unit={court.place_id}")
    expect(page.locator("h1")).to_have_text(court.name_en)
    driving.settle(page)


def test_arrows_choose_and_escape_leaves(visit: Visit, server: str) -> None:
    page = visit(f"{server}rankings?lang=en&period=2025Q3")
    box(page).press_sequentially("suzhou")
    options = page.locator(".search").get_by_role("option")
    expect(options).to_have_count(2)  # in Jiangsu and in Anhui
    box(page).press("ArrowDown")
    expect(options.nth(1)).to_have_attribute("aria-selected", "true")
    box(page).press("Escape")
    expect(options).to_have_count(0)
    box(page).press_sequentially("x")
    expect(page.locator(".search li")).to_have_text("No place or court has this name")
    box(page).press("Backspace")
    expect(options.nth(1)).to_contain_text("Anhui")
    box(page).press("ArrowUp")
    box(page).press("Enter")
    page.wait_for_url("**/place?lang=en&period=2025Q3&level=city&unit=341300")
    expect(page.locator("h1")).to_have_text("Suzhou")
    page.go_back()
    expect(page.locator("h1")).to_contain_text("provinces")
    driving.settle(page)


def test_on_a_telephone_it_has_a_line_of_its_own(visit: Visit, server: str) -> None:
    page = visit(f"{server}method?lang=zh", width=390)
    box(page).fill("北京")
    menu = page.locator(".search ul")
    expect(menu).to_be_visible()
    place = menu.bounding_box()
    assert place and place["x"] >= 0 and place["x"] + place["width"] <= 390
