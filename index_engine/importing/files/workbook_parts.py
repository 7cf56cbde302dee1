"""What the reader of workbooks does not tell: rows that are hidden, and the day from which days are counted.

Hidden rows are read as the others are, and that is to be said. The parts of the archive are searched; it is only
opened in the child of limited_process.py.
"""

import re
import struct
import zipfile
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from posixpath import join, normpath
from typing import BinaryIO
from xml.etree import ElementTree

from index_engine.importing.files.sheets import OLE_SIGNATURE, ZIP_ERRORS

_WORKBOOK, _LINKS = "xl/workbook.xml", "xl/_rels/workbook.xml.rels"
_LINK_ID = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_HIDDEN_ROW = re.compile(rb"""<(?:\w+:)?row\s[^<>]{0,2000}?\bhidden=["'](?:1|true)["']""")
# Of compound files: numbers from this one on are of no sector; no more sectors and places of them are looked at.
_NO_SECTOR, _MAX_SECTORS, _MAX_TABLE_BYTES = 0xFFFFFFFA, 1 << 10, 1 << 31
_DATE_MODE, _END_OF_GLOBALS = 0x22, 0x0A
_CHUNK_SIZE = 1 << 20
# No tag of a row is longer.
_OVERLAP = 1 << 12
# A list of sheets is no larger.
_MAX_LIST_BYTES = 4 << 20


def hidden_row_counts(file: Path) -> dict[str, int]:
    """Return how many rows each sheet of an XLSX file hides, by its name; nothing of other formats."""
    try:
        with zipfile.ZipFile(file) as archive:
            return {name: _hidden_rows(archive, part) for name, part in _sheet_parts(archive).items()}
    except (*ZIP_ERRORS, KeyError, ElementTree.ParseError):
        # The reader says what is wrong with the file, if it is more than this.
        return {}


def counts_from_1904(file: Path) -> bool:
    """Say whether a workbook counts its days from 1904, as those do that began on a Macintosh."""
    with file.open("rb") as stream:
        if stream.read(len(OLE_SIGNATURE)) == OLE_SIGNATURE:
            return _old_counts_from_1904(stream)
    try:
        with zipfile.ZipFile(file) as archive:
            elements = ElementTree.fromstring(_read_list(archive, _WORKBOOK)).iter()
            return any(element.get("date1904") in ("1", "true") for element in elements)
    except (*ZIP_ERRORS, KeyError, ElementTree.ParseError):
        return False


def _old_counts_from_1904(stream: BinaryIO) -> bool:
    """Say so of an XLS file, by the record DATEMODE of its workbook ([MS-XLS] 2.4.77)."""
    try:
        records = b"".join(_workbook_sectors(stream))
        place = 0
        while True:
            record, length = struct.unpack_from("<HH", records, place)
            if record == _DATE_MODE:
                return records[place + 4] == 1
            if record == _END_OF_GLOBALS:
                return False
            place += 4 + length
    except (struct.error, IndexError, UnicodeDecodeError):
        # As above; so does one that is smaller than any that a program writes.
        return False


def _workbook_sectors(stream: BinaryIO) -> Iterator[bytes]:
    """Return the first sectors of the workbook in a compound file ([MS-CFB] 2.2 to 2.6)."""
    stream.seek(0)
    header = stream.read(512)
    [shift] = struct.unpack_from("<H", header, 30)
    first_directory, first_table = (struct.unpack_from("<I", header, place)[0] for place in (48, 68))
    size = 4096 if shift == 12 else 512
    # Where the parts of the table are that says which sector follows on which: of small files in the header.
    table = list(struct.unpack_from("<109I", header, 76))
    while first_table < _NO_SECTOR and len(table) * 4 * size <= _MAX_TABLE_BYTES:
        stream.seek((first_table + 1) * size)
        *places, first_table = struct.unpack(f"<{size // 4}I", stream.read(size))
        table += places
    directory = b"".join(islice(_sectors(stream, table, size, first_directory), _MAX_SECTORS))
    for entry in (directory[place : place + 128] for place in range(0, len(directory), 128)):
        name = entry[: max(0, struct.unpack_from("<H", entry, 64)[0] - 2)].decode("utf-16-le")
        if name in ("Workbook", "Book"):
            return islice(_sectors(stream, table, size, struct.unpack_from("<I", entry, 116)[0]), _MAX_SECTORS)
    return iter(())


def _sectors(stream: BinaryIO, table: Sequence[int], size: int, sector: int) -> Iterator[bytes]:
    while sector < _NO_SECTOR:
        stream.seek((sector + 1) * size)
        yield stream.read(size)
        part, place = divmod(sector, size // 4)
        stream.seek((table[part] + 1) * size + 4 * place)
        [sector] = struct.unpack("<I", stream.read(4))


def _sheet_parts(archive: zipfile.ZipFile) -> dict[str, str]:
    targets = {
        link.get("Id"): normpath(join("xl", (link.get("Target") or "").removeprefix("/xl/")))
        for link in ElementTree.fromstring(_read_list(archive, _LINKS)).iter()
    }
    sheets = {}
    for element in ElementTree.fromstring(_read_list(archive, _WORKBOOK)).iter():
        part = targets.get(element.get(_LINK_ID))
        if element.tag.endswith("}sheet") and part in archive.NameToInfo:
            sheets[element.get("name") or ""] = part
    return sheets


def _read_list(archive: zipfile.ZipFile, part: str) -> bytes:
    with archive.open(part) as stream:
        return stream.read(_MAX_LIST_BYTES)


def _hidden_rows(archive: zipfile.ZipFile, part: str) -> int:
    count, rest = 0, b""
    with archive.open(part) as stream:
        while chunk := stream.read(_CHUNK_SIZE):
            text = rest + chunk
            end = 0
            for found in _HIDDEN_ROW.finditer(text):
                count, end = count + 1, found.end()
            rest = text[max(end, len(text) - _OVERLAP) :]
    return count
