"""An investor's first day: from the map of the country to the profile of a court, what it says
there, where its numbers come from, and the same on paper."""

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Locator, Page, expect

from index_engine import queries
from index_engine.queries import Snapshot
from tests.browser import driving
from tests.browser.conftest import Visit
from tests.browser.test_stories import click_place

pytestmark = pytest.mark.browser

CITY = "place?lang=en&level=city&unit="


@pytest.fixture(scope="module")
def snapshot(warehouse: Path) -> Iterator[Snapshot]:
    with Snapshot(warehouse) as opened:
        yield opened


@pytest.fixture(scope="module")
def city(snapshot: Snapshot) -> str:
    """The city with the most cases, of those that have a score."""
    rows = queries.scores(snapshot, "city", snapshot.periods()[-1])
    return str(rows[rows["score"].notna()].sort_values("n", na_position="first")["place_id"].iloc[-1])


def count_text(n: float, suppression: str) -> str:
    """A count as it stands on an English page, or what stands in its place."""
    return {"": f"{n:,.0f}", "secondary": "withheld (subtraction)"}.get(suppression, suppression)


def in_view(part: Locator) -> None:
    """Wait until a heading stands near the top of the screen, as after a jump."""
    expect(part).to_be_in_viewport()
    part.page.wait_for_function("part => part.getBoundingClientRect().top < 200", arg=part.element_handle())


def test_an_investor_goes_from_the_map_to_a_court_and_reads_its_profile(
    visit: Visit, server: str, snapshot: Snapshot, city: str
) -> None:
    period, province = snapshot.periods()[-1], snapshot.place("city", city).parent
    page = visit(f"{server}?lang=en")
    click_place(page, province)
    page.wait_for_url(f"**unit={province}**")
    driving.settle(page)
    click_place(page, city)
    page.wait_for_url(f"**unit={city}**")
    driving.settle(page)
    courts = queries.scores(snapshot, "court", period, parent=city)
    court = courts.iloc[0]
    page.locator(".st-key-list").get_by_role("link", name=court["name_en"], exact=True).click()
    page.wait_for_url(f"**/place?**unit={court['place_id']}**")
    driving.settle(page)
    expect(page.locator("h1")).to_have_text(court["name_en"])
    # Strengths: exactly what the interval sets apart from the nation is marked.
    values = queries.indicators(snapshot, "court", court["place_id"], period)
    known = values[values["status"] == "estimated"]
    apart = known[(known["low"] > known["nation"]) | (known["high"] < known["nation"])]
    marked = page.locator(".st-key-spine tr .indicator")
    expect(marked.first).to_be_visible()
    rows = page.locator(".st-key-spine tr:has(.indicator)")
    expect(rows.locator(".spine i.better, .spine i.worse")).to_have_count(len(apart))
    # Prices and the funnel, up one level where there are more of them.
    page.locator(".crumbs a").last.click()
    page.wait_for_url(f"**unit={city}**")
    driving.settle(page)
    page.locator("nav.jumps").get_by_role("link", name="Auctions stage by stage", exact=True).click()
    in_view(page.locator("h2#rounds"))
    funnel = queries.sale_pipeline(snapshot, "city", city, period).set_index("stage")
    table = page.locator(".st-key-rounds table")
    first = table.get_by_role("row", name=re.compile("^First auction"))
    expect(first).to_contain_text(count_text(*funnel.loc["first", ["held", "held_suppression"]]))
    expect(table).to_contain_text("floor 70%")
    expect(table).to_contain_text("floor 56%")
    expect(page.locator("dl.three > div")).to_have_count(3)


def test_a_number_leads_to_its_place_in_the_method(visit: Visit, server: str, snapshot: Snapshot, city: str) -> None:
    page = visit(f"{server}{CITY}{city}")
    row = page.locator(".st-key-spine tr", has=page.locator("text=Lots sold within 12 months"))
    row.locator("summary").click()
    expect(row.locator("dl")).to_contain_text("Denominator")
    row.get_by_role("link", name="See the method").click()
    page.wait_for_url("**/method?**#lot_sold_12m")
    in_view(page.locator("#lot_sold_12m"))


def test_an_address_leads_to_a_part_of_the_page_and_the_list_of_parts_stays(
    visit: Visit, server: str, city: str
) -> None:
    page = visit(f"{server}{CITY}{city}#rounds")
    in_view(page.locator("h2#rounds"))
    jumps = page.locator("nav.jumps")
    expect(jumps).to_be_in_viewport()
    expect(jumps.locator("a[aria-current]")).to_have_attribute("href", "#rounds")
    jumps.get_by_role("link", name="Score", exact=True).click()
    in_view(page.locator("h2#score"))
    assert urlsplit(page.url).fragment == "score"
    expect(jumps.locator("a[aria-current]")).to_have_attribute("href", "#score")


def test_places_alike_are_a_step_away(visit: Visit, server: str, snapshot: Snapshot, city: str) -> None:
    near = queries.similar_places(snapshot, "city", city, snapshot.periods()[-1])
    page = visit(f"{server}{CITY}{city}")
    assert not page.locator(".st-key-alike").count(), "folded until it is asked for"
    page.locator("h2#alike").get_by_role("link").click()
    page.locator(".st-key-alike").get_by_role("link", name=near["name_en"].iloc[0]).first.click()
    page.wait_for_url(f"**unit={near['place_id'].iloc[0]}**")
    expect(page.locator("h1")).to_have_text(near["name_en"].iloc[0])


