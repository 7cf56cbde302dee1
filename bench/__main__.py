"""Measure import, build and pages on large samples and write docs/benchmarks.md.

    python -m bench [--rows 5000000] [--cases 1000000 10000000] [--folder var/bench]
                    [--output docs/benchmarks.md]

The yardstick of an import is DuckDB's own reading of the file; that of the build one bare DuckDB
pass: a query that reads every column the build reads and does next to nothing with it. Each figure
is the median of several runs in one session of one machine.
"""

import argparse
import platform
import sys
from pathlib import Path

from bench import building, importing, pages

HEAD = """# Benchmarks

Written by `make bench` (`python -m bench`); every number below comes from one run of it on
{machine}. Machines differ: read the ratios.
"""


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench")
    parser.add_argument("--rows", type=int, default=5_000_000, help="of the file to import")
    parser.add_argument("--cases", type=int, nargs="+", default=[1_000_000, 10_000_000])
    parser.add_argument("--folder", type=Path, default=Path("var/bench"))
    parser.add_argument("--output", type=Path, default=Path("docs/benchmarks.md"))
    arguments = parser.parse_args()
    arguments.folder.mkdir(parents=True, exist_ok=True)
    imported = importing.measure(arguments.folder, arguments.rows)
    print(imported, file=sys.stderr)
    built = []
    for cases in sorted(arguments.cases):
        warehouse = building.sample(arguments.folder / f"{cases}.duckdb", cases)
        built.append(building.measure(warehouse, cases))
        print(built[-1], file=sys.stderr)
    drawn = pages.measure(warehouse)
    text = "\n".join(
        [
            HEAD.format(machine=_machine()),
            importing.report(imported),
            building.report(built),
            pages.report(drawn, sorted(arguments.cases)[-1]),
        ]
    )
    arguments.output.write_text(text, encoding="utf-8")
    print(text)


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
