"""Starting the dashboard and a browser; used by the stories and by the screenshots."""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, Playwright

ROOT = Path(__file__).resolve().parents[2]
# Milliseconds until something awaited counts as lost. A person waits a second; a machine that does
# much else at once may need a hundred times that, and only what will never come takes this long.
CEILING = 180_000
START_WITHIN = CEILING / 1000  # seconds
# Without these a browser calls home by itself, which would look as if a page did.
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # No name of another host is found, whoever asks.
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",
]


def chromium(playwright: Playwright) -> str | None:
    """A Chromium to drive: the one named, one installed, Playwright's own, or none."""
    names = ("chromium", "chromium-browser", "google-chrome")
    found = [os.environ.get("CHROMIUM"), *map(shutil.which, names)]
    found.append(playwright.chromium.executable_path)
    return next((path for path in found if path and Path(path).exists()), None)


def launch(playwright: Playwright, path: str) -> Browser:
    return playwright.chromium.launch(executable_path=path, args=QUIET)


@contextmanager
def running(warehouse: Path, log: Path, base: str = "") -> Iterator[str]:
    """A server of its own, as `make run` starts it, until the block ends; yields its address."""
    with serving("app.py", log, base, JECI_WAREHOUSE=str(warehouse)) as (address, _process):
        yield address


@contextmanager
def serving(script: str, log: Path, base: str = "", **environment: str) -> Iterator[tuple[str, int]]:
    """As `running`, of any script; yields the address and the number of the process."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    options = [f"--server.port={port}", "--server.headless=true", f"--server.baseUrlPath={base}"]
    command = [sys.executable, "-m", "streamlit", "run", script, *options]
    address = f"http://127.0.0.1:{port}/" + (f"{base}/" if base else "")
    with log.open("w") as output:
        server = subprocess.Popen(
            command, cwd=ROOT, env=os.environ | environment, stdout=output, stderr=subprocess.STDOUT
        )
        try:
            _wait_for(address + "_stcore/health", server, log)
            yield address, server.pid
        finally:
            server.terminate()
            server.wait(timeout=CEILING / 1000)


def _wait_for(address: str, server: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + START_WITHIN
    while True:
        try:
            with urllib.request.urlopen(address, timeout=2):
                return
        except (urllib.error.URLError, TimeoutError, ConnectionError):
            if server.poll() is not None or time.monotonic() > deadline:
                said = log.read_text(encoding="utf-8")
                raise RuntimeError(f"the dashboard did not start:\n{said}") from None
            time.sleep(0.1)


def settle(page: Page) -> None:
    """Wait until the page of the address has run to its end and its charts and maps are drawn.

    An address changes at the click, and the run for it begins a little later: the links to other
    languages tell which address the last run was for. A file that is asked for between the end of
    a run and its arrival in the browser is gone.
    """
    page.wait_for_selector("footer.site", timeout=CEILING)
    page.wait_for_function(
        """() => {
            const link = document.querySelector('header.site nav.languages a[aria-current]');
            const query = (url) => [...new URL(url, location.href).searchParams]
                .filter(([name, value]) => name !== 'lang' && value).sort().join('&');
            return link && query(link.getAttribute('href')) === query(location.href) &&
                document.querySelector('.stApp[data-test-script-state="notRunning"]');
        }""",
        timeout=CEILING,
    )
    # Charts are loaded late: at first only the box that will hold one is there.
    page.wait_for_function(
        """() => [...document.querySelectorAll(
            '.st-key-map, .st-key-history, [class*="st-key-outcomes-"]')].every(
            (box) => box.querySelector(
                box.matches('.st-key-map') ? '.choroplethlayer path' : '.main-svg'))""",
        timeout=CEILING,
    )


def choose_language(page: Page, name: str) -> None:
    """Choose a language by its own name from the menu of the header."""
    page.locator("header.site details.language summary").click()
    page.locator("nav.languages").get_by_role("link", name=name, exact=True).click()


def when_still(page: Page, box_of: str, argument: object = None) -> list[float]:
    """The middle of a box on the screen, once it has not moved for ten frames and every run of the
    script has ended: what is drawn above it moves it.

    `box_of` is JavaScript, a function of `argument` that gives the element, or nothing yet.
    """
    page.wait_for_selector('.stApp[data-test-script-state="notRunning"]', timeout=CEILING)
    page.evaluate("() => { window.stillBox = {middle: '', frames: 0}; }")
    handle = page.wait_for_function(
        f"""(argument) => {{
            const element = ({box_of})(argument);
            if (!element) return false;
            const box = element.getBoundingClientRect();
            const middle = [box.x + box.width / 2, box.y + box.height / 2];
            const last = window.stillBox;
            if (last.middle === String(middle)) {{
                last.frames += 1;
                return last.frames >= 10 && middle;
            }}
            window.stillBox = {{middle: String(middle), frames: 0}};
            element.scrollIntoView({{block: 'center'}});
            return false;
        }}""",
        arg=argument,
        timeout=CEILING,
    )
    middle: list[float] = handle.json_value()
    return middle
