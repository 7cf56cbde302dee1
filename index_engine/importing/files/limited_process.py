"""Files are previewed, opened and staged in a process of their own, which has limits.

The libraries that read tables ask for the memory that a file says it needs, end their process on
some damaged files, and need hours for others. So no file is parsed in the process that serves: a
child does it, and hands over plain data: JSON for previews, headers and errors, and a DuckDB file
of the two tables of staging.py. What the child may take grows with the size of the file: a small
one that asks for much is refused, whatever its shape.

A child serves one file. It reads requests from standard input, one line of JSON each, and answers
each by lines of JSON: any number of `progress`, then one `result`, `error` or `fault`. When its input
ends, as it does when its parent is killed, so does the child, whatever it is at.
"""

import json
import os
import sys
import tempfile
import threading
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from queue import SimpleQueue
from typing import Any, BinaryIO, NoReturn

import duckdb

from index_engine.errors import InputError, Message, Term
from index_engine.faults import fault_message, is_process_limit
from index_engine.importing.files.excess import find_excess
from index_engine.importing.files.preview import TablePreview, UnreadableLines, preview
from index_engine.importing.files.process_template import ForkedProcess, fork_process
from index_engine.importing.files.readers import Reader, ReadOptions, check_file, open_file
from index_engine.importing.files.sheets import Merge
from index_engine.importing.progress import Progress

# An answer of more bytes, or a preview of more cells, is no look at a table any more.
_MAX_ANSWER_BYTES = 64 << 20
_MAX_PREVIEW_CELLS = 4_000_000

_STAGED_FILE, _STAGED_TABLES = "staged.duckdb", ("import_text", "import_broken")

# Threads of the child: each has memory of its own.
_MAX_THREADS = 4

_MEGABYTE = 1 << 20

_ANSWER_KEYS = ("result", "error", "fault")


@dataclass(frozen=True)
class Limits:
    """What the child may take for one file."""

    memory_bytes: int  # beyond what Python and the libraries take before they see the file
    processor_seconds: int  # in all
    wall_seconds: int  # for each request
    output_bytes: int  # of each file that is written


# For a look at a file that another child has given up.
_EXCESS_LIMITS = Limits(memory_bytes=256 * _MEGABYTE, processor_seconds=3, wall_seconds=30, output_bytes=0)


def limits_for(size: int) -> Limits:
    """The limits for a file of `size` bytes.

    Sixteen million cells of a workbook fit into 4 GiB and pack to 60 MB or more. The clock is there
    for a child that waits and takes no processor time: on a busy machine a sound file may take ten
    times the processor time that it needs.
    """
    megabytes = size // _MEGABYTE
    processor_seconds = 6 + 2 * megabytes
    return Limits(
        memory_bytes=min(640 * _MEGABYTE + 48 * size, 4 << 30),
        processor_seconds=processor_seconds,
        wall_seconds=10 * processor_seconds,
        output_bytes=(1 << 30) + 64 * size,
    )


class ChildFault(Exception):
    """What ended a child: an exception's type and line, which quote nothing of the file."""


class LimitedReader:
    """A file that a child has opened and that has a header. See readers.Reader."""

    def __init__(self, child: "_Child", headers: list[str], counts_from_1904: bool) -> None:
        self._child = child
        self.headers = headers
        self.counts_from_1904 = counts_from_1904

    def stage(self, con: duckdb.DuckDBPyConnection, column_positions: Sequence[int], progress: Progress) -> None:
        """Stage the columns at the wanted positions as text: views of what staging.py describes.

        Raises InputError if the file is damaged or takes more than its limits.
        """
        staged = self._child.folder / _STAGED_FILE
        self._child.ask({"request": "stage", "positions": list(column_positions)}, progress)
        con.execute(f"ATTACH {_sql_text(str(staged))} AS staged (READ_ONLY)")
        staged.unlink()  # an open file has no name that a killed process could leave
        for table in _STAGED_TABLES:
            con.execute(f"CREATE TEMP VIEW {table} AS FROM staged.main.{table}")


