"""What people come to do: look around, drill down, compare, share an address, take a file away."""

import csv
import io
import re
import shutil
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import duckdb
import pytest
from playwright.sync_api import Page, expect

from dashboard.shell import pages
from dashboard.text import i18n
from index_engine import queries
from index_engine.queries import Snapshot
from tests.browser import driving
from tests.browser.conftest import Start, Visit

pytestmark = pytest.mark.browser

MAINLAND = ".st-key-map .geo:not(.geo2) .choroplethlayer path"  # not the frame in the corner
PAGES = [page.path for page in pages.PAGES]


def parameters(page: Page) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(page.url).query).items()}


def shown_period(page: Page) -> str:
    """The quarter chosen, as '2025Q4', read from the words on the screen in either language."""
    choice = page.locator(".st-key-choose-period")
    slider = choice.get_by_role("slider")
    if slider.count():
        words = slider.get_attribute("aria-valuetext") or ""
    else:
        words = choice.get_by_role("combobox").input_value()
    year, quarter = sorted(re.findall(r"\d+", words), key=len, reverse=True)
    return f"{year}Q{quarter}"


def click_place(page: Page, code: str) -> None:
    """Click the middle of a place on the map, once drawn: the address changes before the map."""
    # The last of those of a place is on top.
    middle = driving.when_still(
        page,
        """([places, code]) => [...document.querySelectorAll(places)].filter(
            (path) => path.__data__?.loc === code).at(-1)""",
        [MAINLAND, code],
    )
    page.mouse.move(*middle)
    page.mouse.click(*middle)


@pytest.fixture(scope="module")
def snapshot(warehouse: Path):
    opened = Snapshot(warehouse)
    yield opened
    opened.close()


@pytest.mark.parametrize("path", PAGES)
def test_a_cold_deep_link_opens_the_page_it_names(
    visit: Visit, start: Start, warehouse: Path, snapshot: Snapshot, path: str
) -> None:
    period = snapshot.periods()[-2]
    province = snapshot.children("nation", "100000")[3]
    address = start(warehouse)
    for language, html_lang in (("zh", "zh-Hans"), ("en", "en")):
        query = f"lang={language}&period={period}"
        if path in ("", "place"):
            query += f"&level=province&unit={province.place_id}"
        if path == "compare":
            query += f"&units=province:{province.place_id}"
        # In Chinese, the first request that this server ever gets.
        page = visit(f"{address}{path}?{query}")
        assert urlsplit(page.url).query == query
        i18n.set_language(language)
        expect(page.locator("header.site [aria-current=page]")).to_have_text(pages.page_at(path).title())
        assert page.locator("html").get_attribute("lang") == html_lang
        if path in ("", "place"):
            name = province.name if language == "zh" else province.name_en
            expect(page.locator(".crumbs [aria-current]")).to_have_text(name)
        if path in ("", "rankings", "place", "compare", "policy"):
            assert shown_period(page) == period


def test_the_whole_country_is_on_the_map(visit: Visit, server: str) -> None:
    page = visit(server)
    main = page.locator(MAINLAND).count()
    inset = page.locator(".st-key-map .geo2 .choroplethlayer path").count()
    assert main == 34 and 1 < inset < 34  # in the corner only what reaches into it
    box = page.locator(".st-key-map .geo:not(.geo2) .choroplethlayer").bounding_box()
    assert box and box["width"] > 400 and box["height"] > 300  # drawn, and not as a dot
    assert page.locator(".st-key-map .geo2 .scatterlayer path").count() >= 1  # the ten dashes


def test_an_investor_drills_down_by_clicking_and_comes_back(visit: Visit, server: str, snapshot: Snapshot) -> None:
    page = visit(server)
    for _round in range(2):  # a second time: the first selection must not stick
        click_place(page, "630000")
        page.wait_for_url("**unit=630000**")
        expect(page.locator(".crumbs [aria-current]")).to_have_text("青海省")
        driving.settle(page)
        page.locator(".crumbs a").first.click()
        page.wait_for_url(lambda address: "unit" not in address)
        driving.settle(page)
    click_place(page, "630000")
    page.wait_for_url("**unit=630000**")
    driving.settle(page)
    city = next(c for c in snapshot.children("province", "630000") if c.place_id == "632800")
    click_place(page, city.place_id)
    page.wait_for_url(f"**level=city&unit={city.place_id}**")
    expect(page.locator(".crumbs [aria-current]")).to_have_text(city.name)
    courts = snapshot.children("city", city.place_id)
    expect(page.locator(".st-key-list tbody tr")).to_have_count(len(courts))
    page.go_back()
    expect(page.locator(".crumbs [aria-current]")).to_have_text("青海省")
    page.go_back()
    expect(page.locator(".crumbs [aria-current]")).to_have_text("全国")


def test_a_court_is_reached_through_links_and_has_a_profile(visit: Visit, server: str, snapshot: Snapshot) -> None:
    page = visit(f"{server}?level=city&unit=632800")
    name = page.locator(".st-key-list tbody a").first.inner_text()
    page.locator(".st-key-list tbody a").first.click()
    page.wait_for_url("**/place?**level=court**")
    expect(page.locator("h1")).to_have_text(name)
    driving.settle(page)


