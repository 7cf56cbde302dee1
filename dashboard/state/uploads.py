"""What visitors upload, held on disk within a quota and let go with their session.

Streamlit holds uploads in memory. Here it is given a name in place of the content (see
dashboard/shell/upload_middleware.py); the content lies in the private folder of the process until
Streamlit lets go of the name, when the visitor takes the file back or chooses another, or until the
visitor has left. Streamlit itself notices that somebody left when the next one does.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import RLock
from typing import Any

from streamlit import runtime

from index_engine.errors import InputError
from index_engine.private_folder import temporary_folder

# Of all visitors together: ten files of the largest size, so that nobody can fill the disk.
MAX_TOTAL_BYTES = 2 << 30
# Of one visitor: a file, its mapping, and one that takes the place of another.
MAX_FILES_PER_SESSION = 3
# A visitor who was cut off comes back to the same session within two minutes, see Streamlit's
# MemorySessionStorage; after these seconds nobody will.
SECONDS_TO_COME_BACK = 150
_PREFIX, _NAME_BYTES = b"upload:", 24


class QuotaError(Exception):
    """There is no room for an upload."""


@dataclass
class Upload:
    """One upload: whose it is, and its content on disk."""

    session_id: str
    file_id: str
    path: Path
    size: int
    is_complete: bool = False
    left_at: float | None = None  # since when nobody is connected to the session, by the clock of the store


@dataclass
class UploadStore:
    """The uploads of all visitors of this process."""

    max_bytes: int = MAX_TOTAL_BYTES
    clock: Callable[[], float] = time.monotonic
    _lock: RLock = field(default_factory=RLock)
    _upload_by_name: dict[bytes, Upload] = field(default_factory=dict)
    _folders: ExitStack = field(default_factory=ExitStack)
    _folder: Path | None = None

    def reserve(self, session_id: str, file_id: str, size: int) -> bytes:
        """Make room for an upload of at most `size` bytes and return its name. Raises QuotaError."""
        with self._lock:
            self.sweep()
            uploads = self._upload_by_name.values()
            held_by_session = sum(upload.session_id == session_id for upload in uploads)
            if self.held_bytes + size > self.max_bytes or held_by_session >= MAX_FILES_PER_SESSION:
                raise QuotaError
            if self._folder is None or not self._folder.is_dir():
                self._folder = self._folders.enter_context(temporary_folder("uploads-"))
            name = _PREFIX + secrets.token_hex(_NAME_BYTES).encode()
            path = self._folder / name[len(_PREFIX) :].decode()
            self._upload_by_name[name] = Upload(session_id, file_id, path, size)
            return name

    def complete(self, name: bytes, size: int) -> None:
        """Say that the content is there, and how large it is; what was reserved beyond is free again."""
        with self._lock:
            upload = self._upload_by_name[name]
            upload.size, upload.is_complete = size, True

    def path(self, name: bytes) -> Path | None:
        """Where the content of that name lies; None if there is none of that name."""
        with self._lock:
            upload = self._upload_by_name.get(name)
            return None if upload is None else upload.path

    def release(self, name: bytes) -> None:
        """Let go of an upload."""
        with self._lock:
            self._upload_by_name.pop(name).path.unlink(missing_ok=True)

    def sweep(self) -> None:
        """Let go of what Streamlit holds no more, and of what visitors have left behind."""
        with self._lock:
            for name, upload in list(self._upload_by_name.items()):
                if upload.is_complete and (self._is_left_behind(upload) or not _is_held(upload, name)):
                    self.release(name)

    def _is_left_behind(self, upload: Upload) -> bool:
        if not runtime.exists() or runtime.get_instance().is_active_session(upload.session_id):
            upload.left_at = None
            return False
        if upload.left_at is None:
            upload.left_at = self.clock()
        return self.clock() - upload.left_at >= SECONDS_TO_COME_BACK

    @property
    def held_bytes(self) -> int:
        """How much of the quota is taken."""
        with self._lock:
            return sum(upload.size for upload in self._upload_by_name.values())


STORE = UploadStore()


def _is_held(upload: Upload, name: bytes) -> bool:
    if not runtime.exists():
        return False
    records = runtime.get_instance().uploaded_file_mgr.get_files(upload.session_id, [upload.file_id])
    return any(record.data == name for record in records)


@contextmanager
def content(upload: Any, folder: Path, name: str) -> Iterator[Path]:
    """The content of what `st.file_uploader` returned, under a name in a folder while the block runs.

    Raises InputError where it was let go of.
    """
    path = folder / name
    stored_name = upload.getvalue()
    stored_path = STORE.path(stored_name)
    if stored_path is None and len(stored_name) == len(_PREFIX) + 2 * _NAME_BYTES and stored_name.startswith(_PREFIX):
        raise InputError("upload_let_go", file=name)
    if stored_path is None:  # run without our server, as tests of pages are
        path.write_bytes(upload.getbuffer())
    else:
        path.hardlink_to(stored_path)
    try:
        yield path
    finally:
        path.unlink()
