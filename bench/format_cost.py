"""What the same cases cost to look at and to import as CSV, packed, as JSON and as lines of JSON.

    python -m bench.format_cost [--rows 100000]

Seconds of processor time, children included. Writes a section of docs/evidence.md.
"""

import argparse
import csv
import io
import json
import resource
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path

from bench.evidence import write_section
from bench.messy_workbooks import prepared_warehouse
from index_engine.importing.files.process_template import end_templates
from index_engine.importing.mapping import read_mapping
from index_engine.importing.pipeline import run_import
from index_engine.importing.recognise.mapping_writer import mapping_text
from index_engine.importing.recognise.propose import propose_mapping


def _rows(count: int) -> list[dict[str, str]]:
    rows = []
    for number in range(count):
        filed = date(2022, 1, 1) + timedelta(days=number % 1200)
        is_closed = number % 3 > 0
        rows.append(
            {
                "案号": f"（{filed.year}）粤030{4 + number % 2}执{number}号",
                "立案日期": str(filed),
                "结案日期": str(filed + timedelta(days=30 + number % 300)) if is_closed else "",
                "结案方式": "终结本次执行程序" if is_closed else "",
                "申请执行标的": f"{1000 + number * 7.5:.2f}",
                "到位金额": f"{number % 900}",
            }
        )
    return rows


def _write_files(folder: Path, count: int) -> list[Path]:
    folder.mkdir()
    rows = _rows(count)
    text = io.StringIO()
    writer = csv.DictWriter(text, rows[0])
    writer.writeheader()
    writer.writerows(rows)
    files = [folder / name for name in ("cases.csv", "cases.zip", "cases.json", "cases.jsonl")]
    files[0].write_text(text.getvalue(), encoding="utf-8")
    with zipfile.ZipFile(files[1], "w", zipfile.ZIP_DEFLATED) as archive:
        archive.write(files[0], "cases.csv")
    files[2].write_text(json.dumps(rows, ensure_ascii=False), encoding="utf-8")
    files[3].write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows), encoding="utf-8")
    return files


def _processor_seconds() -> float:
    end_templates()  # what their children took is known when they have ended
    usages = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


@contextmanager
def _measured(seconds: list[float]) -> Iterator[None]:
    start = _processor_seconds()
    yield
    seconds.append(_processor_seconds() - start)


def measure(folder: Path, count: int) -> list[tuple[str, list[float]]]:
    """Return of each format the seconds of a look and of an import."""
    results = []
    for file in _write_files(folder, count):
        seconds: list[float] = []
        with _measured(seconds):
            proposal = propose_mapping(file)
        mapping = read_mapping(mapping_text(proposal, holds="all_cases"), "cases", folder / "mapping.toml")
        warehouse = prepared_warehouse(folder / file.suffix.removeprefix("."))
        with _measured(seconds):
            outcome = run_import(warehouse, "cases", file, mapping)
        assert (outcome.rows, outcome.rejected_rows) == (count, 0)
        results.append((file.suffix, seconds))
    return results


def report(results: list[tuple[str, list[float]]], count: int) -> str:
    """Return a table, each format beside the times that it takes of CSV."""
    [(_, plain), *_] = results
    lines = [
        f"`python -m bench.format_cost --rows {count}`: {count:,} cases looked at and imported, seconds of processor",
        "time of one run and, in brackets, times those of CSV.",
        "",
        "| format | look | import |",
        "|:--|---:|---:|",
    ]
    for suffix, seconds in results:
        cells = [f"{value:.1f} ({value / base:.1f})" for value, base in zip(seconds, plain, strict=True)]
        lines.append(f"| `{suffix}` | {' | '.join(cells)} |")
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.format_cost")
    parser.add_argument("--rows", type=int, default=100_000)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="formats-") as name:
        measure(Path(name) / "first", 100)  # loads what every format needs
        results = measure(Path(name) / "all", arguments.rows)
    text = report(results, arguments.rows)
    print(text)
    write_section("What formats cost", text)


if __name__ == "__main__":
    main()
