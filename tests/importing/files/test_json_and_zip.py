"""Records of JSON and texts in ZIP archives, each taken the way a user goes."""

import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest

from index_engine.errors import InputError
from index_engine.importing.files.limited_process import preview_limited
from index_engine.importing.files.readers import ReadOptions
from index_engine.importing.mapping import read_mapping
from index_engine.importing.pipeline import run_import
from index_engine.importing.recognise.mapping_writer import mapping_text
from index_engine.importing.recognise.propose import propose_mapping
from tests.corpus.messy import CASES, CODES, COURT, FILED, NUMBERS, cases, csv_text, small_warehouse

RECORDS = [dict(zip(CASES, values, strict=True)) for values in zip(*CASES.values(), strict=True)]
LONG_ID = "20230304000000123"


def text(document: object) -> str:
    return json.dumps(document, ensure_ascii=False)


def archive(members: dict[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as target:
        for name, content in members.items():
            target.writestr(name, content)
    return packed.getvalue()


def bring_in(folder: Path, name: str, content: str | bytes) -> list[tuple[Any, ...]]:
    """Recognise and import a file as it is; the cases that are stored."""
    file = folder / name
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    proposal = propose_mapping(file)
    assert (proposal.kind, proposal.missing_fields) == ("cases", ())
    warehouse = small_warehouse(folder / "w.duckdb")
    mapping = read_mapping(mapping_text(proposal), "cases", folder / "m.toml")
    outcome = run_import(warehouse, "cases", file, mapping)
    assert outcome.rejected_rows == 0
    with duckdb.connect(str(warehouse), read_only=True) as con:
        return con.execute(
            "SELECT filed_on::VARCHAR, close_mode, claim_amount::DOUBLE FROM cases ORDER BY filed_on"
        ).fetchall()


EXPECTED = list(zip(FILED, CODES, [float(claim) for claim in CASES["申请执行标的金额"]], strict=True))


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("array.json", text(RECORDS)),
        ("array.json", json.dumps(RECORDS)),
        ("array.json", text(RECORDS).encode("gb18030")),
        ("marked.json", b"\xef\xbb\xbf" + text(RECORDS).encode()),
        ("indented.json", json.dumps(RECORDS, ensure_ascii=False, indent=2)),
        ("lines.jsonl", "\n".join(map(text, RECORDS))),
        ("lines.json", "\n\n".join(map(text, RECORDS)) + "\n"),
        ("answer.json", text({"code": 0, "data": {"total": 5, "list": RECORDS}})),
        ("answer.txt", text({"list": RECORDS, "facets": [{"name": "a", "n": 1}]})),
        ("rows.json", text(cases())),
        ("one.zip", archive({"a.csv": csv_text(cases()).encode()})),
        ("gbk.zip", archive({"案件.csv": csv_text(cases()).encode("gb18030")})),
        (
            "mac.zip",
            archive({"a.csv": csv_text(cases()).encode(), "__MACOSX/._a.csv": b"\0\1", "read me.pdf": b"%PDF"}),
        ),
        (
            "months.zip",
            archive({"1.csv": csv_text(cases()[:3]).encode(), "2.csv": csv_text([cases()[0], *cases()[3:]]).encode()}),
        ),
        (
            "explained.zip",
            archive(
                {
                    "1.csv": csv_text(cases()[:3]).encode(),
                    "2.csv": csv_text([cases()[0], *cases()[3:]]).encode(),
                    "说明.txt": "每月一个文件\n".encode(),
                    "空.txt": b"\n",
                }
            ),
        ),
        ("no mark.csv", csv_text(cases()).encode("utf-16-le")),
        ("no mark.csv", csv_text(cases()).encode("utf-16-be")),
    ],
)
def test_the_same_cases_however_they_are_packed(tmp_path: Path, name: str, content: str | bytes) -> None:
    assert bring_in(tmp_path, name, content) == EXPECTED


def test_big5(tmp_path: Path) -> None:
    """As offices in Hong Kong and Taiwan save: it passes for GB18030, of characters that nobody writes."""
    renamed = {"案号": "案號", "执行法院": "執行法院", "结案日期": "結案日期", "结案方式": "結案方式"}
    renamed |= {"申请执行标的金额": "申請執行標的金額", "实际到位金额": "實際到位金額"}
    modes = ["執行完畢", "終結本次執行程序", None, "終結執行", "執行完畢"]
    numbers = [number.replace("粤", "粵").replace("执", "執").replace("号", "號") for number in NUMBERS]
    rows = cases(renamed, 案号=numbers, 结案方式=modes, 执行法院=[COURT.replace("区", "區")] * 5)
    assert bring_in(tmp_path, "big5.csv", csv_text(rows).encode("cp950")) == EXPECTED


def test_gbk_in_traditional_characters_is_not_taken_for_big5(tmp_path: Path) -> None:
    rows = cases({"案号": "案號", "执行法院": "執行法院", "结案方式": "結案方式"})
    assert bring_in(tmp_path, "gbk.csv", csv_text(rows).encode("gb18030")) == EXPECTED


def look(folder: Path, name: str, content: str | bytes) -> list[list[str | None]]:
    file = folder / name
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    [table] = preview_limited(file, ReadOptions(encoding="auto", delimiter="auto"), folder)
    return [list(row) for _, row in table.head_rows]


