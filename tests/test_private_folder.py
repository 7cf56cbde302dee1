"""Temporary files of a process that is killed are gone with the next one, and no other's are touched."""

import os
import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from index_engine import private_folder

ROOT = Path(__file__).parents[1]

HOLDER = """
import sys
from index_engine.private_folder import temporary_folder
with temporary_folder("upload-") as folder:
    (folder / "decoded.csv").write_text("text of a file")
    print(folder, flush=True)
    sys.stdin.read()
"""


@pytest.fixture(autouse=True)
def own_temporary_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setattr(private_folder, "_folder_by_process", {})


def holder(tmp_path: Path) -> tuple["subprocess.Popen[str]", Path]:
    """A process with a temporary file, and its folder."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDER],
        cwd=ROOT,
        env=os.environ | {"TMPDIR": str(tmp_path)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    return process, Path(process.stdout.readline().strip())


def test_what_a_killed_process_left_is_swept(tmp_path: Path) -> None:
    process, folder = holder(tmp_path)
    living, other_folder = holder(tmp_path)
    assert stat.S_IMODE(folder.parent.stat().st_mode) == 0o700
    process.send_signal(signal.SIGKILL)
    process.communicate()
    assert (folder / "decoded.csv").exists()
    with private_folder.temporary_folder("upload-") as own:
        assert not folder.parent.exists()
        assert (other_folder / "decoded.csv").exists(), "a living process keeps its files"
        assert own.is_dir()
    assert not own.exists()
    living.communicate("")
    assert not other_folder.parent.exists(), "at its end a process removes its folder"


def test_what_others_laid_there_is_left_alone(tmp_path: Path) -> None:
    target = tmp_path / "precious"
    target.mkdir()
    link = tmp_path / f"index-engine-{os.getuid()}-link"
    link.symlink_to(target)
    private_folder.sweep()
    assert target.is_dir()
    assert link.is_symlink()


def test_a_command_that_is_asked_to_end_cleans_up(tmp_path: Path) -> None:
    """SIGTERM to an import that waits for its turn: nothing of its file stays."""
    import fcntl

    from index_engine.warehouse.file import lock_path
    from tests.corpus.messy import cases, csv_bytes, small_warehouse

    (tmp_path / "t").mkdir()
    warehouse, file = small_warehouse(tmp_path / "w.duckdb"), tmp_path / "f.csv"
    file.write_bytes(csv_bytes(cases({"案号": "case_id"})))
    mapping = tmp_path / "m.toml"
    environment = os.environ | {"TMPDIR": str(tmp_path / "t")}
    engine = [sys.executable, "-m", "index_engine"]
    subprocess.run([*engine, "recognise", file, "--kind", "cases", "--mapping", mapping], cwd=ROOT, check=True)
    with lock_path(warehouse).open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        command = [*engine, "import", "cases", file, "--mapping", mapping, "--warehouse", warehouse]
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL)
        while process.poll() is None and not list((tmp_path / "t").glob("*/import-*/reader-*")):
            os.sched_yield()
        process.terminate()
        assert process.wait() == 128 + signal.SIGTERM
    assert list((tmp_path / "t").iterdir()) == []