def release_staged(con: duckdb.DuckDBPyConnection) -> None:
    """Let go of what stage() gave."""
    for table in _STAGED_TABLES:
        con.execute(f"DROP VIEW {table}")
    con.execute("DETACH staged")


@contextmanager
def open_limited(file: Path, options: ReadOptions, workdir: Path) -> Generator[LimitedReader]:
    """Open a table in a child that lives as long as the context; its files go to `workdir`.

    Raises InputError if there is no such file, it is empty, damaged, of another kind, or takes more
    than its limits.
    """
    with _start_child(file, workdir) as child:
        opened = child.ask({"request": "open", "options": asdict(options)}, Progress())
        yield LimitedReader(child, **opened)


def preview_limited(file: Path, options: ReadOptions, workdir: Path) -> list[TablePreview]:
    """Return what can be seen of the tables of a file; see preview.preview().

    Raises InputError as open_limited() does.
    """
    with _start_child(file, workdir) as child:
        tables = child.ask({"request": "preview", "options": asdict(options)}, Progress())
    return [
        TablePreview(
            ReadOptions(**table["options"]),
            tuple((line, tuple(values)) for line, values in table["head_rows"]),
            tuple(map(tuple, table["sampled_rows"])),
            table["omitted_columns"],
            tuple(Merge(*merge) for merge in table["merges"]),
            table["is_hidden"],
            table["hidden_rows"],
            table["counts_from_1904"],
            table["unreadable_lines"] and UnreadableLines(*table["unreadable_lines"]),
        )
        for table in tables
    ]


@contextmanager
def _start_child(file: Path, workdir: Path, limits: Limits | None = None) -> Generator["_Child"]:
    check_file(file)
    limits = limits or limits_for(file.stat().st_size)
    with tempfile.TemporaryDirectory(dir=workdir, prefix="reader-") as folder:
        setting = {"file": str(file.absolute()), "folder": folder, "limits": asdict(limits)}
        process = fork_process(__name__, setting)
        try:
            yield _Child(process, file, Path(folder), limits)
        finally:
            process.close()


class _Child:
    """The parent's end of a child."""

    def __init__(self, process: ForkedProcess, file: Path, folder: Path, limits: Limits) -> None:
        self._process = process
        self._file = file
        self._limits = limits
        self.folder = folder

    def ask(self, request: dict[str, Any], progress: Progress) -> Any:
        """Return the result of a request; InputError if it fails or takes more than its limits."""
        try:
            answer = self._exchange(request, progress)
        except ChildFault as fault:
            raise self._limits_error() from fault
        if "error" in answer:
            absolute_path = self._file.absolute()
            raise _decode_error(answer["error"]).with_file_name(absolute_path, str(self._file))
        return answer["result"]

    def find_excess(self) -> Message:
        """Say what the file has too much of, as far as that can be told."""
        unknown = Message("excess_unknown")
        try:
            answer = self._exchange({"request": "excess"}, Progress())
        except ChildFault:
            return unknown
        return unknown if answer["result"] is None else _decode(answer["result"])

    def _exchange(self, request: dict[str, Any], progress: Progress) -> dict[str, Any]:
        """Return the answer to a request. Raises ChildFault where there is none."""
        timer = threading.Timer(self._limits.wall_seconds, self._process.kill)
        timer.start()
        try:
            answer = self._read_answer(request, progress)
        finally:
            timer.cancel()
        if "fault" in answer:
            raise ChildFault(answer["fault"])
        return answer

    def _read_answer(self, request: dict[str, Any], progress: Progress) -> dict[str, Any]:
        try:
            self._process.stdin.write(json.dumps(request).encode() + b"\n")
            self._process.stdin.flush()
        except BrokenPipeError as error:
            raise ChildFault("it has ended") from error
        bars = _Bars(progress)
        try:
            while True:
                line = self._process.stdout.readline(_MAX_ANSWER_BYTES)
                if not line.endswith(b"\n"):
                    raise ChildFault(f"exit {self._process.end()}")
                answer: dict[str, Any] = json.loads(line)
                if "progress" not in answer:
                    return answer
                bars.show(**answer["progress"])
        finally:
            bars.close()

    def _limits_error(self) -> InputError:
        with _start_child(self._file, self.folder.parent, _EXCESS_LIMITS) as other:
            excess = other.find_excess()
        return InputError(
            "file_beyond_limits",
            file=self._file,
            seconds=self._limits.processor_seconds,
            megabytes=self._limits.memory_bytes // _MEGABYTE,
            excess=excess,
        )


