"""Temporary files in a folder of this process alone, which the next process sweeps if this one is killed.

What is written there holds the text of files, names of people too. The folder is its owner's only,
and locked for as long as the process lives: one that is not locked was left by a process that ended
without a clean-up, whether by a signal or by a fall of the machine.
"""

import atexit
import fcntl
import os
import shutil
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock

_PREFIX, _LOCK_NAME = "index-engine-", "lock"

_guard = Lock()
_folder_by_process: dict[int, Path] = {}


@contextmanager
def temporary_folder(prefix: str) -> Generator[Path]:
    """Make a folder within the private one, and remove it with all it holds."""
    with tempfile.TemporaryDirectory(prefix=prefix, dir=_private_folder()) as folder:
        yield Path(folder)


def sweep() -> None:
    """Remove the folders that killed processes of this user left."""
    for folder in Path(tempfile.gettempdir()).glob(f"{_PREFIX}{os.getuid()}-*"):
        if folder.is_symlink() or folder.lstat().st_uid != os.getuid():
            continue  # somebody else's trap
        if not _is_in_use(folder):
            shutil.rmtree(folder, ignore_errors=True)


def _is_in_use(folder: Path) -> bool:
    try:
        with (folder / _LOCK_NAME).open("r") as lock:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except BlockingIOError:
        return True
    return False


def _private_folder() -> Path:
    with _guard:
        folder = _folder_by_process.get(os.getpid())
        if folder is None or not folder.is_dir():
            sweep()
            draft = Path(tempfile.mkdtemp(prefix=f"draft-{_PREFIX}"))  # mode 0700
            # Open, and so locked, until the process ends, however it does; before it has its name.
            lock = os.open(draft / _LOCK_NAME, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            fcntl.flock(lock, fcntl.LOCK_EX)
            folder = draft.with_name(f"{_PREFIX}{os.getuid()}-{draft.name.rpartition('-')[2]}")
            draft.rename(folder)
            _folder_by_process[os.getpid()] = folder
            atexit.register(shutil.rmtree, folder, ignore_errors=True)
        return folder
