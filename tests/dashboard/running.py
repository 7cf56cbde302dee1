"""Running a page in a test, and reading what it wrote."""

from collections.abc import Callable
from html import unescape
from pathlib import Path

from streamlit.testing.v1 import AppTest
from streamlit.util import calc_hash

ROOT = Path(__file__).resolve().parents[2]
Open = Callable[..., AppTest]


def run_page(page: str = "overview", **parameters: str) -> AppTest:
    """A page run once at an address with these parameters; one of a place or the method with all its sections, unless
    `open` names those that are."""
    if page in ("place", "method"):
        parameters = {"open": "all"} | parameters
    app = AppTest.from_file(ROOT / "dashboard" / "shell" / "main.py", default_timeout=600)
    for name, value in parameters.items():
        app.query_params[name] = value
    if page != "overview":
        # `AppTest.switch_page` takes a file; the address of a page need not be the name of its file.
        app._page_hash = calc_hash(page)
    return app.run()


def text(app: AppTest) -> str:
    """All markup of a page, escaped characters read back."""
    return unescape("\n".join(block.value for block in app.html))