class _Bars:
    """The child's bars, drawn by the parent's progress; one at a time."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._code: str | None = None
        self._bar: Any = None

    def show(self, code: str, counts_bytes: bool, done: int, total: int | None) -> None:
        if code != self._code:
            self.close()
            label = _decode({"message": [code, {}]})
            self._bar = self._progress.bytes(label, total or 0) if counts_bytes else self._progress.steps(label, total)
            self._code = code
        self._bar.update(done - self._bar.n)

    def close(self) -> None:
        if self._bar is not None:
            self._bar.close()
        self._bar = self._code = None


def _sql_text(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


# ------------------------------------------------------------------------------ errors as plain data


def _encode(value: object) -> Any:
    """Return a parameter of a message as JSON has it; what is not plain says what it is."""
    match value:
        case Message():
            return {"message": [value.code, _encode_parameters(value)]}
        case Term():
            return {"term": [value.domain, value.id, value.kind, value.text]}
        case list() | tuple():
            return [_encode(item) for item in value]
        case None | bool() | int() | float():
            return value
        case _:
            return str(value)


def _encode_parameters(message: Message) -> dict[str, Any]:
    return {name: _encode(value) for name, value in message.parameters.items()}


def _decode(value: Any) -> Any:
    match value:
        case {"message": [code, parameters]}:
            return Message(code, **{name: _decode(item) for name, item in parameters.items()})
        case {"term": parts}:
            return Term(*parts)
        case list():
            return [_decode(item) for item in value]
        case _:
            return value


def _decode_error(encoded: Any) -> InputError:
    message = _decode(encoded)
    return InputError(message.code, **message.parameters)


# ---------------------------------------------------------------------------------------- the child


class _Requests:
    """The child's end: one file, and what is asked about it."""

    def __init__(self, file: Path, folder: Path, limits: Limits, output: BinaryIO) -> None:
        self._file = file
        self._folder = folder
        self._limits = limits
        self._output = output
        self._reader: Reader | None = None

    def serve(self, lines: "SimpleQueue[bytes]") -> NoReturn:
        """Answer requests until the process ends."""
        while True:
            request = json.loads(lines.get())
            try:
                answer = {"result": self._answer(request)}
            except InputError as error:
                answer = {"error": _encode(error.message)}
            except (OSError, duckdb.Error) as error:
                answer = self._environment_fault(error) or {"fault": _location(error)}
            except Exception as error:  # noqa: BLE001
                # No fault of a library on strange bytes is the caller's to mend.
                answer = {"fault": _location(error)}
            self.write(answer)

    @staticmethod
    def _environment_fault(error: OSError | duckdb.Error) -> dict[str, Any] | None:
        """The answer where it is no fault of the file: a full disk, say. What its limits are for is."""
        message = None if is_process_limit(error) else fault_message(error)
        return None if message is None else {"error": _encode(Message("fault", fault=message))}

    def write(self, answer: dict[str, Any]) -> None:
        text = json.dumps(answer, ensure_ascii=False, separators=(",", ":"))
        self._output.write(text.encode(errors="replace") + b"\n")
        self._output.flush()

    def _answer(self, request: dict[str, Any]) -> Any:
        match request["request"]:
            case "preview":
                tables = preview(self._file, ReadOptions(**request["options"]), self._folder)
                self._check_preview(tables)
                return [asdict(table) for table in tables]
            case "open":
                options = ReadOptions(**request["options"])
                self._reader = open_file(self._file, options, self._folder)
                return {"headers": self._reader.headers, "counts_from_1904": self._reader.counts_from_1904}
            case "excess":
                return _encode(find_excess(self._file))
            case _:
                return self._stage(request["positions"])

    def _check_preview(self, tables: list[TablePreview]) -> None:
        cells = sum(
            sum(len(values) for _, values in table.head_rows) + sum(map(len, table.sampled_rows)) for table in tables
        )
        cells += sum(len(table.merges) for table in tables)
        if cells > _MAX_PREVIEW_CELLS:
            raise InputError("preview_too_large", file=self._file, limit=_MAX_PREVIEW_CELLS)

    def _stage(self, positions: list[int]) -> None:
        assert self._reader is not None
        with duckdb.connect(self._folder / _STAGED_FILE, config=self._duckdb_config()) as con:
            # To be read a few times at once, and then never again.
            con.execute("PRAGMA force_compression = 'uncompressed'")
            self._reader.stage(con, positions, _ReportedProgress(self.write))

    def _duckdb_config(self) -> dict[str, str | bool | int | float | list[str]]:
        return {
            "memory_limit": f"{self._limits.memory_bytes // 2}B",
            "temp_directory": str(self._folder),
            "max_temp_directory_size": f"{self._limits.output_bytes}B",
            "threads": min(_MAX_THREADS, os.cpu_count() or 1),
        }


