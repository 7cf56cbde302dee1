"""Compares a list of court codes and names with courts.csv and court_names.csv.

    python -m data.build.compare_court_codes LIST.csv [--code COLUMN] [--name COLUMN]

Prints how many pairs agree, and those that do not, each with what the table has. No list is free
to publish, so none is kept here: only what came out, in court_code_sources.csv.
"""

from __future__ import annotations

import argparse
import csv
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

DATA = Path(__file__).resolve().parents[1]
# Lists write 天津宁河区 for 天津市宁河区.
DROPPED = str.maketrans("", "", "省市 \u3000")
AGREES, OTHER_COURT, OTHER_CODE, NO_CODE, UNKNOWN = "agrees", "other court", "other code", "no code", "unknown"


@dataclass(frozen=True)
class Finding:
    """A pair of a list, what became of it, and what the table has for its code or its name."""

    code: str
    name: str
    kind: str
    ours: str = ""


def read_csv(path: Path) -> list[dict[str, str]]:
    """Rows of a table, with or without a byte order mark."""
    with path.open(encoding="utf-8-sig", newline="") as lines:
        return list(csv.DictReader(lines))


def is_same_name(one: str, other: str) -> bool:
    """Whether two names differ by the places before them at most.

    A shorter name is the end of the longer one: 第十师 stands in 第十二师, but not at its end.
    """
    short, long = sorted((one.translate(DROPPED), other.translate(DROPPED)), key=len)
    return bool(short) and long.endswith(short)


class Table:
    """The committed courts, by every code and every name that they have or had."""

    def __init__(self, courts: Iterable[dict[str, str]], other_names: Iterable[dict[str, str]]) -> None:
        self.courts = {row["court_id"]: row for row in courts}
        self.ids_by_code: dict[str, set[str]] = defaultdict(set)
        self.names: dict[str, set[str]] = defaultdict(set)
        for court_id, row in self.courts.items():
            self.names[court_id].add(row["name"])
            if row["code"]:
                self.ids_by_code[row["code"]].add(court_id)
        # Codes are names too, of which court_names.csv has earlier and second ones.
        for row in other_names:
            self.names[row["court_id"]].add(row["name"])
            self.ids_by_code[row["name"]].add(row["court_id"])

    def compare(self, code: str, name: str) -> Finding:
        """What became of one pair."""
        ids = self.ids_by_code.get(code, set())
        if any(is_same_name(name, own) for court_id in ids for own in self.names[court_id]):
            return Finding(code, name, AGREES)
        if ids:
            return Finding(code, name, OTHER_COURT, " | ".join(sorted(self.courts[one]["name"] for one in ids)))
        named = [one for one, names in self.names.items() if any(is_same_name(name, own) for own in names)]
        if len(named) != 1:  # a name without its city may be that of many
            return Finding(code, name, UNKNOWN)
        own_code = self.courts[named[0]]["code"]
        return Finding(code, name, OTHER_CODE if own_code else NO_CODE, own_code or named[0])


def committed_table() -> Table:
    """The table as it is committed."""
    return Table(read_csv(DATA / "courts.csv"), read_csv(DATA / "court_names.csv"))


def findings(table: Table, pairs: Iterable[tuple[str, str]]) -> Iterator[Finding]:
    """One finding a pair."""
    return (table.compare(code.strip(), name.strip()) for code, name in pairs)


def main(arguments: list[str]) -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("list", type=Path, help="a CSV file with one pair a row")
    parser.add_argument("--code", default="code", help="its column of codes, such as 津0101")
    parser.add_argument("--name", default="name", help="its column of names")
    options = parser.parse_args(arguments)
    rows = read_csv(options.list)
    if missing := {options.code, options.name} - {column for row in rows[:1] for column in row}:
        parser.error(f"{options.list} has no rows with the columns {', '.join(sorted(missing))}")
    found = list(findings(committed_table(), ((row[options.code], row[options.name]) for row in rows)))
    counted = Counter(one.kind for one in found)
    print(f"{len(found)} pairs: " + ", ".join(f"{number} {kind}" for kind, number in counted.most_common()))
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerows((one.kind, one.code, one.name, one.ours) for one in found if one.kind != AGREES)


if __name__ == "__main__":
    main(sys.argv[1:])
