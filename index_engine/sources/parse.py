"""From text to the contract's types: dates in any format, amounts in any unit, words to codes.

One query reads every field of every row. A value that cannot be read becomes NULL and a finding;
whether it costs its row is for accept() to say.
"""

from collections.abc import Mapping as Map
from itertools import groupby
from string import Formatter

import duckdb

from index_engine.sources.columns import Column
from index_engine.sources.dates import EXCEL
from index_engine.sources.mapping import Mapping

_ISO = "%Y-%m-%d"

# What surrounds a value without being part of it: blanks, also those of Chinese typesetting.
_BLANKS = " \t\r\n\u00a0\u3000\ufeff"
_BLANK_AT_AN_END = f"^[{_BLANKS}]|[{_BLANKS}]$"

# Full-width digits and signs, as Chinese input methods write them, and the plain ones.
_WIDE, _PLAIN = "０１２３４５６７８９．，－／＋", "0123456789.,-/+"
_ANY_WIDE = f"[{_WIDE}]"

_YES, _NO = ("true", "yes", "1", "1.0", "是", "有"), ("false", "no", "0", "0.0", "否", "无")

# 18 digits before the point, 10 after.
_NUMBER = "DECIMAL(28, 10)"

_FINDING = "STRUCT(field VARCHAR, value VARCHAR, rule VARCHAR, message VARCHAR)"


class _Parameters:
    """Values bound to a query, each under a name of its own."""

    def __init__(self) -> None:
        self.values: dict[str, object] = {}

    def add(self, value: object) -> str:
        """Bind a value and return how the query refers to it."""
        name = f"p{len(self.values)}"
        self.values[name] = value
        return f"${name}"


def parse(con: duckdb.DuckDBPyConnection, mapping: Mapping, positions: Map[str, int]) -> None:
    """Read `import_text` and `import_broken` as the mapping says.

    Creates, all temporary, the view `import_typed` (row_no and the mapped fields; a row for every
    row of the file, broken lines among them) and the table `import_findings` (row_no, field,
    value, rule, message). `positions` says which c<position> of `import_text` a column is.
    """
    bound = _Parameters()
    texts, plain, values, joins, findings = [], [], [], [], []
    for number, column in enumerate(mapping.columns):
        name = column.field.name
        texts.append(f"{_text(column, positions, bound)} AS t{number}")
        plain.append(f"{_plain(f't{number}', column, bound)} AS d{number}")
        if column.values is None:
            values.append(f"{_typed(f'd{number}', column, bound)} AS {name}")
        else:
            values.append(f"CAST(w{number}.code AS {column.field.type}) AS {name}")
            values.append(f"w{number}.word AS w{number}")
            joins.append(
                f"LEFT JOIN import_words AS w{number}"
                f" ON w{number}.field = '{name}' AND w{number}.word = t{number}"
            )
        if column.column is not None:
            findings += _unreadable(number, column, bound)
    _keep_words(con, mapping)
    names = ", ".join(column.field.name for column in mapping.columns)
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE import_parsed AS"
        f" SELECT row_no, {names}, {_list(findings)} AS findings"
        f" FROM (SELECT t.*, {', '.join(values)}"
        f" FROM (SELECT *, {', '.join(plain)}"
        f" FROM (SELECT row_no, {', '.join(texts)} FROM import_text)) AS t {' '.join(joins)})",
        bound.values,
    )
    con.execute(
        "CREATE OR REPLACE TEMP TABLE import_findings AS"
        " SELECT row_no, f.field, f.value, f.rule, f.message"
        " FROM (SELECT row_no, unnest(findings) AS f FROM import_parsed) WHERE f IS NOT NULL"
    )
    # The text of a broken line is not kept: it may hold the names of people.
    con.execute(
        "INSERT INTO import_findings"
        " SELECT row_no, '(line)', NULL, 'unreadable_line', message FROM import_broken"
    )
    con.execute("INSERT INTO import_parsed (row_no) SELECT row_no FROM import_broken")
    con.execute(
        "CREATE OR REPLACE TEMP VIEW import_typed AS SELECT * EXCLUDE (findings) FROM import_parsed"
    )


