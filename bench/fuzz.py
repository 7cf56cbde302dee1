"""Damage files of the corpus at random and take them in: only an InputError of one line may come.

    python -m bench.fuzz [--minutes 10] [--seed 1] [--folder FOLDER]

Every trial has a number, from which its file can be made again; the files that something else came
of are kept in the folder, a new one of the system's if none is named. Ends with exit code 1 if
there are any.
"""

import argparse
import csv
import io
import itertools
import random
import signal
import sys
import tempfile
import time
import traceback
import zipfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from index_engine.errors import InputError
from index_engine.importing.mapping import read_mapping
from index_engine.importing.pipeline import run_import
from index_engine.importing.recognise.mapping_writer import mapping_text
from index_engine.importing.recognise.propose import propose_mapping
from tests.corpus.all import CORPUS
from tests.corpus.messy import cases, small_warehouse

# Of processor time. No file of the corpus takes a tenth of it.
SECONDS = 30

# What no cell should hold, and some do.
ODD_CELLS = (
    "", " ", "\x00", "\ufeff", "\u200b", "�", "😀", "é", "\r", "\n",'"', "'", ",", "\t", "\\", "{}",
    "NaN", "inf", "-inf", "1e999", "1e-999", "-0", "0x10", "1_000", "99999999999999999999", ".5.",
    "9999-12-31", "0000-00-00", "2023-02-29", "1582-10-10", "60", "2958466", "infinity", "epoch",
    "（2023）粤0304执1-499号", "（2023）粤0304执号", "（2023）粤0304执99999999999号",
    "(9999)粤0304执1号", "合计", "注：", "法院", "号", "¥", "万元", "1.5亿元", "100%", "‰", "=1+1",
    "a" * 5000, "执" * 300,
)  # fmt: skip


@dataclass(frozen=True)
class Failure:
    """A file that something else than an InputError of one line came of."""

    trial: int
    file: str
    description: str


def fuzz(folder: Path, trials: Iterable[int]) -> tuple[int, int, list[Failure]]:
    """Make these trials; returns how many there were, how many were read, and the failures.

    The files of failures stay in `folder`.
    """
    originals = _originals()
    trial_count, read_count, failures = 0, 0, []
    with tempfile.TemporaryDirectory() as scratch:
        warehouse = small_warehouse(Path(scratch) / "warehouse.duckdb")
        for trial in trials:
            name, content = damage_file(trial, originals)
            file = folder / f"{trial}-{name}"
            file.write_bytes(content)
            outcome = attempt(file, warehouse)
            if outcome in ("", "refused"):
                read_count += not outcome
                file.unlink()
            else:
                failures.append(Failure(trial, str(file), outcome))
            trial_count += 1
    return trial_count, read_count, failures


def trials_within(seconds: float, seed: int) -> Iterator[int]:
    """Numbers from `seed` on, until so many seconds have passed."""
    end = time.monotonic() + seconds
    for trial in itertools.count(seed):
        if time.monotonic() > end:
            return
        yield trial


def attempt(file: Path, warehouse: Path) -> str:
    """Take a file in; returns '' if it was read, 'refused' if refused, else what went wrong."""
    try:
        with _limit(SECONDS):
            proposal = propose_mapping(file)
            text = mapping_text(proposal)
            if "case_type" in proposal.missing_fields:
                text += '\n[columns.case_type]\nconstant = "first"\n'
            plan = read_mapping(text, proposal.kind, file.with_suffix(".toml"))
            run_import(warehouse, proposal.kind, file, plan, dry_run=True)
    except InputError as error:
        return f"more than one line: {error}" if "\n" in str(error) else "refused"
    except KeyboardInterrupt:
        raise
    except BaseException:  # noqa: BLE001  # a reader written in Rust raises what is no Exception
        return traceback.format_exc()
    return ""


@contextmanager
def _limit(seconds: int) -> Iterator[None]:
    def stop(*_: object) -> None:
        raise TimeoutError(f"more than {seconds} seconds")

    signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)


# --------------------------------------------------------------------------------------- the damage


