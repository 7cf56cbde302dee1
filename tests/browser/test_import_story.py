"""A new user's story: two files as an office has them, no code, and a place on the map."""

import shutil
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from index_engine.importing import api
from tests import court_files
from tests.browser import driving
from tests.browser.conftest import Start, Visit

pytestmark = pytest.mark.browser

SLOW = 5 * driving.CEILING  # an import and a build
PLACE = """() => [...document.querySelectorAll('.st-key-map .choroplethlayer path')].some(
    (path) => path.__data__.loc === '320000' && path.__data__.z !== undefined
        && path.__data__.z !== null)"""


@pytest.fixture
def folder(tmp_path: Path, warehouse: Path) -> Path:
    """A folder with the sample, and the two files that somebody brings."""
    folder = tmp_path / "var"
    folder.mkdir()
    shutil.copyfile(warehouse, folder / "sample.duckdb")
    (tmp_path / "执行案件明细.xlsx").write_bytes(court_files.cases_xlsx())
    (tmp_path / "司法拍卖.csv").write_bytes(court_files.auctions_csv())
    return folder


def bring_in(page: Page, file: Path) -> None:
    page.locator(".st-key-intake-upload input[type=file]").set_input_files(file)
    page.get_by_role("button", name="试导入").click(timeout=SLOW)
    page.get_by_role("button", name="导入并计算").click(timeout=SLOW)
    expect(page.locator(".st-key-intake-done")).to_contain_text(file.name, timeout=SLOW)
    driving.settle(page)


def test_from_two_files_to_a_place_on_the_map(visit: Visit, start: Start, folder: Path) -> None:
    page = visit(f"{start(folder / 'sample.duckdb')}data")
    page.get_by_label("数据集名称").fill("江苏2024")
    page.get_by_role("button", name="新建").click()
    page.wait_for_url("**data=**")
    driving.settle(page)
    bring_in(page, folder.parent / "执行案件明细.xlsx")
    page.get_by_role("button", name="再导入一个文件").click()
    expect(page.locator(".st-key-intake-upload")).to_be_visible()
    bring_in(page, folder.parent / "司法拍卖.csv")
    page.get_by_role("link", name="在地图上查看").click()
    driving.settle(page)
    page.wait_for_function(PLACE)
    row = page.locator(".st-key-list tbody tr", has_text="江苏省")
    assert float(row.locator("td.number").first.inner_text()) > 0
    row.get_by_role("link").click()
    page.wait_for_url("**level=province&unit=320000**")
    expect(page.locator(".crumbs [aria-current]")).to_have_text("江苏省")
    # Nothing is left of what was uploaded, and no name of a person is in the data set.
    made = folder / "江苏2024.duckdb"
    assert api.read_state(made).has_cases
    stored = made.read_bytes()
    assert not [name for name in court_files.PEOPLE if name.encode() in stored]
    # The sample is as it was, one click away.
    page.locator("details.menu:not(.language) summary").click()
    page.get_by_role("link", name="sample").click()
    expect(page.locator("p.band")).to_be_visible()


def test_by_keyboard_alone(visit: Visit, start: Start, folder: Path) -> None:
    page = visit(f"{start(folder / 'sample.duckdb')}data?lang=en")
    page.get_by_label("Name of your data set").focus()
    page.keyboard.type("mine")
    page.keyboard.press("Tab")
    driving.settle(page)
    expect(page.get_by_role("button", name="Create")).to_be_focused()
    page.keyboard.press("Enter")
    page.wait_for_url("**data=mine**")
    upload = page.locator(".st-key-intake-upload button").first
    expect(upload).to_be_visible()
    driving.settle(page)
    with page.expect_file_chooser() as opened:
        upload.press("Enter")
    opened.value.set_files(folder.parent / "司法拍卖.csv")
    box = page.get_by_label("起拍价: is read as")
    expect(box).to_have_value("Start price", timeout=SLOW)
    box.focus()
    page.keyboard.type("Final")
    page.keyboard.press("Enter")
    expect(page.locator(".trouble")).to_contain_text("Final price", timeout=SLOW)
    # Every control has a name that is read aloud.
    unnamed = page.locator("main button, main input, section button, section input").evaluate_all(
        """all => all
            .filter(e => e.offsetParent && !e.disabled && e.tabIndex >= 0 && e.type !== 'file'
                && !e.labels?.length && !e.getAttribute('aria-label') && !e.textContent.trim())
            .map(e => e.outerHTML.slice(0, 200))"""
    )
    assert unnamed == []


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_telephone_shows_every_step_without_scrolling_sideways(
    visit: Visit, start: Start, folder: Path, language: str
) -> None:
    api.create_warehouse(folder / "mine.duckdb")
    address = start(folder / "sample.duckdb")
    page = visit(f"{address}data?data=mine&lang={language}", width=390)
    page.locator(".st-key-intake-upload input[type=file]").set_input_files(folder.parent / "执行案件明细.xlsx")
    page.locator(".st-key-intake-try button").click(timeout=SLOW)
    page.locator(".st-key-intake-import button").wait_for(timeout=SLOW)
    driving.settle(page)
    wide = page.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth")
    assert wide <= 390


REFUSALS = {
    "zh": (
        "未接收：超过单个文件 200 MB 的上限",
        "未接收：这里不读取这种扩展名",
        "未接收：目前没有空间",
        "未接收：文件没有传到",
    ),
    "zh-Hant": (
        "未接收：超過單個文件 200 MB 的上限",
        "未接收：這裡不讀取這種擴展名",
        "未接收：目前沒有空間",
        "未接收：文件沒有傳到",
    ),
    "en": ("larger than 200 MB", "a file with this ending is not read", "no room for more files", "did not arrive"),
}


@pytest.mark.parametrize("language", REFUSALS)
def test_a_refused_file_says_why(language: str, browser: Browser, start: Start, folder: Path) -> None:
    """In the reader's language, and none of Streamlit's own words are left."""
    api.create_warehouse(folder / "mine.duckdb")
    large, program, table = folder / "large.csv", folder / "f.exe", folder / "f.csv"
    with large.open("wb") as stream:
        stream.truncate((200 << 20) + 1)
    program.write_bytes(b"MZ")
    table.write_text("a,b\n1,2\n", encoding="utf-8")
    page = browser.new_page(viewport={"width": 390, "height": 900})
    page.goto(f"{start(folder / 'mine.duckdb')}data?lang={language}")
    driving.settle(page)
    answers = iter((507, None))

    def answer(route: Route) -> None:
        if route.request.method != "PUT":
            route.continue_()
        elif (status := next(answers)) is None:
            route.abort()
        else:
            route.fulfill(status=status)

    page.route("**/_stcore/upload_file/**", answer)
    refusals = page.locator(".st-key-intake-upload [role=alert]")
    sentences = REFUSALS[language]
    for number, file in enumerate((large, program, table, table)):
        page.locator(".st-key-intake-upload input[type=file]").set_input_files([])
        page.locator(".st-key-intake-upload input[type=file]").set_input_files(file)
        expect(refusals.nth(number)).to_contain_text(sentences[number])
        expect(refusals.nth(number)).to_be_visible()
    refusals.last.hover()
    tooltip = page.get_by_test_id("stTooltipErrorContent")
    expect(tooltip).to_contain_text(sentences[-1])
    expect(page.get_by_role("button", name="Remove f.csv")).to_have_count(0)
    everything = page.locator("body").inner_text()
    assert not [words for words in ("Error", "must be", "not allowed", "status code") if words in everything]
    page.close()
