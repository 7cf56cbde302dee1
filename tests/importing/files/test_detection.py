"""What a file is shows in its content, whatever its name says."""

import base64
import zipfile
import zlib
from pathlib import Path

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from index_engine.errors import InputError
from index_engine.importing.files import detection
from index_engine.importing.files.detection import detect_delimiter, detect_encoding, detect_format
from index_engine.importing.files.readers import ReadOptions, open_file
from index_engine.importing.files.sheets import OLE_SIGNATURE

# An XLS workbook (BIFF8) of one sheet 案件: 案号, 立案日期, 金额; a1, 2023-03-05, 12.5;
# a2, 2023-04-06, 7. Nothing here can write the format, so it stands compressed.
XLS = zlib.decompress(
    base64.b64decode(
        "eNrtWEtoE1EUPW86aT6k+TUVWiGGglX7WVQ3btqoVJtNQtWFHwRNbTBSSSW4MRurNSsRFDcquijUhZuqGz/43w"
        "kK9bMoCEKiuHIl+EPajPfeTGpaKzSgheqc8M6777535t3M+83M8wl/fvRGUwFz0I0aFA0nait8ipKzXPCB6g2D"
        "zXLuoGRYWFJwOmgga224W/fMzmPI412Ahuv6Y2LgLaU9OIz4UDoZXkRskhgSimPoIla4RB4PGiWqgPB+4Xrha9"
        "LynvAG8ZwW7qK2ebUbE5F463pzFu/UmqXOA77uLdG8Fk8nGvCEZ/GxM6rU1oaNmYOJQ0usIqS7MQYa0N5kOpnh"
        "shdX4AJ2ETpisY6enjyCNNhj+GyEgU/lVf0obPkX169A/m+z/fbf+B00iHP95zQdGIaxTxZJDm4EdK7RVDT1JT"
        "6FNpoTkET10dTX7TrU02w09T654gB5Xpy9fJ5mfqKTaa2Ld3jZEXyzdoQ6WSlu4gF4xfbLevFRSFNXP76M9fdF"
        "9opnWE6B0lmxkkODgeOsILFHampmuFUUbcIn5KrLxW4SDlLQlLf0NZjGlhFpc1JqW6ifdYJXkVUV9mqycx+23g"
        "7l3kXWkD3eW8gGxycjo2ims2uA9PwbQbtqVxcvMO5Eyrky95U3wo2/7DEOzWfGbpgHohfTvKoIfuFSie+Omilp"
        "5r1itZpHrUTN9+M+9c/RBfD9AatO1bOaddo8Ok10uqnTRJd9yLqQ9NqtBXCTG9F++BMuWLBgwYIFCxYsWPifoe"
        "RZsfQ8rpsvCvzEbze/60xTKlqfSf5ZbMMQ/Y7QS+VmpCnP4GhV82cZbKp8LbVATfl7IWMH9Z7BIPoljsGq5y+9"
        "+ajK/7Ngoe/PLaFq+y9WE+df7v8H+rrZDQ=="
    )
)


def named(folder: Path, name: str, content: bytes) -> Path:
    file = folder / name
    file.write_bytes(content)
    return file


def xlsx(folder: Path, name: str) -> Path:
    workbook = openpyxl.Workbook()
    assert workbook.active is not None
    workbook.active.append(["a", "b"])
    file = folder / name
    workbook.save(folder / "made.xlsx")
    (folder / "made.xlsx").rename(file)
    return file


# ---------------------------------------------------------------------------------------- formats


@pytest.mark.parametrize("name", ["f.csv", "f.xls", "f.xlsx", "f.txt"])
def test_the_name_does_not_matter(tmp_path: Path, name: str) -> None:
    assert detect_format(xlsx(tmp_path, name)) == "xlsx"
    assert detect_format(named(tmp_path, name, b"a,b\n1,2\n")) == "text"
    assert detect_format(named(tmp_path, name, XLS)) == "xls"
    pq.write_table(pa.table({"a": [1]}), tmp_path / name)
    assert detect_format(tmp_path / name) == "parquet"


@pytest.mark.parametrize("name", ["f.xls", "f.et", "f.xlsx"])
def test_an_old_workbook_is_read(tmp_path: Path, name: str) -> None:
    reader = open_file(named(tmp_path, name, XLS), ReadOptions(), tmp_path)
    assert reader.headers == ["案号", "立案日期", "金额"]


