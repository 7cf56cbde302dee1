"""Measure imports, readers, builds, pages, rank sets and sensitivity; write docs/benchmarks.md.

    python -m bench [import] [reader] [build] [pages] [browser] [users] [rank] [sensitivity]
                    [--rows 5000000] [--cases 1000000 10000000] [--warehouse FILE]
                    [--folder var/bench] [--output docs/benchmarks.md]

The yardstick of an import is DuckDB's own reading of the file; that of the build one bare DuckDB
pass: a query that reads every column the build reads and does next to nothing with it. Each figure
is the median of several runs in one session of one machine; parts not named keep what they say.
"""

import argparse
import platform
import re
from pathlib import Path

from bench import (
    browser_latency,
    build_cost,
    concurrent_users,
    import_cost,
    page_latency,
    rank_cost,
    reader_cost,
    sensitivity_cost,
)

PARTS = ("import", "reader", "build", "pages", "browser", "users", "rank", "sensitivity")
HEAD = """# Benchmarks

Written by `make bench` (`python -m bench`); each part comes from one run of it. Machines differ:
read the ratios."""


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench")
    parser.add_argument("parts", nargs="*", choices=PARTS, default=list(PARTS))
    parser.add_argument("--rows", type=int, default=5_000_000, help="of the file to import")
    parser.add_argument("--cases", type=int, nargs="+", default=[1_000_000, 10_000_000])
    parser.add_argument("--warehouse", type=Path, help="to look at, in place of a sample to make")
    parser.add_argument("--folder", type=Path, default=Path("var/bench"))
    parser.add_argument("--output", type=Path, default=Path("docs/benchmarks.md"))
    arguments = parser.parse_args()
    arguments.folder.mkdir(parents=True, exist_ok=True)
    texts = _read_document(arguments.output)
    for part in arguments.parts:
        texts[part] = _measure_part(part, arguments) + f"\nMeasured on {_machine()}.\n"
        print(texts[part])
    sections = [texts[part].strip() for part in PARTS if part in texts]
    arguments.output.write_text("\n\n".join([HEAD, *sections]) + "\n", encoding="utf-8")


def _measure_part(part: str, arguments: argparse.Namespace) -> str:
    if part == "import":
        return import_cost.report(import_cost.measure(arguments.folder, arguments.rows))
    if part == "reader":
        return reader_cost.report(reader_cost.measure(arguments.folder))
    if part == "rank":
        return rank_cost.report(rank_cost.measure())
    if part == "sensitivity":
        return sensitivity_cost.report(sensitivity_cost.measure())
    sizes = sorted(arguments.cases)
    if part == "build":
        samples = [build_cost.sample(arguments.folder / f"{cases}.duckdb", cases) for cases in sizes]
        results = [build_cost.measure(path, cases) for path, cases in zip(samples, sizes, strict=True)]
        return build_cost.report(results)
    warehouse = arguments.warehouse or build_cost.sample(arguments.folder / f"{sizes[-1]}.duckdb", sizes[-1])
    cases = _cases(warehouse)
    if part == "pages":
        return page_latency.report(page_latency.measure(warehouse, arguments.folder), cases)
    if part == "browser":
        return browser_latency.report(browser_latency.measure(warehouse, arguments.folder), cases)
    return concurrent_users.report(*concurrent_users.measure(warehouse, arguments.folder), cases)


def _cases(warehouse: Path) -> int:
    import duckdb

    with duckdb.connect(warehouse, read_only=True) as con:
        return int(con.execute("SELECT COUNT(*) FROM cases").fetchall()[0][0])


def _read_document(output: Path) -> dict[str, str]:
    """Return the parts that the document has, each with its heading."""
    if not output.exists():
        return {}
    _, *parts = re.split(r"^(?=## )", output.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return {part.split(maxsplit=2)[1].lower(): part for part in parts}


def _machine() -> str:
    import os

    import duckdb

    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return (
        f"{os.cpu_count()} shared cores with {memory:.0f} GiB, Python {platform.python_version()}, "
        f"DuckDB {duckdb.__version__}"
    )


if __name__ == "__main__":
    main()
