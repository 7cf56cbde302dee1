"""A warehouse that is built anew while people look at it: the next click shows the new one, and
nobody sees half of each."""

import gc
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import suppress
from itertools import cycle, islice
from pathlib import Path
from threading import Event, Thread

import duckdb
import pytest

from dashboard.shell import page_frame
from dashboard.state import cache
from dashboard.ui import components
from index_engine import queries
from index_engine.errors import InputError
from index_engine.queries import Snapshot
from index_engine.warehouse.file import writable_copy
from tests.browser import driving
from tests.browser.visitor import visiting
from tests.dashboard.running import run_page, text

OFFICIAL = "official-1"
MARKS = {"甲": 11111, "乙": 22222}  # name of the sources of a state, and every n of it
PAGES = [
    ("overview", {}),
    ("overview", {"level": "province", "unit": "630000"}),
    ("rankings", {"level": "court", "method": OFFICIAL}),
    ("place", {"level": "province", "unit": "630000"}),
    ("method", {}),
]


@pytest.fixture(scope="module")
def states(warehouse: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Two states of a warehouse, unlike in every n, in their sources and so in their version."""
    folder = tmp_path_factory.mktemp("states")
    made = {}
    for name, n in MARKS.items():
        made[name] = folder / f"{n}"
        shutil.copyfile(warehouse, made[name])
        with duckdb.connect(made[name]) as con:
            con.execute("UPDATE sources SET name = ?", [name])
            con.execute("UPDATE index.scores SET n = ?", [n])
            con.execute("UPDATE estimates.indicators SET n = ?", [n])
    return made


@pytest.fixture
def swap(states: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """`swap("乙")` puts that state in the place of the warehouse in view, as a build does."""
    shown = tmp_path / "shown.duckdb"

    def swap(name: str) -> None:
        draft = shown.with_suffix(".draft")
        shutil.copyfile(states[name], draft)
        draft.replace(shown)

    swap("甲")
    monkeypatch.setenv("JECI_WAREHOUSE", str(shown))
    return swap


@pytest.fixture(scope="module")
def versions(states: dict[str, Path]) -> dict[str, str]:
    found = {}
    for name, path in states.items():
        with Snapshot(path) as snapshot:
            found[name] = snapshot.version
    return found


def seen(markup: str, versions: dict[str, str]) -> set[str]:
    """The states of which a page shows something."""
    said = re.sub(r"[\s,]", "", re.sub(r"<[^>]*>", " ", markup))
    return {name for name, n in MARKS.items() if versions[name] in said or f"来源：{name}" in said or str(n) in said}


def test_the_next_click_shows_the_new_one(swap: Callable[[str], None], versions: dict[str, str]) -> None:
    app = run_page("overview")
    for name in ("甲", "乙", "甲"):
        swap(name)
        assert seen(text(app.run()), versions) == {name}
        assert versions[name] in text(app)


@pytest.mark.parametrize("page, parameters", PAGES)
def test_a_run_that_began_with_one_state_ends_with_it(
    swap: Callable[[str], None],
    versions: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
    page: str,
    parameters: dict[str, str],
) -> None:
    states = cycle("乙甲")
    swapped = []

    def swapping(draw: Callable[..., None]) -> Callable[..., None]:
        def after_a_swap(*given: object, **named: object) -> None:
            swapped.append(next(states))
            swap(swapped[-1])
            draw(*given, **named)

        return after_a_swap

    pieces = (
        (page_frame, "synthetic_banner"),
        (components, "headline"),
        (components, "section"),
        (page_frame, "footer"),
    )
    for module, piece in pieces:
        monkeypatch.setattr(module, piece, swapping(getattr(module, piece)))
    app = run_page(page, **parameters)
    assert not app.exception
    assert len(swapped) > 3
    assert seen(text(app), versions) == {"甲"}


def test_what_another_took_the_place_of_is_closed(swap: Callable[[str], None]) -> None:
    file = cache.default_file()

    def held() -> list[str]:
        found = []
        for handle in Path("/proc/self/fd").iterdir():
            with suppress(FileNotFoundError):  # that of the listing itself
                found.append(str(handle.readlink()))
        return [name for name in found if name.startswith(str(file))]

    def ask() -> None:
        app = run_page("rankings", method=OFFICIAL, level="city")
        assert not app.exception

    ask()
    assert len(held()) == 1  # both methods read by one connection
    for name in islice(cycle("乙甲"), 6):
        swap(name)
        ask()
        gc.collect()
        assert len(held()) == 1, held()


def test_a_run_keeps_what_it_holds_open(swap: Callable[[str], None]) -> None:
    with cache.pinned_snapshot():
        first = cache.main_snapshot()
        swap("乙")
        assert cache.main_snapshot() is first
        assert queries.scores(first.with_method(OFFICIAL), "province", first.periods()[-1])["n"].eq(11111).all()
        assert first.with_method(OFFICIAL) is first.with_method(OFFICIAL)
    assert cache.main_snapshot() is not first
    # A download that was offered before is of what was shown.
    assert queries.scores(first, "city", first.periods()[-1])["n"].eq(11111).all()


def test_it_opens_once_for_all_who_ask_at_the_same_time(
    swap: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[object] = []

    def slowly(file: Path) -> cache.CachedSnapshot:
        snapshot = opened(file)
        made.append(snapshot)
        return snapshot

    opened = cache.CachedSnapshot
    monkeypatch.setattr(cache, "CachedSnapshot", slowly)
    found: list[object] = []
    threads = [Thread(target=lambda: found.append(cache.open_snapshot(cache.default_file()))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 1
    assert len(found) == 8 and len(set(map(id, found))) == 1


def test_a_warehouse_that_goes_is_missed_and_comes_back(swap: Callable[[str], None]) -> None:
    cache.main_snapshot()
    file = cache.default_file()
    file.rename(file.with_suffix(".away"))
    with pytest.raises(InputError):
        cache.main_snapshot()
    file.with_suffix(".away").rename(file)
    assert cache.main_snapshot().periods()


def test_no_more_are_open_than_may_be(states: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache, "MAX_OPEN_FILES", 2)
    files = []
    for number in range(4):
        files.append(tmp_path / f"{number}.duckdb")
        shutil.copyfile(states["甲"], files[-1])
        cache.open_snapshot(files[-1])
    assert list(cache._open_snapshots)[-2:] == files[-2:]
    assert len(cache._open_snapshots) == 2


# ---------------------------------------------------------------- a server, visitors, a writer


@pytest.fixture
def swapping(swap: Callable[[str], None]) -> Iterator[list[str]]:
    """A writer that swaps one state for the other all the time; gives what it has put there."""
    written: list[str] = []
    stop = Event()

    def write() -> None:
        for name in cycle("乙甲"):
            if stop.is_set():
                return
            swap(name)
            written.append(name)
            stop.wait(0.2)

    writer = Thread(target=write)
    writer.start()
    yield written
    stop.set()
    writer.join()


def test_visitors_of_a_server_never_see_half_of_each(
    swapping: list[str], versions: dict[str, str], tmp_path: Path
) -> None:
    faults: list[str] = []
    states: list[frozenset[str]] = []

    def look(address: str, offset: int) -> None:
        with visiting(address) as visitor:
            for page, parameters in islice(cycle(PAGES), offset, offset + 5):
                answer = visitor.ask("" if page == "overview" else page, **parameters)
                if answer.fault:
                    faults.append(f"{page} {parameters}: {answer.fault}")
                states.append(frozenset(seen(answer.text, versions)))

    with driving.running(cache.default_file(), tmp_path / "log.txt") as address:
        visitors = [Thread(target=look, args=(address, number)) for number in range(3)]
        for visitor in visitors:
            visitor.start()
        for visitor in visitors:
            visitor.join()
    assert not faults
    assert len(swapping) > 5
    assert len(states) == 3 * 5
    assert set(states) == {frozenset("甲"), frozenset("乙")}


def test_a_build_appears_to_a_visitor_without_a_new_start(
    swap: Callable[[str], None], versions: dict[str, str], tmp_path: Path
) -> None:
    with driving.running(cache.default_file(), tmp_path / "log.txt") as address, visiting(address) as visitor:
        assert versions["甲"] in visitor.ask("").text
        with writable_copy(cache.default_file()) as con:  # as imports and builds write
            con.execute("UPDATE sources SET name = '乙'")
            assert versions["甲"] in visitor.ask("").text  # while it is written
        assert versions["乙"] in visitor.ask("").text
