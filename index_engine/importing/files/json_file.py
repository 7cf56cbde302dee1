"""JSON: records in an array, one a line, or inside an object, as interfaces send them.

A record is a row, and a record inside it gives columns of its own. A list of records inside it, such as the rounds
of a lot, makes a row of each, beside what the outer record says. Two such lists side by side are no one table: those
of an outermost object are read as tables of their own, like the sheets of a workbook.
"""

import json
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

import duckdb

from index_engine.errors import InputError, Message
from index_engine.importing.files.csv_file import open_text
from index_engine.importing.files.non_data_rows import NonDataReason
from index_engine.importing.files.staging import UNREADABLE_LINE, Record, check_width, stage_records
from index_engine.importing.progress import Progress

# Records within records go no deeper; parsers give up somewhere above.
MAX_DEPTH = 32
# An object with more tables is no answer of an interface.
MAX_TABLES = 256
# A number of more digits is spelled out no more: 1e999999999 has seven characters.
_MAX_EXPONENT = 40

Flat = dict[str, str | None]

# Between the names of a path: a name may have any other sign, such as the point of "Case No.".
_PATH_MARK = "\x1f"


@dataclass(frozen=True)
class JsonTable:
    """A table of a file: its name, the path to its records, and its columns by path."""

    name: str
    headers: list[str]
    _paths: list[str]
    _records: Callable[[], Iterator[Flat | NonDataReason]]

    def rows(self) -> Iterator[Record]:
        """Yield the rows, counted from 1."""
        for row_no, record in enumerate(self._records(), start=1):
            if isinstance(record, NonDataReason):
                yield row_no, record
            else:
                yield row_no, [record.get(path) for path in self._paths]


class JsonFile:
    """One table of a JSON file, the first if none is named."""

    counts_from_1904 = False

    def __init__(self, file: Path, encoding: str, table: str | None) -> None:
        tables = read_tables(file, encoding)
        names = [candidate.name for candidate in tables]
        if table not in (None, *names):
            raise InputError("no_such_sheet", file=file, sheet=table, sheets=names)
        self._table = tables[0 if table is None else names.index(table)]
        self.headers = self._table.headers

    def stage(self, con: duckdb.DuckDBPyConnection, column_positions: Sequence[int], progress: Progress) -> None:
        """See readers.Reader."""
        with progress.steps(Message("stage_read_lines"), None) as bar:

            def counted_rows() -> Iterator[Record]:
                for row in self._table.rows():
                    bar.update()
                    yield row

            stage_records(con, column_positions, counted_rows())


def read_tables(file: Path, encoding: str) -> list[JsonTable]:
    """Return the tables of a JSON file, those with the most rows first.

    Raises InputError if it is damaged, nested too deeply, or holds no record.
    """
    if _is_by_line(file, encoding):
        return [_table(file, "", lambda: _line_records(file, encoding))]
    with open_text(file, encoding) as text:
        document = _parse(file, text.read())
    if isinstance(document, list):
        return [_table(file, "", lambda: _flat_records(file, _as_records(file, document)))]
    paths = _list_paths(document)
    if len(paths) > MAX_TABLES:
        raise InputError("json_too_nested", file=file)
    if len(paths) < 2:
        return [_table(file, "", lambda: _flatten(file, document, "", 0))]
    tables = [_table(file, _shown_path(path), partial(_flatten, file, document, "", 0, only=path)) for path in paths]
    return sorted(tables, key=lambda table: -sum(1 for _ in table.rows()))


def _is_by_line(file: Path, encoding: str) -> bool:
    """Say whether the first line that is not blank is a record of its own, and not the whole file."""
    with open_text(file, encoding) as text:
        lines = list(islice((line for line in text if line.strip()), 2))
    if not lines or not lines[0].lstrip().startswith("{"):
        return False
    try:
        return isinstance(_loads(lines[0]), dict) and (len(lines) == 2 or file.suffix.lower() in (".jsonl", ".ndjson"))
    except (ValueError, RecursionError):
        return False


def _line_records(file: Path, encoding: str) -> Iterator[Flat | NonDataReason]:
    with open_text(file, encoding) as text:
        for line in text:
            if not line.strip():
                continue
            try:
                record = _loads(line)
            except (ValueError, RecursionError):
                record = None
            if isinstance(record, dict):
                yield from _flatten(file, record, "", 0)
            else:
                yield NonDataReason(UNREADABLE_LINE, "the line is no record of JSON")


def _parse(file: Path, text: str) -> Any:
    try:
        document = _loads(text)
    except RecursionError as error:
        raise InputError("json_too_nested", file=file) from error
    except _DuplicateKeyError as error:
        raise InputError("json_key_twice", file=file) from error
    except json.JSONDecodeError as error:
        raise InputError("json_damaged", file=file, line=error.lineno) from error
    if not isinstance(document, list | dict) or not document:
        raise InputError("holds_no_row", file=file)
    return document


class _DuplicateKeyError(ValueError):
    """A record that has two values of one name: nothing says which is right."""


