"""The corpus of messy files: each is made by one function and has one trap, named by its name.

What must come of it stands beside it: the proposal, what a person then mends in the mapping, and
what the import says and keeps. The way is the user's, see follow().
"""

import csv
import io
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import openpyxl

from index_engine.importing.mapping import read_mapping
from index_engine.importing.pipeline import run_import
from index_engine.importing.recognise.mapping_writer import mapping_text
from index_engine.importing.recognise.proposal import Proposal
from index_engine.importing.recognise.propose import propose_mapping
from index_engine.importing.validation.load import LoadResult
from index_engine.warehouse.file import writable_copy

Columns = dict[str, list[Any]]
Make = Callable[[], bytes]


@dataclass(frozen=True)
class Expected:
    """What must come of a file.

    `fed` is field -> header, None where no column of that name feeds it; `settings` are some of the
    mapping, by field and key. `mends` are what a person replaces in the mapping's text (each part
    stands there once), `added` what is appended. Of the outcome, rows that were rejected, cleared,
    warned or noted are counted by rule. `values` are columns of the kind's table, row for row, in
    the order of the file. With `refused`, that is in the error, and nothing else counts. `planted` must be nowhere
    in the warehouse.
    """

    fed: dict[str, str | None]
    kind: str = "cases"
    settings: dict[tuple[str, str], Any] = field(default_factory=dict)
    doubts: tuple[str, ...] = ()  # in the proposal's warnings
    personal: frozenset[str] = frozenset()
    mends: tuple[tuple[str, str], ...] = ()
    added: str = ""
    observed_to: date | None = None
    kept: int = 5
    with_warning: int = 0
    rejected: dict[str, int] = field(default_factory=dict)
    cleared: dict[str, int] = field(default_factory=dict)
    warned: dict[str, int] = field(default_factory=dict)
    noted: dict[str, int] = field(default_factory=dict)
    changed: dict[str, int] = field(default_factory=dict)
    values: dict[str, list[Any]] = field(default_factory=dict)
    refused: str = ""
    planted: tuple[str, ...] = ()


@dataclass(frozen=True)
class Messy:
    """A messy file: its name, how to make it, and what must come of it.

    `after` names the file that is imported before it, as an earlier delivery of the same source.
    """

    name: str
    make: Make
    expected: Expected
    after: str | None = None

    def write(self, folder: Path) -> Path:
        path = folder / self.name
        path.write_bytes(self.make())
        return path


CORPUS: dict[str, Messy] = {}


def messy(name: str, expected: Expected, *, after: str | None = None) -> Callable[[Make], Make]:
    """Enter what a function makes into the corpus under a name."""

    def enter(make: Make) -> Make:
        assert name not in CORPUS, f"{name} stands in the corpus twice"
        CORPUS[name] = Messy(name, make, expected, after)
        return make

    return enter


@dataclass(frozen=True)
class Followed:
    """What came of a file: the proposal, the mapping's text as mended, and the outcome."""

    proposal: Proposal
    mapping: str
    outcome: LoadResult


def follow(file: Path, warehouse: Path, expected: Expected, *, source: str) -> Followed:
    """Go a user's way: recognise, write the mapping, mend it as a person would, import.

    InputError where one of the steps refuses the file.
    """
    proposal = propose_mapping(file)
    text = mapping_text(proposal, name=source, observed_to=expected.observed_to)
    for found, better in expected.mends:
        assert text.count(found) == 1, f"{found!r} stands {text.count(found)} times in\n{text}"
        text = text.replace(found, better)
    text += expected.added
    plan = read_mapping(text, proposal.kind, file.with_suffix(".toml"))
    return Followed(proposal, text, run_import(warehouse, proposal.kind, file, plan))


# ------------------------------------------------------------------------------------- plain tables

NUMBERS = [f"（2023）粤0304执{number}号" for number in range(101, 106)]
COURT = "深圳市福田区人民法院"
FILED = ["2023-01-09", "2023-02-14", "2023-03-20", "2023-05-08", "2023-07-03"]
CLOSED = ["2023-06-30", "2023-09-01", None, "2023-11-15", "2023-08-21"]
MODES = ["执行完毕", "终结本次执行程序", None, "终结执行", "执行完毕"]
CODES = ["completed", "zhongben", None, "terminated", "completed"]
CLAIMS = [125000, 380000, 42000.5, 96000, 15800]
RECOVERED = [125000, 0, None, 30000, 15800]

