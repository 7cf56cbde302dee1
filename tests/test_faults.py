"""Faults of the environment end in one line and exit code 2, without paths or process numbers."""

import errno
import os
import resource
import subprocess
import sys
from pathlib import Path

import duckdb
import pandas as pd
import pytest

from index_engine import cli
from index_engine.errors import InputError
from index_engine.faults import told_as_input_errors
from index_engine.importing.files.process_template import end_templates
from tests.corpus.messy import COURT, csv_bytes, small_warehouse
from tests.importing.test_crash import MAPPING

ROOT = Path(__file__).parents[1]

FAULTS: list[tuple[BaseException, str]] = [
    (OSError(errno.ENOSPC, "No space left on device", "/srv/w.duckdb"), "disk is full"),
    (OSError(errno.EROFS, "Read-only file system", "/srv/w.duckdb"), "read-only"),
    (PermissionError(errno.EACCES, "Permission denied", "/srv/w.duckdb.lock"), "no permission"),
    (OSError(errno.EMFILE, "Too many open files", "/srv/w.duckdb"), "too many files"),
    (MemoryError(), "out of memory"),
    (duckdb.OutOfMemoryException("could not allocate block of 4 MB"), "out of memory"),
    (duckdb.IOException('Could not write file "/srv/w.duckdb": No space left on device'), "disk is full"),
    (duckdb.IOException('Cannot open file "/srv/w.duckdb": Permission denied'), "no permission"),
    (duckdb.IOException('Could not set lock on file "/srv/w.duckdb": held by python (PID 4711)'), "another program"),
    (KeyboardInterrupt(), "interrupted"),
    (RuntimeError("Query interrupted"), "interrupted"),
]


@pytest.mark.parametrize(("fault", "said"), FAULTS, ids=lambda value: str(value)[:40])
def test_a_fault_is_one_line(
    fault: BaseException, said: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(arguments: object) -> None:
        raise fault

    monkeypatch.setattr(cli, "_sources", fail)
    assert cli.main(["sources", "--warehouse", "w.duckdb"]) == 2
    [line] = capsys.readouterr().err.splitlines()
    assert said in line
    assert "/srv" not in line
    assert "4711" not in line


@pytest.mark.parametrize(
    "fault", [duckdb.BinderException("no such column"), OSError(errno.EINVAL, "x"), ValueError("x"), RuntimeError("x")]
)
def test_a_fault_of_our_own_is_not_hidden(fault: Exception) -> None:
    with pytest.raises(type(fault)), told_as_input_errors():
        raise fault


def test_an_input_error_passes() -> None:
    with pytest.raises(InputError, match="interrupted"), told_as_input_errors():
        raise InputError("interrupted")


def test_an_interruption_while_modules_load_is_one_line(tmp_path: Path) -> None:
    """A module that Python loads at its start interrupts as DuckDB is loaded."""
    (tmp_path / "sitecustomize.py").write_text(
        "import os, signal, sys\n"
        "class Interrupting:\n"
        "    def find_spec(self, name, path, target=None):\n"
        "        if name == 'duckdb':\n"
        "            os.kill(os.getpid(), signal.SIGINT)\n"
        "sys.meta_path.insert(0, Interrupting())\n",
        encoding="utf-8",
    )
    done = subprocess.run(
        [sys.executable, "-m", "index_engine", "sources", "--warehouse", tmp_path / "w.duckdb"],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": f"{tmp_path}{os.pathsep}{ROOT}"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (2, "error: interrupted; nothing was changed\n")


@pytest.mark.parametrize("suffix", ["csv", "parquet"])
def test_a_disk_that_fills_up_while_a_file_is_read_is_no_fault_of_the_file(
    suffix: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The child that reads it says so: DuckDB in it finds no room, told by a module that Python loads at its start."""
    (tmp_path / "sitecustomize.py").write_text(
        "import sys\n"
        "if any('limited_process' in argument for argument in sys.orig_argv):\n"
        "    import duckdb\n"
        "    from index_engine.importing.files import csv_file, parquet_file\n"
        "    def fail(*arguments, **options):\n"
        "        raise duckdb.IOException('Could not write file \"/srv/x\": No space left on device')\n"
        "    csv_file.stage_query = parquet_file.stage_query = fail\n",
        encoding="utf-8",
    )
    monkeypatch.setenv("PYTHONPATH", f"{tmp_path}{os.pathsep}{ROOT}")
    end_templates()  # which would have been started without it
    warehouse, file, mapping = small_warehouse(tmp_path / "w.duckdb"), tmp_path / f"f.{suffix}", tmp_path / "m.toml"
    frame = pd.DataFrame(
        {"案号": ["（2023）粤0304执1号"], "执行法院": COURT, "立案日期": "2023-03-05", "标的金额": "1"}
    )
    frame.to_csv(file, index=False) if suffix == "csv" else frame.to_parquet(file)
    mapping.write_text(MAPPING, encoding="utf-8")
    command = ["import", "cases", str(file), "--mapping", str(mapping), "--warehouse", str(warehouse)]
    assert cli.main(command) == 2
    end_templates()
    assert (
        capsys.readouterr()
        .err.splitlines()[-1]
        .endswith("the disk is full; nothing was changed; make room and try again")
    )


def test_a_proposal_is_written_whole_or_not_at_all(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "f.csv"
    file.write_bytes(csv_bytes([["案号", "执行法院", "立案日期"], ["（2023）粤0304执1号", COURT, "2023-03-05"]]))
    assert cli.main(["recognise", str(file), "--mapping", str(tmp_path / "none" / "m.toml")]) == 2
    assert "does not exist; create it first" in capsys.readouterr().err
    done = subprocess.run(
        [sys.executable, "-m", "index_engine", "recognise", file, "--mapping", tmp_path / "m.toml"],
        cwd=ROOT,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (64, 64)),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert "disk is full" in done.stderr
    assert not (tmp_path / "m.toml").exists()


def test_a_disk_that_fills_up_during_an_import(tmp_path: Path) -> None:
    """A limit of the size of files is met as a full disk is, wherever the import is by then."""
    warehouse, file, mapping = small_warehouse(tmp_path / "w.duckdb"), tmp_path / "f.csv", tmp_path / "m.toml"
    rows = [[f"（2023）粤0304执{n}号", COURT, "2023-03-05", 1000 + n] for n in range(30_000)]
    file.write_bytes(csv_bytes([["案号", "执行法院", "立案日期", "标的金额"], *rows]))
    mapping.write_text(MAPPING, encoding="utf-8")
    before = warehouse.read_bytes()
    command = [sys.executable, "-m", "index_engine", "import", "cases", file, "--mapping", mapping]
    (tmp_path / "t").mkdir()
    for size in (len(before) // 2, len(before) + 300_000):
        done = subprocess.run(
            [*command, "--warehouse", warehouse],
            cwd=ROOT,
            env=os.environ | {"TMPDIR": str(tmp_path / "t")},
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size, size)),  # noqa: B023
            capture_output=True,
            text=True,
            check=False,
        )
        last_line = done.stderr.splitlines()[-1]
        assert done.returncode == 2, done.stderr
        assert last_line.startswith("error: ")
        assert "Traceback" not in done.stderr
        assert warehouse.read_bytes() == before
        assert list((tmp_path / "t").iterdir()) == []
        assert not list(tmp_path.glob("draft.*"))
