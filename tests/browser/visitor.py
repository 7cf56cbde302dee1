"""A visitor without a browser: opens a session of a running dashboard by its web socket, asks for
pages as Streamlit's own front end does, and takes down what comes and when."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import urlencode, urlsplit

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import ClientConnection, connect

LONGEST = 120  # seconds to wait for an answer


@dataclass
class Answer:
    """One run of a page: seconds until it ended, and until its first markup came; bytes received;
    all its markup; and what went wrong, empty where nothing did."""

    seconds: float = 0.0
    first: float = 0.0
    bytes: int = 0
    messages: int = 0
    markup: list[str] = field(default_factory=list)
    fault: str = ""

    @property
    def text(self) -> str:
        return "\n".join(self.markup)


class Visitor:
    """One session. Messages that the server only names are looked up among those it sent before,
    as a browser does."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket
        self._known: dict[str, ForwardMsg] = {}

    def ask(self, page: str = "", **parameters: str) -> Answer:
        """Go to a page by its address and wait until it has run to its end."""
        message = BackMsg()
        message.rerun_script.page_name = page
        message.rerun_script.query_string = urlencode(parameters)
        message.rerun_script.cached_message_hashes.extend(self._known)
        message.rerun_script.context_info.locale = "en"
        start = time.perf_counter()
        self._socket.send(message.SerializeToString())
        answer = Answer()
        for came in self._messages(answer):
            self._read(came, answer)
            if answer.markup and not answer.first:
                answer.first = time.perf_counter() - start
        answer.seconds = time.perf_counter() - start
        return answer

    def _messages(self, answer: Answer) -> Iterator[ForwardMsg]:
        """What the server sends until the run has ended."""
        while True:
            packed = self._socket.recv(timeout=LONGEST)
            assert isinstance(packed, bytes)
            answer.bytes += len(packed)
            answer.messages += 1
            came = ForwardMsg.FromString(packed)
            if came.WhichOneof("type") == "ref_hash":
                known = self._known[came.ref_hash]
                known.metadata.CopyFrom(came.metadata)
                came = known
            elif came.metadata.cacheable and came.hash:
                self._known[came.hash] = came
            yield came
            if came.WhichOneof("type") == "script_finished":
                return

    @staticmethod
    def _read(came: ForwardMsg, answer: Answer) -> None:
        if came.WhichOneof("type") != "delta":
            return
        element = came.delta.new_element
        kind = element.WhichOneof("type")
        if kind == "html":
            answer.markup.append(element.html.body)
            if 'class="notice"' in element.html.body:
                answer.fault = element.html.body
        elif kind == "exception":
            answer.fault = element.exception.message


@contextmanager
def visiting(address: str) -> Iterator[Visitor]:
    """A session of the dashboard at an address such as http://127.0.0.1:8501/."""
    where = f"ws://{urlsplit(address).netloc}{urlsplit(address).path}_stcore/stream"
    with connect(
        where,
        subprotocols=["streamlit"],
        max_size=None,
        compression=None,  # type: ignore[list-item]
    ) as socket:
        yield Visitor(socket)