def test_switching_the_language_keeps_page_and_address(visit: Visit, server: str, snapshot: Snapshot) -> None:
    period = snapshot.periods()[-3]
    page = visit(f"{server}place?period={period}&level=province&unit=320000")
    driving.choose_language(page, "English")
    expect(page.locator("h1")).to_have_text("Jiangsu")
    assert parameters(page) == {"period": period, "level": "province", "unit": "320000", "lang": "en"}
    assert urlsplit(page.url).path.endswith("/place")
    page.get_by_role("link", name="Rankings").click()
    page.wait_for_url("**/rankings?**")
    expect(page.locator("h1")).to_contain_text("provinces")
    assert parameters(page) == {"lang": "en", "period": period}
    page.reload()
    driving.settle(page)
    expect(page.locator("h1")).to_contain_text("provinces")


def test_choosing_a_period_changes_the_address_and_survives_sharing(
    visit: Visit, server: str, snapshot: Snapshot
) -> None:
    page = visit(server)
    slider = page.locator(".st-key-choose-period").get_by_role("slider")
    slider.press("ArrowLeft")
    slider.press("ArrowLeft")
    wanted = snapshot.periods()[-3]
    page.wait_for_url(f"**period={wanted}**")
    shared = visit(page.url)
    assert shown_period(shared) == wanted


def test_staff_sort_filter_and_take_the_ranking_away(visit: Visit, server: str, snapshot: Snapshot) -> None:
    page = visit(f"{server}rankings?level=court")
    expect(page.locator(".legal")).to_contain_text("最高人民法院")
    page.get_by_role("navigation", name="层级").get_by_role("link", name="省级").click()
    page.wait_for_url("**level=province**")
    driving.settle(page)
    page.get_by_role("link", name="案件数").click()
    page.wait_for_url("**sort=-n**")
    expect(page.locator("th[aria-sort=descending]")).to_contain_text("案件数")
    driving.settle(page)
    with page.expect_download() as taken:
        page.locator(".st-key-download-ranking-province button").click()
    assert "synthetic" in taken.value.suggested_filename
    content = Path(taken.value.path()).read_bytes()
    assert content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))
    period = snapshot.periods()[-1]
    units = queries.scores(snapshot, "province", period)
    scored = units[units["score"].notna()].sort_values("n", ascending=False)
    assert [float(row["n"] or "nan") for row in rows] == pytest.approx(scored["n"].tolist(), nan_ok=True)
    assert {row["period"] for row in rows} == {period}
    assert all("模拟数据" in row["data_kind"] for row in rows)


def test_a_name_is_found_by_typing(visit: Visit, server: str) -> None:
    page = visit(f"{server}rankings?level=city&lang=en")
    page.get_by_label("Name contains").fill("suzhou")
    page.get_by_label("Name contains").press("Enter")
    page.wait_for_url("**q=suzhou**")
    driving.settle(page)
    names = page.locator("table.data tbody a:not(.pick)").all_inner_texts()
    assert names and all(name == "Suzhou" for name in names)


def test_an_explanation_opens_and_closes(visit: Visit, server: str) -> None:
    page = visit(server)
    note = page.locator(".card details.note").nth(2)
    note.locator("summary").click()
    expect(note).to_contain_text("分母")
    box = note.locator("div").first.bounding_box()
    assert box and box["x"] >= 0 and box["x"] + box["width"] <= 1440
    page.keyboard.press("Escape")
    expect(note.locator("dl")).to_be_hidden()


@pytest.mark.parametrize("path", ["", "rankings?level=city", "place?lang=en", "method"])
def test_a_telephone_scrolls_down_and_never_sideways(visit: Visit, server: str, path: str) -> None:
    page = visit(server + path, width=390)
    wide = page.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth")
    assert wide <= 390


def test_it_works_below_another_path(visit: Visit, start: Start, warehouse: Path) -> None:
    page = visit(start(warehouse, base="index/test") + "?lang=en")
    assert page.locator(MAINLAND).count() == 34
    page.get_by_role("link", name="Method").click()
    page.wait_for_url("**/index/test/method?lang=en")
    expect(page.locator("h1")).to_have_text("Judicial enforcement credit index")


def test_a_fault_of_ours_is_said_plainly_and_logged(visit: Visit, warehouse: Path, tmp_path: Path) -> None:
    broken = tmp_path / "broken.duckdb"
    shutil.copyfile(warehouse, broken)
    with duckdb.connect(broken) as con:
        con.execute("DROP TABLE estimates.statistics")
    with driving.running(broken, tmp_path / "server.txt") as address:
        page = visit(f"{address}place?lang=en", settle=False)
        expect(page.locator(".notice h1")).to_have_text("Something went wrong on our side")
        assert "Traceback" not in page.inner_text("body")
        page.close()
    assert "Traceback" in (tmp_path / "server.txt").read_text()


def test_without_a_warehouse_a_page_says_what_to_do(visit: Visit, start: Start, tmp_path: Path) -> None:
    page = visit(start(tmp_path / "none.duckdb"), settle=False)
    expect(page.locator(".notice")).to_contain_text("make run")
    assert "Traceback" not in page.inner_text("body")
