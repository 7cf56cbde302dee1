"""A slice of the files of known content; `make fuzz` goes through five hundred."""

import io
import re
import zipfile
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from bench.messy_files import KINDS, make_file
from bench.messy_workbooks import NEEDLESS, RIGHT, WRONG, judge_file, judge_files, prepared_warehouse

NUMBERS = range(1, 17)


def test_nothing_comes_in_wrong_unmarked() -> None:
    judgements = judge_files(NUMBERS)
    assert {judged.file.name: judged.reasons for judged in judgements if judged.verdict in (WRONG, NEEDLESS)} == {}
    assert len({judged.file.label for judged in judgements}) > len(KINDS) / 2


def test_a_file_can_be_made_again() -> None:
    """To the byte: nothing in it tells when it was made."""
    packed = 0
    for number in NUMBERS:
        file = make_file(number)
        assert make_file(number) == file
        if not file.name.endswith((".xlsx", ".zip")):
            continue
        packed += 1
        with zipfile.ZipFile(io.BytesIO(file.content)) as archive:
            assert {info.date_time for info in archive.infolist()} == {(2026, 1, 5, 9, 30, 0)}
            texts = [archive.read(name).decode() for name in archive.namelist() if name == "docProps/core.xml"]
        assert {time for text in texts for time in re.findall(r"\d{4}-\d\d-\d\dT[^<]*", text)} <= {
            "2026-01-05T09:30:00Z"
        }
    assert packed > 3


def test_a_file_that_says_something_else_is_found_out(tmp_path: Path) -> None:
    warehouse = prepared_warehouse(tmp_path)
    file = next(file for file in map(make_file, NUMBERS) if file.label == "cases" and not file.doubtful)
    assert judge_file(file, tmp_path, warehouse).verdict == RIGHT
    a_day_later = [row | {"filed_on": row["filed_on"] + timedelta(days=1)} for row in file.rows]
    [reason] = judge_file(replace(file, rows=a_day_later), tmp_path, warehouse).reasons
    assert reason.startswith("filed_on: ") and f" of {len(file.rows)} rows" in reason
    verdict, reasons = WRONG, ("1 rows that the file has not",)
    judged = judge_file(replace(file, rows=file.rows[1:]), tmp_path, warehouse)
    assert (judged.verdict, judged.reasons) == (verdict, reasons)
