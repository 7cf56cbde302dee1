"""XLS workbooks (BIFF8 in a compound file), written record by record: no library that is kept writes them."""

import struct
from collections.abc import Sequence

_SECTOR = 512
_END, _FREE, _TABLE = 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD


def old_workbook(rows: Sequence[Sequence[str | float | None]], *, from_1904: bool = False, padding: int = 0) -> bytes:
    """Return a workbook of one sheet; `padding` sectors before it, as in a file that was saved many times."""
    globals_ = [
        _record(0x809, struct.pack("<HHHHII", 0x600, 5, 0, 0, 0, 0)),
        _record(0x22, struct.pack("<H", from_1904)),
    ]
    sheet = [_record(0x809, struct.pack("<HHHHII", 0x600, 0x10, 0, 0, 0, 0))]
    width = max(map(len, rows))
    sheet.append(_record(0x200, struct.pack("<IIHHH", 0, len(rows), 0, width, 0)))
    for line, row in enumerate(rows):
        for place, cell in enumerate(row):
            if isinstance(cell, str):
                text = cell.encode("utf-16-le")
                sheet.append(_record(0x204, struct.pack("<HHHHB", line, place, 0, len(cell), 1) + text))
            elif cell is not None:
                sheet.append(_record(0x203, struct.pack("<HHHd", line, place, 0, cell)))
    sheet.append(_record(0x0A, b""))
    name = "Sheet1"
    length = sum(map(len, globals_)) + 4 + 8 + len(name) + 4
    globals_ += [_record(0x85, struct.pack("<IHBB", length, 0, len(name), 0) + name.encode()), _record(0x0A, b"")]
    stream = b"".join(globals_ + sheet)
    return _compound_file("Workbook", stream.ljust(8 * _SECTOR, b"\0"), padding)


def _record(kind: int, content: bytes) -> bytes:
    return struct.pack("<HH", kind, len(content)) + content


def _compound_file(name: str, stream: bytes, padding: int) -> bytes:
    """Sectors: those of the padding, the stream, the directory, the table, and what the header cannot hold of it."""
    stream = stream.ljust(-(-len(stream) // _SECTOR) * _SECTOR, b"\0")
    count = len(stream) // _SECTOR
    directory = padding + count
    parts = 1
    while parts * (_SECTOR // 4) < directory + 1 + parts + max(0, -(-(parts - 109) // 127)):
        parts += 1
    extra = max(0, -(-(parts - 109) // 127))
    places = [directory + 1 + part for part in range(parts)]
    table = [_FREE] * padding + [padding + n + 1 for n in range(count - 1)] + [_END, _END]
    table += [_TABLE] * parts + [0xFFFFFFFC] * extra
    table += [_FREE] * (parts * (_SECTOR // 4) - len(table))
    first_extra = directory + 1 + parts
    header = struct.pack(
        "<8s16xHHHHH6xIIIIIIIIII",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", 0x3E, 3, 0xFFFE, 9, 6,
        0, parts, directory, 0, 4096, _END, 0, first_extra if extra else _END, extra, 0,
    )  # fmt: skip
    header = header[:76] + struct.pack("<109I", *(places + [_FREE] * 109)[:109])
    further = b""
    rest = places[109:]
    for number in range(extra):
        chunk, rest = rest[:127], rest[127:]
        follows = first_extra + number + 1 if number + 1 < extra else _END
        further += struct.pack("<128I", *(chunk + [_FREE] * 127)[:127], follows)
    entries = _entry("Root Entry", 5, 1, _END, 0) + _entry(name, 2, _FREE, padding, len(stream))
    entries = entries.ljust(_SECTOR, b"\0")
    return header + bytes(padding * _SECTOR) + stream + entries + struct.pack(f"<{len(table)}I", *table) + further


def _entry(name: str, kind: int, child: int, start: int, size: int) -> bytes:
    text = name.encode("utf-16-le") + b"\0\0"
    head = text.ljust(64, b"\0") + struct.pack("<HBBIII", len(text), kind, 1, _FREE, _FREE, child)
    return head.ljust(116, b"\0") + struct.pack("<IQ", start, size)
