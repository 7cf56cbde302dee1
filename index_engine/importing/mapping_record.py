"""What a warehouse keeps of a mapping: how a file was read, in words of our own vocabulary alone.

A mapping holds words of the file: headers, the words of code columns, constants. In a wrong column
they are names of people, and nothing can tell a name from another word. So a word is kept only if
the vocabulary has it; a column is told by its place, and words that are left out are counted.
"""

import re
from collections.abc import Mapping as Map
from string import Formatter
from typing import Any

from index_engine.importing.files.readers import ReadOptions
from index_engine.importing.mapping import Mapping
from index_engine.importing.recognise.code_synonyms import find_code, usual_parts, word_list_name
from index_engine.importing.recognise.header_matching import is_usual_header
from index_engine.importing.recognise.mapping_writer import toml_value
from index_engine.importing.values.column_settings import NULL_WORDS, ColumnSettings
from index_engine.importing.values.dates import NAMED_FORMATS

_DATE_FORMAT = re.compile(r"(?:%[A-Za-z]|[-/.,:年月日时分秒T ]){1,40}")


def mapping_record(mapping: Mapping, positions: Map[str, int]) -> str:
    """Return the mapping as TOML to be kept; `positions` says where its columns stand in the file."""
    lines = [f"kind = {toml_value(mapping.contract.kind)}", "[source]", *_lines(_source(mapping))]
    for column in mapping.columns:
        lines += [f"[columns.{column.field.name}]", *_lines(_column(column, positions))]
    return "\n".join(lines) + "\n"


def _lines(table: Map[str, Any]) -> list[str]:
    return [f"{key} = {toml_value(value)}" for key, value in table.items() if value not in (None, {}, [])]


def _source(mapping: Mapping) -> dict[str, Any]:
    options, defaults = mapping.options, ReadOptions()
    return {
        "holds": mapping.holds,
        "same_cases": mapping.same_cases,
        "same_lots": mapping.same_lots,
        "prices_checked": mapping.prices_checked or None,
        "observed_from": mapping.observed_from,
        "observed_to": mapping.observed_to,
        "earliest": mapping.earliest,
        "law": mapping.law,
        "public_texts": mapping.public_texts or None,
        "complete": mapping.complete or None,
        "synthetic": mapping.synthetic or None,
        "province_given": mapping.province is not None or None,
        "sheet_given": options.sheet not in (None, "*") or None,
        "encoding": options.encoding if options.encoding != defaults.encoding else None,
        "delimiter": options.delimiter if options.delimiter in ("auto", "\t", ";", "|") else None,
        "header": options.header if options.header != defaults.header else None,
        "header_rows": options.header_rows if options.header_rows != defaults.header_rows else None,
    }


def _column(column: ColumnSettings, positions: Map[str, int]) -> dict[str, Any]:
    header, word_list = column.header, word_list_name(column.field)
    known_values = {
        word: code for word, code in (column.values or {}).items() if word_list and _is_known(word_list, word)
    }
    known_parts = {part: code for part, code in (column.contains or {}).items() if part in usual_parts(word_list or "")}
    left_out = len(column.values or {}) + len(column.contains or {}) - len(known_values) - len(known_parts)
    return {
        "column": header if header is not None and is_usual_header(header, column.field.kind) else None,
        "column_no": None if header is None else positions[header] + 1,
        "columns_no": [positions[name] + 1 if name else 0 for name in column.series if not column.is_constant_series],
        "constants": list(column.series) if column.is_constant_series and _is_plain(column) else [],
        "rounds": "last" if column.is_of_last_round else None,
        "constant": _constant(column),
        "template": None if column.template is None else _template(column.template, positions),
        "part": column.part,
        "pattern_given": column.pattern is not None or None,
        "format": [text for text in column.formats if text in NAMED_FORMATS or _DATE_FORMAT.fullmatch(text)],
        "factor": None if column.factor == 1 else float(column.factor),
        "thousands": column.thousands or None,
        "decimal": None if column.decimal == "." else column.decimal,
        "values": {word: "" if code is None else code for word, code in known_values.items()},
        "contains": {part: "" if code is None else code for part, code in known_parts.items()},
        "words_left_out": left_out or None,
        "null": None if column.null == NULL_WORDS else [word for word in column.null if word in NULL_WORDS],
        "on_bad": "clear" if column.is_clearable else None,
    }


def _is_known(word_list: str, word: str) -> bool:
    return find_code(word_list, word) is not None


def _constant(column: ColumnSettings) -> str | None:
    """A constant that can be no name: a code, a number, a date, true or false."""
    if column.constant is None:
        return None
    return column.constant if _is_plain(column) else "given"


def _is_plain(column: ColumnSettings) -> bool:
    return column.field.codes is not None or column.field.type != "VARCHAR"


def _template(template: str, positions: Map[str, int]) -> str:
    """The places of the columns that are put together, without what stands between them."""
    names = [name for _, name, _, _ in Formatter().parse(template) if name]
    return "".join("{row_no}" if name == "row_no" else f"{{{positions[name] + 1}}}" for name in names)
