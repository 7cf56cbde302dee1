"""Kills `release draft` and `publish` at random points and looks at what is left.

    python -m bench.release_kills --warehouse W [--kills 200]

W is a built warehouse, of which a copy is called real. Every other kill is of a draft and of a publication. What stands
under the name of a draft or a release afterwards must verify, and a publication must have kept its draft or made
its release. Ends with an AssertionError where it is not so.
"""

import argparse
import os
import random
import shutil
import signal
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from datetime import date
from pathlib import Path

import duckdb

from index_engine.queries import Snapshot
from index_engine.releases.draft import write_draft
from index_engine.releases.pack import DRAFT_SUFFIX
from index_engine.releases.publication import publish
from index_engine.releases.verification import changed_file_problems, verify

ON = date(2026, 1, 31)
REVIEW = 'reviewers = ["a", "b"]\n[overrides.coverage]\nname = "c"\nreason = "no case numbers"\n'


def run_and_kill(job: Callable[[], object], seconds: float | None) -> bool:
    """Run a job in a process of its own and kill it after a time, if it has not ended; whether it was killed."""
    child = os.fork()
    if child == 0:
        try:
            job()
        finally:
            os._exit(0)
    if seconds is not None:
        time.sleep(seconds)
        os.kill(child, signal.SIGKILL)
    return os.WIFSIGNALED(os.waitpid(child, 0)[1])


def names_left(archive: Path) -> tuple[str, ...]:
    """Kinds of folders that stand under their names; each verifies, but a draft whose release is published."""
    kinds = []
    for folder in sorted(f for f in archive.iterdir() if f.is_dir() and not f.name.startswith(".")):
        is_draft = folder.name.endswith(DRAFT_SUFFIX)
        is_left_over = is_draft and folder.with_name(folder.name.removesuffix(DRAFT_SUFFIX)).exists()
        problems = changed_file_problems(folder) if is_draft else verify(folder)
        assert is_left_over or not problems, (folder, [str(problem) for problem in problems])
        kinds.append("draft" if is_draft else "release")
    return tuple(kinds)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--warehouse", type=Path, required=True)
    parser.add_argument("--kills", type=int, default=200)
    arguments = parser.parse_args()
    random.seed(7)
    counts: Counter[tuple[str, bool, tuple[str, ...]]] = Counter()
    with tempfile.TemporaryDirectory() as temporary:
        work = Path(temporary)
        warehouse = Path(shutil.copyfile(arguments.warehouse, work / "real.duckdb"))
        with duckdb.connect(str(warehouse)) as con:
            con.execute("UPDATE sources SET synthetic = FALSE")
        (work / "review.toml").write_text(REVIEW, encoding="utf-8")

        def draft_into(archive: Path) -> None:
            with Snapshot(warehouse) as snapshot:
                write_draft(snapshot, archive, snapshot.known_period(None), 1)

        started = time.monotonic()
        run_and_kill(lambda: draft_into(work / "whole"), None)
        seconds = time.monotonic() - started
        [draft] = (work / "whole").glob(f"*{DRAFT_SUFFIX}")
        for kill in range(arguments.kills):
            archive = work / str(kill)
            if kill % 2:
                copy = Path(shutil.copytree(draft, archive / draft.name))
                is_killed = run_and_kill(
                    lambda copy=copy: publish(copy, work / "review.toml", ON), random.uniform(0, seconds)
                )
            else:
                archive.mkdir()
                is_killed = run_and_kill(lambda archive=archive: draft_into(archive), random.uniform(0, 1.5 * seconds))
            left = names_left(archive)
            assert left or not kill % 2, "a publication lost its draft"
            counts["publish" if kill % 2 else "draft", is_killed, left] += 1
            shutil.rmtree(archive)
    for (command, is_killed, left), number in sorted(counts.items()):
        print(f"{number:>4} {command} {'killed' if is_killed else 'ended'}: {' and '.join(left) or 'nothing'} stands")


if __name__ == "__main__":
    main()
