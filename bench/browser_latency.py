"""What a person waits for in Chromium: the first map of a cold start, and the answer to a click."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

from playwright.sync_api import Page, Playwright, sync_playwright

from bench import servers
from tests.browser import driving

COLD_STARTS = 5
CLICKS = 7
MAX_FIRST_MAP_SECONDS = 3.0
MAX_ANSWER_SECONDS = 0.5

MAP_READY = "document.querySelectorAll('.st-key-map .geo:not(.geo2) .choroplethlayer path').length > 9"
# Of Qinghai, whose map is of cities; the names of the nation's parts end in four zeros.
CITY_MAP_READY = """[...document.querySelectorAll('.st-key-map .choroplethlayer path')].some(
    (path) => path.__data__ && /^63(?!0000)/.test(path.__data__.loc))"""
QINGHAI_POSITION = """(() => { const all = [...document.querySelectorAll(
        '.st-key-map .geo:not(.geo2) .choroplethlayer path')];
    const found = all.filter((path) => path.__data__.loc === '630000').at(-1);
    found.scrollIntoView({block: 'center'});
    const r = found.getBoundingClientRect(); return [r.x + r.width / 2, r.y + r.height / 2]; })()"""
PAGE_IDLE = """document.querySelector('.stApp[data-test-script-state="notRunning"]') !== null
    && document.querySelector('footer.site') !== null"""
# The time is taken in the page: from the press of the button until it is there. To look at every
# frame would make a browser without a graphics card draw frames all the time, and slow what waits.
CLICK_TIMER = """(shown) => { window.pressed = window.seen = 0;
    const test = new Function('return ' + shown);
    addEventListener('pointerdown', (event) => { window.pressed = event.timeStamp; },
        {once: true, capture: true});
    const look = () => { if (window.pressed && test()) window.seen = performance.now();
        else setTimeout(look, 10); };
    look(); }"""


@dataclass(frozen=True)
class WaitingTimes:
    """Seconds of each time a person waited for one thing."""

    story: str
    seconds: list[float]
    aim: float

    @property
    def median(self) -> float:
        return statistics.median(self.seconds)


def measure(warehouse: Path, folder: Path) -> list[WaitingTimes]:
    with sync_playwright() as playwright:
        results = [
            WaitingTimes("an empty page of Streamlit's, cold", _cold_bare(playwright, folder), 0),
            WaitingTimes("first map, cold", _cold(playwright, warehouse, folder), MAX_FIRST_MAP_SECONDS),
        ]
        with servers.dashboard(warehouse, folder) as server, _browser(playwright) as page:
            results += _clicks(page, server.address)
    return results


@contextmanager
def _browser(playwright: Playwright) -> Iterator[Page]:
    """A browser that has seen nothing yet."""
    path = driving.chromium(playwright)
    if path is None:
        raise RuntimeError("no Chromium: set CHROMIUM, or run tests/install_chromium.sh")
    browser = driving.launch(playwright, path)
    try:
        yield browser.new_page(viewport={"width": 1440, "height": 900})
    finally:
        browser.close()


def _cold(playwright: Playwright, warehouse: Path, folder: Path) -> list[float]:
    """From asking for a deep link, of a server that nobody asked anything yet, to its map."""
    seconds = []
    for _ in range(COLD_STARTS):
        with servers.dashboard(warehouse, folder) as server, _browser(playwright) as page:
            seconds.append(_seconds_to_condition(page, server.address + "?lang=en&layer=score", MAP_READY))
    return seconds


def _cold_bare(playwright: Playwright, folder: Path) -> list[float]:
    seconds = []
    for _ in range(COLD_STARTS):
        with servers.bare(folder) as server, _browser(playwright) as page:
            seconds.append(_seconds_to_condition(page, server.address, "document.querySelector('footer.site')"))
    return seconds


def _seconds_to_condition(page: Page, address: str, condition: str) -> float:
    start = perf_counter()
    page.goto(address, wait_until="commit")
    page.wait_for_function(condition, polling=50, timeout=60_000)
    return perf_counter() - start


def _clicks(page: Page, address: str) -> list[WaitingTimes]:
    """Each click from the same start; once before it counts."""

    def begin(path: str = "") -> None:
        page.goto(f"{address}{path}{'&' if '?' in path else '?'}lang=en")
        page.wait_for_function(PAGE_IDLE, timeout=60_000)

    def click(name: str) -> Callable[[], None]:
        return lambda: page.locator(name).first.click()

    def click_map() -> None:
        page.wait_for_function(MAP_READY)
        box, position = None, page.evaluate(QINGHAI_POSITION)
        while position != box:
            page.wait_for_timeout(400)
            box, position = position, page.evaluate(QINGHAI_POSITION)
        page.mouse.click(*position)

    heading_condition = "document.querySelector('h1')?.textContent.includes('{}')"
    stories = (
        ("a province on the map, to the map of its cities", "", click_map, CITY_MAP_READY),
        (
            "a province in the list, to the map of its cities",
            "",
            click(".st-key-list tbody a[href*='unit=630000']"),
            CITY_MAP_READY,
        ),
        (
            "from the overview to the rankings",
            "",
            click("header.site nav a[href*='rankings']"),
            heading_condition.format("rovinces") + " && document.querySelector('[aria-sort]') !== null",
        ),
        (
            "sorting the ranking of courts",
            "rankings?level=court",
            click("table.data thead a[href*='sort=-n']"),
            "document.querySelector('th[aria-sort=descending] a[href*=\"sort=n\"]')",
        ),
        (
            "from the overview to a province's profile",
            "?level=province&unit=630000",
            click("a[href*='./place'][href*='unit=630000']"),
            "document.querySelector('h1')?.textContent === 'Qinghai'",
        ),
        (
            "the other language",
            "rankings",
            click("nav.tongues a[lang='zh-Hans']"),
            "document.querySelector('header.site nav a')?.textContent.includes('总览')",
        ),
    )
    results = []
    for story, path, action, condition in stories:
        times = []
        for _ in range(CLICKS + 1):
            begin(path)
            page.evaluate(CLICK_TIMER, condition)
            action()
            page.wait_for_function("window.seen > 0", timeout=60_000)
            times.append(page.evaluate("window.seen - window.pressed") / 1000)
        results.append(WaitingTimes(story, times[1:], MAX_ANSWER_SECONDS))
    return results


def report(results: list[WaitingTimes], cases: int) -> str:
    lines = [
        "## Browser",
        "",
        f"Chromium with an empty profile, on the warehouse of {cases:,} cases; browser and server "
        "share the machine (`python -m bench browser`). Cold: a server just started, a browser "
        f"just started, a deep link, {COLD_STARTS} times each. Clicks: from the press of the button to "
        f"the answer in the page, {CLICKS} times each after a first.",
        "",
        "| what | median | slowest | aim |",
        "|---|---:|---:|---|",
    ]
    for result in results:
        aim = f"{result.aim:g} s, {'met' if result.median < result.aim else 'missed'}" if result.aim else ""
        lines.append(f"| {result.story} | {result.median:.2f} s | {max(result.seconds):.2f} s | {aim} |")
    return "\n".join([*lines, ""])
