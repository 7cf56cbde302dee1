"""What tests of several folders share. A built warehouse is never changed by a test: copy it."""

import gc
import importlib
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from hypothesis import settings

from index_engine.build import build
from index_engine.queries import Snapshot
from tests.changed_court import changed_world
from tests.publishing import with_court_ranks
from tests.sample_world import build_sample
from tests.steps import with_steps
from tests.warehouses import shared_warehouse
from tests.worlds import World, random_world

# Whether an example is slow is the machine's matter.
settings.register_profile("no clock", deadline=None)
settings.load_profile("no clock")

# Files that take longest, in the order in which the processes that share the tests take them: one that begins
# last would be waited for alone. The first builds the sample while others do what needs none.
LONGEST_FILES = (
    "tests/browser/test_access.py",
    "tests/importing/test_corpus.py",
    "tests/test_acceptance.py",
    "tests/test_cli.py",
    "tests/browser/test_stories.py",
    "tests/importing/test_hostile.py",
    "tests/test_build.py",
    "tests/truth/",
    "tests/browser/",
)


def pytest_collection_finish() -> None:
    """Look for Streamlit's components once: it reads what every installed package says of itself, anew for
    each page that a test runs, which took most of the time of running it."""
    if "streamlit.testing.v1.app_test" in sys.modules:
        scanner = importlib.import_module("streamlit.components.v2.manifest_scanner")
        scanner.scan_component_manifests = cache(scanner.scan_component_manifests)  # type: ignore[attr-defined]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the longest files first; each file, and each folder, keeps its own order."""

    def position(item: pytest.Item) -> int:
        places = (place for place, prefix in enumerate(LONGEST_FILES) if item.nodeid.startswith(prefix))
        return next(places, len(LONGEST_FILES))

    items.sort(key=position)


def pytest_unconfigure() -> None:
    """Let the interpreter end cleanly: hypothesis leaves a callback with the garbage collector that
    keeps modules alive, and DuckDB then prints its objects as leaked below the summary."""
    gc.callbacks.clear()
    app_test = sys.modules.get("streamlit.testing.v1.app_test")
    if app_test is not None:
        app_test.TMP_DIR.cleanup()  # which it leaves to the end of the interpreter, with a warning


@pytest.fixture(scope="session", autouse=True)
def no_real_warehouse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """No test may read, or write, the warehouse of whoever runs the tests."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("JECI_WAREHOUSE", str(tmp_path_factory.mktemp("none") / "none.duckdb"))
        yield


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of reference numbers and real data, which lies beside a checkout."""
    folder = Path(__file__).resolve().parents[2] / "shared"
    if not folder.is_dir():
        pytest.skip("no folder 'shared' beside the checkout: its reference data are not published")
    return folder


@pytest.fixture(scope="session")
def rows() -> World:
    """The rows of `built_world`, for counting again."""
    return with_steps(random_world(cases=12_000))


@pytest.fixture(scope="session")
def built_world(rows: World) -> Path:
    """The random world, built: large enough for scores, small courts too small for one."""
    return shared_warehouse("random-world", lambda path: build(rows.write(path), threads=2))


@pytest.fixture(scope="session")
def ranked_world(built_world: Path) -> Path:
    """The same, courts published by ranks."""
    return shared_warehouse("ranked-world", lambda path: with_court_ranks(built_world, path))


@pytest.fixture(scope="session")
def changed_court() -> Path:
    """The world in which one court changed, built."""
    return shared_warehouse("changed-court", lambda path: build(changed_world().write(path), threads=2))


@pytest.fixture(scope="module")
def snapshot(built_world: Path) -> Iterator[Snapshot]:
    """The random world, opened as pages open it."""
    with Snapshot(built_world) as found:
        yield found


@pytest.fixture(scope="module")
def ranked(ranked_world: Path) -> Iterator[Snapshot]:
    """The one whose courts are published by ranks, opened."""
    with Snapshot(ranked_world) as found:
        yield found


@pytest.fixture(scope="session")
def warehouse() -> Path:
    """A small synthetic sample, built, in which most places have a score."""
    return shared_warehouse("sample", build_sample)


@pytest.fixture(scope="session")
def ranked_warehouse(warehouse: Path) -> Path:
    """That one, courts published by ranks."""
    return shared_warehouse("ranked-sample", lambda path: with_court_ranks(warehouse, path))
