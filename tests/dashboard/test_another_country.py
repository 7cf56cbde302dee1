"""The pages on another country's warehouse: no outlines of its places, a window of its own length,
closings without a mode, and a method without half of the indicators."""

from pathlib import Path

import pytest

from dashboard.shell.pages import PAGES
from index_engine.build import build
from tests.dashboard.running import run_page, text
from tests.warehouses import shared_warehouse
from tests.worlds import random_world

METHOD = Path(__file__).parents[1] / "real" / "method.toml"


@pytest.fixture(scope="module")
def abroad() -> Path:
    method_text = METHOD.read_text(encoding="utf-8")
    method_text = method_text.replace('first = "2012Q4"', 'first = "2019Q4"')

    def make(path: Path) -> None:
        method = path.with_name("method.toml")
        method.write_text(method_text, encoding="utf-8")
        build(random_world(seed=3, cases=3000).write(path), [method])

    return shared_warehouse("another-country", make, method_text)


@pytest.mark.parametrize("page", [page.name for page in PAGES if page.shows_scores])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_page_stands(abroad: Path, monkeypatch: pytest.MonkeyPatch, page: str, language: str) -> None:
    monkeypatch.setenv("JECI_WAREHOUSE", str(abroad))
    app = run_page(page, lang=language)
    assert not app.exception, app.exception[0].message
    assert not app.error
    shown = text(app)
    assert "São Paulo bankruptcy courts" in shown
    if page in ("overview", "rankings", "place", "policy"):
        assert any("36" in box.label for box in (*app.selectbox, *app.select_slider)), "its window is three years"
