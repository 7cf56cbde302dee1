"""Damage files of the corpus at random and take them in: only an InputError of one line may come.

    python -m bench.fuzz [--minutes 10] [--seed 1] [--folder FOLDER]

Every trial has a number, from which its file can be made again; the files that something else came
of are kept in the folder, a new one of the system's if none is named. Ends with exit code 1 if
there are any.
"""

import argparse
import csv
import io
import random
import signal
import sys
import tempfile
import time
import traceback
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from index_engine.errors import InputError
from index_engine.sources.importer import import_file
from index_engine.sources.mapping import read
from index_engine.sources.recognise.recognise import recognise
from index_engine.sources.recognise.write import mapping_text
from tests.corpus.all import CORPUS
from tests.corpus.messy import cases, small_warehouse

# No file of the corpus takes a tenth of it.
SECONDS = 30

# What no cell should hold, and some do.
ODD = (
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
    what: str


def fuzz(folder: Path, *, seconds: float, seed: int) -> tuple[int, int, list[Failure]]:
    """Try for so long; returns the trials made, those that were read, and the failures.

    Trials are numbered from `seed` on; the files of failures stay in `folder`.
    """
    originals = _originals()
    trial, read_right, failures = seed, 0, []
    end = time.monotonic() + seconds
    with tempfile.TemporaryDirectory() as scratch:
        warehouse = small_warehouse(Path(scratch) / "warehouse.duckdb")
        while time.monotonic() < end:
            name, content = damaged(trial, originals)
            file = folder / f"{trial}-{name}"
            file.write_bytes(content)
            what = attempt(file, warehouse)
            if what in ("", "refused"):
                read_right += not what
                file.unlink()
            else:
                failures.append(Failure(trial, str(file), what))
            trial += 1
    return trial - seed, read_right, failures


def attempt(file: Path, warehouse: Path) -> str:
    """Take a file in; returns '' if it was read, 'refused' if refused, else what went wrong."""
    try:
        with _limit(SECONDS):
            proposal = recognise(file)
            text = mapping_text(proposal)
            if "case_type" in proposal.missing:
                text += '\n[columns.case_type]\nconstant = "first"\n'
            plan = read(text, proposal.kind, file.with_suffix(".toml"))
            import_file(warehouse, proposal.kind, file, plan, trial=True)
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

    signal.signal(signal.SIGALRM, stop)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)


# --------------------------------------------------------------------------------------- the damage


def _originals() -> list[tuple[str, bytes]]:
    header, *rows = cases()
    texts = [[None if cell is None else str(cell) for cell in row] for row in rows]
    parquet = io.BytesIO()
    pd.DataFrame(texts, columns=header).to_parquet(parquet)
    made = [(file.name, file.make()) for file in CORPUS.values()]
    # There is one Parquet file for a hundred others: it is to come as often as a tenth of them.
    return made + [("plain.parquet", parquet.getvalue())] * (len(made) // 10)


def damaged(trial: int, originals: list[tuple[str, bytes]]) -> tuple[str, bytes]:
    """Return name and content of the file of a trial: always the same for one number."""
    chance = random.Random(trial)
    name, content = chance.choice(originals)
    for _ in range(chance.choice((1, 1, 2, 4))):
        content = chance.choice((_bytes, _structure))(chance, content)
    if chance.random() < 0.05:
        name = Path(name).stem + chance.choice((".csv", ".xlsx", ".xls", ".parquet", ".txt"))
    return name, content


def _bytes(chance: random.Random, content: bytes) -> bytes:
    """Change, cut out, repeat or cut short; in an archive, one of its parts."""
    if not content:
        return content
    start = chance.randrange(len(content))
    end = min(len(content), start + chance.choice((1, 2, 8, 64, 1024)))
    part = content[start:end]
    new: Callable[[], bytes] = chance.choice(
        (
            lambda: bytes(chance.randrange(256) for _ in part),
            lambda: b"",
            lambda: part * chance.choice((2, 3, 100)),
            lambda: bytes(len(part)),
            lambda: chance.choice(ODD).encode(chance.choice(("utf-8", "gb18030", "utf-16"))),
        )
    )
    cut = content[:start] if chance.random() < 0.1 else content[end:]
    return content[:start] + new() + cut


def _structure(chance: random.Random, content: bytes) -> bytes:
    if content.startswith(b"PK"):
        return _archive(chance, content)
    for codec in ("utf-8", "gb18030", "utf-16"):
        try:
            text = content.decode(codec)
        except UnicodeDecodeError:
            continue
        return _table(chance, text).encode(codec, errors="replace")
    return _bytes(chance, content)


def _archive(chance: random.Random, content: bytes) -> bytes:
    """A workbook of which one part is damaged or lost, packed again."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = {name: archive.read(name) for name in archive.namelist()}
    except Exception:  # noqa: BLE001  # damaged before: anything may be wrong with it
        return _bytes(chance, content)
    sheets = [name for name in parts if "sheet" in name.lower() or "shared" in name.lower()]
    name = chance.choice(sheets if sheets and chance.random() < 0.7 else list(parts) or [""])
    if chance.random() < 0.1:
        parts.pop(name, None)
    elif name in parts:
        parts[name] = _bytes(chance, parts[name])
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for part, inside in parts.items():
            archive.writestr(part, inside)
    return out.getvalue()


def _table(chance: random.Random, text: str) -> str:
    """Rows and columns lost, doubled or exchanged; cells that hold what no cell should."""
    try:
        rows = list(csv.reader(io.StringIO(text, newline="")))
    except csv.Error:
        return text[::-1]
    if not rows:
        return chance.choice(ODD)
    row = chance.choice(rows)
    place = chance.randrange(max(1, len(row)))
    match chance.randrange(8):
        case 0:
            rows.remove(row)
        case 1:
            rows.insert(chance.randrange(len(rows)), row)
        case 2:
            rows = [[cell for n, cell in enumerate(one) if n != place] for one in rows]
        case 3:
            rows = [[*one, *one[place : place + 1]] for one in rows]
        case 4:
            chance.shuffle(row)
        case 5:
            odd = chance.choice(ODD)
            rows[1:] = [[*one[:place], odd, *one[place + 1 :]] for one in rows[1:]]
        case 6:
            rows *= chance.choice((2, 50))
        case _:
            row[place : place + 1] = [chance.choice(ODD)]
    out = io.StringIO()
    csv.writer(out, quoting=chance.choice((csv.QUOTE_MINIMAL, csv.QUOTE_ALL))).writerows(rows)
    return out.getvalue()


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.fuzz")
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--folder", type=Path)
    arguments = parser.parse_args()
    folder = arguments.folder or Path(tempfile.mkdtemp(prefix="fuzz-"))
    folder.mkdir(parents=True, exist_ok=True)
    made, right, failures = fuzz(folder, seconds=60 * arguments.minutes, seed=arguments.seed)
    for failure in failures:
        print(f"trial {failure.trial}: {failure.file}\n{failure.what}")
    print(f"{made} files from trial {arguments.seed} on: {right} read, {len(failures)} failures")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
