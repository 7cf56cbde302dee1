"""The files of a release as bytes that depend on their content alone, in a folder that is whole or not there."""

import hashlib
import json
import os
import shutil
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet

from index_engine.errors import InputError
from index_engine.formula_escaping import escape_cell
from index_engine.warehouse.file import sync_folder

MANIFEST = "SHA256SUMS"
# What publication adds to a draft; the manifest, which they speak of, does not name them.
PUBLICATION_FILE, LOG_FILE, PROOF_FILE = "publication.json", "log.jsonl", "proof.json"
SIGNATURE_FILE, TIME_STAMP_FILE = "proof.json.sig", "proof.json.tsr"
PUBLICATION_FILES = (PUBLICATION_FILE, LOG_FILE, PROOF_FILE, SIGNATURE_FILE, TIME_STAMP_FILE)
DRAFT_SUFFIX = ".draft"
_ZIP_DAY = (1980, 1, 1, 0, 0, 0)  # the first that a zip can tell: the hour of writing is no part of a release
_FILE_MODE = 0o100644 << 16


def json_bytes(value: Any) -> bytes:
    """Canonical JSON for people: keys in order, one a line."""
    return (json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()


def csv_bytes(table: pa.Table) -> bytes:
    """RFC 4180 in UTF-8 with LF; numbers to the last digit that tells them apart. Text that a spreadsheet would run is
    disarmed."""
    columns = [_disarmed(column) if pa.types.is_string(column.type) else column for column in table.columns]
    sink = pa.BufferOutputStream()
    pa.csv.write_csv(pa.table(columns, names=table.column_names), sink)
    return bytes(sink.getvalue())


def parquet_bytes(table: pa.Table) -> bytes:
    sink = pa.BufferOutputStream()
    pa.parquet.write_table(table, sink, compression="zstd", store_schema=False)
    return bytes(sink.getvalue())


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def manifest_bytes(files: Mapping[str, bytes]) -> bytes:
    """The SHA-256 of each file, by name, as `sha256sum -c` reads them."""
    return "".join(f"{sha256(content)}  {name}\n" for name, content in sorted(files.items())).encode()


def read_manifest(folder: Path) -> dict[str, str]:
    """SHA-256 by file. Raises InputError where the folder is no release, or its manifest cannot be read."""
    file = folder / MANIFEST
    if not file.is_file():
        raise InputError("release_missing", folder=folder)
    sums = {}
    for line in file.read_bytes().decode("utf-8", errors="replace").splitlines():
        digest, separator, name = line.partition("  ")
        if len(digest) != 64 or not separator or not name:
            raise InputError("release_file_changed", file=file)
        sums[name] = digest
    return sums


def changed_files(folder: Path) -> list[str]:
    """Files that are not as the manifest says, missing ones among them, and such as it does not name; in order."""
    sums = read_manifest(folder)
    found = {file.relative_to(folder).as_posix(): file for file in folder.rglob("*") if file.is_file()}
    found = {name: file for name, file in found.items() if name not in (MANIFEST, *PUBLICATION_FILES)}
    return sorted(
        name
        for name in sums.keys() | found.keys()
        if name not in sums or name not in found or sha256(found[name].read_bytes()) != sums[name]
    )


@contextmanager
def new_folder(path: Path) -> Iterator[Path]:
    """Yield an empty folder that becomes `path` on leaving, in place of what is there; if the body raises, or the
    process dies, `path` is as it was. What an earlier process left is removed."""
    draft = path.with_name(f".{path.name}.part")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(parents=True)
    try:
        yield draft
        for file in draft.rglob("*"):
            if file.is_file():
                with file.open("rb") as stream:
                    os.fsync(stream.fileno())
        if path.exists():
            old = path.with_name(f".{path.name}.old")
            shutil.rmtree(old, ignore_errors=True)
            path.rename(old)
            draft.rename(path)
            shutil.rmtree(old)
        else:
            draft.rename(path)
        sync_folder(path.parent)
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def write_files(folder: Path, files: Mapping[str, bytes]) -> None:
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)


def write_zip(folder: Path) -> Path:
    """One file of the folder, beside it: its files in order of name, without the hour of writing."""
    path = folder.with_name(folder.name + ".zip")
    draft = path.with_name(f".{path.name}.part")
    try:
        with zipfile.ZipFile(draft, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
            for file in sorted(p for p in folder.rglob("*") if p.is_file()):
                entry = zipfile.ZipInfo(f"{folder.name}/{file.relative_to(folder).as_posix()}", _ZIP_DAY)
                entry.compress_type, entry.external_attr, entry.create_system = zipfile.ZIP_DEFLATED, _FILE_MODE, 3
                archive.writestr(entry, file.read_bytes())
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
    return path


def _disarmed(column: pa.ChunkedArray) -> pa.ChunkedArray:
    words = pc.unique(column)
    if not any(escape_cell(word) != word for word in words.to_pylist()):
        return column
    return pa.chunked_array([pa.array([escape_cell(cell) for cell in column.to_pylist()], pa.string())])