# ---------------------------------------------------------------- paper


def test_the_profile_is_printed_whole(visit: Visit, server: str, city: str) -> None:
    page = visit(f"{server}{CITY}{city}&open=all")
    drawn = page.pdf(prefer_css_page_size=True)
    sheets = len(re.findall(rb"/Type\s*/Page\b(?!s)", drawn))
    assert sheets >= 4, "only the first screen"
    stamp = page.locator("style#paper").text_content()
    assert stamp
    name = page.locator("h1").inner_text()
    for said in ("Synthetic data", name, "Q4 2025", "Data version", page.url, "counter(page)"):
        assert said in stamp
    page.emulate_media(media="print")
    for gone in ("header.site nav", "div.jumps", "details.note", "[data-testid=stSelectbox]"):
        expect(page.locator(gone).first).to_be_hidden()
    for kept in ("h1", "h2#stands-out", "h2#score", "h2#rounds", "h2#figures", "footer.site"):
        expect(page.locator(kept)).to_be_visible()
    assert cut_off(page) == []


# What is drawn below a table and begins before it ends.
OVERPRINTED = """() => {
    const box = document.querySelector('.st-key-ranking table.data').getBoundingClientRect();
    return [...document.querySelectorAll('p, dl, footer.site')].filter((each) => each.offsetHeight &&
        !each.closest('table') && each.getBoundingClientRect().top > box.top &&
        each.getBoundingClientRect().top < box.bottom - 1).map((each) => each.innerText.slice(0, 80));
}"""


@pytest.mark.parametrize("level", ["province", "city"])
def test_a_ranking_is_printed_row_by_row_with_nothing_over_it(visit: Visit, server: str, level: str) -> None:
    """On paper, as narrow as a small screen, the table had the height of its frame there and notes stood in its rows."""
    page = visit(f"{server}rankings?lang=en&level={level}")
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 794, "height": 1123})
    assert page.evaluate(OVERPRINTED) == []
    for gone in ("[data-testid=stTextInput]", "a.pick"):
        expect(page.locator(gone).first).to_be_hidden()
    expect(page.locator(".st-key-ranking thead th").first).to_have_css("position", "static")


def cut_off(page: Page) -> list[str]:
    """Charts and tables that reach beyond the sheet."""
    return page.evaluate(
        """() => {
            const sheet = document.querySelector('[data-testid=stMainBlockContainer]');
            const edge = sheet.getBoundingClientRect().right + 1;
            return [...document.querySelectorAll('table.data, svg.main-svg')]
                .filter((part) => part.getBoundingClientRect().right > edge)
                .map((part) => part.closest('[class*=st-key]')?.className || part.className);
        }"""
    )


def test_the_link_prints(visit: Visit, server: str, city: str) -> None:
    page = visit(f"{server}{CITY}{city}")
    # What is folded at the moment of printing, in this document and in one that the link may load.
    note = """window.print = () => {
        const folded = document.querySelectorAll('a[data-fold]').length;
        localStorage.setItem('folded', [localStorage.getItem('folded') || '', folded].join(' '));
    }"""
    page.add_init_script(note)
    page.evaluate(note)
    page.get_by_role("link", name="Print, PDF").click()
    # A folded section is not on paper.
    page.wait_for_function("() => (localStorage.getItem('folded') || '').split(' ').includes('0')")
    assert not urlsplit(page.url).fragment


@pytest.mark.parametrize(("width", "longest"), [(1440, 4000), (390, 6000)])
def test_a_profile_answers_on_one_screen_and_folds_the_rest(
    visit: Visit, server: str, city: str, width: int, longest: int
) -> None:
    page = visit(f"{server}{CITY}{city}", width=width)
    questions = page.locator(".card h3 b")
    expect(questions).to_have_text(["How likely", "How long", "At what price", "Compared with whom", "Since when"])
    if width > 1000:
        box = questions.last.bounding_box()
        assert box and box["y"] < 600
    assert page.evaluate("document.querySelector('[data-testid=stMain]').scrollHeight") <= longest


def test_paper_is_white_whatever_the_look(visit: Visit, server: str, city: str) -> None:
    page = visit(f"{server}{CITY}{city}", color_scheme="dark")
    # Print, as a browser does: what is drawn at that moment, then the event that it is done.
    page.add_init_script(
        """window.print = () => {
            const ground = getComputedStyle(document.querySelector('.stApp')).backgroundColor;
            const plots = document.querySelectorAll('.js-plotly-plot .main-svg').length;
            localStorage.setItem('printed', `${ground} ${plots > 0}`);
            setTimeout(() => window.dispatchEvent(new Event('afterprint')), 0);
        };"""
    )
    page.reload()
    driving.settle(page)
    assert page.locator("html").get_attribute("data-look") == "dark"
    page.get_by_role("link", name="Print, PDF").click()
    page.wait_for_function("() => localStorage.getItem('printed') && document.documentElement.dataset.look === 'dark'")
    driving.settle(page)
    assert page.evaluate("localStorage.getItem('printed')") == "rgb(255, 255, 255) true"
    assert page.evaluate("localStorage.getItem('look')") is None  # the system's, as before
