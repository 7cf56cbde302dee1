"""What a reader meets before scrolling: how many Chinese characters and controls, and how long the page is.

python -m tests.browser.first_screen http://127.0.0.1:8501/
"""

import sys
from typing import TypedDict

from playwright.sync_api import Page, sync_playwright

from dashboard.shell.pages import PAGES
from tests.browser import driving

WIDTH, HEIGHT = 1440, 900


class Load(TypedDict):
    characters: int
    controls: int
    marks: int  # synthetic marks
    height: int  # of the whole page, in pixels


# What is clipped by a box that scrolls, hidden or below the window does not count; a control whose middle
# another covers does.
COUNT = """() => {
    const inView = (box, element) => {
        let [top, bottom] = [Math.max(box.top, 0), Math.min(box.bottom, innerHeight)];
        if (box.width < 2 || box.height < 2) return false;
        if (!element.checkVisibility({checkOpacity: true, checkVisibilityCSS: true})) return false;
        for (let up = element; up; up = up.parentElement) {
            const style = getComputedStyle(up);
            if (style.overflowY === 'visible') continue;
            const edge = up.getBoundingClientRect();
            [top, bottom] = [Math.max(top, edge.top), Math.min(bottom, edge.bottom)];
        }
        return bottom - top > 2;
    };
    const texts = document.createTreeWalker(document.querySelector('.stApp'), NodeFilter.SHOW_TEXT);
    let words = '';
    for (let node = texts.nextNode(); node; node = texts.nextNode()) {
        const range = document.createRange();
        range.selectNodeContents(node);
        if (inView(range.getBoundingClientRect(), node.parentElement)) words += node.data;
    }
    const fields = [...document.querySelectorAll('input')].filter((field) => inView(field.getBoundingClientRect(), field));
    words += fields.map((field) => field.value || field.placeholder).join('');
    const controls = [...document.querySelectorAll('a[href], button, input, select, summary, [role=slider]')]
        .filter((control) => inView(control.getBoundingClientRect(), control));
    const marks = [...document.querySelectorAll('.mark')].filter((mark) => mark.getClientRects().length);
    return {
        characters: (words.match(/[\\u4e00-\\u9fff]/g) || []).length,
        controls: controls.length,
        marks: marks.length,
        height: document.querySelector('[data-testid=stMain]').scrollHeight,
    };
}"""


def measure(page: Page) -> Load:
    load: Load = page.evaluate(COUNT)
    return load


def main(address: str) -> None:
    with sync_playwright() as playwright:
        path = driving.chromium(playwright)
        if path is None:
            sys.exit("no Chromium: set CHROMIUM")
        page = driving.launch(playwright, path).new_page(viewport={"width": WIDTH, "height": HEIGHT})
        for entry in PAGES:
            page.goto(f"{address}{entry.path}?lang=zh")
            driving.settle(page)
            print(entry.name, measure(page))


if __name__ == "__main__":
    main(sys.argv[1])
