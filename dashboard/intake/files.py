"""The file that is to be imported: uploaded by a browser, or laid into the inbox beforehand."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from dashboard import data
from index_engine.errors import InputError

SUFFIXES = ("csv", "tsv", "txt", "xlsx", "xlsm", "xls", "parquet")
LONGEST_NAME = 80  # characters; a file name has 255 bytes, a Chinese character has three


@dataclass(frozen=True)
class Picked:
    """A file that a person chose; `token` is another where its content may be another."""

    name: str
    token: str
    upload: Any = None  # what the browser sent, held in memory by Streamlit
    path: Path | None = None  # in the inbox

    @contextmanager
    def on_disk(self) -> Iterator[Path]:
        """The file, for as long as the block runs: an upload is written to a folder of its own and
        deleted afterwards. An InputError from inside names the file only, not the folder."""
        with TemporaryDirectory(prefix="upload-") as folder:
            path = self.path
            if path is None:
                path = Path(folder) / self.name
                path.write_bytes(self.upload.getbuffer())
            try:
                yield path
            except InputError as error:
                raise InputError(str(error).replace(str(path), self.name)) from error


def uploaded(upload: Any) -> Picked:
    """What a browser sent. Raises InputError where its name has no known ending."""
    return Picked(safe_name(upload.name), upload.file_id, upload=upload)


def safe_name(name: str) -> str:
    """`name` without its folders and without signs that mean something to a system; its ending
    stays. Raises InputError if that is not one of SUFFIXES."""
    last = unicodedata.normalize("NFC", re.split(r"[/\\]", name)[-1])
    stem, _, suffix = last.rpartition(".")
    if suffix.lower() not in SUFFIXES:
        raise InputError(
            f"a file that ends in {suffix[:10]!r} is not read; save it as .csv or .xlsx"
        )
    plain = re.sub(r"[^\w()（）-]+", "_", stem).strip("_") or "file"
    return f"{plain[:LONGEST_NAME]}.{suffix.lower()}"


def inbox() -> Path:
    """The folder for files that are too large to upload, beside the warehouses."""
    return data.home().parent / "inbox"


def waiting() -> list[str]:
    """Names of the files in the inbox; links and folders are not among them."""
    if not inbox().is_dir():
        return []
    return sorted(
        path.name
        for path in inbox().iterdir()
        if path.is_file() and not path.is_symlink() and path.suffix[1:].lower() in SUFFIXES
    )


def from_inbox(name: str) -> Picked:
    """A file of the inbox. Raises InputError where it is not there (any more)."""
    if name not in waiting():
        raise InputError(f"{name}: no longer in the inbox")
    path = inbox() / name
    stat = path.stat()
    return Picked(name, f"{name}-{stat.st_mtime_ns}-{stat.st_size}", path=path)
