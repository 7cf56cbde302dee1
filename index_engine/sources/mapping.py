"""Mapping files: which column of a file feeds which field of the contract, and how it is read.

kind = "cases"

[source]                       # what is true of the whole file; every line is optional
name = "甲省执行案件"             # a later file of the same name corrects the rows of this one
province = "浙江"               # of all its courts: tells which 西湖区人民法院 is meant
complete = false               # true: what a later file no longer has is taken out
observed_from = 2019-01-01     # first and last day whose events the file records
observed_to = 2025-12-31
earliest = 1990-01-01          # an earlier date cannot be right
law = "CN"                     # whose statutory limits the rows are held to
synthetic = false
encoding = "gb18030"           # text: utf-8 (default), gb18030, utf-16, or auto: by its content
delimiter = ";"                # text: comma by default; auto: by its content
sheet = "Sheet1"               # workbooks: the first by default; "*": all that share a header
header = 3                     # line the header stands on, the first by default
header_rows = 2                # where names of columns are split over lines, such as merged cells
null = ["-", "无"]             # words that stand for no value; without it those of values.toml

[columns.filed_on]
column = "立案日期"
format = ["%d/%m/%Y", "excel"] # tried in order, then ISO; without it every usual form of year,
                               # month, day. excel: serial day numbers; month, month_end, year,
                               # year_end: the first or last day of a month or year

[columns.claim_amount]
column = "标的金额"
unit = "万元"                  # 元, 万元, 亿元, 分 or a factor; of rates % or ‰. A unit in the
                               # cell itself, as in 12.5万元, goes first
thousands = ","                # as 1,234.5; without it a comma makes a number unreadable
decimal = "."
on_bad = "clear"               # optional fields: drop what cannot be used, keep the row

[columns.close_mode]
column = "结案方式"
values = { "执行完毕" = "completed" }   # the file's words; "" as code for no value

[columns.case_type]
constant = "first"             # or, where the case number tells it:
                               # column = "案号" and part = "type"; also "court" and "year"

[columns.lot_id]
template = "{case_id}-{row_no}"         # columns of the file, and the line number
"""

import re
import tomllib
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from index_engine.errors import InputError
from index_engine.sources.contract import Contract, contract
from index_engine.sources.files.readers import Opening
from index_engine.sources.judge.accept import EARLIEST
from index_engine.sources.values.columns import Column, Place, read_column, read_table, read_words

_ENCODINGS = (
    dict.fromkeys(("utf-8", "utf8", "utf-8-sig"), "utf-8")
    | dict.fromkeys(("gb18030", "gbk", "gb2312"), "gb18030")
    | {"utf-16": "utf-16", "auto": "auto"}
)
_OPENING_KEYS = ("encoding", "delimiter", "sheet", "header", "header_rows")
_SOURCE_KEYS = {
    "name": str,
    "observed_from": date,
    "observed_to": date,
    "earliest": date,
    "law": str,
    "complete": bool,
    "province": str,
    "synthetic": bool,
    "encoding": str,
    "delimiter": str,
    "sheet": str,
    "header": int,
    "header_rows": int,
    "null": list,
}


# What TOML takes for a comment; # within quotes is none.
_COMMENT = re.compile(
    r"""(?P<text>"{3}[\s\S]*?"{3}|'{3}[\s\S]*?'{3}|"(?:\\.|[^"\\\n])*"|'[^'\n]*')|[#].*"""
)

_PLAIN = Opening()


@dataclass(frozen=True)
class Mapping:
    """A checked mapping: how to open the file, what to say of it, and how to read its fields."""

    where: str  # names the mapping in messages
    contract: Contract
    columns: tuple[Column, ...]
    name: str | None = None
    observed_from: date | None = None
    observed_to: date | None = None
    earliest: date = EARLIEST
    law: str = "CN"
    complete: bool = False
    province: str | None = None  # decides between courts of one name
    synthetic: bool = False
    text: str | None = None  # of the mapping file, without its comments
    opening: Opening = _PLAIN

    @property
    def clearable(self) -> frozenset[str]:
        """The fields whose bad values are dropped without their row."""
        return frozenset(column.field.name for column in self.columns if column.clears)


