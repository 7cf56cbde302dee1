"""CSV files: fast through DuckDB's strict reader, and line by line where that one gives up.

DuckDB reads a clean file at full speed but stops at the first line that is not like its header,
and can skip such lines only without saying where in the order of rows they stood. So a file with
one is read again in Python, which names each of them; the rest of the file is not lost with it.
"""

import csv
import io
from collections import deque
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import TextIO

import duckdb

from index_engine.errors import InputError, Message, Term
from index_engine.importing.files.non_data_rows import NonDataReason, is_blank, non_data_reason
from index_engine.importing.files.staging import (
    TEXT_MARK_SIGNS,
    UNREADABLE_LINE,
    Record,
    column_headers,
    glob_safe_path,
    stage_query,
    stage_records,
)
from index_engine.importing.progress import Progress

# A quoted value that runs over more lines than this has lost its closing quote.
_MAX_RECORD_LINES = 200

# A line of more characters is no row of a table, and taking it apart would cost a hundred times as
# much memory.
_MAX_LINE_LENGTH = 1 << 24

_CHUNK_SIZE = 1 << 22  # characters


class CsvFile:
    """A CSV file; quotes are ", doubled inside quoted values.

    The header is the first `header_rows` lines that are not blank from line `header` on.
    """

    counts_from_1904 = False

    def __init__(
        self, file: Path, encoding: str, delimiter: str, workdir: Path, header: int = 1, header_rows: int = 1
    ) -> None:
        self._file = file
        self._encoding = encoding
        self._delimiter = delimiter
        self._workdir = workdir
        rows: list[list[str]] = []
        with open_text(file, encoding) as text:
            for self._header_line, values in read_records(text, None, delimiter):
                if self._header_line < header:
                    continue
                if isinstance(values, NonDataReason):
                    reason = Term("rule", values.rule, text=values.message)
                    raise InputError("header_not_data", file=file, reason=reason)
                rows.append(values)
                if len(rows) == header_rows:
                    break
        if len(rows) < header_rows:
            raise InputError("header_blank_csv", file=file)
        self.headers = column_headers(file, rows)

    def stage(self, con: duckdb.DuckDBPyConnection, column_positions: Sequence[int], progress: Progress) -> None:
        """See readers.Reader. InputError if the file is not in the encoding it is said to be in."""
        if not self._has_plain_header():
            self._stage_with_python(con, column_positions, progress)
            return
        utf8 = self._utf8_path(progress)
        try:
            self._stage_with_duckdb(con, utf8, column_positions)
        except duckdb.InvalidInputException:
            self._stage_with_python(con, column_positions, progress)
        finally:
            if utf8 != self._file:
                utf8.unlink()

    def _has_plain_header(self) -> bool:
        """Say whether DuckDB will skip to the same header: it guesses how lines end and quote."""
        with open_text(self._file, self._encoding) as text:
            leading_lines = list(islice(text, self._header_line))
        line_endings = {line[len(line.rstrip("\r\n")) :] for line in leading_lines}
        # A name over several lines has quotes that its first line does not close.
        is_whole = leading_lines[-1].count('"') % 2 == 0
        is_unquoted = '"' not in "".join(leading_lines[:-1])
        return len(self.headers) > 1 and len(line_endings) == 1 and is_unquoted and is_whole

    def _utf8_path(self, progress: Progress) -> Path:
        """Return the file, or a link to it or copy of it that DuckDB can read."""
        if self._encoding == "utf-8":
            return glob_safe_path(self._file, self._workdir)
        copy = self._workdir / "decoded.csv"
        with (
            open_text(self._file, self._encoding) as text,
            copy.open("w", encoding="utf-8", newline="") as target,
            progress.bytes(Message("stage_decode"), self._file.stat().st_size) as bar,
        ):
            while chunk := text.read(_CHUNK_SIZE):
                target.write(chunk)
                bar.update(text.buffer.tell() - bar.n)
        return copy

    def _stage_with_duckdb(self, con: duckdb.DuckDBPyConnection, utf8: Path, column_positions: Sequence[int]) -> None:
        types = ", ".join(f"'c{position}': 'VARCHAR'" for position in range(len(self.headers)))
        stage_query(
            con,
            column_positions,
            "read_csv($file, auto_detect = false, header = true, delim = $delimiter,"
            f" quote = '\"', escape = '\"', columns = {{{types}}}, strict_mode = true,"
            " null_padding = false, compression = 'none', skip = $skip)",
            {"file": str(utf8), "delimiter": self._delimiter, "skip": self._header_line - 1},
            may_have_marks=_holds_any(utf8, TEXT_MARK_SIGNS),
        )

    def _stage_with_python(
        self, con: duckdb.DuckDBPyConnection, column_positions: Sequence[int], progress: Progress
    ) -> None:
        with open_text(self._file, self._encoding) as text, progress.steps(Message("stage_read_lines"), None) as bar:
            parsed_records = read_records(text, len(self.headers), self._delimiter, header_lines=self._header_line)

            def numbered_records() -> Iterator[Record]:
                data_rows = (values for line, values in parsed_records if line > self._header_line)
                for row_no, values in enumerate(data_rows, start=1):
                    bar.update()
                    yield row_no, values

            stage_records(con, column_positions, numbered_records())


