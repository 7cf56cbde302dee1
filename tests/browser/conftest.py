"""Real people in a real browser: every story fails on an error in the console, on a request that
failed, and on any request to another host."""

import os
from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.browser import driving

expect.set_options(timeout=driving.CEILING)

Visit = Callable[..., Page]
Start = Callable[..., str]
Profiles = dict[str, BrowserContext]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Let Python itself print where a story failed.

    pytest parses the source of every line of a traceback. Playwright switches greenlets, and a
    switch while CPython 3.11 builds a syntax tree ends in "AST constructor recursion depth
    mismatch", which stops the whole run.
    """
    style, item.config.option.tbstyle = item.config.option.tbstyle, "native"
    try:
        return (yield)
    finally:
        item.config.option.tbstyle = style


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        path = driving.chromium(playwright)
        if path is None:
            reason = "no Chromium: set CHROMIUM, or run tests/install_chromium.sh"
            (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(reason)
        opened = driving.launch(playwright, path)
        yield opened
        opened.close()


@pytest.fixture(scope="package")
def server(warehouse: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of a dashboard that shows the sample."""
    with driving.running(warehouse, tmp_path_factory.mktemp("server") / "log.txt") as address:
        yield address


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """`start(warehouse)` starts a server that nobody has asked anything yet; gives its address."""
    with ExitStack() as started:

        def server(warehouse: Path, base: str = "") -> str:
            return started.enter_context(driving.running(warehouse, tmp_path / "log.txt", base))

        yield server
    log = tmp_path / "log.txt"
    assert not log.exists() or "Traceback" not in log.read_text(encoding="utf-8")


@pytest.fixture(scope="package")
def profiles(browser: Browser) -> Iterator[Profiles]:
    """Contexts of the browser by what else it may be. Stories alike share one after another, since with an
    empty cache a page takes twice the time; cookies and what a page keeps are wiped between them."""
    opened: Profiles = {}
    yield opened
    for context in opened.values():
        context.close()


@pytest.fixture
def visit(browser: Browser, profiles: Profiles, start: Start) -> Iterator[Visit]:
    """`visit(address, width=390)` opens an address and waits until all is drawn; `browsing` is what
    else a browser may be, as locale or color_scheme.

    It asks for `start` so that pages are closed before their server: a lost server is a problem.
    """
    problems: list[str] = []
    pages: list[Page] = []
    contexts: dict[str, BrowserContext] = {}

    def local(address: str) -> bool:
        return urlsplit(address).hostname in (None, "127.0.0.1")

    def go(address: str, width: int = 1440, settle: bool = True, **browsing: Any) -> Page:
        # Chinese is what most readers' browsers ask for.
        browsing = {"locale": "zh-CN"} | browsing
        key = repr(sorted(browsing.items()))
        if key not in profiles:
            profiles[key] = browser.new_context(accept_downloads=True, **browsing)
        contexts[key] = profiles[key]
        page = contexts[key].new_page()
        page.set_viewport_size({"width": width, "height": 900})
        page.set_default_timeout(driving.CEILING)
        page.set_default_navigation_timeout(driving.CEILING)
        pages.append(page)
        page.on("request", lambda r: local(r.url) or problems.append(f"asked another host: {r.url}"))
        page.on("websocket", lambda ws: local(ws.url) or problems.append(f"socket to {ws.url}"))
        page.on("pageerror", lambda error: problems.append(f"error: {error}"))
        # A request that a person's next click cancelled has not failed.
        page.on(
            "requestfailed", lambda r: "ERR_ABORTED" in r.failure or problems.append(f"failed: {r.url} {r.failure}")
        )
        page.on("response", lambda r: r.status >= 400 and problems.append(f"status {r.status}: {r.url}"))
        page.on("console", lambda m: m.type in ("error", "warning") and problems.append(f"{m.type}: {m.text}"))
        page.goto(address)
        if settle:
            driving.settle(page)
        return page

    yield go
    for page in pages:
        if not page.is_closed():
            page.evaluate("localStorage.clear()")
            page.close()
    for context in contexts.values():
        context.clear_cookies()
    assert not problems, "\n".join(problems)
