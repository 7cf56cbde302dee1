"""The engine's own process does its linear algebra in one thread."""

import subprocess
import sys
from pathlib import Path

import pytest

TASKS = Path("/proc/self/task")
COUNT = f"import numpy; from pathlib import Path; print(len(list(Path({str(TASKS)!r}).iterdir())))"


@pytest.mark.skipif(not TASKS.exists(), reason="tells the threads of a process by Linux's /proc")
def test_numpy_has_no_threads_of_its_own_beside_the_engine():
    run = subprocess.run(
        [sys.executable, "-c", f"import index_engine; {COUNT}"],
        capture_output=True,
        text=True,
        check=True,
        env={},
        cwd=Path(__file__).parents[1],
    )
    assert run.stdout.strip() == "1"
