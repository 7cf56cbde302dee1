"""Pages run here as Streamlit runs them, without a browser, on the built sample."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from dashboard.state.cache import CachedSnapshot
from dashboard.text import i18n
from dashboard.ui import theme
from index_engine.queries import Snapshot
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
    snapshot = Snapshot(warehouse)
    yield CachedSnapshot(snapshot)
    snapshot.close()


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
def open_scored(scored_courts: Path, monkeypatch: pytest.MonkeyPatch) -> Open:
    """The same of the sample in which every court has a score."""
    monkeypatch.setenv("JECI_WAREHOUSE", str(scored_courts))
    return run_page


@pytest.fixture
def open_ranked(ranked_warehouse: Path, monkeypatch: pytest.MonkeyPatch) -> Open:
    """The same of that sample, courts published by ranks."""
    monkeypatch.setenv("JECI_WAREHOUSE", str(ranked_warehouse))
    return run_page
