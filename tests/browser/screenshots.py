"""Pictures of every page in every language and both looks, wide and narrow.

    python -m tests.browser.screenshots FOLDER [WAREHOUSE]

Without a warehouse a sample is made first. Two of them, cropped and in fewer colours, go into the
README.
"""

import sys
from itertools import product
from pathlib import Path
from tempfile import TemporaryDirectory

from PIL import Image
from playwright.sync_api import Browser, sync_playwright

from dashboard.shell.pages import PAGES
from dashboard.text.i18n import LANGUAGES
from index_engine.build import build
from index_engine.sample import generate
from tests.browser import driving

WIDTHS = (1440, 390)
LOOKS = ("light", "dark")
CASES = 300_000  # those of `make run`
IN_README = {"overview-en-light-1440": "overview", "profile-city-en-light-1440": "region"}
README_PICTURES = Path(__file__).parents[2] / "docs" / "pictures"
ADDRESSES = {
    **{page.name: f"{page.path}?" for page in PAGES},
    "overview-province": "?level=province&unit=320000",
    "overview-city": "?level=city&unit=320500",
    "rankings-province": "rankings?level=province",
    "rankings-court": "rankings?level=court",
    "profile-city": "place?level=city&unit=320500",
    "compare": "compare?units=province:320000,province:510000",
}


def main(folder: Path, warehouse: Path | None) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory() as scratch:
        if warehouse is None:
            warehouse = Path(scratch) / "sample.duckdb"
            generate(warehouse, cases=CASES, progress=True)
            build(warehouse)
        with driving.running(warehouse, Path(scratch) / "log.txt") as address, sync_playwright() as playwright:
            path = driving.chromium(playwright)
            if path is None:
                sys.exit("no Chromium: set CHROMIUM, or run tests/install_chromium.sh")
            browser = driving.launch(playwright, path)
            take_all(browser, address, folder)
            browser.close()
    for name, short in IN_README.items():
        shrink(folder / f"{name}.png", README_PICTURES / f"{short}.png")


def shrink(picture: Path, target: Path) -> None:
    """The upper part of a picture, small enough to be committed."""
    target.parent.mkdir(exist_ok=True)
    with Image.open(picture) as whole:
        upper = whole.crop((0, 0, whole.width, min(whole.height, 1500)))
        upper.convert("RGB").quantize(96).save(target, optimize=True)


def take_all(browser: Browser, address: str, folder: Path) -> None:
    for width, look, language in product(WIDTHS, LOOKS, LANGUAGES):
        for name, query in ADDRESSES.items():
            file = folder / f"{name}-{language.code}-{look}-{width}.png"
            take(browser, f"{address}{query}&lang={language.code}", width, look, file)
            print(file)


def take(browser: Browser, address: str, width: int, look: str, file: Path) -> None:
    """A picture of the whole page: the window is made as high as the page first."""
    page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=look)
    page.goto(address.replace("?&", "?"))
    driving.settle(page)
    height = page.evaluate("document.querySelector('[data-testid=stMain]').scrollHeight")
    page.set_viewport_size({"width": width, "height": min(height + 10, 8000)})
    driving.settle(page)
    page.wait_for_timeout(600)  # Plotly moves its labels once more after a resize
    page.screenshot(path=file)
    page.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]) if len(sys.argv) > 2 else None)