def _holds_any(file: Path, signs: bytes) -> bool:
    """Say whether one of some ASCII characters is anywhere in a text in UTF-8."""
    with file.open("rb") as stream:
        while chunk := stream.read(_CHUNK_SIZE):
            if any(sign in chunk for sign in signs):
                return True
    return False


@contextmanager
def open_text(file: Path, encoding: str) -> Generator[TextIO]:
    """Open a file as text; what is not in its encoding is an InputError wherever it is."""
    # A byte order mark is no part of the first header.
    codec = {"utf-8": "utf-8-sig"}.get(encoding, encoding)
    with file.open("rb") as raw, io.TextIOWrapper(raw, encoding=codec, newline="") as text:
        try:
            yield text
        except UnicodeError as error:
            location: Message | str = ""
            if isinstance(error, UnicodeDecodeError):
                byte = raw.tell() - len(error.object) + error.start
                location = Message("near_byte", byte=byte)
            remedy = Message("save_utf8_or_declare" if encoding == "utf-8" else "save_utf8")
            raise InputError(
                "encoding_wrong", file=file, encoding=encoding.upper(), location=location, remedy=remedy
            ) from error


def read_records(
    text: Iterator[str], width: int | None, delimiter: str, header_lines: int = 0
) -> Iterator[tuple[int, list[str] | NonDataReason]]:
    """Take CSV text apart: yield each record's first line and its values, or what is wrong with it.

    Records have `width` values (None: any number, as for those that start in the first `above`
    lines); empty ones beyond are a trailing delimiter and dropped. Where quotes go wrong, the line
    they go wrong in is given up and the next one is read as the start of a record, so that one
    stray quote does not swallow those after it.
    """
    lines = _LineBuffer(text)
    reader = csv.reader(lines, delimiter=delimiter, strict=True, skipinitialspace=True)
    while True:
        lines.current_lines.clear()
        first_line = lines.number + 1
        try:
            values = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            lines.push_back()
            reader = csv.reader(lines, delimiter=delimiter, strict=True, skipinitialspace=True)
            yield (first_line, NonDataReason(UNREADABLE_LINE, f"the line cannot be taken apart: {error}"))
            continue
        if not values:
            continue
        if width is None or first_line <= header_lines:
            yield first_line, values
        elif len(values) >= width and not any(values[width:]):
            yield first_line, values[:width]
        elif is_blank(values):
            yield first_line, [""] * width
        else:
            lines.push_back()
            message = f"the line has {len(values)} values where the header names {width}"
            yield first_line, non_data_reason(values) or NonDataReason(UNREADABLE_LINE, message)


class _LineBuffer:
    """Lines that can be given back while the record they belong to is not complete."""

    def __init__(self, text: Iterator[str]) -> None:
        self._text = text
        self._queue: deque[str] = deque()
        self.current_lines: list[str] = []
        self.number = 0  # of the last line taken

    def __iter__(self) -> "_LineBuffer":
        return self

    def __next__(self) -> str:
        if len(self.current_lines) == _MAX_RECORD_LINES:
            raise StopIteration
        line = self._queue.popleft() if self._queue else next(self._text)
        self.current_lines.append(line)
        self.number += 1
        if len(line) > _MAX_LINE_LENGTH:
            raise csv.Error(f"longer than {_MAX_LINE_LENGTH:,} characters")
        return line

    def push_back(self) -> None:
        """Take back all lines of this record but the first."""
        self._queue.extendleft(reversed(self.current_lines[1:]))
        self.number -= len(self.current_lines[1:])
