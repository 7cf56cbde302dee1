"""What it costs to read files in a child with limits: the same import with the child and without it, in turn.

python -m bench reader
"""

import csv
import statistics
from dataclasses import dataclass
from pathlib import Path

import duckdb
import openpyxl

from bench import fresh_process, import_cost

AIM_SHARE = 0.1
FILES = ((400_000, "csv"), (2_000_000, "csv"), (400_000, "xlsx"), (1_000_000, "xlsx"))
_RUNS = 3
_NUMBER_COLUMNS = ("申请标的", "到位金额")

# The reader of a file in the place of the child, its tables in those of the warehouse.
IN_PROCESS = """
from contextlib import contextmanager
from index_engine.importing import pipeline
from index_engine.importing.files.readers import open_file
@contextmanager
def open_in_process(file, options, workdir):
    yield open_file(file, options, workdir)
def drop_staged(con):
    con.execute("DROP VIEW import_text; DROP TABLE import_rows; DROP TABLE import_broken")
pipeline.open_limited, pipeline.release_staged = open_in_process, drop_staged
"""


@dataclass(frozen=True)
class ReaderCost:
    """Median seconds of the clock and of the processors, without the child and with it."""

    rows: int
    suffix: str
    own_wall: float
    own_busy: float
    child_wall: float
    child_busy: float


def measure(folder: Path) -> list[ReaderCost]:
    return [_measure(_file(folder, rows, suffix), rows, suffix) for rows, suffix in FILES]


def _measure(file: Path, rows: int, suffix: str) -> ReaderCost:
    mapping, warehouse = file.with_suffix(".toml"), file.with_suffix(".duckdb")
    mapping.write_text(import_cost.MAPPING, encoding="utf-8")
    programs = {"own": IN_PROCESS + import_cost.IMPORT, "child": import_cost.IMPORT}
    runs: dict[str, list[dict[str, float]]] = {name: [] for name in programs}
    for number in range(_RUNS):
        # In turn, and each first in turn: the machine may grow slower.
        for name in sorted(programs, reverse=number % 2 == 0):
            import_cost.start_warehouse(warehouse)
            runs[name].append(fresh_process.run(programs[name], str(file), str(warehouse), str(mapping)))

    def median(name: str, key: str) -> float:
        return statistics.median(run[key] for run in runs[name])

    return ReaderCost(
        rows, suffix, median("own", "wall"), median("own", "busy"), median("child", "wall"), median("child", "busy")
    )


def _file(folder: Path, rows: int, suffix: str) -> Path:
    text_file = folder / f"cases-{rows}.csv"
    if not text_file.exists():
        with duckdb.connect() as con:
            con.execute(import_cost.FILE.format(path=text_file), {"rows": rows, "courts": import_cost.COURTS})
    file = text_file.with_suffix(f".{suffix}")
    if not file.exists():
        book = openpyxl.Workbook(write_only=True)
        sheet = book.create_sheet()
        with text_file.open(encoding="utf-8", newline="") as lines:
            header, *records = csv.reader(lines)
        numbers = {header.index(name) for name in _NUMBER_COLUMNS}
        sheet.append(header)
        for record in records:
            sheet.append([float(cell) if cell and n in numbers else cell for n, cell in enumerate(record)])
        book.save(file)
    return file


def report(costs: list[ReaderCost]) -> str:
    verdict = "met" if all(c.child_busy <= (1 + AIM_SHARE) * c.own_busy for c in costs) else "missed"
    lines = [
        "## Reader",
        "",
        "The import of cases above, where the file is read in a child with limits, and the same with the reader in the "
        f"importing process: {_RUNS} runs each, in turn, medians (`python -m bench reader`). A sheet holds 1,048,576 "
        f"rows. Aim: at most {AIM_SHARE:.0%} more of the processors; {verdict}.",
        "",
        "| file | process, without | with | processors, without | with | more |",
        "|---|---:|---:|---:|---:|---:|",
    ]
    lines += [
        f"| {c.rows:,} rows, {c.suffix.upper()} | {c.own_wall:.1f} s | {c.child_wall:.1f} s | {c.own_busy:.1f} s |"
        f" {c.child_busy:.1f} s | {c.child_busy / c.own_busy - 1:+.1%} |"
        for c in costs
    ]
    return "\n".join([*lines, ""])
