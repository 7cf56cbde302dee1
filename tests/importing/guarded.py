"""Take a file the user's way in a process of its own, and say what came of it and what it cost.

    python -m tests.importing.guarded FILE WAREHOUSE [KIND]

prints a line of JSON: `error`, the one of an InputError or null; `kept` rows; `seconds` of processor time;
and `megabytes` of memory beyond what the process took when it was about to begin, with what the largest of
its children took (Linux only).
"""

import json
import resource
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from index_engine.errors import InputError
from index_engine.importing.contract import read_contract
from index_engine.importing.files.process_template import end_templates
from index_engine.importing.mapping import read_mapping
from index_engine.importing.pipeline import run_import
from index_engine.importing.recognise.mapping_writer import mapping_text
from index_engine.importing.recognise.propose import propose_mapping

ROOT = Path(__file__).parents[2]


def guarded(file: Path, warehouse: Path, kind: str = "", *, seconds: float = 1200) -> dict[str, Any]:
    """Run this module on a file; AssertionError if the process dies or takes too long."""
    command = [sys.executable, "-m", __name__, str(file), str(warehouse), *([kind] if kind else [])]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=seconds, check=False)
    assert done.returncode == 0, f"exit code {done.returncode}: {done.stderr[-2000:]}"
    said: dict[str, Any] = json.loads(done.stdout)
    return said


def _take(file: Path, warehouse: Path, kind: str | None) -> int:
    proposal = propose_mapping(file, kind)
    plan = read_mapping(mapping_text(proposal), proposal.kind, file.with_suffix(".toml"))
    return run_import(warehouse, proposal.kind, file, plan).accepted_rows


def _megabytes() -> float:
    """The most memory that this process has held; getrusage would tell of its parent's."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    [line] = [line for line in status.splitlines() if line.startswith("VmHWM")]
    return int(line.split()[1]) / 1024


def _main(file: str, warehouse: str, kind: str | None = None) -> None:
    read_contract("cases")
    before, began = _megabytes(), time.process_time()
    error, kept = None, 0
    try:
        kept = _take(Path(file), Path(warehouse), kind)
    except InputError as caught:
        error = str(caught)
    end_templates()  # what their children took is known when they have ended
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    took = {
        "seconds": time.process_time() - began + children.ru_utime + children.ru_stime,
        "megabytes": _megabytes() - before + children.ru_maxrss / 1024,
    }
    print(json.dumps({"error": error, "kept": kept, **took}))


if __name__ == "__main__":
    _main(*sys.argv[1:])
