"""What a file is, by its content: its format, and a text's encoding and delimiter.

Names prove nothing: systems write web pages, text and old workbooks under the endings of new ones.
"""

import codecs
import csv
import zipfile
from collections import Counter
from pathlib import Path

from index_engine.errors import InputError
from index_engine.importing.files.sheets import ZIP_ERRORS, password_error

# What of a text is looked at: its head, and its end for what comes late.
_HEAD, _TAIL = 1 << 22, 1 << 20
_MAX_LINES = 200

_DELIMITERS = (",", "\t", ";", "|")

_OLE_SIGNATURE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTION_MARKER = "EncryptedPackage".encode("utf-16-le")
_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_MARKUP_PREFIXES = (b"<html", b"<!doctype", b"<table", b"<?xml", b"<head", b"<meta", b"<style")


def detect_format(file: Path) -> str:
    """Return 'parquet', 'xlsx', 'xls' or 'text'.

    Raises InputError, with the way out, for what looks like a table and cannot be read: workbooks
    with a password, web pages, other formats of spreadsheets, and what is no text.
    """
    with file.open("rb") as stream:
        head = stream.read(4096)
    if head.startswith(b"PAR1"):
        return "parquet"
    if head.startswith(b"PK\x03\x04"):
        return _zip_format(file)
    if head.startswith(_OLE_SIGNATURE):
        if _contains(file, _ENCRYPTION_MARKER):
            raise password_error(file)
        return "xls"
    start = head.removeprefix(codecs.BOM_UTF8).lstrip().lower()
    if start.startswith(_MARKUP_PREFIXES):
        raise InputError("holds_web_page", file=file)
    if b"\0" in head and not head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise InputError("holds_no_table", file=file)
    return "text"


def _zip_format(file: Path) -> str:
    try:
        with zipfile.ZipFile(file) as archive:
            names = set(archive.namelist())
    except ZIP_ERRORS:
        return "xlsx"  # which its reader will find damaged
    if "xl/workbook.bin" in names or "content.xml" in names:
        kind = "XLSB" if "xl/workbook.bin" in names else "OpenDocument"
        raise InputError("spreadsheet_format_unread", file=file, format=kind)
    return "xlsx"


def _contains(file: Path, pattern: bytes) -> bool:
    previous_tail = b""
    with file.open("rb") as stream:
        while chunk := stream.read(_HEAD):
            if pattern in previous_tail + chunk:
                return True
            previous_tail = chunk[-len(pattern) :]
    return False


def detect_encoding(file: Path) -> str:
    """Return 'utf-8', 'gb18030' or 'utf-16' (with a byte order mark) for a text file.

    By its mark, else by what its first and last megabytes can be: UTF-8 if they are that, since
    other text hardly ever is, else GB18030. Raises InputError if they are neither.
    """
    parts = _read_ends(file)
    for mark, encoding in _BOMS:
        if parts[0].startswith(mark):
            return encoding
    for encoding in ("utf-8", "gb18030"):
        if all(_is_decodable(part, encoding) for part in parts):
            return encoding
    raise InputError("encoding_unknown", file=file)


def _read_ends(file: Path) -> list[bytes]:
    """Return the head and the tail of a file, cut where lines end."""
    size = file.stat().st_size
    with file.open("rb") as stream:
        head = stream.read(_HEAD)
        if size <= _HEAD:
            return [head]
        stream.seek(max(_HEAD, size - _TAIL))
        tail = stream.read()
    return [head[: head.rfind(b"\n") + 1] or head, tail[tail.find(b"\n") + 1 :]]


def _is_decodable(part: bytes, encoding: str) -> bool:
    try:
        part.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def detect_delimiter(file: Path, encoding: str) -> str:
    """Return the delimiter of a text table: that by which most lines have as many values.

    A comma where no line holds any of , ; | and tab.
    """
    codec = {"utf-8": "utf-8-sig"}.get(encoding, encoding)
    with file.open(encoding=codec, errors="replace", newline="") as text:
        lines = text.read(_HEAD).splitlines()[:_MAX_LINES]
    return max(_DELIMITERS, key=lambda delimiter: _width_consistency(lines, delimiter))


def _width_consistency(lines: list[str], delimiter: str) -> tuple[int, int]:
    """Return how many lines have the commonest number of values above one, and that number."""
    reader = csv.reader(lines, delimiter=delimiter)
    try:
        widths = Counter(len(values) for values in reader if len(values) > 1)
    except csv.Error:
        return 0, 0
    return max(((count, width) for width, count in widths.items()), default=(0, 0))
