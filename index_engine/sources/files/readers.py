"""Opening a file, whatever its format."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import duckdb

from index_engine.errors import InputError
from index_engine.sources.files.csv_file import CsvFile
from index_engine.sources.files.parquet_file import ParquetFile
from index_engine.sources.files.xlsx_file import XlsxFile
from index_engine.sources.progress import Progress


@dataclass(frozen=True)
class Opening:
    """What has to be known to open a file: `encoding` and `delimiter` of CSV, `sheet` of XLSX."""

    encoding: str = "utf-8"  # or gb18030
    delimiter: str = ","
    sheet: str | None = None  # None: the first


class Reader(Protocol):
    """A file that has been opened and has a header."""

    headers: list[str]

    def stage(
        self, con: duckdb.DuckDBPyConnection, wanted: Sequence[int], progress: Progress
    ) -> None:
        """Stage the columns at the wanted positions as text, as staging.py describes."""


def open_file(file: Path, opening: Opening, workdir: Path) -> Reader:
    """Open a .csv, .parquet or .xlsx file and read its header; temporary files go to `workdir`.

    Raises InputError if there is no such file, it is empty, damaged, or of another kind.
    """
    if not file.exists():
        raise InputError(f"{file}: no such file")
    if not file.is_file():
        raise InputError(f"{file}: not a file; name one CSV, Parquet or XLSX file")
    try:
        with file.open("rb") as stream:
            if not stream.read(1):
                raise InputError(f"{file}: the file is empty")
    except OSError as error:
        raise InputError(f"{file}: cannot be opened: {error.strerror}") from error
    match file.suffix.lower():
        case ".csv":
            return CsvFile(file, opening.encoding, opening.delimiter, workdir)
        case ".parquet":
            return ParquetFile(file, workdir)
        case ".xlsx":
            return XlsxFile(file, opening.sheet)
        case other:
            raise InputError(
                f"{file}: a file that ends in {other or 'nothing'!r} is not read; save it as .csv,"
                " .parquet or .xlsx"
            )


def sha256(file: Path, progress: Progress) -> str:
    """Return the SHA-256 of a file in hexadecimal."""
    digest = hashlib.sha256()
    with file.open("rb") as stream, progress.bytes("hash", file.stat().st_size) as bar:
        while chunk := stream.read(1 << 22):
            digest.update(chunk)
            bar.update(len(chunk))
    return digest.hexdigest()
