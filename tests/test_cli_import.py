"""A person with a spreadsheet and the command line: recognise, try, import, correct, undo."""

import csv
from pathlib import Path

import openpyxl
import pytest

from index_engine.cli import main
from tests.test_cli import printed, refused

Capture = pytest.CaptureFixture[str]

HEADER = ["序号", "案号", "执行法院", "被执行人", "立案日期", "结案日期", "结案方式", "标的额（万元）"]


def spreadsheet(path: Path, closed: int) -> Path:
    """Forty cases of one court under a title, the first `closed` of them closed, and a total."""
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.append(["某院首次执行案件"])
    sheet.append(HEADER)
    for n in range(1, 41):
        ends = ["2024年6月3日", "执行完毕"] if n <= closed else [None, None]
        number = f"（2024）浙0106执{n}号"
        sheet.append([n, number, "西湖区法院", "赵六六", f"2024/1/{n % 28 + 1}", *ends, 12.5])
    sheet.append(["合计", None, None, None, None, None, None, 500])
    book.save(path)
    return path


def test_a_spreadsheet_is_recognised_tried_imported_corrected_and_taken_back(tmp_path: Path, capsys: Capture) -> None:
    file, mapping = spreadsheet(tmp_path / "执行.xlsx", 10), tmp_path / "m.toml"
    warehouse = tmp_path / "w.duckdb"
    told = printed(capsys, "recognise", file, "--mapping", mapping)
    assert "执行法院 -> court_id" in told
    assert "被执行人 -> personal, not read" in told
    assert "this file feeds" in told
    text = mapping.read_text(encoding="utf-8")
    mapping.write_text(text.replace("[source]", '[source]\nname = "某院"'), encoding="utf-8")
    importing = ("import", "cases", file, "--warehouse", warehouse, "--mapping", mapping)

    tried = _out(capsys, *importing, "--trial")
    assert "41 rows, 40 kept (0 with a warning), 1 rejected" in tried
    assert "a trial: nothing was kept" in tried
    assert not warehouse.exists()

    assert "40 new, 0 changed, 0 known; 0 earlier rows are not in this file" in _out(capsys, *importing)
    assert "already imported on" in _refusal(capsys, *importing)

    spreadsheet(file, 15)
    later = _out(capsys, *importing)
    assert "0 new, 5 changed, 35 known" in later
    assert "5  changed closed_on" in later

    listed = printed(capsys, "sources", "--warehouse", warehouse, "--format", "csv")
    rows = [row for row in csv.DictReader(listed.splitlines()) if row["kind"] == "cases"]
    assert [(row["name"], row["added"], row["changed"]) for row in rows] == [("某院", "0", "5"), ("某院", "40", "0")]
    first, last = rows[1]["source_id"], rows[0]["source_id"]
    assert f"first undo {last}" in refused(capsys, "undo", first, "--warehouse", warehouse)
    assert "taken back" in printed(capsys, "undo", last, "--warehouse", warehouse)
    assert "0 new, 5 changed, 35 known" in _out(capsys, *importing)

    gaps = printed(capsys, "coverage", "--warehouse", warehouse, "--format", "csv")
    assert gaps.splitlines()[1].endswith(",2024,40,40,0")


def test_a_proposal_does_not_overwrite_a_mapping(tmp_path: Path, capsys: Capture) -> None:
    file, mapping = spreadsheet(tmp_path / "执行.xlsx", 10), tmp_path / "m.toml"
    mapping.write_text("mine", encoding="utf-8")
    told = refused(capsys, "recognise", file, "--mapping", mapping)
    assert "is there already; name another file" in told
    assert mapping.read_text(encoding="utf-8") == "mine"


def test_undo_of_nothing(built_world: Path, capsys: Capture) -> None:
    told = refused(capsys, "undo", 99, "--warehouse", built_world)
    assert "source 99: there is none" in told


def _out(capsys: Capture, *arguments: object) -> str:
    """What is printed, whatever bars are drawn on stderr."""
    assert main([str(argument) for argument in arguments]) == 0
    return capsys.readouterr().out


def _refusal(capsys: Capture, *arguments: object) -> str:
    assert main([str(argument) for argument in arguments]) == 2
    return capsys.readouterr().err
