"""Measure imports, builds, pages, rank sets, sensitivity and exceptions; write docs/benchmarks.md.

    python -m bench [import] [build] [pages] [browser] [users] [rank] [sensitivity] [exceptions]
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

from bench import browser, building, exceptions, importing, pages, ranking, sensitivity, users

PARTS = ("import", "build", "pages", "browser", "users", "rank", "sensitivity", "exceptions")
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
    texts = _written(arguments.output)
    for part in arguments.parts:
        texts[part] = _measured(part, arguments) + f"\nMeasured on {_machine()}.\n"
        print(texts[part])
    known = [texts[part].strip() for part in PARTS if part in texts]
    arguments.output.write_text("\n\n".join([HEAD, *known]) + "\n", encoding="utf-8")


def _measured(part: str, arguments: argparse.Namespace) -> str:
    if part == "import":
        return importing.report(importing.measure(arguments.folder, arguments.rows))
    if part == "rank":
        return ranking.report(ranking.measure())
    if part == "exceptions":
        return exceptions.report(exceptions.measure())
    if part == "sensitivity":
        return sensitivity.report(sensitivity.measure())
    sizes = sorted(arguments.cases)
    if part == "build":
        made = [building.sample(arguments.folder / f"{cases}.duckdb", cases) for cases in sizes]
        found = [building.measure(path, cases) for path, cases in zip(made, sizes, strict=True)]
        return building.report(found)
    warehouse = arguments.warehouse or building.sample(
        arguments.folder / f"{sizes[-1]}.duckdb", sizes[-1]
    )
    cases = _cases(warehouse)
    if part == "pages":
        return pages.report(pages.measure(warehouse, arguments.folder), cases)
    if part == "browser":
        return browser.report(browser.measure(warehouse, arguments.folder), cases)
    return users.report(*users.measure(warehouse, arguments.folder), cases)


def _cases(warehouse: Path) -> int:
    import duckdb

    with duckdb.connect(warehouse, read_only=True) as con:
        return int(con.execute("SELECT COUNT(*) FROM cases").fetchall()[0][0])


def _written(output: Path) -> dict[str, str]:
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
