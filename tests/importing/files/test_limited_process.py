"""Hostile files end the child that reads them, soon and in one line; the parent lives."""

import os
import time
from pathlib import Path

import pytest

from index_engine.errors import InputError
from index_engine.importing.files.limited_process import limits_for
from index_engine.importing.mapping import load_mapping
from index_engine.importing.recognise.propose import propose_mapping
from tests.importing import bombs

HOSTILE = Path(__file__).parents[4] / "shared" / "cases" / "hostile"
if not HOSTILE.exists():
    HOSTILE = Path(os.environ.get("HOSTILE_CASES", HOSTILE))

_HEAD = '<c t="inlineStr"><is><t>a</t></is></c>'
SHEETS = {
    "lower case": '<row r="1048576"><c r="xfd1048576"><v>1</v></c></row>',
    "leading zeros": '<row r="1048576"><c r="XFD01048576"><v>1</v></c></row>',
    "row on the row only": '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>',
}


def refused(file: Path) -> str:
    began = time.monotonic()
    with pytest.raises(InputError) as error:
        if file.suffix == ".toml":
            load_mapping(file, "cases")
        else:
            propose_mapping(file)
    assert time.monotonic() - began < 10
    assert "\n" not in str(error.value)
    return str(error.value)


@pytest.mark.skipif(not HOSTILE.exists(), reason="the cases of the attack are not there")
def test_every_file_of_the_attack_is_refused() -> None:
    for file in sorted(HOSTILE.iterdir()):
        if file.name != "bom.toml":
            assert str(file) in refused(file)


@pytest.mark.parametrize("shape", SHEETS)
def test_a_far_corner_is_refused_however_it_is_written(shape: str, tmp_path: Path) -> None:
    file = tmp_path / "f.xlsx"
    content = f"<row r='1'>{_HEAD}</row>{SHEETS[shape]}"
    bombs.workbook_of_rows(file, content)
    assert str(file) in refused(file)


@pytest.mark.parametrize("text", ["x = " + "[" * 2000 + "]" * 2000, "x = " + "1" * 5000, "a" + ".a" * 5000 + " = 1"])
def test_a_mapping_is_bounded(text: str, tmp_path: Path) -> None:
    file = tmp_path / "m.toml"
    file.write_text(text, encoding="utf-8")
    assert "larger or deeper" in refused(file)


def test_limits_grow_with_the_file() -> None:
    small, large = limits_for(5_000), limits_for(60 << 20)
    assert small.memory_bytes < 1 << 30
    assert small.processor_seconds < 10
    assert large.memory_bytes > 3 << 30
