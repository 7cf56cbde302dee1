"""What visitors upload, held on disk within a quota and let go with their session.

Streamlit holds uploads in memory. Here it is given a name in place of the content (see
dashboard/shell/upload_middleware.py); the content lies in the private folder of the process until
Streamlit lets go of the name: when the visitor takes the file back, chooses another or leaves.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import RLock
from typing import Any

from streamlit import runtime

from index_engine.private_folder import temporary_folder

# Of all visitors together: ten files of the largest size, so that nobody can fill the disk.
MAX_TOTAL_BYTES = 2 << 30
# Of one visitor: a file, its mapping, and one that takes the place of another.
MAX_FILES_PER_SESSION = 3
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


@dataclass
class UploadStore:
    """The uploads of all visitors of this process."""

    max_bytes: int = MAX_TOTAL_BYTES
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
        """Let go of what Streamlit holds no more."""
        with self._lock:
            for name, upload in list(self._upload_by_name.items()):
                if upload.is_complete and not _is_held(upload, name):
                    self.release(name)

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
    """The content of what `st.file_uploader` returned, under a name in a folder while the block runs."""
    path = folder / name
    stored_path = STORE.path(upload.getvalue())
    if stored_path is None:  # run without our server, as tests of pages are
        path.write_bytes(upload.getbuffer())
    else:
        path.hardlink_to(stored_path)
    try:
        yield path
    finally:
        path.unlink()
