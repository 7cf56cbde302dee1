"""Uploads go to disk on their way to Streamlit, which is given their name in place of their content.

Streamlit's own route takes what it is given: it tests session, token and form as ever.
"""

from __future__ import annotations

import asyncio
import re
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import BinaryIO

import streamlit as st
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import MutableHeaders, UploadFile
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from dashboard.state.uploads import STORE, QuotaError

_UPLOAD_PATH = re.compile(r".*/_stcore/upload_file/(?P<session>[^/]+)/(?P<file>[^/]+)")
_BOUNDARY = "upload"
# What a form adds to its file.
_FORM_BYTES = 64 << 10
# Sessions end while nobody uploads.
_SECONDS_BETWEEN_SWEEPS = 5


class TooLargeError(OSError):
    """More came than one upload may have. On an OSError Starlette closes what it has read so far."""


class UploadMiddleware:
    """ASGI middleware around Streamlit's route for uploads."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        target = _UPLOAD_PATH.fullmatch(scope["path"]) if scope["type"] == "http" else None
        if target is None or scope["method"] != "PUT":
            await self._app(scope, receive, send)
            if target is not None and scope["method"] == "DELETE":
                STORE.sweep()
            return
        max_bytes = st.get_option("server.maxUploadSize") << 20
        try:
            name = STORE.reserve(target["session"], target["file"], _announced_size(scope, max_bytes))
        except QuotaError:
            await PlainTextResponse("No room for more uploads", 507)(scope, receive, send)
            return
        is_accepted = False

        async def watched_send(message: Message) -> None:
            nonlocal is_accepted
            if message["type"] == "http.response.start":
                is_accepted = message["status"] == 204
            await send(message)

        try:
            form = await _store(scope, receive, name, max_bytes)
            if form is None:
                await PlainTextResponse("Expected 1 file", 400)(scope, receive, send)
            else:
                await self._app(_form_scope(scope, form), _replay(form), watched_send)
        except TooLargeError:
            await PlainTextResponse("File too large", 413)(scope, receive, send)
        finally:
            if not is_accepted:
                STORE.release(name)


def _announced_size(scope: Scope, max_bytes: int) -> int:
    """How large the body says it is; the largest there may be where it does not say."""
    announced = Request(scope).headers.get("content-length", "")
    return min(int(announced), max_bytes) if announced.isdecimal() else max_bytes


async def _store(scope: Scope, receive: Receive, name: bytes, max_bytes: int) -> bytes | None:
    """Write the file of a form to the store, and return the form with the name in its place; None if it
    does not have exactly one. Raises TooLargeError."""
    reserved_bytes = _announced_size(scope, max_bytes)
    received_bytes = 0

    async def limited_receive() -> Message:
        nonlocal received_bytes
        message = await receive()
        received_bytes += len(message.get("body", b""))
        if received_bytes > reserved_bytes + _FORM_BYTES:
            raise TooLargeError
        return message

    path = STORE.path(name)
    assert path is not None
    async with Request(scope, limited_receive).form() as form:
        uploads = [value for value in form.values() if isinstance(value, UploadFile)]
        if len(uploads) != 1:
            return None
        [upload] = uploads
        with path.open("wb") as target:
            await run_in_threadpool(_copy, upload.file, target)
        size = path.stat().st_size
        if size > max_bytes:
            raise TooLargeError
        STORE.complete(name, size)
        return _form(upload.filename or "", name)


def _copy(source: BinaryIO, target: BinaryIO) -> None:
    shutil.copyfileobj(source, target, 1 << 20)


def _form(file_name: str, content: bytes) -> bytes:
    # As browsers write names: what would end them is encoded (WHATWG HTML, multipart/form-data).
    quoted_name = file_name.replace("\r", "%0D").replace("\n", "%0A").replace('"', "%22")
    head = (
        f'--{_BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="{quoted_name}"\r\n'
        "Content-Type: application/octet-stream\r\n\r\n"
    )
    return head.encode(errors="replace") + content + f"\r\n--{_BOUNDARY}--\r\n".encode()


def _form_scope(scope: Scope, form: bytes) -> Scope:
    """The scope of the request with another body."""
    form_scope: Scope = {**scope, "headers": list(scope["headers"])}
    headers = MutableHeaders(scope=form_scope)
    headers["content-type"] = f"multipart/form-data; boundary={_BOUNDARY}"
    headers["content-length"] = str(len(form))
    del headers["transfer-encoding"]
    return form_scope


def _replay(body: bytes) -> Receive:
    messages = iter([{"type": "http.request", "body": body, "more_body": False}])

    async def receive() -> Message:
        return next(messages, {"type": "http.disconnect"})

    return receive


@asynccontextmanager
async def sweeping_uploads() -> AsyncIterator[None]:
    """While the block runs, let go of the uploads of sessions that ended."""

    async def sweep_again_and_again() -> None:
        while True:
            await asyncio.sleep(_SECONDS_BETWEEN_SWEEPS)
            STORE.sweep()

    task = asyncio.create_task(sweep_again_and_again())
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
