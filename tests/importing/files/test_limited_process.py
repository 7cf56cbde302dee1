"""Hostile files end the child that reads them, soon and in one line; the process that asked lives."""

import json
import os
import random
import signal
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from index_engine.errors import InputError
from index_engine.importing.files import limited_process, parquet_file, process_template
from index_engine.importing.files.limited_process import limits_for, open_limited, preview_limited
from index_engine.importing.files.process_template import fork_process
from index_engine.importing.files.readers import ReadOptions
from index_engine.importing.mapping import load_mapping
from index_engine.importing.progress import Progress
from tests.corpus.messy import cases, csv_text, workbook
from tests.importing import bombs
from tests.importing.guarded import guarded
from tests.importing.tables import staged

HOSTILE = Path(os.environ.get("HOSTILE_CASES", Path(__file__).parents[4] / "shared" / "cases" / "hostile"))

SECONDS, MEGABYTES = 10, 1024  # of processors; of memory

_HEAD = '<c t="inlineStr"><is><t>案号</t></is></c><c t="inlineStr"><is><t>立案日期</t></is></c>'
_FAR = '<row r="1048576"><c r="xfd1048576"><v>1</v></c></row>'
_ROW = "<row>" + "<c><v>1</v></c>" * 16_000 + "</row>"


def rows(xml: str) -> Callable[[Path], None]:
    return lambda file: bombs.workbook_of_rows(file, f"<row>{_HEAD}</row>{xml}")


def written(content: bytes) -> Callable[[Path], None]:
    return lambda file: file.write_bytes(content) and None


def near_misses(file: Path) -> None:
    cells = [unit * 30_000 for unit in ("合计 ", "(", "单位 ", "法院法庭", "1,", "（2023）粤", "注1")]
    header, *table = cases()
    lines = [header, *[[*cells, *cells][: len(header)] for _ in range(20)], *table]
    file.write_text("\n".join(",".join(map(str, line)) for line in lines), encoding="utf-8")


def old_workbook(file: Path) -> None:
    """An XLS whose directory names sectors that are not there."""
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6)
    fields = struct.pack("<6xIIIIIIIII", 0, 0xFFFFFFF0, 0, 0, 4096, 0, 0xFFFFFFF0, 0, 0xFFFFFFF0)
    file.write_bytes((header + fields + b"\xff\xff\xff\x7f" * 109)[:512] + random.Random(1).randbytes(20_000))


def crowded_archive(file: Path) -> None:
    """A workbook with a cell far off, among sixty thousand empty parts."""
    bombs.last_corner(file)
    with zipfile.ZipFile(file, "a") as archive:
        for number in range(60_000):
            archive.writestr(f"xl/worksheets/empty{number}.xml", b"")


def stated_strings(file: Path) -> None:
    bombs.workbook_of_parts(
        file, {"xl/sharedStrings.xml": f'<sst xmlns="{bombs.MAIN}" count="5" uniqueCount="4000000000"/>'}
    )


def many_sheets(file: Path) -> None:
    file.write_bytes(workbook(**{f"s{number}": [["a", "b"], [1, 2]] for number in range(257)}))


def wide_parquet(file: Path) -> None:
    pq.write_table(pa.table({f"c{number}": pa.array([1]) for number in range(16_385)}), file)


def text_columns() -> dict[str, list[str | None]]:
    header, *table = cases()
    texts = [[None if cell is None else str(cell) for cell in row] for row in table]
    return dict(zip(header, map(list, zip(*texts, strict=True)), strict=True))


def nested_parquet(file: Path) -> None:
    columns = text_columns()
    pq.write_table(pa.table(columns | {"执行法院": [[court] for court in columns["执行法院"]]}), file)


