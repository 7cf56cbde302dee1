"""One [columns.<field>] table of a mapping file: what feeds a field and how it is read."""

import re
from collections.abc import Mapping as Map
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from string import Formatter
from typing import Any

import duckdb

from index_engine.errors import InputError, Message
from index_engine.importing.contract import Field, read_vocabulary
from index_engine.importing.values.characters import NOTATION, lookup_key
from index_engine.importing.values.dates import NAMED_FORMATS, is_date_format

# Yuan per unit, and shares of one.
UNITS = {unit: Decimal(factor) for unit, factor in NOTATION["units"].items()}
SHARES = {name: Decimal(factor) for name, factor in NOTATION["shares"].items()}

NULL_WORDS = tuple(NOTATION["null"])

# Numbers are read with 28 digits; a factor of at most 10 keeps their product within DuckDB's 38.
FACTOR_DIGITS = 10

MAX_PATTERN_LENGTH = 300
# An escaped character, a class of characters, a bracket that takes no group, one that does.
_PATTERN_TOKEN = re.compile(r"\\.|\[\^?\]?(?:\\.|[^]\\])*\]|\(\?|\(")

# What of a case number a field can be fed with.
CASE_NUMBER_PARTS = ("court", "type", "year")

_COLUMN_KEYS = {
    "column": (str, list),
    "constant": object,
    "rounds": str,
    "template": str,
    "part": str,
    "pattern": str,
    "format": (str, list),
    "unit": (str, int, float),
    "thousands": str,
    "decimal": str,
    "values": dict,
    "contains": dict,
    "null": list,
    "on_bad": str,
}

_WORD_KEYS = {"values", "contains"}


@dataclass(frozen=True)
class MappingLocation:
    """Where in a mapping file we are."""

    file: Path
    steps: tuple[str, ...] = ()

    def child(self, *steps: str) -> "MappingLocation":
        """Return the place one step further in, such as '[columns.filed_on]'."""
        return MappingLocation(self.file, (*self.steps, *steps))

    def input_error(self, code: str, /, **parameters: object) -> InputError:
        """Return the error to raise: file, place, and the message of a code as the problem."""
        problem = Message(code, **parameters)
        if not self.steps:
            return InputError("mapping_fault", file=self.file, problem=problem)
        return InputError("mapping_fault_at", file=self.file, location=" ".join(self.steps), problem=problem)


@dataclass(frozen=True)
class ColumnSettings:
    """How one field is fed. Exactly one of `column`, `constant` and `template` is given.

    `formats` are date formats, none for the usual ones; `factor` is yuan per unit; `values`
    translates the file's words into codes, None for no value; `contains` says the code of any other
    text that holds a part, the first of them; `null` are words for no value; `part`
    is which of CASE_NUMBER_PARTS the field takes from the case numbers in the column, None for the whole text;
    `pattern` has one group, which is what the field takes of each text, None for all of it. Where rounds stand side
    by side, `series` has a column for each of them in place of `header` ('' for none), or with `is_constant_series` a
    constant; with `is_of_last_round` the column says something of the last round of its row alone.
    """

    field: Field
    header: str | None = None
    constant: str | None = None
    template: str | None = None
    part: str | None = None
    pattern: str | None = None
    formats: tuple[str, ...] = ()
    factor: Decimal = Decimal(1)
    thousands: str = ""
    decimal: str = "."
    values: Map[str, str | None] | None = None
    contains: Map[str, str | None] | None = None
    null: tuple[str, ...] = NULL_WORDS
    is_clearable: bool = False
    series: tuple[str, ...] = ()
    is_constant_series: bool = False
    is_of_last_round: bool = False

    @property
    def series_name(self) -> str:
        """What a message calls the columns of all rounds."""
        return " / ".join(name for name in self.series or (self.header or "",) if name)

    @property
    def null_words(self) -> tuple[str, ...]:
        """The words for no value, less those that say something here: 无 is no to yes-or-no."""
        meaningful_words = {lookup_key(word) for word in self.values or ()}
        if self.field.type == "BOOLEAN" and self.values is None:
            meaningful_words = {*NOTATION["yes"], *NOTATION["no"]}
        return tuple(word for word in self.null if lookup_key(word) not in meaningful_words)

    @property
    def source_headers(self) -> tuple[str, ...]:
        """The columns of the file that are read for this field."""
        if self.template is not None:
            names = (name for _, name, _, _ in Formatter().parse(self.template))
            return tuple(name for name in names if name and name != "row_no")
        if self.series:
            return () if self.is_constant_series else tuple(name for name in self.series if name)
        return () if self.header is None else (self.header,)


def read_table(location: MappingLocation, table: Any, key_types: Map[str, Any]) -> dict[str, Any]:
    """Return a copy of a TOML table with only known keys, each of the type that `key_types` gives.

    Raises InputError naming the key that is unknown or of another type.
    """
    if not isinstance(table, dict):
        raise location.input_error("table_expected")
    for key, value in table.items():
        if key not in key_types:
            raise location.input_error("key_unknown", key=key, keys=list(key_types))
        expected_type = key_types[key]
        # bool is an int and datetime a date in Python; in TOML neither is.
        is_wrong_type = isinstance(value, bool) and expected_type not in (bool, object)
        if is_wrong_type or isinstance(value, datetime) or not isinstance(value, expected_type):
            raise location.input_error("type_wrong", key=key, value=value, type=_type_name(expected_type))
    return dict(table)


