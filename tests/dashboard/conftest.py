"""Pages run here as Streamlit runs them, without a browser, on the built sample."""

import csv
import io
from collections.abc import Callable, Iterator
from pathlib import Path

import pandas as pd
import pytest

from dashboard.state.cache import CachedSnapshot, View
from dashboard.text import i18n
from dashboard.ui import components, export, theme
from tests.dashboard.running import Open, run_page


@pytest.fixture(autouse=True)
def first_language() -> Iterator[None]:
    """No test speaks the language of the one before it, or paints in its look."""
    yield
    i18n.set_language("")
    theme.set_palette("")


@pytest.fixture
def in_english() -> None:
    """The words of a test's pages are English; `first_language` ends it."""
    i18n.set_language("en")


@pytest.fixture(scope="session")
def sample(warehouse: Path) -> Iterator[CachedSnapshot]:
    """The built sample, as pages ask it."""
    with CachedSnapshot(warehouse) as snapshot:
        yield snapshot


@pytest.fixture
def period(sample: CachedSnapshot) -> str:
    """The sample's last period."""
    return sample.periods()[-1]


@pytest.fixture
def open_page(warehouse: Path, monkeypatch: pytest.MonkeyPatch) -> Open:
    """`open_page("place", level="province", unit="320000")` runs that page at that address."""
    monkeypatch.setenv("JECI_WAREHOUSE", str(warehouse))
    return run_page


@pytest.fixture
def open_ranked(ranked_warehouse: Path, monkeypatch: pytest.MonkeyPatch) -> Open:
    """The same of the sample whose courts are published by ranks."""
    monkeypatch.setenv("JECI_WAREHOUSE", str(ranked_warehouse))
    return run_page


@pytest.fixture
def downloads(monkeypatch: pytest.MonkeyPatch) -> dict[str, list[dict[str, str]]]:
    """Filled by every page that is opened: the rows of each file that it offers, read back from
    CSV, by the subject of the file."""
    files: dict[str, list[dict[str, str]]] = {}

    def read_back(subject: str, view: View, table: Callable[[], pd.DataFrame]) -> None:
        content = export.csv_bytes(table(), view).decode("utf-8-sig")
        files[subject] = list(csv.DictReader(io.StringIO(content, newline="")))

    monkeypatch.setattr(components, "download_button", read_back)
    return files