def load(path: Path, kind: str) -> Mapping:
    """Read the mapping at `path` for files of that kind.

    Raises InputError naming the file, the place in it and how to mend it.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: is not UTF-8; save the mapping file as UTF-8") from error
    return read(text, kind, path)


def read(text: str, kind: str, path: Path) -> Mapping:
    """Read a mapping from the text of its file; `path` names it in messages.

    Raises InputError as `load` does.
    """
    place = Place(path)
    agreed = contract(kind)
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise place.fail(f"is not TOML: {error}") from error
    said = document.pop("kind", None)
    if said != kind:
        raise place.fail(f"kind is {said!r}, but {kind} are to be imported; write kind = {kind!r}")
    source = read_table(place.at("[source]"), document.pop("source", {}), _SOURCE_KEYS)
    columns = document.pop("columns", None)
    if not isinstance(columns, dict):
        raise place.fail("has no [columns.<field>] tables; add one for each field the file feeds")
    if document:
        raise place.fail(f"unknown {', '.join(document)}; a mapping has kind, source and columns")
    null = read_words(place.at("[source]", "null:"), source.pop("null", []))
    return Mapping(
        where=str(path),
        contract=agreed,
        text=_without_comments(text),
        columns=_columns(place, agreed, columns, null),
        **_checked_source(place.at("[source]"), source),
    )


def _without_comments(text: str) -> str:
    """A proposal lists words of the file in comments, and what is kept must not hold any name."""
    bare = _COMMENT.sub(lambda found: found["text"] or "", text)
    return "\n".join(line.rstrip() for line in bare.splitlines() if line.strip()) + "\n"


def as_is(file: Path, kind: str, headers: list[str]) -> Mapping:
    """Return the mapping of a file whose headers are the contract's field names.

    Raises InputError if a header is no field, or a required field has no header.
    """
    agreed = contract(kind)
    unknown = [header for header in headers if header not in agreed.names]
    if unknown:
        raise InputError(
            f"{file}: {', '.join(map(repr, unknown))}: no field of {kind}; rename it to one of"
            f" {', '.join(agreed.names)}, or write a mapping file"
        )
    columns = tuple(
        Column(agreed.field(name), column=name) for name in agreed.names if name in headers
    )
    _check_complete(f"{file}:", "write a mapping file or add the column", agreed, columns)
    return Mapping(where=str(file), contract=agreed, columns=columns)


def _checked_source(place: Place, source: dict[str, Any]) -> dict[str, Any]:
    """Check [source] and return it as arguments of Mapping."""
    if "encoding" in source:
        encoding = source["encoding"].lower()
        if encoding not in _ENCODINGS:
            raise place.fail(
                f"encoding = {encoding!r} is not read; it is utf-8 or gb18030, so save the file"
                " as one of them, or utf-16"
            )
        source["encoding"] = _ENCODINGS[encoding]
    delimiter = source.get("delimiter", ",")
    if delimiter != "auto" and len(delimiter) != 1:
        raise place.fail(f"delimiter = {delimiter!r} is to be one character")
    for key in ("header", "header_rows"):
        if source.get(key, 1) < 1:
            raise place.fail(f"{key} = {source[key]}: lines are counted from 1")
    observed = source.get("observed_from"), source.get("observed_to")
    if observed[0] and observed[1] and observed[1] < observed[0]:
        raise place.fail(f"observed_to = {observed[1]} is before observed_from = {observed[0]}")
    opening = {key: source.pop(key) for key in _OPENING_KEYS if key in source}
    return source | {"opening": Opening(**opening)}


def _columns(
    place: Place, agreed: Contract, tables: dict[str, Any], null: tuple[str, ...]
) -> tuple[Column, ...]:
    columns = []
    for name, given in tables.items():
        here = place.at(f"[columns.{name}]")
        if name not in agreed.names:
            raise here.fail(
                f"{agreed.kind} have no field {name!r}; the fields are {', '.join(agreed.names)}"
            )
        columns.append(read_column(here, agreed.field(name), given, null))
    _check_complete(f"{place.file}:", "add it as [columns.<field>]", agreed, columns)
    return tuple(columns)


def _check_complete(
    start: str, mend: str, agreed: Contract, columns: tuple[Column, ...] | list[Column]
) -> None:
    fed = {column.field.name for column in columns}
    absent = [field.name for field in agreed.fields if field.required and field.name not in fed]
    if absent:
        raise InputError(
            f"{start} nothing feeds {', '.join(absent)}, required for {agreed.kind}; {mend}"
        )


def positions(mapping: Mapping, file: Path, headers: list[str]) -> dict[str, int]:
    """Return where in the file each column stands that the mapping names, by its name.

    Raises InputError if a column is not in the file, or its name stands there twice.
    """
    found: dict[str, int] = {}
    for column in mapping.columns:
        for name in column.sources:
            where = f"{mapping.where}: [columns.{column.field.name}] {name!r}"
            if headers.count(name) == 0:
                named = ", ".join(header for header in headers if header)
                raise InputError(f"{where} is no column of {file.name}; its columns are {named}")
            if headers.count(name) > 1:
                raise InputError(
                    f"{where} names {headers.count(name)} columns of"
                    f" {file.name}; rename all but one there"
                )
            found[name] = headers.index(name)
    return found
