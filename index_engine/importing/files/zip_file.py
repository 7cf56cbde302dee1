"""Texts packed into a ZIP archive: one table, or one a member, like the sheets of a workbook.

Members are unpacked into the folder of the child of limited_process.py, under names of our own and no further than
its limits, before anything of them is read.
"""

import zipfile
from collections import Counter
from collections.abc import Sequence
from pathlib import Path, PurePosixPath

import duckdb

from index_engine.errors import InputError
from index_engine.importing.files.csv_file import CsvFile
from index_engine.importing.files.detection import detect_delimiter, detect_encoding
from index_engine.importing.files.sheets import ZIP_ERRORS, password_error
from index_engine.importing.files.staging import RESET_STAGING_SQL, common_header
from index_engine.importing.progress import Progress

TEXT_SUFFIXES = (".csv", ".tsv", ".txt")
_OTHER_TABLE_SUFFIXES = (".xlsx", ".xlsm", ".xls", ".et", ".parquet", ".json", ".jsonl", ".ndjson", ".zip")
MAX_MEMBERS = 256
# Text packs to a twentieth or so; an archive that holds more than this for its size was made to.
MAX_UNPACKED_RATIO, MIN_UNPACKED_BYTES = 64, 1 << 28
_CHUNK_SIZE = 1 << 20
_UTF8_NAME, _ENCRYPTED = 0x800, 0x1


def unpack_members(file: Path, workdir: Path) -> dict[str, Path]:
    """Unpack the texts of an archive; return where each lies, by its name.

    Raises InputError if it is damaged, protected, too large, or holds tables of other formats beside.
    """
    allowed = max(MIN_UNPACKED_BYTES, MAX_UNPACKED_RATIO * file.stat().st_size)
    members: dict[str, Path] = {}
    try:
        with zipfile.ZipFile(file) as archive:
            for info in _members(file, archive):
                if info.flag_bits & _ENCRYPTED:
                    raise password_error(file)
                target = workdir / f"member{len(members)}{PurePosixPath(info.filename).suffix.lower()}"
                with archive.open(info) as packed, target.open("wb") as unpacked:
                    while chunk := packed.read(_CHUNK_SIZE):
                        allowed -= len(chunk)
                        if allowed < 0:
                            raise InputError("zip_too_large", file=file)
                        unpacked.write(chunk)
                if target.stat().st_size:
                    members[member_name(info)] = target
    except ZIP_ERRORS as error:
        raise InputError("zip_damaged", file=file) from error
    if not members:
        raise InputError("holds_no_row", file=file)
    return members


def _members(file: Path, archive: zipfile.ZipFile) -> list[zipfile.ZipInfo]:
    infos = [info for info in archive.infolist() if not info.is_dir() and not _is_of_system(info.filename)]
    others = [info for info in infos if info.filename.lower().endswith(_OTHER_TABLE_SUFFIXES)]
    if others:
        raise InputError("zip_holds_other_tables", file=file, count=len(others))
    texts = [info for info in infos if info.filename.lower().endswith(TEXT_SUFFIXES)]
    if len(texts) > MAX_MEMBERS:
        raise InputError("too_many_sheets", file=file, count=len(texts), limit=MAX_MEMBERS)
    names = Counter(map(member_name, texts))
    if any(count > 1 for count in names.values()):
        raise InputError("zip_damaged", file=file)
    return texts


def _is_of_system(name: str) -> bool:
    return name.startswith("__MACOSX/") or PurePosixPath(name).name.startswith(".")


def member_name(info: zipfile.ZipInfo) -> str:
    """Return the name of a member; systems in China write it in GBK and do not say so."""
    if info.flag_bits & _UTF8_NAME:
        return info.filename
    raw = info.filename.encode("cp437", errors="replace")
    for encoding in ("utf-8", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return info.filename


class ZipFile:
    """The texts of an archive that share a header: the first, the one named by `sheet`, or with '*' all."""

    counts_from_1904 = False

    def __init__(
        self, file: Path, encoding: str, delimiter: str, sheet: str | None, workdir: Path, header: int, header_rows: int
    ) -> None:
        members = unpack_members(file, workdir)
        if sheet not in (None, "*", *members):
            raise InputError("no_such_sheet", file=file, sheet=sheet, sheets=list(members))
        names = list(members) if sheet == "*" else [next(iter(members)) if sheet is None else sheet]
        readers: dict[str, CsvFile] = {}
        for name in names:
            member_encoding = detect_encoding(members[name]) if encoding == "auto" else encoding
            member_delimiter = detect_delimiter(members[name], member_encoding) if delimiter == "auto" else delimiter
            try:
                readers[name] = CsvFile(members[name], member_encoding, member_delimiter, workdir, header, header_rows)
            except InputError as error:
                # A remark beside the tables may end before the line of their header.
                if len(names) == 1 or error.message.code not in ("header_blank", "header_blank_csv"):
                    raise
        if not readers:
            raise InputError("holds_no_row", file=file)
        self.headers = common_header(file, {name: reader.headers for name, reader in readers.items()})
        self._readers = [reader for reader in readers.values() if reader.headers == self.headers]

    def stage(self, con: duckdb.DuckDBPyConnection, column_positions: Sequence[int], progress: Progress) -> None:
        """See readers.Reader: rows are counted on from one member to the next."""
        for number, reader in enumerate(self._readers):
            reader.stage(con, column_positions, progress)
            if len(self._readers) == 1:
                return
            offset = _rows_staged(con, "all_") if number else 0
            for table in ("import_text", "import_broken"):
                rows = f"SELECT * REPLACE (row_no + $offset AS row_no) FROM {table}"
                verb = f"CREATE TABLE all_{table} AS" if number == 0 else f"INSERT INTO all_{table}"
                con.execute(f"{verb} {rows}", {"offset": offset})
        con.execute(f"{RESET_STAGING_SQL}; DROP TABLE import_broken; DROP TABLE IF EXISTS import_left_out")
        con.execute("ALTER TABLE all_import_text RENAME TO import_rows; CREATE VIEW import_text AS FROM import_rows")
        con.execute("ALTER TABLE all_import_broken RENAME TO import_broken")


def _rows_staged(con: duckdb.DuckDBPyConnection, prefix: str) -> int:
    [(rows,)] = con.execute(
        f"SELECT greatest((SELECT coalesce(max(row_no), 0) FROM {prefix}import_text),"
        f" (SELECT coalesce(max(row_no), 0) FROM {prefix}import_broken))"
    ).fetchall()
    return int(rows)
