"""Processes that begin with their libraries loaded.

To load DuckDB and the readers costs twice the processor time of reading a small file. So a process
of its own, the template, loads them once and forks for each file; it never sees what is in one. It
begins with the first file and ends with the process that asked for it.
"""

import atexit
import contextlib
import importlib
import json
import os
import signal
import socket
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any, BinaryIO, NoReturn

_PROJECT = Path(__file__).parents[3]

_END = b"\n"  # of a message, which is one line of JSON
_CHUNK_BYTES = 1 << 16


class TemplateFault(Exception):
    """The template has ended, such as by a lack of memory."""


class ForkedProcess:
    """A process forked from a template, with the ends of its standard input and output."""

    def __init__(self, template: "_Template", pid: int, stdin: BinaryIO, stdout: BinaryIO) -> None:
        self._template = template
        self._pid = pid
        self._lock = threading.Lock()
        self._status: int | None = None
        self.stdin = stdin
        self.stdout = stdout

    def kill(self) -> None:
        """Have it ended; nothing where end() was called: its number may be another process's by then."""
        with self._lock:
            if self._status is None:
                with contextlib.suppress(ProcessLookupError):  # its template has died, and it after it
                    os.kill(self._pid, signal.SIGKILL)

    def end(self) -> int:
        """End it where it has not ended and return its exit code, negative for a signal."""
        with self._lock:
            if self._status is None:
                try:
                    self._status = int(self._template.ask({"end": self._pid})["status"])
                except TemplateFault:
                    self._status = -signal.SIGKILL  # without its input, it ends by itself
            return self._status

    def close(self) -> None:
        """End it and close its pipes."""
        self.end()
        self.stdout.close()
        with contextlib.suppress(BrokenPipeError):  # by what it was still to be asked
            self.stdin.close()


def fork_process(module: str, setting: object) -> ForkedProcess:
    """Start a process that has `module` loaded and runs its function run_child(setting)."""
    stdin_read, stdin_write = os.pipe()
    stdout_read, stdout_write = os.pipe()
    try:
        template, answer = _start(module, setting, [stdin_read, stdout_write])
    except BaseException:
        os.close(stdin_write)
        os.close(stdout_read)
        raise
    finally:
        os.close(stdin_read)
        os.close(stdout_write)
    return ForkedProcess(template, answer["pid"], os.fdopen(stdin_write, "wb"), os.fdopen(stdout_read, "rb"))


_templates: dict[str, "_Template"] = {}
_templates_lock = threading.Lock()


def _start(module: str, setting: object, descriptors: list[int]) -> tuple["_Template", dict[str, Any]]:
    with _templates_lock:
        if (template := _templates.get(module)) is not None:
            try:
                return template, template.ask({"start": setting}, descriptors)
            except TemplateFault:
                template.close()  # another in its place
        template = _templates[module] = _Template(module)
        return template, template.ask({"start": setting}, descriptors)


def end_templates() -> None:
    """End the templates, so that what their processes took is known as that of children of this process."""
    with _templates_lock:
        while _templates:
            _templates.popitem()[1].close()


atexit.register(end_templates)


class _Template:
    """The parent's end of a template."""

    def __init__(self, module: str) -> None:
        self._lock = threading.Lock()
        self._control, template_end = socket.socketpair()
        with template_end:
            self._process = subprocess.Popen(
                [sys.executable, "-m", __name__, module, str(template_end.fileno())],
                cwd=_PROJECT,
                # The memory that threads reserve counts in a limit of it, whether they use it or not.
                env=os.environ | {"MALLOC_ARENA_MAX": "2"},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                # What libraries say when they end may quote a file.
                stderr=subprocess.DEVNULL,
                pass_fds=[template_end.fileno()],
            )

    def ask(self, request: dict[str, Any], descriptors: list[int] | None = None) -> dict[str, Any]:
        """Return the answer to a request. Raises TemplateFault if there is none."""
        try:
            with self._lock:
                _send(self._control, request, descriptors or [])
                answer, _ = _receive(self._control)
        except OSError as error:
            raise TemplateFault from error
        if answer is None:
            raise TemplateFault
        return answer

    def close(self) -> None:
        self._control.close()
        self._process.wait()


def _send(control: socket.socket, message: dict[str, Any], descriptors: list[int]) -> None:
    content = json.dumps(message).encode() + _END
    sent = socket.send_fds(control, [content], descriptors)
    control.sendall(content[sent:])


def _receive(control: socket.socket) -> tuple[dict[str, Any] | None, list[int]]:
    """The next message and the descriptors with it; None at the end."""
    content, descriptors, _, _ = socket.recv_fds(control, _CHUNK_BYTES, 2)
    while content and not content.endswith(_END):
        more = control.recv(_CHUNK_BYTES)
        content = content + more if more else b""
    return (json.loads(content) if content else None), descriptors


# ------------------------------------------------------------------------------------- the template


def _serve(module_name: str, control: socket.socket) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent ends its children itself
    module = importlib.import_module(module_name)
    while True:
        request, descriptors = _receive(control)
        if request is None:
            return
        if "end" in request:
            # Not before it is asked for, so that until then the number is of no other process.
            os.kill(request["end"], signal.SIGKILL)
            _, status = os.waitpid(request["end"], 0)
            _send(control, {"status": os.waitstatus_to_exitcode(status)}, [])
            continue
        pid = os.fork()
        if pid == 0:
            _run(module.run_child, request["start"], control, descriptors)
        for descriptor in descriptors:
            os.close(descriptor)
        _send(control, {"pid": pid}, [])


def _run(run_child: Any, setting: object, control: socket.socket, descriptors: list[int]) -> NoReturn:
    try:
        control.close()
        for target, descriptor in enumerate(descriptors):
            os.dup2(descriptor, target)
            os.close(descriptor)
        run_child(setting)
    finally:
        os._exit(1)


if __name__ == "__main__":
    _serve(sys.argv[1], socket.socket(fileno=int(sys.argv[2])))
