"""An import that is killed leaves the old warehouse or the new one, byte for byte, and no litter.

JECI_KILLS sets how many times it is killed, at points spread over the whole import.
"""

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import duckdb
import pytest

from index_engine.importing.pipeline import run_import
from index_engine.warehouse.file import check_schema
from tests.corpus.messy import COURT, csv_bytes, small_warehouse

ROOT = Path(__file__).parents[2]
ROWS = 50_000
KILLS = int(os.environ.get("JECI_KILLS", "12"))

MAPPING = """
kind = "cases"
[source]
name = "甲法院报表"
[columns.case_id]
column = "案号"
[columns.court_id]
column = "执行法院"
[columns.case_type]
column = "案号"
part = "type"
[columns.filed_on]
column = "立案日期"
[columns.claim_amount]
column = "标的金额"
"""


def cases_file(path: Path, first: int, rows: int) -> Path:
    header = ["案号", "执行法院", "立案日期", "标的金额"]
    numbers = range(first, first + rows)
    table = [[f"（2023）粤0304执{n}号", COURT, "2023-03-05", 1000 + n] for n in numbers]
    path.write_bytes(csv_bytes([header, *table]))
    return path


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A warehouse with a first delivery, its mapping, and the files of two more."""
    folder = tmp_path_factory.mktemp("crash")
    (folder / "mapping.toml").write_text(MAPPING, encoding="utf-8")
    small_warehouse(folder / "w.duckdb")
    first = cases_file(folder / "first.csv", 1, 100)
    run_import(folder / "w.duckdb", "cases", first, folder / "mapping.toml")
    cases_file(folder / "large.csv", 101, ROWS)
    cases_file(folder / "next.csv", 101 + ROWS, 10)
    return folder


def fresh(folder: Path, name: str) -> Path:
    """A copy of the warehouse and its salt in a folder of its own."""
    (folder / name).mkdir()
    for file in ("w.duckdb", "w.duckdb.salt"):
        shutil.copy(folder / file, folder / name / file)
    return folder / name / "w.duckdb"


def started(folder: Path, warehouse: Path) -> "subprocess.Popen[bytes]":
    """An import in a process of its own, past its start: the draft of the warehouse is there."""
    command = [sys.executable, "-m", "index_engine", "import", "cases", str(folder / "large.csv")]
    command += ["--warehouse", str(warehouse), "--mapping", str(folder / "mapping.toml")]
    scratch = {"TMPDIR": str(warehouse.parent)}
    process = subprocess.Popen(command, cwd=ROOT, env=os.environ | scratch, stdout=subprocess.DEVNULL)
    while process.poll() is None and not list(warehouse.parent.glob("index-engine-*/import-*")):
        time.sleep(0.005)
    return process


@pytest.fixture(scope="module")
def duration(folder: Path) -> float:
    """Seconds from there to the end of an import that nobody kills."""
    process = started(folder, fresh(folder, "whole"))
    began = time.monotonic()
    assert process.wait() == 0
    return time.monotonic() - began


def rows_in(warehouse: Path) -> int:
    with duckdb.connect(str(warehouse), read_only=True) as con:
        [(rows,)] = con.execute("SELECT count(*) FROM cases").fetchall()
    return int(rows)


@pytest.mark.parametrize("kill", range(KILLS))
def test_killed(kill: int, folder: Path, duration: float) -> None:
    warehouse = fresh(folder, f"kill{kill}")
    before = warehouse.read_bytes()
    process = started(folder, warehouse)
    chance = random.Random(kill)
    # Spread over the whole import, and a little past it: the last ones may come too late.
    time.sleep(duration * 1.1 * (kill + chance.random()) / KILLS)
    process.send_signal(signal.SIGKILL)
    ended = process.wait()
    check_schema(warehouse)
    rows = rows_in(warehouse)
    assert rows in (100, 100 + ROWS)
    if rows == 100:
        assert ended == -signal.SIGKILL
        assert warehouse.read_bytes() == before
    outcome = run_import(warehouse, "cases", folder / "next.csv", folder / "mapping.toml")
    assert outcome.accepted_rows == 10
    assert rows_in(warehouse) == rows + 10
    left = {path.name for path in warehouse.parent.iterdir() if not path.is_dir()}
    assert left == {"w.duckdb", "w.duckdb.salt", "w.duckdb.lock"}


def test_killed_while_the_salt_is_written(folder: Path, tmp_path: Path) -> None:
    """The first import of a warehouse writes its salt: an unfinished one must not stay."""
    warehouse = small_warehouse(tmp_path / "w.duckdb")
    code = (
        "import os, signal, sys\n"
        "from pathlib import Path\n"
        "from index_engine.importing.pipeline import run_import\n"
        "real = os.fdopen\n"
        "def fdopen(*arguments, **more):\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
        "os.fdopen = fdopen\n"
        "warehouse, file, mapping = map(Path, sys.argv[1:])\n"
        "run_import(warehouse, 'cases', file, mapping)\n"
    )
    arguments = [str(warehouse), str(folder / "first.csv"), str(folder / "mapping.toml")]
    done = subprocess.run([sys.executable, "-c", code, *arguments], cwd=ROOT, check=False)
    assert done.returncode == -signal.SIGKILL
    outcome = run_import(warehouse, "cases", folder / "first.csv", folder / "mapping.toml")
    assert outcome.accepted_rows == 100
