"""Opening a file, whatever its format."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

import duckdb

from index_engine.errors import InputError, Message
from index_engine.importing.files.csv_file import CsvFile
from index_engine.importing.files.detection import detect_delimiter, detect_encoding, detect_format
from index_engine.importing.files.json_file import JsonFile
from index_engine.importing.files.parquet_file import ParquetFile
from index_engine.importing.files.xlsx_file import XlsxFile
from index_engine.importing.files.zip_file import ZipFile
from index_engine.importing.progress import Progress

# Endings under which tables come; which format is behind one, the content says. ET is what WPS
# calls XLS.
SUFFIXES = (".csv", ".tsv", ".txt", ".parquet", ".xlsx", ".xlsm", ".xls", ".et", ".json", ".jsonl", ".ndjson", ".zip")


@dataclass(frozen=True)
class ReadOptions:
    """What has to be known to open a file: how a text is written, which sheet, where the header is.

    The header is the first `header_rows` rows that are not blank from line `header` on; lines are
    counted from 1, blank ones with them, as a spreadsheet or an editor does.
    """

    encoding: str = "utf-8"  # or gb18030, cp950, utf-16, utf-16-le, utf-16-be; auto: by its content
    delimiter: str = ","  # auto: by its content
    sheet: str | None = None  # or member of an archive, list of an object. None: the first; *: all that share a header
    header: int = 1
    header_rows: int = 1


class Reader(Protocol):
    """A file that has been opened and has a header."""

    headers: list[str]
    counts_from_1904: bool  # whether serial days of a workbook do

    def stage(self, con: duckdb.DuckDBPyConnection, column_positions: Sequence[int], progress: Progress) -> None:
        """Stage the columns at the wanted positions as text, as staging.py describes."""


def open_file(file: Path, options: ReadOptions, workdir: Path) -> Reader:
    """Open a table, whose format is detected by its content; temporary files go to `workdir`.

    Raises InputError if there is no such file, it is empty, damaged, or of another kind.
    """
    check_file(file)
    header_lines = options.header, options.header_rows
    match detect_format(file):
        case "parquet":
            return ParquetFile(file, workdir)
        case "text":
            options = resolve_options(file, options)
            return CsvFile(file, options.encoding, options.delimiter, workdir, *header_lines)
        case "json":
            return JsonFile(file, resolve_encoding(file, options).encoding, options.sheet)
        case "zip":
            return ZipFile(file, options.encoding, options.delimiter, options.sheet, workdir, *header_lines)
        case _:
            return XlsxFile(file, options.sheet, *header_lines)


def check_file(file: Path) -> None:
    """Raise InputError unless there is such a file, it holds something and its ending is read."""
    try:
        if not file.exists():
            raise InputError("no_such_file", file=file)
        if not file.is_file():
            raise InputError("not_a_file", file=file)
        with file.open("rb") as stream:
            if not stream.read(1):
                raise InputError("file_empty", file=file)
    except OSError as error:
        raise InputError("cannot_open", file=file, reason=error.strerror) from error
    if file.suffix.lower() not in SUFFIXES:
        raise InputError("file_type_unread", file=file, suffix=file.suffix or "nothing")


def resolve_options(file: Path, options: ReadOptions) -> ReadOptions:
    """Return how to open a text file, with 'auto' replaced by what its content says."""
    options = resolve_encoding(file, options)
    if options.delimiter == "auto":
        options = replace(options, delimiter=detect_delimiter(file, options.encoding))
    return options


def resolve_encoding(file: Path, options: ReadOptions) -> ReadOptions:
    """Return how to open a text file, with its encoding found where it is 'auto'."""
    return replace(options, encoding=detect_encoding(file)) if options.encoding == "auto" else options


def sha256(file: Path, progress: Progress) -> str:
    """Return the SHA-256 of a file in hexadecimal."""
    digest = hashlib.sha256()
    with file.open("rb") as stream, progress.bytes(Message("stage_hash"), file.stat().st_size) as bar:
        while chunk := stream.read(1 << 22):
            digest.update(chunk)
            bar.update(len(chunk))
    return digest.hexdigest()
