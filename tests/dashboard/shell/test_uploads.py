"""Uploads through the server: on disk and within a quota, Streamlit given a name in place of them, and
gone when it lets go."""

import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Message, Receive, Scope, Send
from streamlit import runtime
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.uploaded_file_manager import UploadedFileRec

from dashboard.shell import upload_middleware
from dashboard.shell.upload_middleware import UploadMiddleware
from dashboard.state import uploads
from dashboard.state.uploads import UploadStore
from index_engine.errors import InputError

SESSION = "11111111-1111-4111-8111-111111111111"
CONTENT = b"a,b\r\n\x00\xff" * 100_000


class Streamlit:
    """Streamlit's end: the same form and manager as its own route has, and a status to answer with."""

    def __init__(self) -> None:
        self.manager = MemoryUploadedFileManager("/_stcore/upload_file")
        self.status = 204
        self.uploaded_file_mgr = self.manager
        self.left: set[str] = set()

    def is_active_session(self, session_id: str) -> bool:
        return session_id not in self.left

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        *_, session, file_id = request.url.path.split("/")
        if request.method == "DELETE":
            self.manager.remove_file(session, file_id)
        elif request.method == "PUT" and self.status == 204:
            async with request.form() as form:
                [upload] = form.values()
                assert not isinstance(upload, str)
                data = await upload.read()
            assert len(data) < 100  # a name, not the content
            self.manager.add_file(session, UploadedFileRec(file_id, upload.filename or "", "", data))
        await Response(status_code=self.status)(scope, receive, send)


@pytest.fixture
def streamlit(monkeypatch: pytest.MonkeyPatch) -> Streamlit:
    end = Streamlit()
    monkeypatch.setattr(runtime, "exists", lambda: True)
    monkeypatch.setattr(runtime, "get_instance", lambda: end)
    return end


@pytest.fixture
def store(monkeypatch: pytest.MonkeyPatch) -> Iterator[UploadStore]:
    fresh = UploadStore(max_bytes=3_000_000)
    monkeypatch.setattr(uploads, "STORE", fresh)
    monkeypatch.setattr(upload_middleware, "STORE", fresh)
    yield fresh


def ask(
    app: Any, method: str, file_id: str, body: bytes = b"", *, session: str = SESSION, announced: bool = True
) -> int:
    """The status of the answer; the body comes in pieces, as from a network."""
    headers = {"content-type": "multipart/form-data; boundary=x"}
    if announced:
        headers["content-length"] = str(len(body))
    pieces = [body[start : start + 65_536] for start in range(0, len(body), 65_536)] or [b""]
    messages: list[Message] = [
        {"type": "http.request", "body": piece, "more_body": number < len(pieces)}
        for number, piece in enumerate(pieces, start=1)
    ]
    answers: list[Message] = []

    async def receive() -> Message:
        return messages.pop(0) if messages else {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        answers.append(message)

    scope = {
        "type": "http",
        "method": method,
        "path": f"/_stcore/upload_file/{session}/{file_id}",
        "query_string": b"",
        "root_path": "",
        "server": ("127.0.0.1", 80),
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
    }
    # In a thread of its own: a browser test may have left its event loop in this one.
    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, app(scope, receive, send)).result()
    return int(answers[0]["status"])


def form(content: bytes, name: str = "案件.csv") -> bytes:
    head = f'--x\r\nContent-Disposition: form-data; name="f"; filename="{name}"\r\nContent-Type: text/csv\r\n\r\n'
    return head.encode() + content + b"\r\n--x--\r\n"


def files(store: UploadStore) -> list[Path]:
    return [] if store._folder is None else list(store._folder.iterdir())


def test_an_upload_lies_on_disk_until_streamlit_lets_go_of_its_name(streamlit: Streamlit, store: UploadStore) -> None:
    app = UploadMiddleware(streamlit)
    assert ask(app, "PUT", "1", form(CONTENT, '名 "1".csv'.replace('"', "%22"))) == 204
    [record] = streamlit.manager.get_files(SESSION, ["1"])
    assert record.name == "名 %221%22.csv"
    path = store.path(record.data)
    assert path is not None
    assert path.read_bytes() == CONTENT
    assert path.parent.stat().st_mode & 0o077 == 0
    assert store.held_bytes == len(CONTENT)
    store.sweep()
    assert path.exists()
    streamlit.manager.remove_session_files(SESSION)  # the session ends
    store.sweep()
    assert files(store) == []
    assert store.held_bytes == 0