class _ReportedProgress(Progress):
    """The child's bars as lines of its answer."""

    def __init__(self, write: Callable[[dict[str, Any]], None]) -> None:
        super().__init__()
        object.__setattr__(self, "_write", write)

    def bytes(self, label: Message, total: int) -> Any:
        return Progress(report=partial(self._report, True)).bytes(label, total)

    def steps(self, label: Message, total: int | None) -> Any:
        return Progress(report=partial(self._report, False)).steps(label, total)

    def _report(self, counts_bytes: bool, label: Message, done: int, total: int | None) -> None:
        write: Callable[[dict[str, Any]], None] = object.__getattribute__(self, "_write")
        counts = {"counts_bytes": counts_bytes, "done": done, "total": total}
        write({"progress": {"code": label.code, **counts}})


def _location(error: Exception) -> str:
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    where = "" if trace is None else f" at {trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}"
    return f"{type(error).__name__}{where}"


def _set_limits(limits: Limits) -> None:
    if sys.platform == "win32":
        return
    import resource

    statm = Path("/proc/self/statm")
    pages = int(statm.read_text(encoding="ascii").split()[0]) if statm.exists() else 0
    memory = pages * resource.getpagesize() + limits.memory_bytes
    for limit, value in (
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_CPU, limits.processor_seconds),
        (resource.RLIMIT_FSIZE, limits.output_bytes),
    ):
        _, hard = resource.getrlimit(limit)
        bound = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(limit, (bound, bound))


def _input_lines() -> "SimpleQueue[bytes]":
    """The lines of standard input as they come; its end is the end of the process."""
    lines: SimpleQueue[bytes] = SimpleQueue()

    def read() -> None:
        for line in sys.stdin.buffer:
            lines.put(line)
        # Nobody waits for what is under way; its files lie in the folder of the parent, which is swept.
        os._exit(0)

    threading.Thread(target=read, daemon=True).start()
    return lines


def run_child(given: dict[str, Any]) -> NoReturn:
    """Serve one file, as process_template.py asks of what it forks."""
    os.environ["TMPDIR"] = tempfile.tempdir = given["folder"]
    lines = _input_lines()
    # What a library prints must not get into the answers.
    output = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    limits = Limits(**given["limits"])
    _set_limits(limits)
    _Requests(Path(given["file"]), Path(given["folder"]), limits, output).serve(lines)