CASES: Columns = {
    "案号": NUMBERS,
    "执行法院": [COURT] * 5,
    "立案日期": FILED,
    "结案日期": CLOSED,
    "结案方式": MODES,
    "申请执行标的金额": CLAIMS,
    "实际到位金额": RECOVERED,
}
FED: dict[str, str | None] = {
    "case_id": "案号",
    "court_id": "执行法院",
    "case_type": "案号",
    "filed_on": "立案日期",
    "closed_on": "结案日期",
    "close_mode": "结案方式",
    "claim_amount": "申请执行标的金额",
    "recovered_amount": "实际到位金额",
}
KEPT: dict[str, list[Any]] = {
    "court_id": ["粤0304"] * 5,
    "case_type": ["first"] * 5,
    "filed_on": FILED,
    "closed_on": CLOSED,
    "close_mode": CODES,
    "claim_amount": [125000, 380000, 42000.5, 96000, 15800],
    "recovered_amount": [125000, 0, None, 30000, 15800],
}
PLAIN = Expected(fed=FED, values=KEPT)


def cases(renamed: dict[str, str] | None = None, **changed: list[Any] | None) -> list[list[Any]]:
    """The plain table of five cases; see table()."""
    return table(CASES | changed, renamed)


def table(columns: Mapping[str, list[Any] | None], renamed: dict[str, str] | None = None) -> list[list[Any]]:
    """Columns as rows, the header first; those that are None are left out, names replaced last."""
    present = {name: cells for name, cells in columns.items() if cells is not None}
    names = [(renamed or {}).get(name, name) for name in present]
    return [names, *map(list, zip(*present.values(), strict=True))]


def csv_text(rows: list[list[Any]], delimiter: str = ",", end: str = "\r\n") -> str:
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter, lineterminator=end).writerows(rows)
    return text.getvalue()


def csv_bytes(rows: list[list[Any]], delimiter: str = ",") -> bytes:
    return csv_text(rows, delimiter).encode()


def workbook(*merged: str, **sheets: list[list[Any]]) -> bytes:
    """An XLSX file of sheets by name; `merged` are ranges of cells of every sheet."""
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
        for cells in merged:
            sheet.merge_cells(cells)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def small_warehouse(path: Path) -> Path:
    """Make a warehouse that knows the one court of the plain table: it opens at once."""
    places = [
        ("CN", "nation", "中国", None),
        ("440000", "province", "广东省", "CN"),
        ("440300", "city", "深圳市", "440000"),
        ("440304", "county", "福田区", "440300"),
    ]
    court = ("粤0304", "粤0304", "广东省深圳市福田区人民法院", "basic", "440304", False)
    with writable_copy(path) as con:
        con.executemany("INSERT INTO regions (code, level, name, parent) VALUES (?, ?, ?, ?)", places)
        con.execute(
            "INSERT INTO courts (court_id, code, name, level, region, special) VALUES (?, ?, ?, ?, ?, ?)", court
        )
    return path


def in_no_order(columns: Mapping[str, list[Any]]) -> list[tuple[Any, ...]]:
    """The rows that columns make, sorted: a warehouse keeps no order of a file's rows."""
    return sorted(zip(*columns.values(), strict=True), key=repr)


def stored(warehouse: Path, table: str, columns: Iterable[str]) -> dict[str, list[Any]]:
    """Columns of a table, dates as ISO text and amounts as numbers."""
    written = {date: date.isoformat, Decimal: float}
    with duckdb.connect(str(warehouse), read_only=True) as con:
        frame = {name: con.execute(f'SELECT "{name}" FROM {table} ORDER BY rowid').fetchall() for name in columns}
    return {
        name: [written.get(type(value), lambda same: same)(value) for (value,) in rows] for name, rows in frame.items()
    }
