"""The secret that case numbers are hashed with.

There are only so many case numbers: whoever has the hashes and the secret can try them all. So it
lies beside the warehouse, never in it: a warehouse handed on tells nobody which case a row is. It
must be kept, since the next delivery of a source finds its cases by the same hashes.
"""

import hashlib
import os
import re
import secrets
from pathlib import Path

import duckdb

from index_engine.errors import InputError
from index_engine.warehouse.file import draft_path, sync_folder

_FINGERPRINT_KEY = "salt_fingerprint"  # in meta: tells one salt from another, and gives neither away


def salt_path(warehouse: Path) -> Path:
    """Where the secret of a warehouse lies."""
    warehouse = warehouse.resolve()
    return warehouse.with_name(warehouse.name + ".salt")


def load_salt(con: duckdb.DuckDBPyConnection, warehouse: Path) -> str:
    """Return the secret of the warehouse open in `con`: 64 hexadecimal digits, new if it has none.

    Raises InputError if the numbers in it were hashed with a secret that is no longer there.
    """
    path = salt_path(warehouse)
    stored_fingerprint = con.execute("SELECT value FROM meta WHERE key = ?", [_FINGERPRINT_KEY]).fetchall()
    if not path.exists():
        if stored_fingerprint:
            raise InputError("salt_missing", file=path, warehouse=warehouse.name)
        return secrets.token_hex(32)
    salt = path.read_text(encoding="ascii", errors="replace").strip()
    if not re.fullmatch("[0-9a-f]{64}", salt):
        raise InputError("salt_malformed", file=path)
    if stored_fingerprint and stored_fingerprint != [(_fingerprint(salt),)]:
        raise InputError("salt_differs", file=path, warehouse=warehouse.name)
    return salt


def save_salt(con: duckdb.DuckDBPyConnection, warehouse: Path, salt: str) -> None:
    """Write the secret beside the warehouse, for its owner only, and its fingerprint into it."""
    path = salt_path(warehouse)
    if not path.exists():
        draft = draft_path(warehouse.resolve(), "salt")
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(salt + "\n")
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
        sync_folder(path.parent)
    con.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", [_FINGERPRINT_KEY, _fingerprint(salt)])


def _fingerprint(salt: str) -> str:
    return hashlib.sha256(f"fingerprint {salt}".encode()).hexdigest()[:16]
