"""The table of events: ours is in order, and a bad row says where it is and how to mend it."""

from datetime import date
from pathlib import Path

import pytest

from index_engine import cli
from index_engine.annotation_table import (
    COLUMNS,
    DEFAULT_FILE,
    ENVIRONMENT_VARIABLE,
    annotation_file,
    load_annotations,
    read_annotations,
)
from index_engine.errors import InputError

GOOD = {
    "date": "2023-07-01",
    "level": "city",
    "unit": "320500",
    "kind": "reform",
    "name_zh_Hans": "改革",
    "name_en": "A reform",
    "note_zh_Hans": "",
    "note_en": "As of July",
    "address": "https://example.org/1",
    "status": "claimed",
}


def write(path: Path, *rows: dict[str, str]) -> Path:
    lines = [",".join(COLUMNS), *(",".join((GOOD | row)[name] for name in COLUMNS) for row in rows)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def test_ours_are_in_order_and_sourced():
    found = load_annotations(DEFAULT_FILE)
    assert [event.day for event in found] == sorted(event.day for event in found)
    assert {event.day.year for event in found if event.kind == "definition_break"} == {2016, 2018}
    assert "交叉执行" in " ".join(event.name["zh_Hans"] for event in found if event.day.year == 2024)
    for event in found:
        assert event.name["zh_Hans"] != event.name["en"]
        assert event.note["zh_Hans"] and event.note["en"]


def test_a_row_as_it_is_written(tmp_path: Path):
    [found] = load_annotations(write(tmp_path / "e.csv", {}))
    assert (found.day, found.level, found.place_id) == (date(2023, 7, 1), "city", "320500")
    assert found.name == {"zh_Hans": "改革", "en": "A reform"}
    assert found.note == {"zh_Hans": "As of July", "en": "As of July"}, "one language stands in"


def test_events_of_a_place_concern_what_lies_in_it(tmp_path: Path):
    city, nation = load_annotations(write(tmp_path / "e.csv", {}, {"level": "nation", "unit": ""}))[::1]
    path = {("nation", "100000"), ("province", "320000"), ("city", "320500"), ("court", "x")}
    assert city.covers(path) and nation.covers(path)
    assert not city.covers({("province", "320000")})
    assert nation.covers({("province", "440000")})


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ({"date": "2023/7/1"}, "date '2023/7/1': write it as 2024-06-17"),
        ({"level": "county"}, "level 'county': write one of nation, province, city, court"),
        ({"kind": "break"}, "kind 'break': write one of definition_break, reform, calendar"),
        ({"status": "sure"}, "status 'sure': write one of verified, claimed"),
        ({"unit": ""}, "unit '' at level city: give the code of a place, of the nation none"),
        ({"level": ""}, "unit '320500' at level nation: give the code"),
        ({"name_zh_Hans": "", "name_en": ""}, "no name: fill in name_zh_Hans, name_en or both"),
        ({"address": "example.org"}, "address 'example.org': give the page it is from"),
    ],
)
def test_a_bad_row_says_where_and_how(tmp_path: Path, row: dict[str, str], said: str):
    path = write(tmp_path / "e.csv", {}, row, {})
    events, faults = read_annotations(path)
    assert len(events) == 2, "the rest is shown"
    [fault] = faults
    assert str(fault).startswith(f"{path}:3: {said}")
    with pytest.raises(InputError) as error:
        load_annotations(path)
    assert str(error.value) == str(fault)


def test_a_file_that_is_no_table_of_events(tmp_path: Path):
    path = tmp_path / "e.csv"
    events, faults = read_annotations(path)
    assert events == []
    assert [*map(str, faults)] == [f"{path}: cannot be read: No such file or directory; mend it or take it away"]
    path.write_bytes(b"\xd0\xc2\xb0\xb8\xba\xc5")
    assert "no CSV file in UTF-8" in str(read_annotations(path)[1][0])
    path.write_text("date,level\n2023-01-01,nation\n", encoding="utf-8")
    assert str(read_annotations(path)[1][0]).startswith(f"{path}:1: no column unit, kind")


def test_which_file_is_in_force(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    warehouse = tmp_path / "w.duckdb"
    monkeypatch.delenv(ENVIRONMENT_VARIABLE, raising=False)
    assert annotation_file(warehouse) == DEFAULT_FILE
    beside = write(tmp_path / "w.duckdb.events.csv", {})
    assert annotation_file(warehouse) == beside
    monkeypatch.setenv(ENVIRONMENT_VARIABLE, str(tmp_path / "mine.csv"))
    assert annotation_file(warehouse) == tmp_path / "mine.csv"


def test_the_command_checks_and_lists(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    path = write(tmp_path / "e.csv", {})
    assert cli.main(["events", str(path)]) == 0
    assert "2023-07-01  320500  reform  A reform  (claimed)" in capsys.readouterr().out
    write(path, {}, {"kind": "x"}, {"kind": "y"})
    assert cli.main(["events", str(path)]) == 2
    said = capsys.readouterr().err.strip()
    assert len(said.splitlines()) == 1
    assert f"{path}:3: kind 'x'" in said and said.endswith("(and 1 more)")