def _loads(text: str) -> Any:
    """Numbers stay the text they are: ids have more digits than a number keeps."""
    return json.loads(
        text.removeprefix("\ufeff"),
        parse_int=str,
        parse_float=_plain_number,
        parse_constant=lambda _: None,
        object_pairs_hook=_record,
    )


def _plain_number(digits: str) -> str:
    if "e" not in digits.lower():
        return digits
    number = Decimal(digits)
    return f"{number:f}" if abs(number.adjusted()) <= _MAX_EXPONENT else digits


def _record(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    record = dict(pairs)
    if len(record) < len(pairs):
        raise _DuplicateKeyError
    return record


def _as_records(file: Path, items: list[Any]) -> list[Any]:
    """Rows as lists under a first one of names are records too."""
    if items and all(isinstance(item, list) for item in items):
        names = [_cell(file, "", name) or "" for name in items[0]]
        if len(set(names)) < len(names) or any(len(item) > len(names) for item in items):
            raise InputError("json_rows_uneven", file=file)
        return [dict(zip(names, item, strict=False)) for item in items[1:]]
    return items


def _flat_records(file: Path, items: list[Any]) -> Iterator[Flat]:
    for item in items:
        if not isinstance(item, dict):
            raise InputError("json_mixed_list", file=file)
        yield from _flatten(file, item, "", 0)


def _list_paths(document: dict[str, Any], prefix: str = "", depth: int = 0) -> list[str]:
    """Return the paths to lists of records in an object, but for those inside such lists."""
    paths = []
    for key, value in document.items():
        if isinstance(value, dict) and depth < MAX_DEPTH:
            paths += _list_paths(value, f"{prefix}{key}{_PATH_MARK}", depth + 1)
        elif _is_list_of_records(value):
            paths.append(f"{prefix}{key}")
    return paths


def _is_list_of_records(value: Any) -> bool:
    return isinstance(value, list) and any(isinstance(item, dict) for item in value)


def _flatten(file: Path, record: dict[str, Any], prefix: str, depth: int, only: str | None = None) -> Iterator[Flat]:
    """Yield the rows of a record: one, or one for each record of the list in it.

    `only` is the path of the list that is read where an object has several.
    """
    own: Flat = {}
    lists: list[tuple[str, list[Any]]] = []
    _collect(file, record, prefix, depth, own, lists)
    lists = [(path, items) for path, items in lists if only is None or path == only]
    if len(lists) > 1:
        raise InputError("json_lists_side_by_side", file=file, lists=[_shown_path(path) for path, _ in lists])
    if not lists:
        yield own
        return
    [(path, items)] = lists
    for item in items:
        if not isinstance(item, dict):
            raise InputError("json_mixed_list", file=file)
        for inner in _flatten(file, item, f"{path}{_PATH_MARK}", depth + 1):
            yield own | inner


def _collect(
    file: Path, record: dict[str, Any], prefix: str, depth: int, own: Flat, lists: list[tuple[str, list[Any]]]
) -> None:
    if depth > MAX_DEPTH:
        raise InputError("json_too_nested", file=file)
    for key, value in record.items():
        path = f"{prefix}{key}"
        if isinstance(value, dict):
            _collect(file, value, f"{path}{_PATH_MARK}", depth + 1, own, lists)
        elif _is_list_of_records(value):
            lists.append((path, value))
        elif value != []:
            own[path] = _cell(file, path, value)


def _cell(file: Path, path: str, value: Any) -> str | None:
    match value:
        case None:
            return None
        case bool():
            return str(value).lower()
        case str():
            return value
        case list() if not any(isinstance(item, list) for item in value):
            return "、".join(filter(None, (_cell(file, path, item) for item in value))) or None
    raise InputError("nested_values", file=file, header=path.rpartition(_PATH_MARK)[2])


def _table(file: Path, name: str, records: Callable[[], Iterator[Flat | NonDataReason]]) -> JsonTable:
    """Look at all records once for their columns: each may have others."""
    has_value: dict[str, bool] = {}
    for record in records():
        if isinstance(record, NonDataReason):
            continue
        for path, cell in record.items():
            has_value[path] = has_value.get(path, False) or cell is not None
        check_width(file, len(has_value))
    # A record that is null in some rows is no column beside those of its own.
    outer = {
        _PATH_MARK.join(parts[:n])
        for path in has_value
        for parts in [path.split(_PATH_MARK)]
        for n in range(1, len(parts))
    }
    paths = [path for path, is_told in has_value.items() if is_told or path not in outer]
    if not paths:
        raise InputError("holds_no_row", file=file)
    return JsonTable(name, _names(paths), paths, records)


def _names(paths: list[str]) -> list[str]:
    """Return the last part of each path, the whole of it where several end alike."""
    counts = Counter(path.rpartition(_PATH_MARK)[2] for path in paths)
    names = (path if counts[path.rpartition(_PATH_MARK)[2]] > 1 else path.rpartition(_PATH_MARK)[2] for path in paths)
    return [" ".join(_shown_path(name).split()) for name in names]


def _shown_path(path: str) -> str:
    return path.replace(_PATH_MARK, ".")
