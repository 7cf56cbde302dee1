"""What a file is, by its content: its format, and a text's encoding and delimiter.

Names prove nothing: systems write web pages, text and old workbooks under the endings of new ones.
"""

import codecs
import csv
import re
import zipfile
from collections import Counter
from pathlib import Path

from index_engine.errors import InputError
from index_engine.importing.files.sheets import OLE_SIGNATURE, ZIP_ERRORS, password_error

# What of a text is looked at: its head, and its end for what comes late.
_HEAD, _TAIL = 1 << 22, 1 << 20
_MAX_LINES = 200
_MAX_LOOK = 1 << 16
_MIN_BIG5_SHARE, _MAX_GB2312_SHARE = 0.95, 0.8
# An object begins with a name, a list of records with a record.
_JSON_START = re.compile(rb"\{\s*[\"}]|\[\s*[\[{\]]")

_DELIMITERS = (",", "\t", ";", "|")

_ENCRYPTION_MARKER = "EncryptedPackage".encode("utf-16-le")
_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_MARKUP_PREFIXES = (b"<html", b"<!doctype", b"<table", b"<?xml", b"<head", b"<meta", b"<style")


def detect_format(file: Path) -> str:
    """Return 'parquet', 'xlsx', 'xls', 'zip' (of texts), 'json' or 'text'.

    Raises InputError, with the way out, for what looks like a table and cannot be read: workbooks
    with a password, web pages, other formats of spreadsheets, and what is no text.
    """
    with file.open("rb") as stream:
        head = stream.read(4096)
    if head.startswith(b"PAR1"):
        return "parquet"
    if head.startswith(b"PK\x03\x04"):
        return _zip_format(file)
    if head.startswith(OLE_SIGNATURE):
        if _contains(file, _ENCRYPTION_MARKER):
            raise password_error(file)
        return "xls"
    start = head.removeprefix(codecs.BOM_UTF8).lstrip().lower()
    if start.startswith(_MARKUP_PREFIXES):
        raise InputError("holds_web_page", file=file)
    if b"\0" in head and not _utf16_encoding(head):
        raise InputError("holds_no_table", file=file)
    return "json" if _JSON_START.match(start) else "text"


def _utf16_encoding(head: bytes) -> str | None:
    """Return how a text of two bytes a character is written, with a mark or without; None if it is none."""
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    for encoding in ("utf-16-le", "utf-16-be"):
        try:
            text = head[: len(head) // 2 * 2].decode(encoding)
        except UnicodeDecodeError:
            # A head may end within a pair of surrogates.
            continue
        if "\n" in text and all(character.isprintable() or character in "\t\r\n\u3000\u00a0" for character in text):
            return encoding
    return None


def _zip_format(file: Path) -> str:
    try:
        with zipfile.ZipFile(file) as archive:
            names = set(archive.namelist())
    except ZIP_ERRORS:
        return "xlsx"  # which its reader will find damaged
    if "xl/workbook.bin" in names or "content.xml" in names:
        kind = "XLSB" if "xl/workbook.bin" in names else "OpenDocument"
        raise InputError("spreadsheet_format_unread", file=file, format=kind)
    is_workbook = any(name.startswith("xl/") or name == "[Content_Types].xml" for name in names)
    return "xlsx" if is_workbook or file.suffix.lower() in (".xlsx", ".xlsm") else "zip"


def _contains(file: Path, pattern: bytes) -> bool:
    previous_tail = b""
    with file.open("rb") as stream:
        while chunk := stream.read(_HEAD):
            if pattern in previous_tail + chunk:
                return True
            previous_tail = chunk[-len(pattern) :]
    return False


def detect_encoding(file: Path) -> str:
    """Return 'utf-8', 'gb18030', 'cp950' (Big5), 'utf-16' (with a byte order mark), 'utf-16-le' or 'utf-16-be'
    for a text file.

    By its mark, else by what its first and last megabytes can be: UTF-8 if they are that, since
    other text hardly ever is, else GB18030 or Big5. Raises InputError if they are neither.
    """
    parts = _read_ends(file)
    for mark, encoding in _BOMS:
        if parts[0].startswith(mark):
            return encoding
    if b"\0" in parts[0][:4096] and (utf16 := _utf16_encoding(parts[0][:4096])):
        return utf16
    if _is_big5(parts[0]) and all(_is_decodable(part, "cp950") for part in parts):
        return "cp950"
    for encoding in ("utf-8", "gb18030"):
        if all(_is_decodable(part, encoding) for part in parts):
            return encoding
    raise InputError("encoding_unknown", file=file)


def _is_big5(part: bytes) -> bool:
    """Say whether a text is in Big5, which mostly passes for GB18030 of rare characters.

    Of Big5 nearly all characters are in its first plane (lead bytes A4 to C6), and many have a second byte below 80,
    which in GB18030 are beyond GB2312.
    """
    if _is_decodable(part, "utf-8") or not _is_decodable(part, "cp950"):
        return False
    text = part[:_MAX_LOOK].decode("cp950", errors="ignore")
    leads = [encoded[0] for character in text if len(encoded := character.encode("cp950", errors="ignore")) == 2]
    if not leads:
        return False
    common = sum(0xA1 <= lead <= 0xC6 for lead in leads) / len(leads)
    other = part[:_MAX_LOOK].decode("gb18030", errors="ignore")
    wide = [character for character in other if ord(character) > 0x7F]
    simplified = sum(bool(character.encode("gb2312", errors="ignore")) for character in wide) / max(1, len(wide))
    return common >= _MIN_BIG5_SHARE and simplified < _MAX_GB2312_SHARE


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
