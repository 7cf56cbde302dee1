"""What a workbook has too much of, told after its reader has given it up.

No guard: a reader may see a file in another way than whoever looks at it beforehand. It only puts the
likely reason into words, from what the file says of itself and what it unpacks to.
"""

import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from xml.parsers import expat

from index_engine.errors import Message
from index_engine.importing.files.sheets import ZIP_ERRORS

# More of these than workbooks of courts have.
_MANY_CELLS = 1_000_000
_MANY_STRINGS = 4_000_000
_MANY_PARTS = 10_000
_MANY_BYTES = 100 << 20

# No more is looked at.
_MAX_ELEMENTS = 2_000_000
_MAX_BYTES = 256 << 20
_CHUNK_SIZE = 1 << 20


def find_excess(file: Path) -> Message | None:
    """Say what a workbook has too much of; None if that cannot be told, or it is no workbook."""
    try:
        with zipfile.ZipFile(file) as archive:
            return _archive_excess(archive)
    except ZIP_ERRORS:
        return None


def _archive_excess(archive: zipfile.ZipFile) -> Message | None:
    parts = archive.infolist()
    if len(parts) > _MANY_PARTS:
        return Message("excess_parts", count=len(parts))
    unpacked = 0
    scan = _Scan()
    for part in parts:
        parser = expat.ParserCreate()
        parser.StartElementHandler = scan.start_element
        scan.start_part()
        try:
            for chunk in _chunks(archive, part):
                unpacked += len(chunk)
                parser.Parse(chunk)
                if scan.excess is not None:
                    return scan.excess
                if unpacked > _MAX_BYTES or scan.elements > _MAX_ELEMENTS:
                    break
        except (expat.ExpatError, *ZIP_ERRORS):
            continue  # pictures and damaged parts
    return Message("excess_unpacked", megabytes=unpacked >> 20) if unpacked > _MANY_BYTES else None


def _chunks(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> Iterator[bytes]:
    with archive.open(part) as stream:
        while chunk := stream.read(_CHUNK_SIZE):
            yield chunk


@dataclass
class _Scan:
    """The cells that the sheets span, and the texts that they share."""

    elements: int = 0
    cells: int = 0  # of the sheets before this one
    excess: Message | None = None
    _row: int = 0
    _column: int = 0
    _height: int = 0
    _width: int = 0

    def start_part(self) -> None:
        self.cells += self._height * self._width
        self._row = self._column = self._height = self._width = 0

    def start_element(self, name: str, attributes: dict[str, str]) -> None:
        self.elements += 1
        match name.rpartition(":")[2]:
            case "row":
                self._row = _number(attributes.get("r", "")) or self._row + 1
                self._column = 0
            case "c":
                letters = attributes.get("r", "").rstrip("0123456789")
                self._column = _column_number(letters) or self._column + 1
                self._row = _number(attributes.get("r", "")[len(letters) :]) or self._row
                self._height, self._width = max(self._height, self._row), max(self._width, self._column)
                cells = self.cells + self._height * self._width
                if cells > _MANY_CELLS:
                    self.excess = Message("excess_cells", count=cells, rows=self._height, columns=self._width)
            case "sst":
                count = max(_number(attributes.get("uniqueCount", "")), _number(attributes.get("count", "")))
                if count > _MANY_STRINGS:
                    self.excess = Message("excess_strings", count=count)


def _number(digits: str) -> int:
    return int(digits) if digits.isascii() and digits.isdecimal() and len(digits) < 20 else 0


def _column_number(letters: str) -> int:
    """Return the number of a column called A to XFD, or beyond; 0 for anything else."""
    if not (letters.isascii() and letters.isalpha() and len(letters) < 8):
        return 0
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - ord("A") + 1
    return number