def _type_name(types: Any) -> Message:
    """The types that a key may have, one or two, in words."""
    messages = {
        str: Message("type_text"),
        date: Message("type_date"),
        bool: Message("type_true_or_false"),
        list: Message("type_list"),
        dict: Message("type_table"),
        int: Message("type_number"),
    }
    type_tuple = types if isinstance(types, tuple) else (types,)
    first, *others = (messages[type_] for type_ in type_tuple if type_ in messages)
    return Message("either", first=first, second=others[0]) if others else first


def read_words(location: MappingLocation, words: list[Any]) -> tuple[str, ...]:
    """Check that a list holds texts only; InputError otherwise."""
    for word in words:
        if not isinstance(word, str):
            raise location.input_error("text_expected", word=word)
    return tuple(words)


def read_column(
    location: MappingLocation, field: Field, raw_table: Any, shared_null_words: tuple[str, ...]
) -> ColumnSettings:
    """Check what a mapping says of one field; `null` are the words for no value in every column,
    those of notation.toml where it names none.

    Raises InputError naming the place in the mapping and how to mend it.
    """
    table = read_table(location, raw_table, _COLUMN_KEYS)
    source_keys = [source_key for source_key in ("column", "constant", "template") if source_key in table]
    if len(source_keys) != 1:
        raise location.input_error("one_source_of_column")
    _check_settings(location, field, source_keys[0], table)
    on_bad = table.get("on_bad", "reject")
    if on_bad not in ("reject", "clear"):
        raise location.input_error("on_bad_value", value=on_bad)
    if on_bad == "clear" and field.required:
        raise location.input_error("on_bad_required")
    column_null_words = read_words(location.child("null:"), table.get("null", []))
    series = _read_series(location, field, table)
    if table.get("rounds", "last") != "last":
        raise location.input_error("rounds_value", value=table["rounds"])
    column = ColumnSettings(
        field=field,
        header=table.get("column") if not series else None,
        constant=_read_constant(location, field, table["constant"]) if "constant" in table and not series else None,
        template=table.get("template"),
        part=_read_part(location, field, table["part"]) if "part" in table else None,
        pattern=_read_pattern(location, table["pattern"]) if "pattern" in table else None,
        formats=_read_formats(location, table.get("format", [])),
        factor=_read_factor(location, field, table.get("unit", 1)),
        thousands=_check_mark(location, "thousands", table.get("thousands", "")),
        decimal=_check_mark(location, "decimal", table.get("decimal", ".")),
        values=_read_values(location, field, table.get("values", {})) if table.keys() & _WORD_KEYS else None,
        contains=_read_values(location, field, table["contains"]) if "contains" in table else None,
        null=shared_null_words + column_null_words if shared_null_words or "null" in table else NULL_WORDS,
        is_clearable=on_bad == "clear",
        series=series,
        is_constant_series=bool(series) and source_keys[0] == "constant",
        is_of_last_round="rounds" in table,
    )
    if column.thousands == column.decimal:
        raise location.input_error("marks_equal", mark=column.decimal)
    if column.template is not None:
        _check_template(location, column.template)
    return column


def _read_series(location: MappingLocation, field: Field, table: dict[str, Any]) -> tuple[str, ...]:
    """Return the columns or constants of a field round by round; nothing where it is the same in all rounds."""
    if isinstance(columns := table.get("column"), list):
        series = read_words(location.child("column:"), columns)
        if not any(series):
            raise location.input_error("series_empty")
    elif isinstance(constants := table.get("constant"), list):
        series = tuple(_read_constant(location, field, constant) for constant in constants)
    else:
        return ()
    if "rounds" in table:
        raise location.input_error("rounds_value", value=table["rounds"])
    return series


def _check_settings(location: MappingLocation, field: Field, source_key: str, table: dict[str, Any]) -> None:
    """Refuse settings that would mean nothing: a unit of a date, a format of a constant."""
    is_amount = field.type.startswith("DECIMAL")
    is_number = is_amount or field.type == "INTEGER"
    for key, is_applicable, applicable_values in (
        ("format", field.type == "DATE", Message("purpose_dates")),
        ("unit", is_amount, Message("purpose_amounts")),
        ("thousands", is_number, Message("purpose_numbers")),
        ("decimal", is_number, Message("purpose_numbers")),
        ("values", field.type in ("VARCHAR", "BOOLEAN", "INTEGER") and not field.hashed, Message("purpose_words")),
        ("contains", field.codes is not None, Message("purpose_words")),
        ("template", field.type == "VARCHAR" and field.codes is None, Message("purpose_free_texts")),
    ):
        if key in table and not is_applicable:
            raise location.input_error(
                "setting_unsuitable", key=key, purpose=applicable_values, field=field.term, type=field.type
            )
    if "part" in table and table.keys() & _WORD_KEYS:
        raise location.input_error("part_with_values")
    if "pattern" in table and "part" in table:
        raise location.input_error("part_with_pattern")
    unused_keys = [key for key in table if source_key != "column" and key not in (source_key, "on_bad")]
    if unused_keys:
        raise location.input_error("settings_unused", keys=unused_keys, source=source_key)


