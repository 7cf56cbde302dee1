"""Kill imports and builds at random moments: the warehouse is the old one or the new one, and nothing lies about.

    python -m bench.kills [--kills 200] [--seed 1]

Of each kill: the warehouse is byte for byte what it was, or holds the whole import or build; no process lives on;
the next import into it goes through, and sweeps what the killed process left. Ends with exit code 1 where one of
these fails.
"""

import argparse
import csv
import os
import random
import shutil
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb

from index_engine.importing import api
from tests.worlds import random_world

ROOT = Path(__file__).parents[1]
CASES, IMPORTED_ROWS, NEXT_ROWS = 400, 50_000, 10
WAREHOUSE_FILES = {"w.duckdb", "w.duckdb.salt", "w.duckdb.lock"}
MAPPING = """
kind = "cases"
[source]
synthetic = true
same_cases = false
[columns]
case_id = { column = "id" }
court_id = { column = "court" }
case_type = { constant = "first" }
filed_on = { column = "filed" }
claim_amount = { column = "claim" }
"""


@dataclass(frozen=True)
class Work:
    """What is killed: its arguments, and how long it takes."""

    name: str
    arguments: tuple[str, ...]
    seconds: float = 0


class Kills:
    """A folder with a warehouse that is not built, a file to import into it and one for afterwards."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        (folder / "before").mkdir()
        self._before = random_world(cases=CASES).write(folder / "before" / "w.duckdb")
        (folder / "m.toml").write_text(MAPPING, encoding="utf-8")
        self._next_import = self._import("next", NEXT_ROWS)
        # The salt is there, and the clock of the first start is not that of the others.
        self._run(self._next_import, self._before).wait()
        self._rows = self._count_rows(self._before)
        self._next_import = self._import("after", NEXT_ROWS)
        works = [Work("import", self._import("large", IMPORTED_ROWS)), Work("build", ("build",))]
        self.works = [Work(work.name, work.arguments, self._seconds(work)) for work in works]

    def _import(self, name: str, rows: int) -> tuple[str, ...]:
        file = self._folder / f"{name}.csv"
        with file.open("w", encoding="utf-8", newline="") as stream:
            writer = csv.writer(stream)
            writer.writerow(("id", "court", "filed", "claim"))
            writer.writerows((f"{name}-{row}", "第一法院", "2023-03-05", 1000 + row) for row in range(rows))
        return "import", "cases", str(file), "--mapping", str(self._folder / "m.toml")

    def _run(self, arguments: tuple[str, ...], warehouse: Path) -> "subprocess.Popen[bytes]":
        temporary = warehouse.parent / "tmp"
        temporary.mkdir(exist_ok=True)
        return subprocess.Popen(
            [sys.executable, "-m", "index_engine", *arguments, "--warehouse", str(warehouse)],
            cwd=ROOT,
            env=os.environ | {"TMPDIR": str(temporary)},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def _fresh_warehouse(self) -> Path:
        folder = self._folder / "now"
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(self._before.parent, folder)
        return folder / self._before.name

    def _seconds(self, work: Work) -> float:
        warehouse = self._fresh_warehouse()
        start = time.monotonic()
        if self._run(work.arguments, warehouse).wait() != 0 or self._state(work, warehouse) != "done":
            raise RuntimeError(f"{work.name} fails without being killed")
        return time.monotonic() - start

    def kill(self, work: Work, seconds: float) -> tuple[str, list[str]] | None:
        """Kill a work so many seconds after its start: what the warehouse then is, and what is wrong; None where
        it had ended by itself."""
        warehouse = self._fresh_warehouse()
        process = self._run(work.arguments, warehouse)
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            process.kill()
        if process.wait() == 0:
            return None
        state = self._state(work, warehouse)
        faults = [] if state in ("as it was", "done") else [state]
        rows = self._count_rows(warehouse)
        if self._run(self._next_import, warehouse).wait() != 0 or self._count_rows(warehouse) != rows + NEXT_ROWS:
            faults.append("the next import fails")
        faults += [f"left: {name}" for name in self._leftovers(warehouse)]
        faults += [f"lives on: process {number}" for number in self._processes()]
        return state, faults

    def _state(self, work: Work, warehouse: Path) -> str:
        if warehouse.read_bytes() == self._before.read_bytes():
            return "as it was"
        state = api.read_state(warehouse)
        if work.name == "build":
            return "done" if state.is_built and not state.is_stale else "built in part"
        rows = self._count_rows(warehouse)
        return "done" if rows == self._rows + IMPORTED_ROWS else f"{rows} rows"

    def _leftovers(self, warehouse: Path) -> list[str]:
        temporary = [path.name for path in (warehouse.parent / "tmp").iterdir()]
        beside = {path.name for path in warehouse.parent.iterdir() if path.is_file()}
        return [*temporary, *(beside - WAREHOUSE_FILES)]

    def _processes(self) -> Iterator[int]:
        """The processes that were told of our folder."""
        for process in Path("/proc").glob("[0-9]*"):
            try:
                command = (process / "cmdline").read_bytes()
            except OSError:
                continue  # it has ended meanwhile
            if str(self._folder).encode() in command and int(process.name) != os.getpid():
                yield int(process.name)

    @staticmethod
    def _count_rows(warehouse: Path) -> int:
        with duckdb.connect(str(warehouse), read_only=True) as con:
            [(rows,)] = con.execute("SELECT count(*) FROM cases").fetchall()
        return int(rows)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.kills")
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    chance = random.Random(arguments.seed)
    counts: Counter[str] = Counter()
    failed = 0
    with TemporaryDirectory() as folder:
        kills = Kills(Path(folder))
        number = 0
        while number < arguments.kills:
            work = kills.works[number % len(kills.works)]
            seconds = chance.uniform(0, work.seconds)
            killed = kills.kill(work, seconds)
            if killed is None:
                continue  # too late
            number += 1
            state, faults = killed
            counts[f"{work.name}: {state}"] += 1
            failed += bool(faults)
            for fault in faults:
                print(f"kill {number}, {work.name} after {seconds:.2f} of {work.seconds:.2f} s: {fault}", flush=True)
    for state, count in sorted(counts.items()):
        print(f"{state}: {count}")
    print(f"{arguments.kills - failed} of {arguments.kills} kills left all whole")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
