"""Faults of the environment, such as a full disk, as the one line of an InputError.

None of their texts is shown: those of the system and of DuckDB hold paths and process numbers, and
pages are read by anyone.
"""

import errno
from collections.abc import Iterator
from contextlib import contextmanager

import duckdb

from index_engine.errors import InputError, Message

_MESSAGE_BY_NUMBER = {
    errno.ENOSPC: Message("disk_full"),
    errno.EDQUOT: Message("disk_full"),
    errno.EFBIG: Message("disk_full"),
    errno.EROFS: Message("disk_read_only"),
    errno.EACCES: Message("no_permission"),
    errno.EPERM: Message("no_permission"),
    errno.EMFILE: Message("too_many_open_files"),
    errno.ENFILE: Message("too_many_open_files"),
    errno.EIO: Message("disk_faulty"),
    errno.ENOMEM: Message("memory_full"),
}
# What DuckDB says of the same; it keeps the number to itself.
_MESSAGE_BY_TEXT = {
    "No space left": Message("disk_full"),
    "quota": Message("disk_full"),
    "File too large": Message("disk_full"),
    "Read-only file system": Message("disk_read_only"),
    "Permission denied": Message("no_permission"),
    "Operation not permitted": Message("no_permission"),
    "Too many open files": Message("too_many_open_files"),
    "Input/output error": Message("disk_faulty"),
    "Could not set lock": Message("locked_by_another"),
    "Conflicting lock": Message("locked_by_another"),
}


@contextmanager
def told_as_input_errors() -> Iterator[None]:
    """Raise an InputError for a fault of the environment inside the block; any other error passes."""
    try:
        yield
    except (duckdb.OutOfMemoryException, MemoryError) as error:
        raise InputError("memory_full") from error
    except RuntimeError as error:
        # DuckDB takes a Ctrl-C during a query for itself.
        if str(error) != "Query interrupted":
            raise
        raise InputError("interrupted") from error
    except (OSError, duckdb.Error) as error:
        message = fault_message(error)
        if message is None:
            raise
        raise InputError("fault", fault=message) from error


def fault_message(error: OSError | duckdb.Error) -> Message | None:
    """What is wrong with the environment; None for any other error."""
    if isinstance(error, OSError):
        return _MESSAGE_BY_NUMBER.get(error.errno or 0)
    return next((message for text, message in _MESSAGE_BY_TEXT.items() if text in str(error)), None)


def is_process_limit(error: OSError | duckdb.Error) -> bool:
    """Whether the process met a limit of its own size or of the files it writes: for who set it no full disk."""
    if isinstance(error, OSError):
        return error.errno in (errno.EFBIG, errno.ENOMEM)
    return "File too large" in str(error)