def _originals() -> list[tuple[str, bytes]]:
    header, *rows = cases()
    texts = [[None if cell is None else str(cell) for cell in row] for row in rows]
    parquet = io.BytesIO()
    pd.DataFrame(texts, columns=header).to_parquet(parquet)
    files = [(file.name, file.make()) for file in CORPUS.values()]
    # There is one Parquet file for a hundred others: it is to come as often as a tenth of them.
    return files + [("plain.parquet", parquet.getvalue())] * (len(files) // 10)


def damage_file(trial: int, originals: list[tuple[str, bytes]]) -> tuple[str, bytes]:
    """Return name and content of the file of a trial: always the same for one number."""
    rng = random.Random(trial)
    name, content = rng.choice(originals)
    for _ in range(rng.choice((1, 1, 2, 4))):
        content = rng.choice((_damage_bytes, _damage_structure))(rng, content)
    if rng.random() < 0.05:
        name = Path(name).stem + rng.choice((".csv", ".xlsx", ".xls", ".parquet", ".txt"))
    return name, content


def _damage_bytes(rng: random.Random, content: bytes) -> bytes:
    """Change, cut out, repeat or cut short; in an archive, one of its parts."""
    if not content:
        return content
    start = rng.randrange(len(content))
    end = min(len(content), start + rng.choice((1, 2, 8, 64, 1024)))
    part = content[start:end]
    replacement: Callable[[], bytes] = rng.choice(
        (
            lambda: bytes(rng.randrange(256) for _ in part),
            lambda: b"",
            lambda: part * rng.choice((2, 3, 100)),
            lambda: bytes(len(part)),
            lambda: rng.choice(ODD_CELLS).encode(rng.choice(("utf-8", "gb18030", "utf-16"))),
        )
    )
    cut = content[:start] if rng.random() < 0.1 else content[end:]
    return content[:start] + replacement() + cut


def _damage_structure(rng: random.Random, content: bytes) -> bytes:
    if content.startswith(b"PK"):
        return _damage_archive(rng, content)
    for codec in ("utf-8", "gb18030", "utf-16"):
        try:
            text = content.decode(codec)
        except UnicodeDecodeError:
            continue
        return _damage_table(rng, text).encode(codec, errors="replace")
    return _damage_bytes(rng, content)


def _damage_archive(rng: random.Random, content: bytes) -> bytes:
    """A workbook of which one part is damaged or lost, packed again."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = {name: archive.read(name) for name in archive.namelist()}
    except Exception:  # noqa: BLE001  # damaged before: anything may be wrong with it
        return _damage_bytes(rng, content)
    sheets = [name for name in parts if "sheet" in name.lower() or "shared" in name.lower()]
    name = rng.choice(sheets if sheets and rng.random() < 0.7 else list(parts) or [""])
    if rng.random() < 0.1:
        parts.pop(name, None)
    elif name in parts:
        parts[name] = _damage_bytes(rng, parts[name])
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for part, content_part in parts.items():
            archive.writestr(part, content_part)
    return buffer.getvalue()


def _damage_table(rng: random.Random, text: str) -> str:
    """Rows and columns lost, doubled or exchanged; cells that hold what no cell should."""
    try:
        rows = list(csv.reader(io.StringIO(text, newline="")))
    except csv.Error:
        return text[::-1]
    if not rows:
        return rng.choice(ODD_CELLS)
    row = rng.choice(rows)
    position = rng.randrange(max(1, len(row)))
    match rng.randrange(8):
        case 0:
            rows.remove(row)
        case 1:
            rows.insert(rng.randrange(len(rows)), row)
        case 2:
            rows = [[cell for index, cell in enumerate(line) if index != position] for line in rows]
        case 3:
            rows = [[*line, *line[position : position + 1]] for line in rows]
        case 4:
            rng.shuffle(row)
        case 5:
            odd_cell = rng.choice(ODD_CELLS)
            rows[1:] = [[*line[:position], odd_cell, *line[position + 1 :]] for line in rows[1:]]
        case 6:
            rows *= rng.choice((2, 50))
        case _:
            row[position : position + 1] = [rng.choice(ODD_CELLS)]
    buffer = io.StringIO()
    csv.writer(buffer, quoting=rng.choice((csv.QUOTE_MINIMAL, csv.QUOTE_ALL))).writerows(rows)
    return buffer.getvalue()


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.fuzz")
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--folder", type=Path)
    arguments = parser.parse_args()
    folder = arguments.folder or Path(tempfile.mkdtemp(prefix="fuzz-"))
    folder.mkdir(parents=True, exist_ok=True)
    trials, read_count, failures = fuzz(folder, trials_within(60 * arguments.minutes, arguments.seed))
    for failure in failures:
        print(f"trial {failure.trial}: {failure.file}\n{failure.description}")
    print(f"{trials} files from trial {arguments.seed} on: {read_count} read, {len(failures)} failures")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
