"""What tests of several folders share. A built warehouse is never changed by a test: copy it."""

import gc
from collections.abc import Iterator
from pathlib import Path

import pytest

from index_engine.build import build
from index_engine.queries import Snapshot
from tests.publishing import with_court_ranks, with_scored_courts
from tests.steps import with_steps
from tests.worlds import World, random_world


def pytest_unconfigure() -> None:
    """Let the interpreter end cleanly: hypothesis leaves a callback with the garbage collector that
    keeps modules alive, and DuckDB then prints its objects as leaked below the summary."""
    gc.callbacks.clear()


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
def built_world(rows: World, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The random world, built: large enough for scores, small courts too small for one."""
    path = rows.write(tmp_path_factory.mktemp("world") / "world.duckdb")
    build(path, threads=2)
    return path


@pytest.fixture(scope="session")
def ranked_world(built_world: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same, courts published by ranks."""
    return with_court_ranks(built_world, tmp_path_factory.mktemp("ranked") / "world.duckdb")


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
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small synthetic sample, built."""
    from index_engine.sample import generate

    path = tmp_path_factory.mktemp("sample") / "sample.duckdb"
    generate(path, cases=60_000)
    build(path)
    return path


@pytest.fixture(scope="session")
def scored_courts(warehouse: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same, every court with a score of the last quarter."""
    return with_scored_courts(warehouse, tmp_path_factory.mktemp("scored") / "sample.duckdb")


@pytest.fixture(scope="session")
def ranked_warehouse(scored_courts: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """That one, courts published by ranks."""
    return with_court_ranks(scored_courts, tmp_path_factory.mktemp("ranked") / "sample.duckdb")
