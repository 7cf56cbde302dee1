"""The warehouse is one DuckDB file that is never changed in place.

Writers work on a copy beside it and swap it in with one rename, so a reader sees either the old
file or the new one and never half of each; readers open it read-only and locked down.
"""

import fcntl
import hashlib
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from index_engine.errors import InputError
from index_engine.faults import told_as_input_errors

SCHEMA_FILE = Path(__file__).with_name("schema.sql")
BUILT_FILE = Path(__file__).with_name("built.sql")


def _version(declarations: str) -> str:
    return hashlib.sha256(declarations.encode()).hexdigest()[:12]


def _without_comments(sql: str) -> str:
    """The statements, one blank between words; no string of them may hold two hyphens."""
    return " ".join(re.sub(r"--[^\n]*", "", sql).split())


# Of the facts: what they are made for is the declared columns. To make facts anew costs an import,
# so a comment put better does not ask for it.
SCHEMA_VERSION = _version(_without_comments(SCHEMA_FILE.read_text(encoding="utf-8")))
# Of what a build makes of them: its comments tell values too, and to build anew costs a command.
BUILD_VERSION = _version(BUILT_FILE.read_text(encoding="utf-8"))


@contextmanager
def writable_copy(path: Path, *, empty: bool = False, dry_run: bool = False) -> Iterator[duckdb.DuckDBPyConnection]:
    """Yield a writable connection to a copy of `path`; on leaving, swap the copy in.

    With `empty`, or where there is no file yet, the copy starts as an empty warehouse. If the body
    raises, or the process dies, the old file stands untouched; so it does after a
    `dry_run`, which throws the copy away. Writers to one path take turns.

    Raises InputError if the folder does not exist or the file is not a warehouse of this schema.
    """
    # A link leads to the data set: replaced by it, the next reader elsewhere would see the old one.
    path = Path(path).resolve()
    if not path.parent.is_dir():
        raise InputError("folder_missing", file=path, folder=path.parent)
    if path.is_dir():
        raise InputError("path_is_folder", file=path)
    with lock_path(path).open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        _remove_drafts(path)
        draft = draft_path(path, str(os.getpid()))
        try:
            is_new = empty or not path.exists()
            if not is_new:
                check_schema(path)
                shutil.copyfile(path, draft)
            con = duckdb.connect(str(draft))
            # Its bar goes to standard output, where what a command prints belongs.
            con.execute("SET enable_progress_bar = false")
            try:
                if is_new:
                    con.execute(SCHEMA_FILE.read_text(encoding="utf-8"))
                    con.execute("INSERT INTO meta VALUES ('schema', ?)", [SCHEMA_VERSION])
                yield con
                con.execute("CHECKPOINT")
            finally:
                con.close()
            with draft.open("rb") as stream:
                os.fsync(stream.fileno())
            if not dry_run:
                draft.replace(path)
                sync_folder(path.parent)
        finally:
            draft.unlink(missing_ok=True)
            draft.with_name(draft.name + ".wal").unlink(missing_ok=True)


def draft_path(path: Path, part: str) -> Path:
    """The name of a file beside a warehouse until it is complete; the next writer removes it.

    DuckDB calls a database by its file name up to the first dot: were it that of `path`, none could
    be called index.duckdb or estimates.duckdb, after a schema.
    """
    return path.with_name(f"draft.{path.name}.{part}.draft")


def sync_folder(folder: Path) -> None:
    """Have the names in a folder written to the disk: without it a fall of power may undo a rename."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def lock_path(path: Path) -> Path:
    """The file that a writer to a warehouse holds locked."""
    path = path.resolve()
    return path.with_name(path.name + ".lock")


def open_read_only(path: Path, *, memory_limit: str = "2GB", any_schema: bool = False) -> duckdb.DuckDBPyConnection:
    """Open a warehouse for reading only: no writes, no files, no network, no extensions.

    The file is attached to an empty database in memory, not opened as the database: DuckDB shares
    one database between all that open the same path in a process, and a reader that came after a
    swap would be given the old file.

    Take one `cursor(con)` per query: answers of a shared connection get mixed between threads.
    Raises InputError if there is no warehouse at `path`, or, but for `any_schema`, not one of this
    schema.
    """
    path = Path(path)
    if not path.exists():
        raise InputError("no_such_warehouse", warehouse=path)
    con = duckdb.connect(
        ":memory:",
        config={
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
            "allow_community_extensions": False,
            "memory_limit": memory_limit,
            "temp_directory": "",  # a reader spills nothing anywhere
        },
    )
    try:
        _attach(con, path, any_schema)
    except InputError:
        con.close()
        raise
    con.execute("SET enable_external_access = false")
    con.execute("SET lock_configuration = true")
    return con


def cursor(con: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyConnection:
    """A connection of its own to what `open_read_only` opened, for one query or one thread."""
    new_cursor = con.cursor()
    new_cursor.execute("USE warehouse")
    return new_cursor


def _attach(con: duckdb.DuckDBPyConnection, path: Path, any_schema: bool) -> None:
    quoted_path = str(path.resolve()).replace("'", "''")
    try:
        with told_as_input_errors():
            con.execute(f"ATTACH '{quoted_path}' AS warehouse (READ_ONLY)")
    except duckdb.Error as error:
        reason = _first_line(error).replace(str(path.resolve()), path.name)
        raise InputError("not_duckdb", warehouse=path, reason=reason) from error
    con.execute("USE warehouse")
    try:
        schema = con.execute("SELECT value FROM meta WHERE key = 'schema'").fetchall()
    except duckdb.Error as error:
        raise InputError("not_a_warehouse", warehouse=path) from error
    if schema != [(SCHEMA_VERSION,)] and not any_schema:
        raise InputError("schema_differs", warehouse=path)


def check_schema(path: Path) -> None:
    """Raise InputError unless `path` is a warehouse that this version can read."""
    open_read_only(path).close()


def _remove_drafts(path: Path) -> None:
    """Remove drafts that a killed writer left; the lock says that none is in use."""
    for leftover in path.parent.glob(f"{draft_path(path, '*').name}*"):
        if leftover.is_dir():
            shutil.rmtree(leftover)  # what a large query spilled
        else:
            leftover.unlink(missing_ok=True)


def _first_line(error: Exception) -> str:
    return str(error).splitlines()[0]
