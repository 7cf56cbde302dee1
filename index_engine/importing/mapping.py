"""Mapping files: which column of a file feeds which field of the contract, and how it is read.

kind = "cases"

[source]                       # what is true of the whole file; every line is optional
name = "甲省执行案件"             # a later file of the same name corrects the rows of this one
province = "浙江"               # of all its courts: tells which 西湖区人民法院 is meant
complete = false               # true: what a later file no longer has is taken out
holds = "all_cases"            # which cases of its courts: all_cases, closed_cases, open_cases,
                               # creditor_cases (of one creditor), zhongben_list,
                               # selected_cases (by another rule); see
                               # observation_design.py. Of auctions: all_rounds of its lots, or
                               # last_rounds (one row a lot)
same_cases = true              # whether cases that another source seems to have too, under other
                               # numbers, are the same; asked where there are such
same_lots = true               # of auctions, whether rounds under several ids that seem to be of one lot
                               # are; asked where that is not sure
prices_checked = true          # of auctions: the units of prices are right; asked where they seem not
observed_from = 2019-01-01     # first and last day whose events the file records
observed_to = 2025-12-31
earliest = 1990-01-01          # an earlier date cannot be right
law = "CN"                     # whose statutory limits the rows are held to
public_texts = true            # of registers: what stands in their names names places and courts, and
                               # nobody; asked of published figures, and of registers under another
                               # law, whose names cannot be told from those of people
synthetic = false
encoding = "gb18030"           # text: utf-8 (default), gb18030, big5, utf-16, utf-16-le, utf-16-be, or
                               # auto: by its content
delimiter = ";"                # text: comma by default; auto: by its content
sheet = "Sheet1"               # workbooks, texts in a ZIP archive, lists of a JSON object: the first by
                               # default; "*": all that share a header
header = 3                     # line the header stands on, the first by default
header_rows = 2                # where names of columns are split over lines, such as merged cells
null = ["-", "无"]             # words that stand for no value; without it those of notation.toml

[columns.filed_on]
column = "立案日期"
format = ["%d/%m/%Y", "excel"] # tried in order, then ISO; without it every usual form of year,
                               # month, day. excel: serial day numbers as the
                               # workbook counts them, excel_1900 and excel_1904 those that
                               # count from that year; unix: seconds since 1970;
                               # minguo: years from 1911; month, month_end, year, year_end: the
                               # first or last day of a month or year

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

[columns.close_reason]
column = "结案原因"
contains = { "和解" = "settled" }       # any other text that holds a part, the first of them

[columns.case_type]
constant = "first"             # or, where the case number tells it:
                               # column = "案号" and part = "type"; also "court" and "year"

[columns.stage]
column = "标题"
pattern = "【(.*?)】"           # of each text what the one group takes; the rest is not read
values = { "第一次拍卖" = "first" }

[columns.lot_id]
template = "{case_id}-{row_no}"         # columns of the file, and the line number

[columns.start_price]                   # rounds side by side in a row, which becomes one row a round:
column = ["一拍起拍价", "二拍起拍价"]     # a column for each, "" where a round has none
[columns.round_no]
constant = [1, 2]
[columns.final_price]
column = "成交价"
rounds = "last"                         # says something of the last round of its row alone
"""

from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from index_engine.errors import InputError, Message, Term
from index_engine.importing.contract import Contract, read_contract
from index_engine.importing.files.readers import ReadOptions
from index_engine.importing.mapping_toml import (
    MAX_CHARACTERS,
    MappingTomlError,
    parse_mapping_toml,
)
from index_engine.importing.observation_design import DESIGNS_BY_KIND
from index_engine.importing.recognise.header_matching import shown_headers
from index_engine.importing.validation.load import EARLIEST_DATE
from index_engine.importing.values.column_settings import (
    ColumnSettings,
    MappingLocation,
    read_column,
    read_table,
    read_words,
)
from index_engine.importing.values.dates import EXCEL, EXCEL_1904