def test_a_text_under_the_name_of_a_workbook_is_read(tmp_path: Path) -> None:
    file = named(tmp_path, "f.xls", "案号\t金额\n1\t2\n".encode("gbk"))
    reader = open_file(file, ReadOptions(encoding="auto", delimiter="auto"), tmp_path)
    assert reader.headers == ["案号", "金额"]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"<html><table><tr><td>1</td></tr></table></html>", "holds a web page or XML"),
        (b'\xef\xbb\xbf\r\n<?xml version="1.0"?><Workbook>', "holds a web page or XML"),
        (b"MZ\x90\x00\x03\x00\x00\x00", "holds no table that can be read"),
        (
            OLE_SIGNATURE + b"\0" * 5000 + detection._ENCRYPTION_MARKER,
            "protected by a password; open it, remove",
        ),
        (OLE_SIGNATURE + b"\0" * 5000, "not an Excel workbook, or a damaged one"),
        (XLS[:3000], "not an Excel workbook, or a damaged one"),
    ],
)
def test_what_cannot_be_read_says_why(tmp_path: Path, content: bytes, says: str) -> None:
    with pytest.raises(InputError) as error:
        open_file(named(tmp_path, "f.xls", content), ReadOptions(), tmp_path)
    assert f"f.xls: {says}" in str(error.value)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(("inside", "says"), [("xl/workbook.bin", "an XLSB"), ("content.xml", "an OpenDocument")])
def test_other_spreadsheets_are_named(tmp_path: Path, inside: str, says: str) -> None:
    with zipfile.ZipFile(tmp_path / "f.xlsx", "w") as archive:
        archive.writestr(inside, "x")
    with pytest.raises(InputError, match=f"holds {says} spreadsheet; open it and save it as"):
        detect_format(tmp_path / "f.xlsx")


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(places=st.lists(st.integers(8, len(XLS) - 1), min_size=1, max_size=20), byte=st.integers())
def test_a_damaged_workbook_does_not_take_the_process_down(tmp_path: Path, places: list[int], byte: int) -> None:
    content = bytearray(XLS)
    for place in places:
        content[place] = (content[place] + 1 + byte) % 256
    try:
        open_file(named(tmp_path, "f.xls", bytes(content)), ReadOptions(), tmp_path)
    except InputError as error:
        assert "\n" not in str(error)


# ------------------------------------------------------------------------------------------- text


@pytest.mark.parametrize(
    ("codec", "found"),
    [("utf-8", "utf-8"), ("utf-8-sig", "utf-8"), ("gbk", "gb18030"), ("gb18030", "gb18030"), ("utf-16", "utf-16")],
)
def test_encodings(tmp_path: Path, codec: str, found: str) -> None:
    file = named(tmp_path, "f.csv", "案号,执行法院\n（2020）甲01执1号,甲市法院\n".encode(codec))
    assert detect_encoding(file) == found
    assert detect_delimiter(file, found) == ","


def test_an_encoding_that_shows_late(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(detection, "_HEAD", 1000)
    monkeypatch.setattr(detection, "_TAIL", 100)
    file = named(tmp_path, "f.csv", b"a,b\n" * 1000 + "终本,法院\n".encode("gbk"))
    assert detect_encoding(file) == "gb18030"


def test_neither_encoding(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="neither UTF-8 nor GB18030; save it as UTF-8"):
        detect_encoding(named(tmp_path, "f.csv", b"a,b\n\xff\xff,1\n"))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    text=st.text(st.characters(min_codepoint=32, max_codepoint=0x9FFF), max_size=60),
    codec=st.sampled_from(["utf-8", "utf-16"]),
)
def test_a_text_is_read_back_in_the_encoding_found(tmp_path: Path, text: str, codec: str) -> None:
    file = named(tmp_path, "f.csv", text.encode(codec))
    assert file.read_bytes().decode(detect_encoding(file)).removeprefix("\ufeff") == text


@pytest.mark.parametrize("delimiter", [",", "\t", ";", "|"])
def test_delimiters(tmp_path: Path, delimiter: str) -> None:
    rows = [["案号", "金额", "备注"], *[[f"c{n}", f"{n},5;", '"x,y;z|"'] for n in range(20)]]
    if delimiter in ",;":
        rows = [[cell.strip(",5;|") for cell in row] for row in rows]
    content = "\n".join(delimiter.join(row) for row in [["标题，说明"], *rows])
    assert detect_delimiter(named(tmp_path, "f.txt", content.encode()), "utf-8") == delimiter


def test_no_delimiter_is_a_comma(tmp_path: Path) -> None:
    assert detect_delimiter(named(tmp_path, "f.txt", b"a\nb\n"), "utf-8") == ","
