"""Heavy work in turns: in the order asked for, told to who waits, and nobody held up by who leaves."""

import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event

import pytest

from dashboard.state import work_queue
from dashboard.state.work_queue import WorkQueue
from dashboard.text import i18n
from index_engine.importing import api
from tests import court_files
from tests.dashboard.running import run_page

CEILING = 120  # seconds until a thread that hangs fails the test


def test_turns_come_in_the_order_asked_for() -> None:
    queue, done, go, told = WorkQueue(), [], Event(), []

    def work(name: str) -> None:
        arrived = Event()

        def report(before: int) -> None:
            told.append((name, before))
            arrived.set()

        with queue.turn(report):
            done.append(name)

    with ThreadPoolExecutor(3) as threads:
        with queue.turn(told.append):
            futures = []
            for count, name in enumerate("abc", start=1):
                futures.append(threads.submit(work, name))
                while queue.length <= count:
                    go.wait(0.001)
            assert done == []
            while {name for name, _ in told} != set("abc"):
                go.wait(0.001)
        for future in futures:
            future.result(CEILING)
    assert done == ["a", "b", "c"]
    assert {(name, before) for name, before in told} >= {("a", 1), ("b", 2), ("c", 3)}
    assert queue.length == 0


def test_who_leaves_holds_nobody_up() -> None:
    """Streamlit raises in what a page calls when its visitor has left; so does a fault of the work."""
    queue = WorkQueue()

    class LeftError(Exception):
        pass

    def leave(before: int) -> None:
        raise LeftError

    with queue.turn(leave):
        with pytest.raises(LeftError), queue.turn(leave):
            raise AssertionError("it was not its turn")
        assert queue.length == 1
    with pytest.raises(LeftError), queue.turn(leave):
        raise LeftError
    with queue.turn(leave):
        assert queue.length == 1


def test_a_second_import_waits_and_loses_nothing(
    tmp_path: Path, warehouse: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of two visitors with data sets of their own the second imports when the first is done."""
    shutil.copyfile(warehouse, tmp_path / "sample.duckdb")
    api.create_warehouse(tmp_path / "mine.duckdb")
    monkeypatch.setenv("JECI_WAREHOUSE", str(tmp_path / "sample.duckdb"))

    def click() -> None:
        i18n.set_language("en")  # AppTest puts options into words in the thread that it runs in
        app.button(key="intake-import").click().run()

    i18n.set_language("en")
    app = run_page("data", data="mine", lang="en")
    app = app.file_uploader[0].set_value(("cases.xlsx", court_files.cases_xlsx(), "application/octet-stream")).run()
    app = app.button(key="intake-try").click().run()
    assert not app.exception
    with ThreadPoolExecutor(1) as threads:
        with work_queue.IMPORTS.turn(lambda before: None):  # the first visitor
            second = threads.submit(click)
            while work_queue.IMPORTS.length < 2:
                assert not second.done()
                Event().wait(0.01)
            assert api.read_state(tmp_path / "mine.duckdb").files == 0
        second.result(CEILING)
    assert not app.exception
    assert api.read_state(tmp_path / "mine.duckdb").has_cases
    assert work_queue.IMPORTS.length == 0
    i18n.set_language("zh")