_ENCODINGS = (
    dict.fromkeys(("utf-8", "utf8", "utf-8-sig"), "utf-8")
    | dict.fromkeys(("gb18030", "gbk", "gb2312"), "gb18030")
    | dict.fromkeys(("cp950", "big5"), "cp950")
    | {name: name for name in ("utf-16", "utf-16-le", "utf-16-be", "auto")}
)
_OPTION_KEYS = ("encoding", "delimiter", "sheet", "header", "header_rows")
_SOURCE_KEYS = {
    "name": str,
    "holds": str,
    "observed_from": date,
    "observed_to": date,
    "same_cases": bool,
    "same_lots": bool,
    "prices_checked": bool,
    "earliest": date,
    "law": str,
    "public_texts": bool,
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

# Whose texts are kept as they stand, and read by everybody.
REGISTER_KINDS = ("regions", "courts", "court_names", "published")

# Keys that say something of files of some kinds only.
_KINDS_BY_KEY = {
    "holds": tuple(DESIGNS_BY_KIND),
    "same_cases": ("cases",),
    "same_lots": ("auctions",),
    "prices_checked": ("auctions",),
    "public_texts": REGISTER_KINDS,
}
_DEFAULT_OPTIONS = ReadOptions()


@dataclass(frozen=True)
class Mapping:
    """A checked mapping: how to open the file, what to say of it, and how to read its fields."""

    label: str  # names the mapping in messages
    contract: Contract
    columns: tuple[ColumnSettings, ...]
    name: str | None = None
    holds: str | None = None  # one of the designs of its kind, None where it is not stated
    same_cases: bool | None = None  # None where it is not stated
    same_lots: bool | None = None
    prices_checked: bool = False
    observed_from: date | None = None
    observed_to: date | None = None
    earliest: date = EARLIEST_DATE
    law: str = "CN"
    public_texts: bool = False
    complete: bool = False
    province: str | None = None  # decides between courts of one name
    synthetic: bool = False
    options: ReadOptions = _DEFAULT_OPTIONS

    @property
    def clearable_fields(self) -> frozenset[str]:
        """The fields whose bad values are dropped without their row."""
        return frozenset(column.field.name for column in self.columns if column.is_clearable)

    def counted_from_1904(self) -> "Mapping":
        """The mapping for a workbook that counts its days from 1904."""
        columns = (
            replace(column, formats=tuple(EXCEL_1904 if name == EXCEL else name for name in column.formats))
            for column in self.columns
        )
        return replace(self, columns=tuple(columns))


def load_mapping(path: Path, kind: str) -> Mapping:
    """Read the mapping at `path` for files of that kind.

    Raises InputError naming the file, the place in it and how to mend it.
    """
    try:
        with path.open(encoding="utf-8-sig") as stream:
            text = stream.read(MAX_CHARACTERS + 1)
    except OSError as error:
        raise InputError("cannot_read", file=path, reason=error.strerror) from error
    except UnicodeDecodeError as error:
        raise InputError("mapping_not_utf8", file=path) from error
    return read_mapping(text, kind, path)


def read_mapping(text: str, kind: str, path: Path) -> Mapping:
    """Read a mapping from the text of its file; `path` names it in messages.

    Raises InputError as `load` does.
    """
    location = MappingLocation(path)
    data_contract = read_contract(kind)
    try:
        document = parse_mapping_toml(text)
    except MappingTomlError as error:
        raise location.input_error(error.reason.code, **error.reason.parameters) from error
    declared_kind = document.pop("kind", None)
    if declared_kind != kind:
        raise location.input_error("mapping_kind_differs", given=declared_kind, kind=Term("kind", kind), kind_id=kind)
    source = read_table(location.child("[source]"), document.pop("source", {}), _SOURCE_KEYS)
    columns = document.pop("columns", None)
    if not isinstance(columns, dict):
        raise location.input_error("mapping_without_columns")
    if document:
        raise location.input_error("mapping_keys_unknown", keys=list(document))
    null_words = read_words(location.child("[source]", "null:"), source.pop("null", []))
    return Mapping(
        label=str(path),
        contract=data_contract,
        columns=_read_columns(location, data_contract, columns, null_words),
        **_read_source(location.child("[source]"), data_contract, source),
    )


def identity_mapping(file: Path, kind: str, headers: list[str]) -> Mapping:
    """Return the mapping of a file whose headers are the contract's field names.

    Raises InputError if a header is no field, or a required field has no header.
    """
    data_contract = read_contract(kind)
    unknown_headers = [header for header in headers if header not in data_contract.field_names]
    if unknown_headers:
        raise InputError(
            "headers_no_fields",
            file=file,
            headers=shown_headers(unknown_headers),
            kind=Term("kind", kind),
            fields=list(data_contract.field_names),
        )
    columns = tuple(
        ColumnSettings(data_contract.field(name), header=name) for name in data_contract.field_names if name in headers
    )
    _check_required_fields(file, Message("map_or_add_column"), data_contract, columns)
    return Mapping(label=str(file), contract=data_contract, columns=columns)


def _read_source(location: MappingLocation, data_contract: Contract, source: dict[str, Any]) -> dict[str, Any]:
    """Check [source] and return it as arguments of Mapping."""
    if "encoding" in source:
        encoding = source["encoding"].lower()
        if encoding not in _ENCODINGS:
            raise location.input_error("encoding_unread", encoding=encoding)
        source["encoding"] = _ENCODINGS[encoding]
    delimiter = source.get("delimiter", ",")
    if delimiter != "auto" and len(delimiter) != 1:
        raise location.input_error("delimiter_length", delimiter=delimiter)
    for key in ("header", "header_rows"):
        if source.get(key, 1) < 1:
            raise location.input_error("lines_count_from_one", key=key, value=source[key])
    observation_period = source.get("observed_from"), source.get("observed_to")
    if observation_period[0] and observation_period[1] and observation_period[1] < observation_period[0]:
        raise location.input_error("observation_reversed", end=observation_period[1], start=observation_period[0])
    for key, kinds in _KINDS_BY_KEY.items():
        if key in source and data_contract.kind not in kinds:
            other_kind, right_kinds = Term("kind", data_contract.kind), [Term("kind", kind) for kind in kinds]
            raise location.input_error("key_of_another_kind", key=key, kind=other_kind, only=right_kinds)
    if "holds" in source and source["holds"] not in (designs := DESIGNS_BY_KIND[data_contract.kind]):
        raise location.input_error("holds_unknown", given=source["holds"], designs=list(designs))
    options = {key: source.pop(key) for key in _OPTION_KEYS if key in source}
    return source | {"options": ReadOptions(**options)}


def _read_columns(
    location: MappingLocation, data_contract: Contract, tables: dict[str, Any], null_words: tuple[str, ...]
) -> tuple[ColumnSettings, ...]:
    columns = []
    for name, entry in tables.items():
        column_location = location.child(f"[columns.{name}]")
        if name not in data_contract.field_names:
            raise column_location.input_error(
                "kind_without_field",
                kind=Term("kind", data_contract.kind),
                given=name,
                fields=list(data_contract.field_names),
            )
        columns.append(read_column(column_location, data_contract.field(name), entry, null_words))
    _check_required_fields(location.file, Message("add_column_table"), data_contract, columns)
    _check_series(location, data_contract, columns)
    return tuple(columns)


def _check_series(location: MappingLocation, data_contract: Contract, columns: list[ColumnSettings]) -> None:
    """Refuse rounds side by side of what has no rounds, and lists of several lengths."""
    lengths = {column.field.name: len(column.series) for column in columns if column.series}
    has_rounds = bool(lengths) or any(column.is_of_last_round for column in columns)
    if has_rounds and data_contract.kind != "auctions":
        raise location.input_error("series_without_rounds", kind=Term("kind", data_contract.kind))
    if has_rounds and not any(column.series and not column.is_constant_series for column in columns):
        raise location.input_error("series_empty")
    if len(set(lengths.values())) > 1:
        raise location.input_error(
            "series_lengths", lengths=list(lengths.values()), fields=data_contract.terms(lengths)
        )


def _check_required_fields(
    file: Path, remedy: Message, data_contract: Contract, columns: tuple[ColumnSettings, ...] | list[ColumnSettings]
) -> None:
    mapped_fields = {column.field.name for column in columns}
    missing_fields = data_contract.unfed_fields(mapped_fields)
    if missing_fields:
        raise InputError(
            "required_fields_unfed",
            file=file,
            fields=data_contract.terms(missing_fields),
            kind=Term("kind", data_contract.kind),
            remedy=remedy,
        )


def column_positions(mapping: Mapping, file: Path, headers: list[str]) -> dict[str, int]:
    """Return where in the file each column stands that the mapping names, by its name.

    Raises InputError if a column is not in the file, or its name stands there twice.
    """
    position_by_name: dict[str, int] = {}
    for column in mapping.columns:
        for name in column.source_headers:
            if headers.count(name) == 0:
                raise InputError(
                    "column_not_in_file",
                    mapping=mapping.label,
                    field_id=column.field.name,
                    column=name,
                    file=file.name,
                    columns=shown_headers(headers),
                )
            if headers.count(name) > 1:
                raise InputError(
                    "column_ambiguous",
                    mapping=mapping.label,
                    field_id=column.field.name,
                    column=name,
                    count=headers.count(name),
                    file=file.name,
                )
            position_by_name[name] = headers.index(name)
    return position_by_name