def _read_part(location: MappingLocation, field: Field, part: str) -> str:
    """Check that a part of case numbers is what the field holds."""
    if part not in CASE_NUMBER_PARTS:
        raise location.input_error("part_unknown", part=part, parts=CASE_NUMBER_PARTS)
    is_allowed = {
        "court": field.type == "VARCHAR" and field.codes is None and not field.hashed,
        "type": field.codes == read_vocabulary()["case_type"],
        "year": field.type == "INTEGER",
    }
    if not is_allowed[part]:
        raise location.input_error("part_unsuitable", part=part, field=field.term)
    return part


def _read_pattern(location: MappingLocation, pattern: str) -> str:
    """Check that a pattern is one of RE2 with one group: its time is linear in the text, whoever wrote it."""
    if len(pattern) > MAX_PATTERN_LENGTH:
        raise location.input_error("pattern_too_long", limit=MAX_PATTERN_LENGTH)
    with duckdb.connect() as con:
        try:
            con.execute("SELECT regexp_extract('', $pattern, 1)", {"pattern": pattern}).fetchall()
        except duckdb.Error as error:
            raise location.input_error("pattern_unreadable") from error
    if sum(1 for token in _PATTERN_TOKEN.findall(pattern) if token == "(") != 1:
        raise location.input_error("pattern_unreadable")
    return pattern


def _read_formats(location: MappingLocation, raw_formats: str | list[Any]) -> tuple[str, ...]:
    formats = read_words(location.child("format:"), [raw_formats] if isinstance(raw_formats, str) else raw_formats)
    for text in formats:
        if text not in NAMED_FORMATS and not is_date_format(text):
            raise location.input_error("format_incomplete", format=text)
    return formats


def is_money(field: Field) -> bool:
    """Say whether amounts of the field are sums: these have two places, and rates have more."""
    return field.type.endswith(",2)")


def _read_factor(location: MappingLocation, field: Field, unit: str | int | float) -> Decimal:
    if isinstance(unit, str):
        units = UNITS if is_money(field) else UNITS | SHARES
        if unit not in units:
            raise location.input_error("unit_unknown", unit=unit, units=list(units))
        return units[unit]
    factor = Decimal(repr(unit)).normalize()
    if not factor.is_finite() or factor <= 0:
        raise location.input_error("factor_not_positive", unit=unit)
    # In plain notation, as it will stand in SQL: 1e-9 has nine digits after the point.
    if len(f"{factor:f}".replace(".", "")) > FACTOR_DIGITS:
        raise location.input_error("factor_too_long", unit=unit, digits=FACTOR_DIGITS)
    return factor


def _check_mark(location: MappingLocation, key: str, mark: str) -> str:
    if mark not in ("", ".", ",", " ", "'", "\u00a0") or (key == "decimal" and not mark):
        raise location.input_error("mark_unknown", key=key, mark=mark)
    return mark


def _read_values(location: MappingLocation, field: Field, raw_values: dict[str, Any]) -> dict[str, str | None]:
    """Check the file's words and their codes; an empty code means that the word says nothing."""
    values: dict[str, str | None] = {}
    codes: dict[str, str | None] = {}
    for word, raw_code in raw_values.items():
        word_location = location.child(f"values: {word!r}:")
        code = None if raw_code == "" else _read_constant(word_location, field, raw_code)
        if codes.setdefault(lookup_key(word), code) != code:
            raise word_location.input_error("word_with_two_codes")
        values[word.strip()] = code
    return values


def _read_constant(location: MappingLocation, field: Field, value: Any) -> str:
    """Return a value written in the mapping as the text the contract's type is read from."""
    is_valid = {
        "VARCHAR": isinstance(value, str) and value.strip() != "",
        "BOOLEAN": isinstance(value, bool),
        "INTEGER": isinstance(value, int) and not isinstance(value, bool),
        "DATE": isinstance(value, date) and not isinstance(value, datetime),
    }.get(field.type, isinstance(value, int | float) and not isinstance(value, bool))
    if not is_valid:
        raise location.input_error("value_unsuitable", value=value, field=field.term, type=field.type)
    if field.codes is not None and value not in field.codes:
        raise location.input_error("code_unknown", value=value, field=field.term, codes=field.codes)
    return str(value).lower() if isinstance(value, bool) else str(value)


def _check_template(location: MappingLocation, template: str) -> None:
    try:
        parts = list(Formatter().parse(template))
    except ValueError as error:
        raise location.input_error("template_unreadable", template=template, reason=error) from error
    if not any(name for _, name, _, _ in parts) or any(
        name == "" or spec or conversion for _, name, spec, conversion in parts
    ):
        raise location.input_error("template_without_columns", template=template)
