"""Built warehouses that tests share: between the workers of one run, between runs, and between
checkouts of the same code.

A warehouse is stored under a digest of everything that it is made of, so that none is ever out of
date: the sources of the engine, the reference data, the makers of test data and the versions of the
libraries. Whoever comes first builds it while the others wait at a lock.
"""

import fcntl
import hashlib
import inspect
import os
import platform
import re
import shutil
import tempfile
import time
from collections.abc import Callable
from functools import cache
from importlib.metadata import version
from pathlib import Path

from index_engine.importing.reference_data import load_reference_data
from index_engine.warehouse.file import writable_copy

ROOT = Path(__file__).resolve().parents[1]
DIGITS = 20  # of a digest in the name of a folder
# What a build never imports, as test_layers holds it to: the questions that pages ask, and commands.
NOT_BUILT_FROM = ("index_engine/queries/", "index_engine/claims/", "index_engine/releases/", "index_engine/__main__.py")
NOT_BUILT_FROM += ("index_engine/cli.py", "index_engine/release_commands.py", "index_engine/messages/releases.toml")
DATA_FILES = "data/*.csv"
KEPT_OF_A_NAME = 6  # beside those asked for within KEPT_SECONDS
KEPT_SECONDS = 3600


def cache_folder() -> Path:
    """The folder of all stored warehouses; the variable JECI_TEST_WAREHOUSES names another."""
    named = os.environ.get("JECI_TEST_WAREHOUSES")
    folder = Path(named) if named else Path(tempfile.gettempdir()) / f"jeci-test-warehouses-{os.getuid()}"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if folder.stat().st_uid != os.getuid():
        raise RuntimeError(f"{folder} belongs to another user; name another folder")
    return folder


def shared_warehouse(name: str, make: Callable[[Path], object], made_from: str = "") -> Path:
    """The path of the warehouse that `make(path)` writes; made only if it is not stored yet.

    The file that defines `make` is a part of the digest; `made_from` is what else `make` reads. No
    test may change the warehouse. Two makers in one file need two names.
    """
    maker = Path(inspect.getsourcefile(make) or "").read_text(encoding="utf-8")
    key = "\0".join((code_digest(), name, maker, made_from))
    folder = cache_folder() / f"{name}-{hashlib.sha256(key.encode()).hexdigest()[:DIGITS]}"
    stored = folder / "warehouse.duckdb"
    with (cache_folder() / f"{folder.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not stored.exists():
            _remove_old_warehouses(name)
            draft = folder.with_name(f"{folder.name}.draft")
            shutil.rmtree(draft, ignore_errors=True)
            draft.mkdir()
            make(draft / stored.name)
            shutil.rmtree(folder, ignore_errors=True)
            draft.rename(folder)
        os.utime(folder)
    return stored


def china_warehouse() -> Path:
    """The path of a warehouse with China's courts and nothing else, to be copied: reading them takes longer
    than reading a small file."""
    return shared_warehouse("china", _write_china)


def _write_china(path: Path) -> None:
    with writable_copy(path) as con:
        load_reference_data(con)


@cache
def code_digest() -> str:
    """A digest of everything that built test warehouses depend on."""
    digest = hashlib.sha256()
    for file in _source_files():
        digest.update(f"{file.relative_to(ROOT)}\n".encode())
        digest.update(hashlib.sha256(file.read_bytes()).digest())
    requirements = (ROOT / "requirements.txt").read_text(encoding="utf-8")
    for library in re.findall(r"^([\w-]+)==", requirements, re.MULTILINE):
        digest.update(f"{library} {version(library)}\n".encode())
    digest.update(f"{platform.python_version()} {platform.machine()}".encode())
    return digest.hexdigest()


def _source_files() -> list[Path]:
    engine = [
        file
        for file in (ROOT / "index_engine").rglob("*")
        if file.suffix in {".py", ".sql", ".toml", ".csv", ".json"}
        and not file.relative_to(ROOT).as_posix().startswith(NOT_BUILT_FROM)
    ]
    helpers = [file for file in ROOT.glob("tests/*.py") if not file.name.startswith("test_")]
    return sorted([*engine, *ROOT.glob(DATA_FILES), *helpers])


def _remove_old_warehouses(name: str) -> None:
    """Remove the warehouses of a name that were asked for longest ago."""
    folders = [
        folder
        for folder in cache_folder().glob(f"{name}-{'[0-9a-f]' * DIGITS}")
        if folder.stat().st_mtime < time.time() - KEPT_SECONDS
    ]
    folders.sort(key=lambda folder: folder.stat().st_mtime, reverse=True)
    for folder in folders[KEPT_OF_A_NAME:]:
        shutil.rmtree(folder, ignore_errors=True)