def _keep_words(con: duckdb.DuckDBPyConnection, mapping: Mapping) -> None:
    """Put the words that the mapping translates in a table, however many, such as court names."""
    con.execute(
        "CREATE OR REPLACE TEMP TABLE import_words (field VARCHAR, word VARCHAR, code VARCHAR)"
    )
    for column in mapping.columns:
        if column.values:
            con.execute(
                "INSERT INTO import_words SELECT $field, unnest($words), unnest($codes)",
                {
                    "field": column.field.name,
                    "words": list(column.values),
                    "codes": list(column.values.values()),
                },
            )


def _text(column: Column, positions: Map[str, int], bound: _Parameters) -> str:
    """Return SQL for the text that a field is read from, NULL where the file has no value."""
    if column.constant is not None:
        return f"CAST({bound.add(column.constant)} AS VARCHAR)"
    if column.column is not None:
        return _cell(column.column, column, positions, bound)
    parts = []
    for text, name, _, _ in Formatter().parse(column.template or ""):
        if text:
            parts.append(bound.add(text))
        if name == "row_no":
            parts.append("CAST(row_no AS VARCHAR)")
        elif name:
            parts.append(_cell(name, column, positions, bound))
    return " || ".join(parts)


def _cell(name: str, column: Column, positions: Map[str, int], bound: _Parameters) -> str:
    cell = f"c{positions[name]}"
    text = _guarded(cell, _BLANK_AT_AN_END, f"trim({cell}, {bound.add(_BLANKS)})", bound)
    for word in ("", *column.null):
        text = f"nullif({text}, {bound.add(word)})"
    return text


def _guarded(text: str, pattern: str, mended: str, bound: _Parameters) -> str:
    """Return SQL that mends a text only where a pattern asks for it.

    Replacing characters costs half a microsecond a value, finding that there are none a tenth.
    """
    return f"CASE WHEN regexp_matches({text}, {bound.add(pattern)}) THEN {mended} ELSE {text} END"


def _plain(text: str, column: Column, bound: _Parameters) -> str:
    """Return SQL for the text of a date or number with plain digits."""
    if column.column is None or column.field.type in ("VARCHAR", "BOOLEAN"):
        return text
    mended = f"translate({text}, {bound.add(_WIDE)}, {bound.add(_PLAIN)})"
    return _guarded(text, _ANY_WIDE, mended, bound)


def _typed(text: str, column: Column, bound: _Parameters) -> str:
    """Return SQL for the value of a text, NULL where it cannot be read."""
    if column.column is None:
        return f"CAST({text} AS {column.field.type})"
    match column.field.type:
        case "VARCHAR":
            return text
        case "BOOLEAN":
            yes, no = (", ".join(map(bound.add, words)) for words in (_YES, _NO))
            return (
                f"CASE WHEN lower({text}) IN ({yes}) THEN true"
                f" WHEN lower({text}) IN ({no}) THEN false END"
            )
        case "DATE":
            return _date(text, column, bound)
        case "INTEGER":
            return _integer(text, column, bound)
        case _:
            return _amount(text, column, bound)


def _date(text: str, column: Column, bound: _Parameters) -> str:
    """Try the formats of the mapping in their order, then ISO.

    A serial day is the number of days since 1899-12-30; days before 1900-03-01 count from
    1899-12-31, since spreadsheets hold 1900 for a leap year (serial 60 is no day at all).
    """
    tries = []
    for is_serial, formats in groupby(
        (*column.formats, _ISO), key=lambda format_: format_ == EXCEL
    ):
        if is_serial:
            serial = f"CAST(floor(TRY_CAST({text} AS DOUBLE)) AS BIGINT)"
            tries.append(
                f"CASE WHEN TRY_CAST({text} AS DOUBLE) BETWEEN 61 AND 2958465.99999"
                f" THEN DATE '1899-12-30' + CAST({serial} AS INTEGER)"
                f" WHEN TRY_CAST({text} AS DOUBLE) BETWEEN 1 AND 59.99999"
                f" THEN DATE '1899-12-31' + CAST({serial} AS INTEGER) END"
            )
        else:
            tries.append(f"CAST(try_strptime({text}, {bound.add(list(formats))}) AS DATE)")
    # strptime takes these words for days, whatever the format.
    words = ", ".join(map(bound.add, ("infinity", "-infinity", "epoch")))
    return f"CASE WHEN lower({text}) NOT IN ({words}) THEN coalesce({', '.join(tries)}) END"