# Name of a file, how it is made, what is said of it: nothing where its sound rows are read.
SHAPES: dict[str, tuple[Callable[[Path], None], str | None]] = {
    "far_corner_lower_case.xlsx": (rows(_FAR), "17,179,869,184 cells"),
    "far_corner_with_zeros.xlsx": (rows(_FAR.replace("xfd1", "XFD01")), "cells"),
    "columns_of_four_letters.xlsx": (rows(_FAR.replace("xfd", "ZZZZ")), "cells"),
    "no_references.xlsx": (rows(_ROW * 1_200), "cells"),
    "stated_strings.xlsx": (stated_strings, "4,000,000,000 shared strings"),
    "crowded_archive.xlsx": (crowded_archive, "60,009 parts"),
    "crowded_workbook.xlsx": (many_sheets, "257 sheets, where 256 are read"),
    "wide.parquet": (wide_parquet, "16,385 columns, more than the 16,384"),
    "lists.parquet": (nested_parquet, "'执行法院' has lists or records"),
    "old.xls": (old_workbook, ""),
    "no_magic.parquet": (written(b"PAR1" + b"\xff" * 4000 + struct.pack("<I", 0x7FFFFFFF) + b"PAR1"), "Parquet"),
    "quotes.csv": (written(csv_text(cases()).encode() + b'"' * 3_000_000), None),
    "delimiters.csv": (written(b",;|\t" * 1_000_000), "columns"),
    "wide_rows.csv": (written("案号,立案日期\n".encode() + (b"," * 10_000 + b"\n") * 500), ""),
    "near_misses.csv": (near_misses, None),
    "digits.csv": (written(b"a,b\n" + b"9" * 4_000_000 + b",1\n"), ""),
    "nested.json": (written(b"[" * 1_000_000), ""),
}


@pytest.mark.skipif(not Path("/proc").exists(), reason="memory is read from /proc")
@pytest.mark.parametrize("name", SHAPES)
def test_a_hostile_shape_is_read_or_refused_soon_in_one_line(name: str, tmp_path: Path) -> None:
    file, (make, said) = tmp_path / name, SHAPES[name]
    make(file)
    check_refused(file, said, tmp_path)


@pytest.mark.skipif(not HOSTILE.exists(), reason="the cases of the attack are not there")
def test_every_file_of_the_attack_is_refused(tmp_path: Path) -> None:
    for file in sorted(HOSTILE.iterdir()):
        if file.suffix != ".toml":
            check_refused(file, "", tmp_path)
        elif file.name != "bom.toml":
            with pytest.raises(InputError, match=file.name):
                load_mapping(file, "cases")
    assert load_mapping(HOSTILE / "bom.toml", "cases").columns


def check_refused(file: Path, said: str | None, folder: Path) -> None:
    came = guarded(file, folder / "w.duckdb")
    if said is None:
        assert came["error"] is None
        assert came["kept"] in (4, 5), "sound rows, less what stands in a column of near misses"
    else:
        assert str(file) in came["error"]
        assert said in came["error"]
        assert "\n" not in came["error"]
        assert len(came["error"]) < 5_000
    assert came["seconds"] < SECONDS
    assert came["megabytes"] < MEGABYTES


@pytest.mark.parametrize("text", ["x = " + "[" * 2000 + "]" * 2000, "x = " + "1" * 5000, "a" + ".a" * 5000 + " = 1"])
def test_a_mapping_is_bounded(text: str, tmp_path: Path) -> None:
    file = tmp_path / "m.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match="larger or deeper"):
        load_mapping(file, "cases")


def test_limits_grow_with_the_file() -> None:
    small, large = limits_for(5_000), limits_for(60 << 20)
    assert small.memory_bytes < 1 << 30
    assert small.processor_seconds < 10
    assert large.memory_bytes > 3 << 30


