"""The file that is to be imported: uploaded by a browser, or laid into the inbox beforehand."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dashboard.state import cache, uploads
from index_engine.errors import InputError
from index_engine.private_folder import temporary_folder

SUFFIXES = ("csv", "tsv", "txt", "xlsx", "xlsm", "xls", "parquet", "json", "jsonl", "ndjson", "zip")
MAX_NAME_LENGTH = 80  # characters; a file name has 255 bytes, a Chinese character has three


@dataclass(frozen=True)
class InputFile:
    """A file that a person chose; `token` is another where its content may be another."""

    name: str
    token: str
    upload: Any = None  # what the browser sent, see dashboard/state/uploads.py
    path: Path | None = None  # in the inbox

    @contextmanager
    def on_disk(self) -> Iterator[Path]:
        """The file under its name, for as long as the block runs. An InputError from inside names the
        file only, not the folder."""
        with ExitStack() as stack:
            path = self.path
            if path is None:
                folder = stack.enter_context(temporary_folder("upload-"))
                path = stack.enter_context(uploads.content(self.upload, folder, self.name))
            try:
                yield path
            except InputError as error:
                raise error.with_file_name(path, self.name) from error


def file_from_upload(upload: Any) -> InputFile:
    """What a browser sent. Raises InputError where its name has no known ending."""
    return InputFile(safe_name(upload.name), upload.file_id, upload=upload)


def safe_name(name: str) -> str:
    """`name` without its folders and without signs that mean something to a system; its ending
    stays. Raises InputError if that is not one of SUFFIXES."""
    base_name = unicodedata.normalize("NFC", re.split(r"[/\\]", name)[-1])
    stem, _, suffix = base_name.rpartition(".")
    if suffix.lower() not in SUFFIXES:
        raise InputError("upload_type_unread", suffix=suffix[:10])
    safe_stem = re.sub(r"[^\w()（）-]+", "_", stem).strip("_") or "file"
    return f"{safe_stem[:MAX_NAME_LENGTH]}.{suffix.lower()}"


def inbox() -> Path:
    """The folder for files that are too large to upload, beside the warehouses."""
    return cache.default_file().parent / "inbox"


def inbox_files() -> list[str]:
    """Names of the files in the inbox; links and folders are not among them."""
    if not inbox().is_dir():
        return []
    return sorted(
        path.name
        for path in inbox().iterdir()
        if path.is_file() and not path.is_symlink() and path.suffix[1:].lower() in SUFFIXES
    )


def file_from_inbox(name: str) -> InputFile:
    """A file of the inbox. Raises InputError where it is not there (any more)."""
    if name not in inbox_files():
        raise InputError("not_in_inbox", name=name)
    path = inbox() / name
    stat = path.stat()
    return InputFile(name, f"{name}-{stat.st_mtime_ns}-{stat.st_size}", path=path)
