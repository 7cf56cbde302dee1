"""How pages look to whom: colours and language as the browser has them, and pictures to keep."""

import io
import re
from pathlib import Path
from xml.etree import ElementTree

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from dashboard.text import i18n
from dashboard.ui import theme
from tests.browser import driving
from tests.browser.conftest import Visit

pytestmark = pytest.mark.browser

SVG = "{http://www.w3.org/2000/svg}"


def ground(page: Page) -> str:
    """The colour behind everything, as '#rrggbb'."""
    painted = page.evaluate("getComputedStyle(document.querySelector('[data-testid=stApp]')).backgroundColor")
    return "#" + "".join(f"{int(part):02x}" for part in re.findall(r"\d+", painted)[:3])


def painted(page: Page) -> set[str]:
    """The colours of the places on the map, as '#rrggbb'."""
    fills = page.evaluate(
        "[...new Set([...document.querySelectorAll('.st-key-map .choroplethlayer path')]"
        ".map((path) => getComputedStyle(path).fill))]"
    )
    return {"#" + "".join(f"{int(part):02x}" for part in re.findall(r"\d+", fill)[:3]) for fill in fills}


def test_colours_are_those_of_the_system_until_a_person_chooses(visit: Visit, server: str) -> None:
    page = visit(f"{server}?lang=en", color_scheme="dark")
    assert ground(page) == theme.DARK.ground
    assert painted(page) & set(theme.DARK.score_colours)
    assert not painted(page) & set(theme.LIGHT.score_colours)
    page.get_by_role("button", name="Light colours").click()
    expect(page.get_by_role("button", name="Dark colours")).to_be_visible()
    driving.settle(page)
    assert ground(page) == theme.LIGHT.ground
    assert painted(page) & set(theme.LIGHT.score_colours)
    page.goto(f"{server}rankings?level=province&lang=en")  # kept for other pages, and after a reload
    driving.settle(page)
    assert ground(page) == theme.LIGHT.ground
    expect(page.get_by_role("button", name="Dark colours")).to_be_visible()


@pytest.mark.parametrize(
    ("locale", "tag", "heading"), [("zh-CN", "zh-Hans", "全国"), ("zh-TW", "zh-Hant", "全國"), ("en-GB", "en", "China")]
)
def test_the_first_language_is_the_browsers(visit: Visit, server: str, locale: str, tag: str, heading: str) -> None:
    page = visit(server, locale=locale)
    expect(page.locator("html")).to_have_attribute("lang", tag)
    expect(page.locator(".crumbs [aria-current]")).to_have_text(heading)
    driving.choose_language(page, "English" if tag != "en" else "简体")
    expect(page.locator(".crumbs [aria-current]")).not_to_have_text(heading)
    assert "lang=" in page.url


def test_a_figure_is_saved_with_all_that_it_has_to_say(visit: Visit, server: str) -> None:
    page = visit(f"{server}?lang=zh")
    box = page.locator('[class*="st-key-figure-map-"]')
    with page.expect_download() as taken:
        box.get_by_role("button", name=re.compile("SVG")).click()
    assert taken.value.suggested_filename.endswith("_zh_synthetic.svg")
    drawn = ElementTree.parse(Path(taken.value.path())).getroot()
    words = "".join(drawn.itertext())
    for said in ("各省", "模拟数据", "来源", "n = ", "天地图", "数据版本"):
        assert said in words, said
    fills = {swatch.get("fill") for swatch in drawn.iter(f"{SVG}rect")}
    assert len(fills) > len(theme.SCORE_BREAKS), "no legend"
    places = [g for g in drawn.iter(f"{SVG}g") if "choroplethlayer" in g.get("class", "")]
    assert len([path for group in places for path in group.iter(f"{SVG}path")]) > 30
    with page.expect_download() as taken:
        box.get_by_role("button", name=re.compile("PNG")).click()
    picture = Image.open(io.BytesIO(Path(taken.value.path()).read_bytes())).convert("RGB")
    assert picture.width == int(2 * float(drawn.get("width", "0")))
    colours = {colour for _count, colour in picture.getcolors(maxcolors=1 << 24) or []}
    score = {tuple(bytes.fromhex(colour[1:])) for colour in theme.LIGHT.score_colours}
    assert colours & score, "the picture has no map"


def test_traditional_pages_have_no_simplified_character(visit: Visit, server: str) -> None:
    for path in ("?", "rankings?level=city&", "place?level=province&unit=320000&", "method?"):
        page = visit(f"{server}{path}lang=zh-Hant")
        words = page.locator(".stApp").inner_text()
        own_names = page.locator(".languages").inner_text()  # languages are named in themselves
        words = words.replace(own_names, "")
        wrong = [a for a, b in zip(words, i18n.to_traditional(words), strict=True) if a != b]
        assert not wrong, f"{path}: {''.join(wrong)}"