@pytest.mark.parametrize("limit", ["memory_bytes", "processor_seconds", "wall_seconds", "output_bytes"])
def test_each_limit_ends_the_child(limit: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "f.xlsx"
    file.write_bytes(workbook(明细=[*cases(), *cases()[1:] * 500]))
    given = json.loads(json.dumps(limits_for(0).__dict__))
    tight = {"memory_bytes": 8 << 20, "processor_seconds": 0, "wall_seconds": 0, "output_bytes": 4096}
    monkeypatch.setattr(
        limited_process, "limits_for", lambda size: limited_process.Limits(**given | {limit: tight[limit]})
    )
    with (
        pytest.raises(InputError) as error,
        duckdb.connect() as con,
        open_limited(file, ReadOptions(), tmp_path) as reader,
    ):
        reader.stage(con, [0, 1, 2, 3], Progress())
    assert error.value.message.code == "file_beyond_limits"
    assert [path.name for path in tmp_path.iterdir()] == ["f.xlsx"]


def test_what_a_child_stages_is_what_the_file_has(tmp_path: Path) -> None:
    for name, content in (
        ("f.csv", csv_text(cases()).encode()),
        ("g.csv", csv_text(cases()).encode("gb18030")),
        ("f.xlsx", workbook(明细=cases())),
    ):
        file = tmp_path / name
        file.write_bytes(content)
        options = ReadOptions(encoding="gb18030" if name == "g.csv" else "utf-8")
        headers, *tables = staged(file, options)
        with open_limited(file, options, tmp_path) as reader, duckdb.connect() as con:
            assert reader.headers == headers
            reader.stage(con, range(len(headers)), Progress())
            for table, expected in zip(("import_text", "import_broken"), tables, strict=True):
                assert con.execute(f"FROM {table} ORDER BY row_no").fetchall() == expected
            assert len(tables[0]) == 5


def test_rows_that_no_look_can_hold_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "f.parquet"
    pq.write_table(pa.table({"a": [f"{number:04}" + "x" * 20_000 for number in range(500)]}), file)
    monkeypatch.setitem(parquet_file._PREVIEW_CONFIG, "memory_limit", "2MB")
    with pytest.raises(InputError, match="first rows take more than"):
        parquet_file.ParquetFile(file, tmp_path).sample_rows(100, 100, 1)


def test_a_look_shows_no_more_of_a_cell_than_it_needs(tmp_path: Path) -> None:
    file = tmp_path / "f.csv"
    file.write_text("a,b\n1," + "x" * 50_000 + "\n", encoding="utf-8")
    [table] = preview_limited(file, ReadOptions(), tmp_path)
    assert table.head_rows[1][1] == ("1", "x" * 1_000)


def test_a_child_ends_with_its_parent(tmp_path: Path) -> None:
    """A parent that is killed can end nobody; what it asked for is not read to its end."""
    file = tmp_path / "f.csv"
    file.write_bytes(b'a,b\n"1"2,3\n' + b"1,2\n" * 500_000)  # the stray quote has it read line by line
    setting = {"file": str(file), "folder": str(tmp_path), "limits": limits_for(1 << 30).__dict__}
    child = fork_process(limited_process.__name__, setting)
    for request in ({"request": "open", "options": {}}, {"request": "stage", "positions": [0, 1]}):
        child.stdin.write(json.dumps(request).encode() + b"\n")
    child.stdin.flush()
    assert json.loads(child.stdout.readline()) == {"result": {"headers": ["a", "b"], "counts_from_1904": False}}
    assert "progress" in json.loads(child.stdout.readline())
    child.stdin.close()
    assert b"result" not in child.stdout.read()
    assert child.end() == 0
    child.close()


def test_a_template_that_was_killed_is_started_again(tmp_path: Path) -> None:
    file = tmp_path / "f.csv"
    file.write_text("a,b\n1,2\n", encoding="utf-8")
    [table] = preview_limited(file, ReadOptions(), tmp_path)
    template = process_template._templates[limited_process.__name__]
    template._process.kill()
    template._process.wait()
    assert preview_limited(file, ReadOptions(), tmp_path) == [table]


def test_a_process_that_ended_is_known_by_its_signal(tmp_path: Path) -> None:
    child = fork_process(limited_process.__name__, {"file": "", "folder": str(tmp_path), "limits": vars(limits_for(0))})
    child.kill()
    assert child.stdout.read() == b""
    assert child.end() == child.end() == -signal.SIGKILL
    child.kill()
    child.close()
