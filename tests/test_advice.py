"""What an error advises works: each advice is followed here, word for word where it is a command."""

import os
import re
import shlex
import shutil
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pytest

from index_engine import sample
from index_engine.cli import main
from index_engine.errors import InputError
from index_engine.importing import api
from index_engine.importing.reference_data import load_reference_data
from index_engine.warehouse import salt as salts
from index_engine.warehouse.file import check_schema, lock_path, writable_copy
from tests.corpus.messy import small_warehouse
from tests.worlds import random_world

Capture = pytest.CaptureFixture[str]

NOBODY = 65534


def refused(capsys: Capture, *arguments: object) -> str:
    assert main(list(map(str, arguments))) == 2
    [line] = capsys.readouterr().err.splitlines()
    return line


def advised_commands(line: str) -> list[list[str]]:
    """The commands that a message quotes, as their arguments."""
    return [shlex.split(command) for command in re.findall(r"'python -m index_engine ([^']+)'", line)]


@contextmanager
def as_somebody_else() -> Iterator[None]:
    """As a user who owns nothing, where the tests run as one who may do all."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)


@pytest.fixture
def open_folder(tmp_path: Path) -> Iterator[Path]:
    """A folder that somebody else can reach."""
    folders = [tmp_path, *(folder for folder in tmp_path.parents if folder.stat().st_uid == os.geteuid())]
    modes = {folder: folder.stat().st_mode for folder in folders if folder != Path("/")}
    for folder in modes:
        folder.chmod(0o755)
    yield tmp_path
    for folder, mode in modes.items():
        folder.chmod(stat.S_IMODE(mode))


# ------------------------------------------------------------------------------------- what to build


@pytest.fixture
def small_sample(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """The command that makes samples, with a world that takes no time; the warehouses it made."""
    made: list[Path] = []

    def generate(warehouse: Path, *, cases: int, seed: int, progress: bool) -> sample.Summary:
        made.append(warehouse)
        with writable_copy(warehouse, empty=True) as con:
            load_reference_data(con)
        return sample.Summary(cases, 0, 0, 0, 0)

    monkeypatch.setattr(sample, "generate", generate)
    monkeypatch.setattr("index_engine.cli.build", lambda *arguments, **options: None)
    return made


def test_a_sample_goes_onto_a_sample(warehouse: Path, tmp_path: Path, small_sample: list[Path]) -> None:
    """It holds published figures, which are not made up, and is a sample all the same."""
    path = Path(shutil.copy(warehouse, tmp_path / "w.duckdb"))
    assert main(["sample", "--warehouse", str(path)]) == 0
    assert small_sample == [path]


@pytest.mark.parametrize("kind", ["cases", "published"])
def test_a_sample_with_files_of_somebody_is_kept(
    kind: str, warehouse: Path, tmp_path: Path, capsys: Capture, small_sample: list[Path]
) -> None:
    path = Path(shutil.copy(warehouse, tmp_path / "w.duckdb"))
    with duckdb.connect(str(path)) as con:
        con.execute(
            "INSERT INTO sources (source_id, kind, name, sha256, imported_at, rows, rejected, synthetic)"
            " VALUES (99, ?, '某院', 'x', now(), 1, 0, false)",
            [kind],
        )
    assert "holds 1 imported files; name another file" in refused(capsys, "sample", "--warehouse", path)
    assert main(["sample", "--warehouse", str(tmp_path / "another.duckdb")]) == 0
    assert small_sample == [tmp_path / "another.duckdb"]


def test_a_sample_of_another_schema_is_made_anew(
    warehouse: Path, tmp_path: Path, capsys: Capture, small_sample: list[Path]
) -> None:
    path = Path(shutil.copy(warehouse, tmp_path / "w.duckdb"))
    with duckdb.connect(str(path)) as con:
        con.execute("UPDATE meta SET value = 'other' WHERE key = 'schema'")
    [command] = advised_commands(refused(capsys, "scores", "--warehouse", path, "--level", "province"))
    assert main(command) == 0
    check_schema(path)


def test_imported_files_of_another_schema_are_not_lost(
    tmp_path: Path, capsys: Capture, small_sample: list[Path]
) -> None:
    """The command for samples refuses them, or a warehouse that does not say what it holds."""
    path = small_warehouse(tmp_path / "w.duckdb")
    with duckdb.connect(str(path)) as con:
        con.execute("UPDATE meta SET value = 'other' WHERE key = 'schema'")
        con.execute(
            "INSERT INTO sources (source_id, kind, name, sha256, imported_at, rows, rejected, synthetic)"
            " VALUES (1, 'cases', '某院', 'x', now(), 1, 0, false)"
        )
    [command] = advised_commands(refused(capsys, "sources", "--warehouse", path))
    assert "name another file" in refused(capsys, *command)
    with duckdb.connect(str(path)) as con:
        con.execute("ALTER TABLE sources RENAME synthetic TO made_up")
    assert "another version" in refused(capsys, *command)
    assert small_sample == []


def test_what_is_not_built_is_built_by_the_command_advised(tmp_path: Path, capsys: Capture) -> None:
    """As after a kill between an import and its build, and after another version built."""
    path = random_world(cases=400).write(tmp_path / "w.duckdb")
    for said in ("nothing is built in it yet", "built by another version"):
        assert api.read_state(path).is_stale
        line = refused(capsys, "scores", "--warehouse", path, "--level", "nation")
        assert said in line
        [command] = advised_commands(line)
        assert main(command) == 0
        assert not api.read_state(path).is_stale
        assert main(["scores", "--warehouse", str(path), "--level", "nation"]) == 0
        capsys.readouterr()
        with duckdb.connect(str(path)) as con:
            con.execute("UPDATE meta SET value = 'other' WHERE key = 'build'")


def test_no_warehouse_is_made_by_the_command_advised(tmp_path: Path, capsys: Capture, small_sample: list[Path]) -> None:
    path = tmp_path / "w.duckdb"
    [command] = advised_commands(refused(capsys, "sources", "--warehouse", path))
    assert main([*command, "--warehouse", str(path)]) == 0
    assert main(["sources", "--warehouse", str(path)]) == 0


# ----------------------------------------------------------------------------- what belongs to others


def test_the_lock_of_another_user(open_folder: Path, capsys: Capture) -> None:
    path = small_warehouse(open_folder / "w.duckdb")
    lock_path(path).chmod(0o000 if os.geteuid() else 0o600)
    before = path.read_bytes()
    with as_somebody_else():
        line = refused(capsys, "undo", 1, "--warehouse", path)
    assert "no permission" in line
    assert "belong to another user" in line
    assert str(open_folder) not in line
    assert path.read_bytes() == before
    lock_path(path).chmod(0o600)
    assert "there is none" in refused(capsys, "undo", 1, "--warehouse", path)


def test_a_folder_that_is_read_only(open_folder: Path, capsys: Capture) -> None:
    path = small_warehouse(open_folder / "w.duckdb")
    lock_path(path).unlink()
    open_folder.chmod(0o555)
    with as_somebody_else():
        assert "no permission" in refused(capsys, "undo", 1, "--warehouse", path)
        assert main(["sources", "--warehouse", str(path)]) == 0  # who only reads needs no more
    open_folder.chmod(0o755)
    assert "there is none" in refused(capsys, "undo", 1, "--warehouse", path)


def test_the_salt_of_another_user(open_folder: Path) -> None:
    path = small_warehouse(open_folder / "w.duckdb")
    with writable_copy(path) as con:
        salts.save_salt(con, path, "0" * 64)
    if os.geteuid():
        salts.salt_path(path).chmod(0o000)
    with duckdb.connect(str(path), read_only=True) as con:
        with as_somebody_else(), pytest.raises(PermissionError):  # which faults.py turns into the line above
            salts.load_salt(con, path)
        salts.salt_path(path).chmod(0o600)
        assert salts.load_salt(con, path) == "0" * 64


@pytest.mark.parametrize(
    ("salt", "said"), [(None, "not there"), ("1" * 64, "not the salt"), ("short", "64 hexadecimal digits")]
)
def test_a_salt_that_is_lost_or_wrong_is_put_back_or_left_behind(tmp_path: Path, salt: str | None, said: str) -> None:
    path = small_warehouse(tmp_path / "w.duckdb")
    with writable_copy(path) as con:
        salts.save_salt(con, path, "0" * 64)
    right = salts.salt_path(path).read_bytes()
    salts.salt_path(path).unlink()
    if salt is not None:
        salts.salt_path(path).write_text(salt)
    with duckdb.connect(str(path), read_only=True) as con:
        with pytest.raises(InputError, match=said):
            salts.load_salt(con, path)
        salts.salt_path(path).write_bytes(right)
        assert salts.load_salt(con, path) == "0" * 64
    with writable_copy(tmp_path / "new.duckdb") as con:
        assert len(salts.load_salt(con, tmp_path / "new.duckdb")) == 64
