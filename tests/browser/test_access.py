"""Everybody can use it: axe finds nothing serious on any page, and the keyboard is enough."""

from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from dashboard.shell import pages
from index_engine.queries import Snapshot
from tests.browser import driving
from tests.browser.conftest import Visit

pytestmark = pytest.mark.browser

PAGES = [
    *(page.path for page in pages.PAGES),
    "?level=province&unit=630000",
    "?level=city&unit=632800",
    "rankings?level=court",
    "rankings?view=caterpillar",
    "place?level=province&unit=630000",
    "place?level=city&unit=632800",
    "compare?units=province:630000,province:510000",
]
LOOKS = [("zh", "light"), ("en", "dark")]
SERIOUS = ("serious", "critical")


def serious(page: Page) -> list[str]:
    """What axe finds that would keep somebody out, with the place and the reason."""
    found = Axe().run(page).response["violations"]
    return [
        f"{each['id']}: {node['target']} {node['html'][:200]} {node['failureSummary']}"
        for each in found
        if each["impact"] in SERIOUS
        for node in each["nodes"]
    ]


@pytest.mark.parametrize("language, look", LOOKS)
@pytest.mark.parametrize("path", PAGES)
def test_nothing_keeps_anybody_out(visit: Visit, server: str, path: str, language: str, look: str) -> None:
    page = visit(f"{server}{path}{'&' if '?' in path else '?'}lang={language}", color_scheme=look)
    assert page.locator("html").get_attribute("data-look") == look
    assert not serious(page), "\n".join(serious(page))


@pytest.mark.parametrize("look", ["light", "dark"])
def test_nor_does_what_opens_on_a_page(visit: Visit, server: str, look: str) -> None:
    page = visit(f"{server}?lang=en", color_scheme=look)
    page.get_by_role("combobox", name="Find a place or court").fill("qing")
    expect(page.get_by_role("option").first).to_be_visible()
    assert not serious(page), "\n".join(serious(page))
    page.keyboard.press("Escape")
    page.locator(".card details.note summary").nth(1).click()
    expect(page.locator(".card details.note dl").nth(1)).to_be_visible()
    assert not serious(page), "\n".join(serious(page))


# What the keyboard is on: its words, where it is, and whether an eye can see that it is there.
FOCUSED = """() => {
    const on = document.activeElement;
    if (!on || on === document.body) return null;
    const near = [on, on.parentElement, on.parentElement?.parentElement].filter(Boolean);
    const seen = near.map((each) => getComputedStyle(each)).some((style) =>
        (style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0)
        || (style.borderColor === 'rgb(15, 102, 116)' && style.borderWidth !== '0px'));
    return {words: on.getAttribute('aria-label') || on.innerText || on.value || '', seen,
        name: on.tagName, link: on.getAttribute('href'), list: !!on.closest('.st-key-list')};
}"""


def test_the_keyboard_walks_the_front_page_and_opens_a_place(visit: Visit, server: str, warehouse: Path) -> None:
    page = visit(f"{server}?lang=en")
    walked = []
    for _ in range(120):
        page.keyboard.press("Tab")
        walked.append(on := page.evaluate(FOCUSED))
        assert on, f"after {walked[-2]['words']} the keyboard is nowhere"
        assert on["seen"], f"nothing shows that the keyboard is on {on}"
        assert on["words"].strip(), f"no words for {on}"
        if on["list"] and on["link"] and "unit=" in on["link"]:
            break
    words = [on["words"] for on in walked]
    assert walked[0]["name"] == "MAIN"  # the page itself, to be scrolled by arrows
    assert words[1] == "Skip to the content"
    order = ["Rankings", "Find a place or court", "Provinces"]
    assert [word for word in words if word in order] == order
    assert words.count("Skip to the content") == 1  # it is never caught in a circle
    unit = parse_qs(urlsplit(walked[-1]["link"]).query)["unit"][0]
    page.keyboard.press("Enter")
    page.wait_for_url(f"**unit={unit}**")
    with Snapshot(warehouse) as snapshot:
        name = snapshot.place("province", unit).name_en
    expect(page.locator(".crumbs [aria-current]")).to_have_text(name)
    driving.settle(page)


def test_the_first_link_leads_past_the_header(visit: Visit, server: str) -> None:
    page = visit(f"{server}?lang=en")
    page.keyboard.press("Tab")  # the page itself, to be scrolled by arrows
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_in_viewport()
    address = page.url
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_be_focused()
    page.keyboard.press("Tab")
    assert page.evaluate(FOCUSED)["words"] == "Provinces"
    assert page.url == address


def test_explanations_and_buttons_answer_to_the_keyboard(visit: Visit, server: str) -> None:
    page = visit(f"{server}?lang=en")
    note = page.locator(".card details.note").nth(2)
    note.locator("summary").focus()
    page.keyboard.press("Enter")
    expect(note.locator("dl")).to_be_visible()
    page.keyboard.press("Escape")
    expect(note.locator("dl")).to_be_hidden()
    expect(note.locator("summary")).to_be_focused()
    page.get_by_role("button", name="Dark colours").focus()
    page.keyboard.press("Space")
    expect(page.locator("html[data-look=dark]")).to_be_attached()


def test_a_new_page_is_said_and_so_is_its_language(visit: Visit, server: str) -> None:
    page = visit(f"{server}?lang=en")
    page.get_by_role("link", name="Rankings").click()
    expect(page.get_by_role("status").filter(has_text="Rankings · ")).to_be_attached()
    assert page.locator("html").get_attribute("lang") == "en"
    driving.choose_language(page, "简体")
    expect(page.locator("html")).to_have_attribute("lang", "zh-Hans")
