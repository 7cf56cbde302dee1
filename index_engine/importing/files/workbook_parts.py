"""What the reader of workbooks does not tell: rows that are hidden, and the day from which days are counted.

Hidden rows are read as the others are, and that is to be said. The parts of the archive are searched; it is only
opened in the child of limited_process.py.
"""

import re
import zipfile
from pathlib import Path
from posixpath import join, normpath
from xml.etree import ElementTree

from index_engine.importing.files.sheets import ZIP_ERRORS

_WORKBOOK, _LINKS = "xl/workbook.xml", "xl/_rels/workbook.xml.rels"
_LINK_ID = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_HIDDEN_ROW = re.compile(rb"""<(?:\w+:)?row\s[^<>]{0,2000}?\bhidden=["'](?:1|true)["']""")
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
    """Say whether an XLSX file counts its days from 1904, as workbooks that began on a Macintosh do."""
    try:
        with zipfile.ZipFile(file) as archive:
            elements = ElementTree.fromstring(_read_list(archive, _WORKBOOK)).iter()
            return any(element.get("date1904") in ("1", "true") for element in elements)
    except (*ZIP_ERRORS, KeyError, ElementTree.ParseError):
        return False


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
