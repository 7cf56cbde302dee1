"""Files that are small and ask for much."""

import zipfile
from pathlib import Path
from xml.sax.saxutils import escape

import pyarrow as pa
import pyarrow.parquet as pq

from tests.corpus.messy import cases, csv_text, workbook

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def parquet_bomb(path: Path, *, rows: int, length: int) -> None:
    """Rows that all hold one long text: it is stored once, and the footer counts it once."""
    columns = dict(zip(*cases()[:2], strict=True))
    text = pa.array(["甲" * (length // 3)])
    table = pa.table(
        {name: pa.array([str(value)] * rows) for name, value in columns.items()}
        | {"案由": pa.DictionaryArray.from_arrays(pa.array([0] * rows, pa.int32()), text)}
    )
    pq.write_table(table, path, compression="zstd")


def long_shared_string(path: Path, *, rows: int, length: int) -> None:
    """A workbook whose cells all hold one long text, which it stores once."""
    header = "".join(f'<c t="inlineStr"><is><t>{name}</t></is></c>' for name in ("案号", "执行法院", "立案日期"))
    row = '<row><c t="s"><v>0</v></c><c t="s"><v>0</v></c><c t="s"><v>0</v></c></row>'
    sheet = _sheet(f"<row>{header}</row>{row * rows}")
    strings = f'<sst xmlns="{MAIN}"><si><t>{escape("甲" * (length // 3))}</t></si></sst>'
    workbook_of_parts(path, {"xl/worksheets/sheet1.xml": sheet, "xl/sharedStrings.xml": strings})


def zip_bomb(path: Path, *, megabytes: int) -> None:
    """A workbook with a sheet of blanks, megabytes of them."""
    content = f'<worksheet xmlns="{MAIN}"><sheetData>' + " " * (megabytes << 20)
    workbook_of_parts(path, {"xl/worksheets/sheet1.xml": content})


def last_corner(path: Path) -> None:
    """A workbook with one cell in the last corner of its sheet."""
    cell = '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    workbook_of_parts(path, {"xl/worksheets/sheet1.xml": _sheet(cell)})


def workbook_of_rows(path: Path, rows: str) -> None:
    """A workbook whose only sheet holds these rows, as XML."""
    workbook_of_parts(path, {"xl/worksheets/sheet1.xml": _sheet(rows)})


def _sheet(rows: str) -> str:
    return f'<worksheet xmlns="{MAIN}"><sheetData>{rows}</sheetData></worksheet>'


def workbook_of_parts(path: Path, parts: dict[str, str]) -> None:
    """A sound workbook with some of its parts exchanged, packed as tightly as can be."""
    path.write_bytes(workbook(明细=cases()))
    with zipfile.ZipFile(path) as sound:
        kept = {name: sound.read(name) for name in sound.namelist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, content in (kept | {n: c.encode() for n, c in parts.items()}).items():
            archive.writestr(name, content)


def million_columns(path: Path) -> None:
    header = ",".join(f"c{number}" for number in range(1_000_000))
    path.write_text(f"{header}\n{',' * 999_999}\n", encoding="utf-8")


def one_long_line(path: Path, *, megabytes: int) -> None:
    """A table whose last line does not end for megabytes."""
    path.write_text(csv_text(cases()) + "a" * (megabytes << 20), encoding="utf-8")


def one_long_quote(path: Path, *, megabytes: int) -> None:
    """A table whose last value never closes its quote."""
    path.write_text(csv_text(cases()) + '"' + "a\n" * (megabytes << 19), encoding="utf-8")