def test_a_record_in_a_record_gives_columns_and_a_list_of_them_rows(tmp_path: Path) -> None:
    lots = [
        {
            "id": 20230304000000123,
            "court": {"name": "甲", "tags": ["a", "b"]},
            "rounds": [{"no": 1}, {"no": 2, "name": "x"}],
        },
        {"id": 7, "court": None, "rounds": []},
        {"id": 8, "price": 1.50, "sold": True, "rounds": [{"no": 1}]},
    ]
    assert look(tmp_path, "lots.json", text(lots)) == [
        ["id", "court.name", "tags", "no", "rounds.name", "price", "sold"],
        [LONG_ID, "甲", "a、b", "1", None, None, None],
        [LONG_ID, "甲", "a、b", "2", "x", None, None],
        ["7", None, None, None, None, None, None],
        ["8", None, None, "1", None, "1.5", "true"],
    ]


def test_what_the_object_around_a_list_says_holds_for_all_its_rows(tmp_path: Path) -> None:
    document = {"执行法院": "甲市第一法院", "cases": [{"案号": "1"}, {"案号": "2"}]}
    assert look(tmp_path, "c.json", text(document))[1:] == [["甲市第一法院", "1"], ["甲市第一法院", "2"]]


def test_numbers_keep_their_digits(tmp_path: Path) -> None:
    rows = look(
        tmp_path, "n.json", '[{"a": 20230304000000123, "b": 0.10, "c": 1.5e7, "d": 1e999999, "e": NaN, "f": 1}]'
    )
    assert rows[1] == [LONG_ID, "0.10", "15000000", "1e999999", None, "1"]


def nested(depth: int) -> str:
    return '{"a":' * depth + "1" + "}" * depth


def assert_refused(file: Path, code: str) -> None:
    with pytest.raises(InputError) as error:
        propose_mapping(file)
    assert error.value.message.code == code
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ('[{"a": 1}, {"a": ]', "json_damaged"),
        ('[{"a": 1, "a": 2}]', "json_key_twice"),
        (f"[{nested(60)}]", "json_too_nested"),
        (f"[{nested(100_000)}]", "json_too_nested"),
        ("[" * 100_000, "json_too_nested"),
        ('[{"a": [{"x": 1}], "b": [{"y": 1}]}]', "json_lists_side_by_side"),
        ('[{"a": [[1], [2]]}]', "nested_values"),
        ('[{"a": 1}, 2]', "json_mixed_list"),
        ('[["a", "a"], [1, 2]]', "json_rows_uneven"),
        ("[{}]", "holds_no_row"),
        ("{" + ",".join(f'"k{n}": 1' for n in range(20_000)) + "}", "too_many_columns"),
    ],
)
def test_json_that_is_no_table_is_one_line(tmp_path: Path, content: str, code: str) -> None:
    file = tmp_path / "bad.json"
    file.write_text(content, encoding="utf-8")
    assert_refused(file, code)


def test_a_line_that_is_no_record_is_one_reject(tmp_path: Path) -> None:
    file = tmp_path / "lines.jsonl"
    lines = list(map(text, RECORDS))
    file.write_text("\n".join([*lines[:2], '{"案号": ', *lines[2:]]), encoding="utf-8")
    mapping = read_mapping(mapping_text(propose_mapping(file)), "cases", tmp_path / "m.toml")
    outcome = run_import(small_warehouse(tmp_path / "w.duckdb"), "cases", file, mapping)
    assert (outcome.rows, outcome.accepted_rows, outcome.rejection_counts) == (6, 5, {"unreadable_line": 1})


def bomb() -> bytes:
    return archive({"a.csv": b"a,b\n" + b"0" * (400 << 20)})


def encrypted() -> bytes:
    content = bytearray(archive({"a.csv": b"a,b\n1,2\n"}))
    for signature, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.index(signature) + place] |= 1
    return bytes(content)


@pytest.mark.parametrize(
    ("make", "code"),
    [
        (bomb, "zip_too_large"),
        (encrypted, "password_protected"),
        (lambda: archive({"a.csv": b"a,b\n", "b.xlsx": b"x"}), "zip_holds_other_tables"),
        (lambda: archive({"a.pdf": b"x"}), "holds_no_row"),
        (lambda: archive({"a.csv": b"a,b\n1,2\n"})[:40] + b"PK", "not_excel"),
        (lambda: archive({f"{n}.csv": b"a,b\n1,2\n" for n in range(300)}), "too_many_sheets"),
    ],
)
def test_an_archive_that_is_no_table_is_one_line(tmp_path: Path, make: Callable[[], bytes], code: str) -> None:
    file = tmp_path / "bad.zip"
    file.write_bytes(make())
    assert_refused(file, code)


def test_a_member_never_leaves_the_folder(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    file = folder / "a.zip"
    file.write_bytes(archive({"../../evil.csv": csv_text(cases()).encode(), "/abs.csv": b"a,b\n1,2\n"}))
    preview_limited(file, ReadOptions(encoding="auto", delimiter="auto"), folder)
    assert [path.name for path in tmp_path.rglob("*.csv")] == []


def test_a_name_may_have_a_point(tmp_path: Path) -> None:
    names = {"案号": "Case No.", "执行法院": "court.name"}
    records = [{names.get(key, key): value for key, value in record.items()} for record in RECORDS]
    [table] = preview_limited(written(tmp_path, text({"data": {"list": records}})), ReadOptions(), tmp_path)
    assert table.head_rows[0][1][:2] == ("Case No.", "court.name")


def written(folder: Path, content: str) -> Path:
    file = folder / "points.json"
    file.write_text(content, encoding="utf-8")
    return file