def _integer(text: str, column: Column, bound: _Parameters) -> str:
    number = f"TRY_CAST({_unmarked(text, column, bound)} AS {_NUMBER})"
    return f"CASE WHEN {number} = trunc({number}) THEN TRY_CAST({number} AS INTEGER) END"


def _amount(text: str, column: Column, bound: _Parameters) -> str:
    """Return SQL for a number times the factor, rounded half away from zero to two places.

    All in decimals. For a power of ten the point is moved in the text, 12.5 to 12.5e4, which is
    ten times as fast as the product of wide decimals; a text that has an exponent already is left
    to the product.
    """
    number, type_ = _unmarked(text, column, bound), column.field.type
    if column.factor == 1:
        return f"TRY_CAST({number} AS {type_})"
    # A literal, since DuckDB takes the digits of a product from those of its parts.
    product = f"TRY_CAST(TRY_CAST({number} AS {_NUMBER}) * {column.factor:f} AS {type_})"
    _, digits, exponent = column.factor.normalize().as_tuple()
    if digits != (1,):
        return product
    return f"coalesce(TRY_CAST({number} || 'e{exponent}' AS {type_}), {product})"


def _unmarked(text: str, column: Column, bound: _Parameters) -> str:
    """Return SQL for a number as SQL writes it, NULL where its marks are out of place."""
    thousands, point = column.thousands, column.decimal
    if not thousands and point == ".":
        return text
    # Thousands are marked every three digits or not at all: 1,5 is not fifteen.
    groups = f"|\\d{{1,3}}([{thousands}]\\d{{3}})+" if thousands else ""
    pattern = bound.add(rf"[+-]?(\d+{groups})([{point}]\d*)?([eE][+-]?\d+)?")
    bare = f"replace({text}, {bound.add(thousands)}, '')" if thousands else text
    return (
        f"CASE WHEN regexp_full_match({text}, {pattern})"
        f" THEN replace({bare}, {bound.add(point)}, '.') END"
    )


def _unreadable(number: int, column: Column, bound: _Parameters) -> list[tuple[str, str]]:
    """Return when a field could not be read, and an SQL struct that says so."""
    name, type_ = column.field.name, column.field.type
    if column.values is not None:
        rule, what = "unknown_code", "is none of the words that the mapping translates"
        lost = f"w{number} IS NULL"
    elif type_ == "VARCHAR":
        return []
    else:
        kind, wanted = {
            "DATE": ("date", f"is no date written {' or '.join((*column.formats, _ISO))}"),
            "BOOLEAN": ("boolean", f"is neither yes ({', '.join(_YES)}) nor no ({', '.join(_NO)})"),
        }.get(type_, ("number", _number_wanted(column)))
        rule, what, lost = f"unreadable_{kind}", wanted, f"{name} IS NULL"
    when = f"t{number} IS NOT NULL AND {lost}"
    return [
        (
            when,
            f"CASE WHEN {when} THEN {{'field': '{name}', 'value': t{number}, 'rule': '{rule}',"
            f" 'message': t{number} || {bound.add(' ' + what)}}} END",
        )
    ]


def _number_wanted(column: Column) -> str:
    whole = "whole " if column.field.type == "INTEGER" else ""
    marks = f"decimal {column.decimal!r} and "
    marks += f"thousands {column.thousands!r}" if column.thousands else "no thousands mark"
    return f"is no {whole}number that fits, read with {marks}"


def _list(findings: list[tuple[str, str]]) -> str:
    """Return SQL for the findings of a row: NULL for nearly all, and cheap for those."""
    if not findings:
        return f"CAST(NULL AS {_FINDING}[])"
    any_ = " OR ".join(f"({when})" for when, _ in findings)
    return f"CASE WHEN {any_} THEN [{', '.join(struct for _, struct in findings)}] END"