def test_what_a_visitor_leaves_behind_goes_when_nobody_can_come_back(streamlit: Streamlit, store: UploadStore) -> None:
    """Streamlit holds the name until another session ends: on a quiet server for ever."""
    now = 0.0
    store.clock = lambda: now
    app = UploadMiddleware(streamlit)
    assert ask(app, "PUT", "1", form(CONTENT)) == 204
    [record] = streamlit.manager.get_files(SESSION, ["1"])
    streamlit.left = {SESSION}
    store.sweep()
    now += uploads.SECONDS_TO_COME_BACK - 1
    streamlit.left = set()  # cut off, and back
    store.sweep()
    streamlit.left = {SESSION}
    store.sweep()
    now += uploads.SECONDS_TO_COME_BACK - 1
    store.sweep()
    assert len(files(store)) == 1
    now += 1
    store.sweep()
    assert files(store) == []
    assert store.held_bytes == 0
    with pytest.raises(InputError, match="choose it again"), uploads.content(Sent(record.data), Path(), "f.csv"):
        raise AssertionError("the name was read as the content")


class Sent:
    """What a page is given of an upload."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    def getvalue(self) -> bytes:
        return self._data


def test_what_a_visitor_takes_back_goes_at_once(streamlit: Streamlit, store: UploadStore) -> None:
    app = UploadMiddleware(streamlit)
    assert ask(app, "PUT", "1", form(CONTENT)) == 204
    assert len(files(store)) == 1
    assert ask(app, "DELETE", "1") == 204
    assert files(store) == []


def test_the_quota_is_of_all_visitors(streamlit: Streamlit, store: UploadStore) -> None:
    app = UploadMiddleware(streamlit)
    sessions = [f"{SESSION[:-1]}{number}" for number in range(6)]
    statuses = [ask(app, "PUT", "1", form(CONTENT), session=session) for session in sessions]
    assert statuses == [204] * 4 + [507] * 2  # 700,000 bytes and a little each
    streamlit.manager.remove_session_files(sessions[0])
    assert ask(app, "PUT", "1", form(CONTENT), session=sessions[-1]) == 204
    assert store.held_bytes == 4 * len(CONTENT)


def test_a_visitor_has_few_files(streamlit: Streamlit, store: UploadStore) -> None:
    app = UploadMiddleware(streamlit)
    statuses = [ask(app, "PUT", str(number), form(b"a")) for number in range(uploads.MAX_FILES_PER_SESSION + 1)]
    assert statuses == [204] * uploads.MAX_FILES_PER_SESSION + [507]


@pytest.mark.parametrize("status", [400, 403])
def test_what_streamlit_refuses_is_not_kept(streamlit: Streamlit, store: UploadStore, status: int) -> None:
    """No session, or no token of it."""
    streamlit.status = status
    assert ask(UploadMiddleware(streamlit), "PUT", "1", form(CONTENT)) == status
    assert files(store) == []
    assert store.held_bytes == 0


@pytest.mark.parametrize("announced", [True, False])
def test_more_than_a_file_may_have_is_refused_on_the_way(
    streamlit: Streamlit, store: UploadStore, monkeypatch: pytest.MonkeyPatch, announced: bool
) -> None:
    monkeypatch.setattr(upload_middleware.st, "get_option", lambda name: 1)  # MB
    app = UploadMiddleware(streamlit)
    assert ask(app, "PUT", "1", form(b"a" * 2_000_000), announced=announced) == 413
    assert ask(app, "PUT", "2", form(b"a" * ((1 << 20) + 1)), announced=announced) == 413
    assert ask(app, "PUT", "3", form(b"a" * (1 << 20)), announced=announced) == 204
    assert [path.stat().st_size for path in files(store)] == [1 << 20]


def test_a_form_without_a_file_is_refused(streamlit: Streamlit, store: UploadStore) -> None:
    body = b'--x\r\nContent-Disposition: form-data; name="f"\r\n\r\ntext\r\n--x--\r\n'
    assert ask(UploadMiddleware(streamlit), "PUT", "1", body) == 400
    assert store.held_bytes == 0


def test_a_page_reads_what_lies_on_disk(streamlit: Streamlit, store: UploadStore, tmp_path: Path) -> None:
    class Uploaded:
        """What `st.file_uploader` returns, made of the record."""

        def __init__(self, data: bytes) -> None:
            self.data = data

        def getvalue(self) -> bytes:
            return self.data

        def getbuffer(self) -> memoryview:
            return memoryview(self.data)

    assert ask(UploadMiddleware(streamlit), "PUT", "1", form(CONTENT)) == 204
    [record] = streamlit.manager.get_files(SESSION, ["1"])
    folder = files(store)[0].parent  # the link is made beside it, in the private folder
    for data in (record.data, CONTENT):
        with uploads.content(Uploaded(data), folder, "案件.csv") as path:
            assert path.read_bytes() == CONTENT
        assert not path.exists()
    assert len(files(store)) == 1
